"""What a person opened lately, and what they keep at hand."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Visit(TenantModel):
    """When a person last opened a record."""

    unique_together_in_workspace = (("user_id", "record_id"),)
    indexes_in_workspace = (("user_id", "at"),)

    user = TenantKey("identity.User", cascade=True)
    record = TenantKey("records.RecordRow", cascade=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "visit"


class Pin(TenantModel):
    """A record that a person keeps at hand."""

    unique_together_in_workspace = (("user_id", "record_id"),)

    user = TenantKey("identity.User", cascade=True)
    record = TenantKey("records.RecordRow", cascade=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "pin"
