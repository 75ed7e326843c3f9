"""What a person has said to lines of his day: later, or not useful."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class DayChoice(TenantModel):
    """A line (`reason` of one record) stays away until a moment; `useless`: such lines weigh less for this person."""

    unique_together_in_workspace = (("user_id", "record_id", "reason"),)

    user = TenantKey("identity.User", cascade=True)
    record = TenantKey("records.RecordRow", cascade=True)
    reason = models.TextField()
    until = models.DateTimeField()
    useless = models.BooleanField(default=False)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "day_choice"
