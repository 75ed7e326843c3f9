"""What is known of single values: why one is missing, who verified one. Values of which there is nothing to say have no row."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import Index, TenantModel

#: Entries of the audit log which tell of a value's standing are those of its record.
STANDING_TABLE = "value_standing"


class ValueStanding(TenantModel):
    """One field of one record: `reason` (an `entity.reasons.Reason`) why it is empty, or `method` (a `codes.Method`) by which its value was
    verified, never both; `at` and `by` say when and by whom that was noted, `expires_at` until when a verification counts (None: for
    good), `note` its proof in words.

    Rows are made and removed, never changed, so that each entry of the audit log tells one whole.
    """

    audited = True
    unique_together_in_workspace = (("record_id", "field"),)
    indexes_in_workspace = (Index(("kind", "field", "reason", "record_id"), include=("method", "expires_at")),)

    record = TenantKey("records.RecordRow", cascade=True)
    kind = models.TextField()
    field = models.TextField()
    reason = models.TextField(default="")
    method = models.TextField(default="")
    note = models.TextField(default="")
    at = models.DateTimeField(default=now)
    by = TenantKey("identity.User", null=True)
    expires_at = models.DateTimeField(null=True)
    if TYPE_CHECKING:
        record_id: UUID
        by_id: UUID | None

    class Meta:
        db_table = STANDING_TABLE

    def __str__(self) -> str:
        return f"{self.field}: {self.reason or self.method}"

    @property
    def expired(self) -> bool:
        """Whether it was verified, and that does not count any more."""
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def holds(self) -> bool:
        """Whether the value counts as verified now."""
        return bool(self.method) and not self.expired
