"""The way an opportunity took through the stages."""

from typing import Any

from django.db import models

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class StageChange(TenantModel):
    """One stay in one stage: from when, until when (None: it is there now), and who moved it there."""

    opportunity: Any = TenantKey("sales.Opportunity", cascade=True)
    stage: Any = TenantKey("sales.Stage")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by: Any = TenantKey("identity.User", null=True)

    indexes_in_workspace = (("opportunity_id", "entered_at"),)

    class Meta:
        db_table = "stage_change"
