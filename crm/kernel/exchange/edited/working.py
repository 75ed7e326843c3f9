"""The jobs of edited workbooks: looking one through, and writing what was chosen of it, batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import sheets, store
from crm.kernel.exchange.edited.comparing import Comparison, Told, gone
from crm.kernel.exchange.edited.opening import Lines
from crm.kernel.exchange.edited.texts import as_exported, texts_of
from crm.kernel.exchange.edited.trying import OPEN, attempt, editable, new_values, read_as_exported, refuse, said, try_out
from crm.kernel.exchange.models import EditedBook, EditedCell, EditedRow
from crm.kernel.queue.progress import Progress, uncollected
from crm.kernel.records import listing, writing
from crm.kernel.records.undo import add_part, begin
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_actor

BATCH, WRITTEN_AT_ONCE = 500, 200
MOST_CELLS = 200_000
"""Cells that differ, and rows, which are told of one workbook."""


def entity_of(kind: str) -> Entity[Any]:
    """The kind of a workbook, if the actor may change such records. Raises NotFound where it is there no more, NotAllowed."""
    entity = registry.kind(kind)
    if entity is None:
        raise NotFound
    if not policy_for(entity).may(current_actor(), "edit"):
        raise NotAllowed(_("Your roles do not allow you to change these records."))
    return entity


def look_through(progress: Progress, book_id: UUID) -> None:
    """Tells every cell that differs; nothing of the records is written. A killed job starts from the beginning."""
    with progress.batch():
        book = EditedBook.objects.get(pk=book_id)
        EditedRow.objects.filter(book_id=book_id).delete()
        comparison = Comparison(entity_of(book.kind), book.about)
        path, ids = store.place(book_id), store.place(UUID(book.about["run"]), "ids")
        first, last = book.about["ids"]
        progress.step(0, last - first)
    lines, done, told = Lines(path, book.about), 0, 0
    source = iter(lines)
    while some := list(islice(source, BATCH)):
        with progress.batch(), uncollected():
            found = comparison.batch(some)
            try_out(comparison.entity, book.about, found)
            told += _keep(book, found)
            done += len(some)
            progress.step(done, max(done, last - first))
        if told > MOST_CELLS:
            raise Refusal(_("More than %(most)d cells differ. Bring back fewer rows at once.") % {"most": MOST_CELLS})
    notes = list(lines.notes)
    for part in _left_ids(ids, first, last):
        with progress.batch():
            rows = gone(comparison, part, told)
            told += len(rows)
            for row in rows:
                row.book_id = book_id
            bulk.insert(EditedRow, rows)
        if told > MOST_CELLS:
            break
    if not ids.exists():
        notes.append(_("Which rows were taken out cannot be told any more: that is kept for 90 days."))
    if comparison.unworked:
        notes.append(_formulas(comparison.unworked))
    with progress.batch():
        count(book)
        book.notes, book.state, book.error = notes[:50], EditedBook.READY, ""
        book.save(update_fields=["counts", "notes", "state", "error"])


def _formulas(many: int) -> str:
    return ngettext(
        "%(num)s cell has a formula without a result and was left out; open the workbook in Excel and save it once.",
        "%(num)s cells have formulas without a result and were left out; open the workbook in Excel and save it once.",
        many,
    ) % {"num": many}


def _left_ids(path: Path, first: int, last: int) -> Iterator[list[UUID]]:
    """The ids of the rows that left in this workbook, BATCH at a time."""
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(first * 16)
        left = last - first
        while left > 0 and (packed := file.read(min(left, BATCH) * 16)):
            yield sheets.ids_of(packed)
            left -= BATCH


def _keep(book: EditedBook, found: Sequence[Told]) -> int:
    for one in found:
        one.row.book_id = book.pk
        for cell in one.cells:
            cell.book_id, cell.row_id = book.pk, one.row.pk
    bulk.insert(EditedRow, [one.row for one in found])
    cells = [cell for one in found for cell in one.cells]
    bulk.insert(EditedCell, cells)
    return len(found) + len(cells)


def count(book: EditedBook) -> None:
    """Counts what can be told of a workbook."""
    cells = EditedCell.objects.filter(book_id=book.pk, done=False).order_by()
    rows = EditedRow.objects.filter(book_id=book.pk, done=False).exclude(what=EditedRow.CHANGED).order_by()
    taken = cells.filter(chosen=True).values("row_id").distinct().count()
    book.counts = {
        "cells": dict(cells.values_list("state").annotate(many=Count("pk"))),
        "rows": dict(rows.values_list("what").annotate(many=Count("pk"))),
        "columns": dict(cells.filter(state__in=OPEN).values_list("field").annotate(many=Count("pk"))),
        "chosen": {
            "cells": cells.filter(chosen=True).count(), "records": taken,
            "new": rows.filter(what=EditedRow.NEW, chosen=True).count(), "gone": rows.filter(what=EditedRow.GONE, chosen=True).count(),
        },
    }  # fmt: skip


def write_chosen(progress: Progress, book_id: UUID) -> None:
    """Writes what was chosen, as one act; what is refused stays, with the reason. A killed job goes on where it stopped."""
    with progress.batch():
        book = EditedBook.objects.get(pk=book_id)
        entity = entity_of(book.kind)
        count(book)
        chosen = book.counts["chosen"]
        progress.step(progress.committed(), chosen["records"] + chosen["new"] + chosen["gone"])
    written = progress.committed()
    while True:
        with progress.batch(), uncollected():
            book = EditedBook.objects.select_for_update().get(pk=book_id)
            rows = _next_rows(book)
            if not rows:
                count(book)
                book.state, book.error = EditedBook.READY, ""
                book.save(update_fields=["state", "error", "counts"])
                return
            wrote = _changed(entity, book, [row for row in rows if row.what == EditedRow.CHANGED])
            wrote += _created(entity, book, [row for row in rows if row.what == EditedRow.NEW])
            wrote += _removed(entity, [row for row in rows if row.what == EditedRow.GONE])
            _note(progress, book, wrote)
            written += len(rows)
            progress.step(written, max(written, progress.total or 0))


def _next_rows(book: EditedBook) -> list[EditedRow]:
    """The next rows of which something is chosen."""
    rows = EditedRow.objects.filter(book_id=book.pk, done=False).order_by("number")
    with_cells = EditedCell.objects.filter(book_id=book.pk, chosen=True, done=False).order_by("number").values_list("row_id", flat=True)
    found = list(dict.fromkeys(with_cells[: WRITTEN_AT_ONCE * 4]))[:WRITTEN_AT_ONCE]
    return list(rows.filter(pk__in=found)) if found else list(rows.filter(chosen=True)[:WRITTEN_AT_ONCE])


def _note(progress: Progress, book: EditedBook, wrote: int) -> None:
    if not wrote:
        return
    if book.act is None or book.act.work_id != progress.task_id:
        book.act = begin(_("Edited workbook: %(name)s") % {"name": book.name}, work=progress.task_id)
    add_part(book.act.pk, wrote)
    book.written += wrote
    book.save(update_fields=["act", "written"])


def _changed(entity: Entity[Any], book: EditedBook, rows: Sequence[EditedRow]) -> int:
    by_record = {row.record_id: row for row in rows if row.record_id}
    if not by_record:
        return 0
    cells: dict[UUID, list[EditedCell]] = {row.pk: [] for row in rows}
    for cell in EditedCell.objects.filter(row_id__in=list(cells), chosen=True, done=False):
        cells[cell.row_id].append(cell)
    allowed = editable(entity, by_record)
    for pk, row in by_record.items():
        if pk not in allowed:
            refuse(cells[row.pk], {}, _("It is not there any more, or you may not change it."), entity)
    _moved_on(entity, book, [row for pk, row in by_record.items() if pk in allowed], cells)
    wanted = {pk: _wanted(cells[row.pk]) for pk, row in by_record.items() if pk in allowed and _wanted(cells[row.pk])}
    wrote = _written(entity, book, wanted, {pk: cells[row.pk] for pk, row in by_record.items()})
    bulk.update(EditedCell, [cell for some in cells.values() for cell in some], ["state", "chosen", "done", "reason", "now"])
    return wrote


def _wanted(cells: Sequence[EditedCell]) -> dict[str, Any]:
    return {cell.field: cell.value for cell in cells if cell.chosen and not cell.done}


def _written(
    entity: Entity[Any], book: EditedBook, wanted: Mapping[UUID, Mapping[str, Any]], cells: Mapping[UUID, Sequence[EditedCell]]
) -> int:
    """Writes; of a record of which some cells are refused, the others are tried once more without them."""
    wrote, turn = 0, wanted
    while turn:
        again: dict[UUID, Mapping[str, Any]] = {}
        for pk, result in attempt(entity, book.about, turn).items():
            mine = [cell for cell in cells[pk] if cell.chosen]
            if isinstance(result, Refusal):
                refuse(mine, result.fields, str(result.message), entity)
                again |= {pk: rest} if (rest := _wanted(mine)) else {}
                continue
            wrote += 1
            for cell in mine:
                cell.done, cell.chosen = True, False
        turn = again
    return wrote


def _moved_on(entity: Entity[Any], book: EditedBook, rows: Sequence[EditedRow], cells: Mapping[UUID, Sequence[EditedCell]]) -> None:
    """Cells that somebody changed here after they were looked at are told anew and not written."""
    names = list(dict.fromkeys(cell.field for some in cells.values() for cell in some))
    by_record = {row.record_id: row for row in rows}
    loaded = {one.id: one for one in listing.load(entity, list(by_record), names)}  # type: ignore[arg-type]
    stale = [one for pk, one in loaded.items() if one.version != by_record[pk].version]
    with as_exported(book.about):
        texts = texts_of(entity, names, stale)
    for one in stale:
        row = by_record[one.id]
        row.version = one.version
        row.save(update_fields=["version"])
        for cell in cells[row.pk]:
            if texts[one.id].get(cell.field, "") != cell.now:
                cell.now, cell.state, cell.chosen = texts[one.id].get(cell.field, ""), EditedCell.CONFLICT, False
                cell.reason = _("Changed here again after you looked.")


def _created(entity: Entity[Any], book: EditedBook, rows: Sequence[EditedRow]) -> int:
    if not rows:
        return 0
    wrote = 0
    for row, values, wrong in new_values(entity, book.about, rows):
        result: Any = Refusal(" ".join(wrong)) if wrong else _create(entity, book, values)
        row.chosen, row.done = False, not isinstance(result, Refusal)
        row.reason = said(entity, result) if isinstance(result, Refusal) else ""
        row.record_id = None if isinstance(result, Refusal) else result.pk
        wrote += row.done
    bulk.update(EditedRow, list(rows), ["chosen", "done", "reason", "record_id"])
    return wrote


def _create(entity: Entity[Any], book: EditedBook, values: Mapping[str, Any]) -> Any:
    with read_as_exported(book.about):
        return writing.create_many(entity, [values])[0]


def _removed(entity: Entity[Any], rows: Sequence[EditedRow]) -> int:
    wrote = 0
    for row in rows:
        row.chosen = False
        try:
            assert row.record_id is not None
            writing.remove(entity, row.record_id)
            row.done, row.reason, wrote = True, "", wrote + 1
        except Refusal as refusal:
            row.reason = said(entity, refusal)
    bulk.update(EditedRow, list(rows), ["chosen", "done", "reason"])
    return wrote
