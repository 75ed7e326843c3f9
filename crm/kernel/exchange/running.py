"""Takes a file in, batch by batch: as a dry run, which writes nothing, or for good."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import DatabaseError, OperationalError, transaction
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import use_reading
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.absent import without_values
from crm.kernel.exchange.columns import CARRIED
from crm.kernel.exchange.intake import Candidate, Intake
from crm.kernel.exchange.linking import target_of
from crm.kernel.exchange.lookalikes import lookalikes
from crm.kernel.exchange.models import ImportRow, ImportRun, ImportState, Outcome
from crm.kernel.exchange.reading import Row, rows
from crm.kernel.exchange.snapshots import snapshot
from crm.kernel.exchange.store import place
from crm.kernel.exchange.tally import Tally
from crm.kernel.exchange.telling import imported
from crm.kernel.exchange.undoing import label_of
from crm.kernel.queue.progress import Progress, uncollected
from crm.kernel.records import writing
from crm.kernel.records.pipeline import carrying, waits
from crm.kernel.records.undo import add_part, begin
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_actor

logger = logging.getLogger("kith.exchange")

BATCH = 1_000
#: What rows come to that write a record.
WRITTEN = (Outcome.CREATE, Outcome.UPDATE, Outcome.LINKED)

Result = tuple[ImportRow, list[str]]
"""What became of a row, and the notes on what was let pass."""


def entity_of(run: ImportRun) -> Entity[Any]:
    """The record kind that a run fills, if the actor may import it. Raises NotAllowed."""
    entity = registry.kind(run.kind)
    if entity is None or not policy_for(entity).may(current_actor(), "import"):
        raise NotAllowed(_("Your roles do not allow you to import these records."))
    return entity


def take_in(progress: Progress, run_id: UUID, trial: bool) -> None:
    """The whole file, batch by batch, going on from the bookmark. Each batch is one transaction with its bookmark."""
    with progress.batch():
        run = ImportRun.objects.get(pk=run_id)
        entity = entity_of(run)
        path = place(run.pk)
        reading = Intake(entity, run).options.reading(current_actor())
        done = int(progress.bookmark.get("row", 0))
        if not done:
            ImportRow.objects.filter(run_id=run.pk).delete()
            progress.step(0, run.file_shape.rows)
    with use_reading(reading), carrying(CARRIED):
        with progress.batch():
            intake = Intake(entity, run)
            intake.look_ahead(rows(path, intake.shape), done)
        tally = Tally.from_json(progress.bookmark.get("tally"))
        source = rows(path, intake.shape, after=done)
        while batch := list(islice(source, BATCH)):
            with progress.batch(), uncollected():
                wrote = one_batch(intake, run, batch, tally, trial)
                if wrote and not trial:
                    note_part(progress, run, wrote)
                progress.bookmark |= {"row": batch[-1].number, "tally": tally.to_json()}
                progress.step(tally.rows)
                _save(run, tally, trial)
        if not trial and intake.titles:
            set_later_links(progress, intake, run, tally, path)
    with progress.batch():
        _finish(run, tally, trial)
        progress.result = run.counts


def note_part(progress: Progress, run: ImportRun, wrote: int) -> None:
    """The open transaction wrote so many records of the import: a part of its act, which begins with the first of them."""
    if run.act is None or run.act.work_id != progress.task_id:
        run.act = begin(label_of(run), work=progress.task_id)
        ImportRun.objects.filter(pk=run.pk).update(act=run.act)
    add_part(run.act.pk, wrote)


def _save(run: ImportRun, tally: Tally, trial: bool) -> None:
    run.counts = tally.counts() | {"written": not trial}
    run.notes = tally.notes
    ImportRun.objects.filter(pk=run.pk).update(counts=run.counts, notes=run.notes)


def _finish(run: ImportRun, tally: Tally, trial: bool) -> None:
    _save(run, tally, trial)
    state = ImportState.CHECKED if trial else ImportState.DONE
    ImportRun.objects.filter(pk=run.pk).update(state=state, error="", finished_at=None if trial else now())
    if not trial:
        imported(run)


def one_batch(intake: Intake, run: ImportRun, batch: list[Row], tally: Tally, trial: bool) -> int:
    """One batch, and what became of its rows; answers how many records it wrote, or would have."""
    results = _taken(intake, run, batch, trial)
    for result, notes in results:
        tally.add(result, notes)
    kept = [result for result, _notes in results if not trial or result.outcome == Outcome.REJECT]
    bulk.insert(ImportRow, kept)
    return len({result.record_id or result.number for result, _notes in results if result.outcome in WRITTEN})


def _taken(intake: Intake, run: ImportRun, rows: list[Row], trial: bool) -> list[Result]:
    """When the database refuses the rows as a whole, each half for itself: one bad row does not hold up the others."""
    results = _attempt(intake, run, rows, trial)
    if results is not None:
        return results
    intake.seen = {key: number for key, number in intake.seen.items() if number < rows[0].number}
    if len(rows) == 1:
        return [_rejected(run, rows[0], [_("The database could not keep this row.")])]
    half = len(rows) // 2
    return _taken(intake, run, rows[:half], trial) + _taken(intake, run, rows[half:], trial)


def _rejected(run: ImportRun, row: Row, reasons: list[str], notes: list[str] | None = None) -> Result:
    kept = bulk.new(ImportRow, run_id=run.pk, number=row.number, outcome=Outcome.REJECT, cells=list(row.cells), reasons=reasons)
    return kept, notes or []


def _attempt(intake: Intake, run: ImportRun, batch: list[Row], trial: bool) -> list[Result] | None:
    """The results of a batch, or None when the database refused it; a trial leaves nothing behind."""
    try:
        with taken_back() if trial else transaction.atomic():
            return _write(intake, run, batch, trial)
    except OperationalError:
        raise
    except (DatabaseError, ValueError) as error:
        logger.warning("import %s: rows %s to %s: %s", run.pk, batch[0].number, batch[-1].number, error)
        intake.links.forget()
        return None


@contextmanager
def taken_back() -> Iterator[None]:
    """Whatever the block writes is taken back at its end."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def _write(intake: Intake, run: ImportRun, batch: list[Row], trial: bool) -> list[Result]:
    candidates = intake.batch(batch)
    made = _make_targets(intake, run, candidates)
    if trial and made:
        intake.links.forget()
    written = _create(intake, candidates, trial and not made) | _change(intake, candidates)
    similar = lookalikes(intake, candidates) if trial else {}
    results: list[Result] = list(made)
    for candidate in candidates:
        result = written.get(candidate.row.number)
        if result is None or not candidate.ok:
            results.append(_rejected(run, candidate.row, candidate.reasons, candidate.notes))
        else:
            result.run_id = run.pk
            result.reasons = [similar[result.number]] if result.outcome == Outcome.CREATE and result.number in similar else []
            results.append((result, candidate.notes))
    return results


def _make_targets(intake: Intake, run: ImportRun, candidates: list[Candidate]) -> list[Result]:
    """Makes the records which links name and which are not there, once each."""
    results: list[Result] = []
    for candidate in candidates:
        for field, text in candidate.make if candidate.ok else ():
            known = intake.links.find(field, text).one
            if known is None:
                target = registry.of(target_of(field))
                assert target is not None
                made = writing.create_many(target, [{target.title: text}])[0]
                if isinstance(made, Refusal):
                    candidate.refuse(made, target)
                    continue
                known = made.pk
                intake.links.note(field, text, known)
                results.append(
                    (
                        ImportRow(
                            run_id=run.pk,
                            number=candidate.row.number,
                            outcome=Outcome.LINKED,
                            record_id=known,
                            record_kind=target.kind,
                            version=made.version,
                        ),
                        [],
                    )
                )
            if field.multiple:
                candidate.values.setdefault(field.name, []).append(known)
            else:
                candidate.values[field.name] = known
    return results


def _create(intake: Intake, candidates: list[Candidate], trial: bool) -> dict[int, ImportRow]:
    new = [candidate for candidate in candidates if candidate.ok and candidate.record_id is None]
    if not new:
        return {}
    write: Callable[..., list[Any]] = writing.simulate if trial else writing.create_many
    values = [{name: value for name, value in candidate.values.items() if value not in ("", None)} for candidate in new]
    found: dict[int, ImportRow] = {}
    for candidate, result in zip(new, write(intake.entity, values), strict=True):
        if isinstance(result, Refusal):
            candidate.refuse(result, intake.entity)
            continue
        candidate.made = result
        found[candidate.row.number] = bulk.new(
            ImportRow,
            number=candidate.row.number,
            outcome=Outcome.CREATE,
            record_kind=intake.entity.kind,
            record_id=None if trial else result.pk,
            version=None if trial else result.version,
        )
    return found


def _change(intake: Intake, candidates: list[Candidate]) -> dict[int, ImportRow]:
    """Changes existing records; what would be the same is left alone. Keeps the values from before."""
    entity = intake.entity
    old = {candidate.record_id: candidate for candidate in candidates if candidate.ok and candidate.record_id}
    if not old:
        return {}
    allowed = set(visible(entity, "edit").filter(pk__in=old).values_list("pk", flat=True))
    for pk, candidate in old.items():
        if pk not in allowed:
            candidate.reasons.append(_("You may see this record and not change it."))
    values = {
        pk: {n: value for n, value in candidate.values.items() if n not in CARRIED and n not in candidate.filled}
        for pk, candidate in old.items()
        if pk in allowed
    }
    if not values:
        return {}
    records = writing.locked(entity, values, "edit")
    without_values(records, values, intake.fields)
    before = {record.pk: (record.version, snapshot(entity, record, values[record.pk])) for record in records}
    found: dict[int, ImportRow] = {}
    for pk, result in writing.change_each(entity, values, records).items():
        candidate = old[pk]
        if isinstance(result, Refusal):
            candidate.refuse(result, entity)
            continue
        version, was = before[pk]
        if held := waits(result):
            candidate.notes.append(held)
        same = result.version == version
        found[candidate.row.number] = bulk.new(
            ImportRow,
            number=candidate.row.number,
            outcome=Outcome.SAME if same else Outcome.UPDATE,
            record_id=pk,
            record_kind=entity.kind,
            version=result.version,
            before=None if same else was,
        )
    return found


def set_later_links(progress: Progress, intake: Intake, run: ImportRun, tally: Tally, path: Path) -> None:
    """A second pass for links between rows of the same file, once all of them are there."""
    names = [name for name in intake.by_name if intake.self_link(name)]
    source = rows(path, intake.shape, after=int(progress.bookmark.get("linked", 0)))
    intake.titles.clear()
    intake.links.forget()
    while batch := list(islice(source, BATCH)):
        wanted = [row for row in batch if not row.problem and any(row.cells[intake.by_name[name]].strip() for name in names)]
        with progress.batch():
            if wanted:
                refused, more = _link_rows(intake, run, wanted, names)
                note_part(progress, run, more)
                if refused:
                    note = _("A link to another row of the file was refused and left out")
                    tally.notes[note] = tally.notes.get(note, 0) + refused
            progress.bookmark |= {"linked": batch[-1].number, "tally": tally.to_json()}


def _link_rows(intake: Intake, run: ImportRun, batch: list[Row], names: list[str]) -> tuple[int, int]:
    """Sets the links of one batch; answers how many were refused, and how many records nothing else had changed."""
    written = {
        one.number: one
        for one in ImportRow.objects.filter(
            run_id=run.pk,
            number__in=[row.number for row in batch],
            outcome__in=[Outcome.CREATE, Outcome.UPDATE, Outcome.SAME],
        )
    }
    fields = {name: intake.fields[name] for name in names}
    cell = {(row.number, name): row.cells[intake.by_name[name]].strip() for row in batch for name in names}
    intake.links.learn({name: (one, {cell[row.number, name] for row in batch} - {""}) for name, one in fields.items()})
    values: dict[UUID, dict[str, Any]] = {}
    for row in batch:
        for name, one in fields.items():
            target = intake.links.find(one, cell[row.number, name]).one
            if target and row.number in written:
                values.setdefault(written[row.number].record_id, {})[name] = target  # type: ignore[arg-type]
    by_record = {one.record_id: one for one in written.values()}
    entity = intake.entity
    records = writing.locked(entity, values, "edit")
    old = {record.pk: snapshot(entity, record, values[record.pk]) for record in records}
    refused = more = 0
    for pk, result in writing.change_each(entity, values, records).items():
        kept = by_record[pk]
        if isinstance(result, Refusal):
            refused += 1
            continue
        if result.version == kept.version:
            continue
        if kept.outcome == Outcome.SAME:
            kept.outcome, more = Outcome.UPDATE, more + 1
        if kept.outcome == Outcome.UPDATE:
            kept.before = old[pk] | (kept.before or {})
        kept.version = result.version
        kept.save(update_fields=["version", "outcome", "before"])
    return refused, more
