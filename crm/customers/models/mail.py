"""What a mail says beside its activity: who wrote to whom, and what it repeated of earlier mails."""

from django.db import models

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Mail(TenantModel):
    """One mail that was taken in, with the activity it became.

    `key`: its Message-ID, or the digest of its contents where it has none. `to` and `cc`: [[name, address], …] as sent.
    `original`: the file it came in.
    """

    audited = True
    unique_together_in_workspace = (("activity_id",),)
    indexes_in_workspace = (("key",),)

    activity = TenantKey("customers.Activity", cascade=True)
    key = models.TextField()
    message_id = models.TextField(default="")
    sender_name = models.TextField(default="")
    sender_address = models.TextField(default="")
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    quoted = models.TextField(default="")
    left_out = models.IntegerField(default=0)
    original = TenantKey("files.FileRef", null=True)

    class Meta:
        db_table = "mail"

    def __str__(self) -> str:
        return self.key
