"""Records shared beyond what roles give."""

from django.db import models

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Share(TenantModel):
    """One record shared with one person or one team, to see or to edit."""

    audited = True
    unique_together_in_workspace = (("record_id", "user_id", "team_id"),)

    record = TenantKey("records.RecordRow", cascade=True)
    user = TenantKey("identity.User", null=True, cascade=True)
    team = TenantKey("identity.Team", null=True, cascade=True)
    edit = models.BooleanField(default=False)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "share"
