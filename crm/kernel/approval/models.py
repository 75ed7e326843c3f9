"""Changes that wait, who is to agree to each, and its trail."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import Index, TenantModel


class State(models.TextChoices):
    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    OVERRIDDEN = "overridden", _("Put in force without approval")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Ran out")
    SUPERSEDED = "superseded", _("Replaced by another change")


class PendingChange(TenantModel):
    """A change of one field of one record that waits. `old` and `new` are {column: value} as the audit log keeps them: what was in force
    when it was asked for, and what is to be. `rule` is the one that held then (`entity.custom.protection.Rule`)."""

    audited = True
    indexes_in_workspace = (
        Index(("record_id", "field"), where="state = 'waiting'"),
        Index(("expires_at", "id"), where="state = 'waiting'"),
        ("asked_by_id", "asked_at", "id"),
        ("asked_at", "id"),
    )

    record = TenantKey("records.RecordRow", cascade=True)
    kind = models.TextField()
    field = models.TextField()
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    rule = models.JSONField(default=dict)
    asked_by = TenantKey("identity.User", null=True)
    asked_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    closed_at = models.DateTimeField(null=True)
    closed_by = TenantKey("identity.User", null=True)
    comment = models.TextField(default="")
    if TYPE_CHECKING:
        record_id: UUID
        asked_by_id: UUID | None
        closed_by_id: UUID | None

    class Meta:
        db_table = "pending_change"

    @property
    def waiting(self) -> bool:
        return self.state == State.WAITING

    def open(self, moment: datetime) -> bool:
        """Whether it can still be decided."""
        return self.waiting and moment < self.expires_at


class Approver(TenantModel):
    """One of those who are to agree, in their order. `who` is an office of the rule; `answer` "", "yes" or "no".

    Of a customer: `address` is where the last letter went, `serial` counts the letters: only the newest link and code work. `by` is who
    answered in the product, `absent` for whom that person stood in, `whence` the network address of a customer's answer, `how` "link",
    "code" or "office".
    """

    unique_together_in_workspace = (("change_id", "place"),)

    change = TenantKey("approval.PendingChange", cascade=True)
    place = models.IntegerField()
    who = models.TextField()
    contact = TenantKey("records.RecordRow", null=True)
    address = models.TextField(default="")
    language = models.TextField(default="")
    serial = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    answered_at = models.DateTimeField(null=True)
    by = TenantKey("identity.User", null=True)
    absent = TenantKey("identity.User", null=True)
    how = models.TextField(default="")
    whence = models.TextField(default="")
    comment = models.TextField(default="")
    if TYPE_CHECKING:
        change_id: UUID
        by_id: UUID | None
        absent_id: UUID | None
        contact_id: UUID | None

    class Meta:
        db_table = "pending_approver"


class Trace(TenantModel):
    """One line of the trail of a change: `what` happened (`approval.words`), who did it, `facts` for the words."""

    audited = True
    indexes_in_workspace = (("change_id", "id"),)

    change = TenantKey("approval.PendingChange", cascade=True)
    at = models.DateTimeField(default=now)
    by = TenantKey("identity.User", null=True)
    what = models.TextField()
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "pending_trace"
