"""Notifications and reminders."""

from django.db import models

from crm.kernel.base.clock import now
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Notification(TenantModel):
    """One line behind somebody's bell, about a record or leading to an address within Kith."""

    indexes_in_workspace = (("user_id", "read_at", "created_at"), ("user_id", "created_at", "id"))

    user = TenantKey("identity.User", cascade=True)
    text = models.TextField()
    record = TenantKey("records.RecordRow", null=True, cascade=True)
    url = models.TextField(default="")
    created_at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notification"

    def __str__(self) -> str:
        return self.text


class Reminder(TenantModel):
    """Tells somebody something at a moment. It fires once, also when the worker was down at that moment."""

    indexes_in_workspace = (("fired_at", "at"), ("user_id", "at"))

    record = TenantKey("records.RecordRow", null=True, cascade=True)
    user = TenantKey("identity.User", cascade=True)
    at = models.DateTimeField()
    text = models.TextField()
    created_at = models.DateTimeField(default=now)
    fired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reminder"

    def __str__(self) -> str:
        return self.text
