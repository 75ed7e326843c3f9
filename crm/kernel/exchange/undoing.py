"""Takes an import back: what it made goes into the bin, what it changed gets its former values."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.models import ImportRow, ImportRun, ImportState, Outcome
from crm.kernel.exchange.telling import undone
from crm.kernel.queue.progress import Progress, uncollected
from crm.kernel.records import writing
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_actor

BATCH = 500
BACK, KEPT, GONE = "back", "kept", "gone"


def take_back(progress: Progress, run_id: UUID) -> None:
    """The whole import, last rows first, in batches; records that somebody has changed since are listed and left."""
    with progress.batch():
        run = ImportRun.objects.get(pk=run_id)
        actor = current_actor()
        progress.step(progress.committed(), _open(run).count() + progress.committed())
    plain = Reading(actor.language, actor.country, actor.currency, actor.time_zone, "ymd", ".")
    with use_reading(plain):
        while True:
            with progress.batch(), uncollected():
                batch = list(_open(run).order_by("-number", "outcome", "-id")[:BATCH])
                for row in batch:
                    row.undone = ""
                _undo_batch(batch)
                bulk.update(ImportRow, batch, ["undone", "reasons"])
                progress.step(progress.done + len(batch))
                if not batch:
                    _finish(run)
                    return


def _open(run: ImportRun) -> Any:
    outcomes = (Outcome.CREATE, Outcome.UPDATE, Outcome.LINKED)
    return ImportRow.objects.filter(run_id=run.pk, outcome__in=outcomes, undone="", record_id__isnull=False)


def _finish(run: ImportRun) -> None:
    rows = ImportRow.objects.filter(run_id=run.pk)
    counts = {state: rows.filter(undone=state).count() for state in (BACK, KEPT, GONE)}
    ImportRun.objects.filter(pk=run.pk).update(state=ImportState.UNDONE, undo_counts=counts, finished_at=now(), error="")
    undone(run)


def _undo_batch(batch: list[ImportRow]) -> None:
    by_kind: dict[str, list[ImportRow]] = {}
    for row in batch:
        by_kind.setdefault(row.record_kind, []).append(row)
    for kind, rows in by_kind.items():
        entity = registry.kind(kind)
        if entity is None:
            for row in rows:
                row.undone = GONE
        else:
            _undo_kind(entity, rows)


def _undo_kind(entity: Entity[Any], rows: list[ImportRow]) -> None:
    manager = entity.model._default_manager
    there = {
        pk: (version, deleted)
        for pk, version, deleted in manager.filter(pk__in=[row.record_id for row in rows]).values_list("pk", "version", "deleted_at")
    }
    remove: list[ImportRow] = []
    restore: list[ImportRow] = []
    for row in rows:
        version, deleted = there.get(row.record_id, (None, None))
        if version is None or deleted is not None:
            row.undone = GONE
        elif version != row.version:
            row.undone = KEPT
            row.reasons = [_("Somebody has changed this record since; it was left as it is.")]
        else:
            (restore if row.outcome == Outcome.UPDATE else remove).append(row)
    _remove(entity, remove)
    _set_back(entity, restore)


def _remove(entity: Entity[Any], rows: list[ImportRow]) -> None:
    if not rows:
        return
    try:
        writing.remove_many(entity, [row.record_id for row in rows if row.record_id])
    except Refusal as refusal:
        if len(rows) == 1:
            rows[0].undone, rows[0].reasons = KEPT, [str(refusal)]
            return
        for row in rows:
            _remove(entity, [row])
        return
    for row in rows:
        row.undone = BACK


def _set_back(entity: Entity[Any], rows: list[ImportRow]) -> None:
    if not rows:
        return
    try:
        results = writing.change_each(entity, {row.record_id: row.before or {} for row in rows if row.record_id})
    except Refusal as refusal:
        if len(rows) == 1:
            rows[0].undone, rows[0].reasons = KEPT, [str(refusal)]
            return
        for row in rows:
            _set_back(entity, [row])
        return
    for row in rows:
        result = results.get(row.record_id) if row.record_id else None
        refused = isinstance(result, Refusal)
        row.undone = KEPT if refused else BACK
        row.reasons = [str(result)] if refused else []
