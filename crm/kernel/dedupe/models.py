"""What people decided about pairs of records. The keys stand in `duplicate_key` (sql/60_duplicate_key.sql)."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Verdict(models.TextChoices):
    DIFFERENT = "different", "different"


class DuplicateDecision(TenantModel):
    """One pair, decided once: `first` is the one with the smaller id."""

    audited = True
    unique_together_in_workspace = (("first_id", "second_id"),)

    first = TenantKey("records.RecordRow", cascade=True)
    second = TenantKey("records.RecordRow", cascade=True)
    verdict = models.TextField(choices=Verdict, default=Verdict.DIFFERENT)
    by = TenantKey("identity.User", null=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "duplicate_decision"
