"""Letters that Kith sends."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.models import TenantModel


class Letter(TenantModel):
    """One e-mail to one address. The text is wiped once it is sent: it may hold a link that opens an account."""

    indexes_in_workspace = (("created_at",),)

    to = models.TextField()
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField(default="")
    error = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "letter"

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
