"""The jobs of this package: thin doors to the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, Refusal
from crm.kernel.exchange import delivering, running, store
from crm.kernel.exchange.edited import working
from crm.kernel.exchange.models import EditedBook, ExportRun, ImportRun, ImportState
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic

KEPT_DAYS = 90
"""How long the uploaded and made files are kept, and with them the way to undo."""


@contextmanager
def _said(progress: Progress, note: Callable[[Any], None]) -> Iterator[None]:
    """A refusal ends the job; the run says why."""
    try:
        yield
    except Refusal as refusal:
        with progress.batch():
            note(refusal)
        raise


def _import_failed(run_id: UUID) -> Callable[[Any], None]:
    def note(refusal: Any) -> None:
        ImportRun.objects.filter(pk=run_id).update(state=ImportState.FAILED, error=str(refusal), finished_at=now())

    return note


def _import_now(state: ImportState) -> Callable[..., None]:
    """Sets a run back to work when its task is sent on again, unless what it wrote is undone."""

    def note(run_id: UUID) -> None:
        act = ImportRun.objects.select_related("act__task").get(pk=run_id).act
        if act is not None and (act.undone_at is not None or act.task is not None and not act.task.over):
            raise Conflict(_t("What was done of it is undone: import the file once more."))
        ImportRun.objects.filter(pk=run_id).update(state=state, error="", finished_at=None)

    return note


def _export_now(run_id: UUID) -> None:
    ExportRun.objects.filter(pk=run_id).update(state=ExportRun.WAITING, error="", finished_at=None)


def _check_stopped(run_id: UUID) -> None:
    ImportRun.objects.filter(pk=run_id).update(state=ImportState.MAPPED, counts={}, notes={})


def _import_stopped(run_id: UUID) -> None:
    """What was written stays and can be undone or gone on with; where nothing was, the import may begin anew."""
    run = ImportRun.objects.select_for_update().get(pk=run_id)
    run.state = ImportState.STOPPED
    if not run.written:
        run.state, run.counts, run.notes = ImportState.MAPPED, {}, {}
    run.finished_at = now()
    run.save()


def _export_stopped(run_id: UUID) -> None:
    ExportRun.objects.filter(pk=run_id).update(state=ExportRun.FAILED, error=_t("The export was stopped."), finished_at=now())


@job(
    "exchange.dry_run", label=_("Dry run of an import"), batched=True,
    stopped=_check_stopped, resumed=_import_now(ImportState.CHECKING),
)
def dry_run(progress: Progress, run_id: UUID) -> None:
    """Count what an import would do."""
    with _said(progress, _import_failed(run_id)):
        running.take_in(progress, run_id, trial=True)


@job("exchange.import", label=_("Import"), batched=True, stopped=_import_stopped, resumed=_import_now(ImportState.RUNNING))
def run_import(progress: Progress, run_id: UUID) -> None:
    """Take a file in."""
    with _said(progress, _import_failed(run_id)):
        running.take_in(progress, run_id, trial=False)


@job("exchange.export", label=_("Export"), batched=True, stopped=_export_stopped, resumed=_export_now)
def export(progress: Progress, run_id: UUID) -> None:
    """Write a list into a file."""

    def note(refusal: Any) -> None:
        ExportRun.objects.filter(pk=run_id).update(state=ExportRun.FAILED, error=str(refusal), finished_at=now())

    with _said(progress, note):
        delivering.write_file(progress, run_id)


def _book_failed(book_id: UUID) -> Callable[[Any], None]:
    def note(refusal: Any) -> None:
        EditedBook.objects.filter(pk=book_id).update(state=EditedBook.FAILED, error=str(refusal))

    return note


def _write_failed(book_id: UUID) -> Callable[[Any], None]:
    """What was written stays; the rest may be tried once more."""

    def note(refusal: Any) -> None:
        EditedBook.objects.filter(pk=book_id).update(state=EditedBook.READY, error=str(refusal))

    return note


def _look_stopped(book_id: UUID) -> None:
    EditedBook.objects.filter(pk=book_id).update(state=EditedBook.FAILED, error=_t("Looking it through was stopped."))


def _book_now(state: str) -> Callable[..., None]:
    def note(book_id: UUID) -> None:
        EditedBook.objects.filter(pk=book_id).update(state=state, error="")

    return note


@job(
    "exchange.look_through", label=_("Comparing an edited workbook"), batched=True,
    stopped=_look_stopped, resumed=_book_now(EditedBook.READING),
)
def look_through(progress: Progress, book_id: UUID) -> None:
    """Tell what differs in a workbook from today's records."""
    with _said(progress, _book_failed(book_id)):
        working.look_through(progress, book_id)


@job(
    "exchange.write_chosen", label=_("Writing of an edited workbook"), batched=True,
    stopped=_book_now(EditedBook.READY), resumed=_book_now(EditedBook.WRITING),
)
def write_chosen(progress: Progress, book_id: UUID) -> None:
    """Write what was chosen of a workbook."""
    with _said(progress, _write_failed(book_id)):
        working.write_chosen(progress, book_id)


@periodic("41 3 * * *", "exchange.forget_files")
def forget_files() -> None:
    """Removes imports and exports older than 90 days with their files; the records stay."""
    store.forget(KEPT_DAYS)
