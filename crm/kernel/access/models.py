"""Records shared beyond what roles give."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from crm.kernel.base.clock import now
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
