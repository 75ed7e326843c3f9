"""Answers kept for a day so that a repeated POST with the same key is not done twice."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.models import TenantModel


class KeptAnswer(TenantModel):
    """The first good answer to one Idempotency-Key of one actor; written in the transaction it answers for."""

    actor = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    created_at = models.DateTimeField(default=now)

    unique_together_in_workspace = (("actor", "key"),)

    class Meta:
        db_table = "kept_answer"

    def __str__(self) -> str:
        return self.key
