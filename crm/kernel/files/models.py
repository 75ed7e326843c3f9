"""What is known about a file."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class FileRef(TenantModel):
    """One stored file. `mime` was read off its contents, not taken from the sender. `sha256`: 64 hex digits.

    Without a `record` it is private to `by`: an upload that a job is going to read, or a result to fetch.
    """

    audited = True
    indexes_in_workspace = (("record_id", "created_at"), ("created_at",))

    record = TenantKey("records.RecordRow", null=True)
    name = models.TextField()
    size = models.BigIntegerField()
    mime = models.TextField()
    sha256 = models.CharField(max_length=64)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "file"

    def __str__(self) -> str:
        return self.name
