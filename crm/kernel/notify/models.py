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
    topic = models.TextField(default="")
    parts = models.JSONField(default=list)
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


class BellChoice(TenantModel):
    """A topic that does not ring for a person."""

    unique_together_in_workspace = (("user_id", "topic"),)

    user = TenantKey("identity.User", cascade=True)
    topic = models.TextField()

    class Meta:
        db_table = "bell_choice"


class Follow(TenantModel):
    """A person follows a record, or (`on` false) has left it."""

    unique_together_in_workspace = (("user_id", "record_id"),)

    user = TenantKey("identity.User", cascade=True)
    record = TenantKey("records.RecordRow", cascade=True)
    on = models.BooleanField(default=True)
    at = models.DateTimeField(default=now)

    class Meta:
        db_table = "follow"


class Mention(TenantModel):
    """Somebody was named in an activity; `about` is the record it is on, where he answers by writing there."""

    unique_together_in_workspace = (("user_id", "record_id"),)
    indexes_in_workspace = (("user_id", "answered_at", "at"),)

    user = TenantKey("identity.User", cascade=True)
    record = TenantKey("records.RecordRow", cascade=True)
    about = TenantKey("records.RecordRow", cascade=True)
    by = TenantKey("identity.User", null=True)
    at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mention"
