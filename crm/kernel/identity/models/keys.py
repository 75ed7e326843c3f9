"""What lets a person in. Only digests are stored."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel

SESSION_IDLE = timedelta(days=14)
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=2)


class Session(TenantModel):
    """A browser that is signed in. Gone after 14 days without use."""

    unique_together_in_workspace = (("digest",),)
    indexes_in_workspace = (("user_id", "last_used_at"),)

    user = TenantKey("identity.User", cascade=True)
    digest = models.TextField()
    browser = models.TextField(default="")
    address = models.TextField(default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField()

    class Meta:
        db_table = "session"

    @property
    def expires_at(self) -> datetime:
        return self.last_used_at + SESSION_IDLE


class ApiToken(TenantModel):
    """A program that acts for a person. `scopes` null: all that the person may. `hint`: the last characters."""

    audited, configuration = True, _("API token")
    unique_together_in_workspace = (("digest",),)

    user = TenantKey("identity.User", cascade=True)
    name = models.TextField()
    digest = models.TextField()
    hint = models.TextField()
    scopes = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "api_token"


class Invitation(TenantModel):
    """A colleague who was asked in. `roles` holds role ids; one that is gone by then is left out. `outside` and `access_until`
    are what the person gets who is made from it."""

    audited, configuration = True, _("Invitation")
    unique_together_in_workspace = (("digest",),)
    indexes_in_workspace = (("email",),)

    email = models.TextField()
    name = models.TextField(default="")
    team = TenantKey("identity.Team", null=True)
    roles = models.JSONField(default=list)
    language = models.TextField(default="en")
    digest = models.TextField()
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    outside = models.BooleanField(default=False, db_default=False)
    access_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitation"

    def is_open(self, at: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class PasswordReset(TenantModel):
    """A link with which a person sets a new password, once."""

    unique_together_in_workspace = (("digest",),)

    user = TenantKey("identity.User", cascade=True)
    digest = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "password_reset"

    def is_open(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at


class CalendarLink(TenantModel):
    """A secret address under which a calendar program fetches what a person has planned. `tasks`: how tasks are told."""

    class Tasks(models.TextChoices):
        EVENT = "event", _("As appointments")
        TODO = "todo", _("As tasks")

    audited = True
    unique_together_in_workspace = (("digest",),)

    user = TenantKey("identity.User", cascade=True)
    digest = models.TextField()
    tasks = models.TextField(default=Tasks.EVENT, choices=Tasks.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "calendar_link"
