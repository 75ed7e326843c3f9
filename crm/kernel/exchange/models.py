"""What an import or export is and how far it has come."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.exchange.reading import FileShape
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class ImportState(models.TextChoices):
    """The steps of an import, in order."""

    UPLOADED = "uploaded", _("Uploaded")
    MAPPED = "mapped", _("Columns matched")
    CHECKING = "checking", _("Dry run")
    CHECKED = "checked", _("Dry run done")
    RUNNING = "running", _("Importing")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class ImportRun(TenantModel):
    """One file on its way into one record kind.

    `shape`: how the file is read (`FileShape`). `matches`: the suggestion for each column with its reason. `mapping`:
    {column: field}, what holds. `options`: see `options.Options`. `counts`: {"create", "update", "same", "reject",
    "rows", "reasons", "written"} of the last dry run or of the import itself; `notes`: {sentence: rows} let pass.
    `act`: what it wrote, as an act that can be undone. `remembered_id`: the earlier import of a file with the same header whose
    mapping and options this one took over.
    """

    indexes_in_workspace = (("by_id", "created_at"),)

    kind = models.TextField()
    name = models.TextField()
    size = models.BigIntegerField(default=0)
    shape = models.JSONField(default=dict)
    matches = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    state = models.TextField(default=ImportState.UPLOADED)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    undo_counts = models.JSONField(default=dict)
    error = models.TextField(default="")
    remembered_id = models.UUIDField(null=True)
    task_id = models.UUIDField(null=True)
    act = TenantKey("records.ChangeSet", null=True)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "import_run"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def file_shape(self) -> FileShape:
        """How the file is read."""
        return FileShape.from_json(self.shape)

    @property
    def state_label(self) -> Any:
        """The state in the reader's language."""
        return ImportState(self.state).label

    def many(self, outcome: str) -> int:
        """How many rows became, or would become, this."""
        return int(self.counts.get(outcome) or 0)

    @property
    def busy(self) -> bool:
        """Whether a job works on it now."""
        return self.state in (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)

    @property
    def written(self) -> bool:
        """Whether it has written records that can be taken back."""
        return self.state in (ImportState.DONE, ImportState.FAILED, ImportState.STOPPED) and bool(
            self.counts.get("written") and (self.counts.get("create") or self.counts.get("update"))
        )


class Outcome(models.TextChoices):
    """What became, or would become, of a row."""

    CREATE = "create", _("Created")
    UPDATE = "update", _("Changed")
    SAME = "same", _("Same already")
    REJECT = "reject", _("Rejected")
    LINKED = "linked", _("Created for a link")


class ImportRow(TenantModel):
    """What became of one row. `cells` (as in the file) are kept for rejected rows, `before` for changed ones.

    `before` holds the values by field in the form of the API, `version` is the record's version after the write. `undone`: "kept"
    where an undo left the record as it was.
    """

    indexes_in_workspace = (("run_id", "outcome", "number"), ("run_id", "undone", "id"))

    run = TenantKey("exchange.ImportRun", cascade=True)
    number = models.IntegerField()
    outcome = models.TextField()
    cells = models.JSONField(null=True)
    reasons = models.JSONField(default=list)
    record_id = models.UUIDField(null=True)
    record_kind = models.TextField(default="")
    version = models.IntegerField(null=True)
    before = models.JSONField(null=True)
    undone = models.TextField(default="")

    class Meta:
        db_table = "import_row"
        ordering = ["run_id", "number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.outcome}"


class ExportRun(TenantModel):
    """One list on its way into a file. `filter` in the JSON form of the filter language, `columns` field names; with `reasons`, empty
    cells say in words why they are."""

    indexes_in_workspace = (("by_id", "created_at"),)

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    kind = models.TextField()
    name = models.TextField()
    format = models.TextField(default="xlsx")
    filter = models.JSONField(null=True)
    sort = models.TextField(default="")
    columns = models.JSONField(default=list)
    reasons = models.BooleanField(default=False)
    state = models.TextField(default=WAITING)
    rows = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)
    lost = models.IntegerField(default=0)
    error = models.TextField(default="")
    task_id = models.UUIDField(null=True)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "export_run"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
