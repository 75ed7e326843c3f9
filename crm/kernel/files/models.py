"""What is known about a file: its versions, its text, its public links, and how much room all files take."""

from datetime import datetime

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Held(models.TextChoices):
    """Why contents are kept apart: neither shown nor handed out but to administrators."""

    NO = "", _("In order")
    WAITING = "waiting", _("Not yet checked for viruses")
    UNCHECKED = "unchecked", _("Too large for the virus check")
    DISGUISED = "disguised", _("Not what its name says")
    INFECTED = "infected", _("Contains a virus")


class FileRef(TenantModel):
    """One stored content. `mime` was read off it, not taken from the sender. `sha256`: 64 hex digits.

    Versions of one file share `document`, the id of the first; exactly one of them is `current`. `removed_at`: in the bin, all
    versions together; without `removed_by` a rule put it there. `keep`: no rule does. `finding`: what a disguised file really
    holds (a key of `kind.FOUND`), or the name of a virus.
    Without a `record` it is private to `by`: an upload that a job is going to read, or a result to fetch.
    """

    audited = True
    indexes_in_workspace = (("record_id", "created_at"), ("created_at",), ("removed_at",))
    unique_together_in_workspace = (("document", "number"),)

    record = TenantKey("records.RecordRow", null=True)
    document = models.UUIDField(default=uuid7)
    number = models.IntegerField(default=1)
    current = models.BooleanField(default=True)
    name = models.TextField()
    size = models.BigIntegerField()
    mime = models.TextField()
    sha256 = models.CharField(max_length=64)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    held = models.TextField(choices=Held.choices, default="")
    finding = models.TextField(default="")
    released_by = TenantKey("identity.User", null=True)
    released_at = models.DateTimeField(null=True)
    removed_by = TenantKey("identity.User", null=True)
    removed_at = models.DateTimeField(null=True)
    keep = models.BooleanField(default=False)

    class Meta:
        db_table = "file"

    def __str__(self) -> str:
        return self.name


class FileText(TenantModel):
    """The text inside an attached file, bounded (`reading.limits`); there is a row from the moment it is attached.

    `search`: the words it is found by, written by the search."""

    class State(models.TextChoices):
        WAITING = "waiting", _("The text is being read")
        READ = "read", _("The text can be searched")
        EMPTY = "empty", _("There is no text in it")
        UNREADABLE = "unreadable", _("The text could not be read")

    unique_together_in_workspace = (("file_id",),)

    file = TenantKey("files.FileRef", cascade=True)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    body = models.TextField(default="")
    search = SearchVectorField(null=True, editable=False)
    read_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "file_text"


class FileLink(TenantModel):
    """An address by which anybody fetches one version of a file, until `expires_at`, `most` times at most (null: any number)."""

    audited = True
    indexes_in_workspace = (("created_at",),)

    file = TenantKey("files.FileRef", cascade=True)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    most = models.IntegerField(null=True)
    used = models.IntegerField(default=0)
    revoked_by = TenantKey("identity.User", null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "file_link"

    def is_open(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at and (self.most is None or self.used < self.most)


class FileRoom(TenantModel):
    """One row a workspace, under the workspace's own id: bytes `used` (kept by a trigger on `file`), the `quota` in bytes (null:
    the installation's) and the largest single file in bytes (null: the installation's)."""

    audited = False

    used = models.BigIntegerField(default=0)
    quota = models.BigIntegerField(null=True)
    largest = models.BigIntegerField(null=True)

    class Meta:
        db_table = "file_room"


class FileRule(TenantModel):
    """How many days files of records of one kind are kept after they came in, and earlier versions after the next one came; 0: for ever."""

    audited, configuration = True, _("How long files are kept")
    unique_together_in_workspace = (("kind",),)

    kind = models.TextField()
    days = models.IntegerField(default=0)
    versions_days = models.IntegerField(default=0)

    class Meta:
        db_table = "file_rule"

    def __str__(self) -> str:
        return self.kind
