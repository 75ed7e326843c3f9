"""Teams in a tree, roles as data, and the people of a workspace."""

from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Team(TenantModel):
    """A team. `path` holds the ids from the top down ("a/b/"), so that "and all below" is a prefix."""

    audited, configuration = True, _("Team")
    unique_together_in_workspace = (("path",),)

    name = models.TextField()
    parent = TenantKey("identity.Team", null=True)
    path = models.TextField()

    class Meta:
        db_table = "team"

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """0 for a team at the top."""
        return self.path.count("/") - 1

    def is_within(self, other: "Team") -> bool:
        """Whether this team is the other one or stands below it."""
        return self.path.startswith(other.path)

    def path_below(self, parent: "Team | None") -> str:
        """The path this team has when it stands below `parent`."""
        return f"{parent.path if parent else ''}{self.id.hex}/"


class Role(TenantModel):
    """A named set of grants (see `identity.grants`). `built_in` is the key it was founded with, or empty."""

    audited, configuration = True, _("Role")

    name = models.TextField()
    description = models.TextField(default="")
    grants = models.JSONField(default=dict)
    built_in = models.TextField(default="")

    class Meta:
        db_table = "role"

    def __str__(self) -> str:
        return self.name


class Language(models.TextChoices):
    """The languages of the interface, each by its own name."""

    ENGLISH = "en", "English"
    SIMPLIFIED = "zh-hans", "简体中文"
    TRADITIONAL = "zh-hant", "繁體中文"


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    NORMAL = "normal", _("Comfortable")
    DENSE = "dense", _("Dense")


class User(TenantModel):
    """A person of one workspace. The same e-mail may be a different person in another workspace.

    `access_from` and `access_until` are the moments between which the person may come in at all; None: no such limit. `outside`
    marks who is not of the company. `access_warned` is the end of which `invited_by`, or the administrators, were told.
    """

    audited, configuration = True, _("Person")
    unique_together_in_workspace = (("email",),)

    email = models.TextField()
    name = models.TextField()
    team = TenantKey("identity.Team", null=True, related_name="members")
    is_active = models.BooleanField(default=True)
    password = models.TextField(default="")
    language = models.TextField(default=Language.ENGLISH, choices=Language.choices)
    time_zone = models.TextField(default="Asia/Shanghai")
    currency = models.TextField(default="CNY")
    country = models.TextField(default="CN")
    theme = models.TextField(default=Theme.SYSTEM, choices=Theme.choices)
    density = models.TextField(default=Density.NORMAL, choices=Density.choices)
    last_seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    outside = models.BooleanField(default=False, db_default=False)
    access_from = models.DateTimeField(null=True)
    access_until = models.DateTimeField(null=True)
    access_warned = models.DateTimeField(null=True)
    invited_by = TenantKey("identity.User", null=True, related_name="+")
    roles = models.ManyToManyField("identity.Role", through="identity.UserRole", related_name="users")

    class Meta:
        db_table = "member"
        indexes = [models.Index(fields=["email"], name="member_email_ix")]

    def __str__(self) -> str:
        return self.name

    def let_in(self, moment: datetime) -> bool:
        """Whether the person may come in at a moment, as far as dates and activity say."""
        begun = self.access_from is None or self.access_from <= moment
        return self.is_active and begun and (self.access_until is None or moment < self.access_until)

    @property
    def role_ids(self) -> frozenset[UUID]:
        """Reads once, and from what was prefetched."""
        return frozenset(role.id for role in self.roles.all())


class UserRole(TenantModel):
    """That a person holds a role."""

    audited, configuration = True, _("Role of a person")
    unique_together_in_workspace = (("user_id", "role_id"),)

    user = TenantKey("identity.User", cascade=True)
    role = TenantKey("identity.Role", cascade=True)

    class Meta:
        db_table = "member_role"
