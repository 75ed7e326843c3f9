"""Views that people saved, and what each person made of them."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Form(models.TextChoices):
    TABLE = "table", _("Table")
    BOARD = "board", _("Board")
    CALENDAR = "calendar", _("Calendar")


class SavedView(TenantModel):
    """One way to look at a kind, kept by the person `user` and shared with one person, one team, everybody or nobody.

    `filter` is the text form of the filter language; `sort` a field, with a minus where it goes down; `group` the field whose
    values are groups, `by` the day by which a calendar is laid out, `set` the pipeline of a board. The view without a name is
    what a person chose for the plain list. Whoever opens a view sees through it only what they may see themselves.
    """

    audited = True
    indexes_in_workspace = (("kind", "name"), ("user_id", "kind"))

    user = TenantKey("identity.User", cascade=True)
    kind = models.TextField()
    name = models.TextField(default="")
    form = models.TextField(default=Form.TABLE, choices=Form.choices)
    columns = models.JSONField(default=list)
    filter = models.TextField(default="")
    sort = models.TextField(default="")
    group = models.TextField(default="")
    by = models.TextField(default="")
    set = models.TextField(default="")
    for_user = TenantKey("identity.User", null=True, cascade=True)
    for_team = TenantKey("identity.Team", null=True, cascade=True)
    for_all = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)
    deleted_at = models.DateTimeField(null=True)
    if TYPE_CHECKING:
        user_id: UUID
        for_user_id: UUID | None
        for_team_id: UUID | None

    class Meta:
        db_table = "saved_view"

    def __str__(self) -> str:
        return self.name

    @property
    def shared(self) -> bool:
        return self.for_all or self.for_user_id is not None or self.for_team_id is not None


class ViewMark(TenantModel):
    """What one person made of a view: `pinned` into the menu, `usual` opened by itself where the kind is opened."""

    unique_together_in_workspace = (("user_id", "view_id"),)

    user = TenantKey("identity.User", cascade=True)
    view = TenantKey("saved.SavedView", cascade=True)
    pinned = models.BooleanField(default=False)
    usual = models.BooleanField(default=False)
    if TYPE_CHECKING:
        view_id: UUID

    class Meta:
        db_table = "saved_view_mark"
