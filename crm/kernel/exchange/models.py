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
    cells say in words why they are.

    `sheets_by`: the field of which each value gets a sheet, "" for one sheet. `sheets`, `books`: how many came of it; more than one
    book are a zip. `view`: the name of the saved view that it was. `lost`: cells that the format could not hold whole.
    """

    indexes_in_workspace = (("by_id", "created_at"),)

    WAITING, DONE, FAILED = "waiting", "done", "failed"

    kind = models.TextField()
    name = models.TextField()
    format = models.TextField(default="xlsx")
    filter = models.JSONField(null=True)
    sort = models.TextField(default="")
    columns = models.JSONField(default=list)
    reasons = models.BooleanField(default=False)
    view = models.TextField(default="")
    sheets_by = models.TextField(default="")
    sheets = models.IntegerField(default=0)
    books = models.IntegerField(default=0)
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


class EditedBook(TenantModel):
    """A workbook that left as an export and came back edited. `about`: what was exported, as the file says it, signed.

    `counts`: {"cells": {state: many}, "rows": {what: many}, "columns": {field: many}} of what can be taken; `notes`: sentences on what
    was left out. `act`: what was written last, as an act that can be undone.
    """

    indexes_in_workspace = (("by_id", "created_at"),)
    stays = _("What comes of an edited workbook is in the records; the file was looked at only.")

    READING, READY, WRITING, FAILED = "reading", "ready", "writing", "failed"

    kind = models.TextField()
    name = models.TextField()
    size = models.BigIntegerField(default=0)
    about = models.JSONField(default=dict)
    state = models.TextField(default=READING)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    written = models.IntegerField(default=0)
    error = models.TextField(default="")
    task_id = models.UUIDField(null=True)
    act = TenantKey("records.ChangeSet", null=True)
    by = TenantKey("identity.User", null=True)
    created_at = models.DateTimeField(default=now)

    class Meta:
        db_table = "edited_book"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def busy(self) -> bool:
        """Whether a job works on it now."""
        return self.state in (self.READING, self.WRITING)


class EditedRow(TenantModel):
    """A row of an edited workbook that differs. `line`: its number in the sheet, None where it is missing there.

    `values`: {field: text} of a new row. `version`: of the record as it was compared with.
    """

    CHANGED, NEW, GONE, UNKNOWN = "changed", "new", "gone", "unknown"

    indexes_in_workspace = (("book_id", "what", "number"),)
    stays = EditedBook.stays

    book = TenantKey("exchange.EditedBook", cascade=True)
    number = models.IntegerField()
    what = models.TextField()
    sheet = models.TextField(default="")
    line = models.IntegerField(null=True)
    record_id = models.UUIDField(null=True)
    version = models.IntegerField(null=True)
    title = models.TextField(default="")
    values = models.JSONField(default=dict)
    reason = models.TextField(default="")
    chosen = models.BooleanField(default=False)
    done = models.BooleanField(default=False)

    class Meta:
        db_table = "edited_row"
        ordering = ["book_id", "number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.what}"


class EditedCell(TenantModel):
    """A cell that differs: what it `was` at the export, is here `now`, and holds in the workbook (`mine`), as texts of the workbook.

    `state`: MINE: changed in the workbook alone; CONFLICT: here, too; THEIRS: here alone, nothing to be done; REFUSED: cannot be
    taken, `reason` says why. `value`: what is written where it is taken.
    """

    MINE, CONFLICT, THEIRS, REFUSED = "mine", "conflict", "theirs", "refused"

    indexes_in_workspace = (("book_id", "state", "number", "place"), ("row_id",))
    stays = EditedBook.stays

    book = TenantKey("exchange.EditedBook", cascade=True)
    row = TenantKey("exchange.EditedRow", cascade=True)
    number = models.IntegerField()
    place = models.IntegerField()
    field = models.TextField()
    state = models.TextField()
    was = models.TextField(default="")
    now = models.TextField(default="")
    mine = models.TextField(default="")
    value = models.JSONField(null=True)
    reason = models.TextField(default="")
    chosen = models.BooleanField(default=False)
    done = models.BooleanField(default=False)

    class Meta:
        db_table = "edited_cell"
        ordering = ["book_id", "number", "place"]

    def __str__(self) -> str:
        return f"{self.number} {self.field}: {self.state}"
