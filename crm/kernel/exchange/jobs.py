"""The jobs of this package: thin doors to the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.exchange import exporting, running, store, undoing
from crm.kernel.exchange.models import ExportRun, ImportRun, ImportState
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


@job("exchange.dry_run", label=_("Dry run of an import"), batched=True)
def dry_run(progress: Progress, run_id: UUID) -> None:
    """Count what an import would do."""
    with _said(progress, _import_failed(run_id)):
        running.take_in(progress, run_id, trial=True)


@job("exchange.import", label=_("Import"), batched=True)
def run_import(progress: Progress, run_id: UUID) -> None:
    """Take a file in."""
    with _said(progress, _import_failed(run_id)):
        running.take_in(progress, run_id, trial=False)


@job("exchange.undo", label=_("Undo of an import"), batched=True)
def undo_import(progress: Progress, run_id: UUID) -> None:
    """Take an import back."""
    with _said(progress, _import_failed(run_id)):
        undoing.take_back(progress, run_id)


@job("exchange.export", label=_("Export"), batched=True)
def export(progress: Progress, run_id: UUID) -> None:
    """Write a list into a file."""

    def note(refusal: Any) -> None:
        ExportRun.objects.filter(pk=run_id).update(state=ExportRun.FAILED, error=str(refusal), finished_at=now())

    with _said(progress, note):
        exporting.write_file(progress, run_id)


@periodic("41 3 * * *", "exchange.forget_files")
def forget_files() -> None:
    """Removes imports and exports older than 90 days with their files; the records stay."""
    store.forget(KEPT_DAYS)
