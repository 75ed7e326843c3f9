"""Records shared beyond what roles give, and absences during which a colleague looks after one's records."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel

#: Entries of the audit log which tell of a share are those of its record.
SHARES_TABLE = "share"


class Share(TenantModel):
    """One record shared with one person or one team, to see or to edit, until a moment or for good.

    `limits` ({field: "hidden" or "readonly"}) is what whoever shared could not see or write himself: a share opens no
    more of a record than he held.
    """

    audited = True
    unique_together_in_workspace = (("record_id", "user_id", "team_id"),)

    record = TenantKey("records.RecordRow", cascade=True)
    user = TenantKey("identity.User", null=True, cascade=True)
    team = TenantKey("identity.Team", null=True, cascade=True)
    edit = models.BooleanField(default=False)
    until = models.DateTimeField(null=True)
    limits = models.JSONField(default=dict)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    if TYPE_CHECKING:
        record_id: UUID
        user_id: UUID | None
        team_id: UUID | None
        by_id: UUID | None

    class Meta:
        db_table = SHARES_TABLE


class Delegation(TenantModel):
    """`delegate` looks after what `absent` owns, from the moment `since` until, and without, the moment `until`.

    Rows are made and removed, never changed, so that the audit log tells each one whole.
    """

    audited, configuration = True, _("Absence")
    indexes_in_workspace = (("until",),)

    absent = TenantKey("identity.User", cascade=True, related_name="+")
    delegate = TenantKey("identity.User", cascade=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    by = TenantKey("identity.User", null=True, related_name="+")
    created_at = models.DateTimeField(default=now)
    if TYPE_CHECKING:
        absent_id: UUID
        delegate_id: UUID
        by_id: UUID | None

    class Meta:
        db_table = "delegation"

    def span(self, person: User) -> tuple[datetime, datetime]:
        """(from, until): as agreed, and within the time for which the absent one has access at all."""
        return max(self.since, person.access_from or self.since), min(self.until, person.access_until or self.until)
