"""Reading imports and exports: everyone their own, administrators all."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.forms.reading import current_reading
from crm.kernel.exchange import exporting, store
from crm.kernel.exchange.delivering import ending_of
from crm.kernel.exchange.models import ExportRun, ImportRow, ImportRun, ImportState, Outcome
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import current_actor


def _own(model: Any) -> Any:
    actor = current_actor()
    return model.objects.all() if actor.is_admin else model.objects.filter(by_id=actor.id)


def _one(model: Any, run_id: UUID | str) -> Any:
    pk = as_uuid(run_id)
    found = _own(model).filter(pk=pk).first() if pk else None
    if found is None:
        raise NotFound
    return found


def task_of(run: ImportRun | ExportRun) -> Task | None:
    """The job that works or worked on a run."""
    return Task.objects.filter(pk=run.task_id).first() if run.task_id else None


def import_run(run_id: UUID | str) -> ImportRun:
    """One import of the actor. Raises NotFound. A run whose job was given up is shown as failed."""
    run: ImportRun = _one(ImportRun, run_id)
    if run.busy:
        _given_up(run, ImportState.FAILED)
    return run


def remembered(run: ImportRun) -> tuple[str, date] | None:
    """(file name, when) of the earlier import whose columns a run took over; "" where its file is a colleague's matter."""
    earlier = ImportRun.objects.filter(pk=run.remembered_id).first() if run.remembered_id else None
    if earlier is None:
        return None
    actor = current_actor()
    name = earlier.name if actor.is_admin or earlier.by_id == actor.id else ""
    return name, earlier.created_at.astimezone(current_reading().zone).date()


def imports(limit: int = 50) -> list[ImportRun]:
    """The newest imports of the actor."""
    return list(_own(ImportRun)[:limit])


def export_run(run_id: UUID | str) -> ExportRun:
    """One export of the actor. Raises NotFound."""
    run: ExportRun = _one(ExportRun, run_id)
    if run.state == ExportRun.WAITING:
        _given_up(run, ExportRun.FAILED)
    return run


def _given_up(run: ImportRun | ExportRun, failed: str) -> None:
    """Says of the run what became of its job, where that was given up."""
    task = task_of(run)
    if task is not None and task.state == Task.FAILED:
        run.state, run.error = failed, task.failure
        run.save(update_fields=["state", "error"])


def exports(limit: int = 50) -> list[ExportRun]:
    """The newest exports of the actor."""
    return list(_own(ExportRun)[:limit])


def export_file(run: ExportRun) -> Path:
    """The finished file. Raises NotFound while there is none, NotAllowed when the right to export was taken away."""
    exporting.entity_of(run.kind)
    path = store.place(run.pk, ending_of(run))
    if run.state != ExportRun.DONE or not path.exists():
        raise NotFound
    return path


def rejected(run: ImportRun, limit: int = 50, after: int = 0) -> list[ImportRow]:
    """Rejected rows in the order of the file."""
    rows = ImportRow.objects.filter(run_id=run.pk, outcome=Outcome.REJECT, number__gt=after)
    return list(rows.order_by("number")[:limit])


def kept(run: ImportRun, limit: int = 50) -> list[ImportRow]:
    """Rows that an undo left alone, with the reason."""
    return list(ImportRow.objects.filter(run_id=run.pk, undone="kept").order_by("number")[:limit])


def changed(run: ImportRun, limit: int = 50) -> list[ImportRow]:
    """Rows that changed a record, with its values before."""
    return list(ImportRow.objects.filter(run_id=run.pk, outcome=Outcome.UPDATE).order_by("number")[:limit])
