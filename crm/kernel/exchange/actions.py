"""What people do with imports and exports. All of it acts for the ambient actor, inside a scope."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Conflict, NotAllowed, Wrong
from crm.kernel.base.ids import uuid7
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, to_json
from crm.kernel.entity.forms.reading import use_reading
from crm.kernel.exchange import exporting, jobs, remembered, sheets, store, undoing
from crm.kernel.exchange.absent import found_in
from crm.kernel.exchange.columns import checked, importable, usual_key
from crm.kernel.exchange.mapping import date_orders, initial_values, suggest
from crm.kernel.exchange.mapping.match import RECORD_ID
from crm.kernel.exchange.models import ExportRun, ImportRow, ImportRun, ImportState, Outcome
from crm.kernel.exchange.options import Options
from crm.kernel.exchange.reading import ENCODINGS, FileShape, rows, sniff
from crm.kernel.exchange.reading.limits import MOST_HEADER_ROW
from crm.kernel.exchange.running import entity_of
from crm.kernel.exchange.writing import CsvWriter, XlsxWriter
from crm.kernel.files import quota
from crm.kernel.files.scanning import refuse_infected
from crm.kernel.queue import actions as queue
from crm.kernel.records import listing
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.undo_all import examine, undo_later
from crm.kernel.tenancy.scope import current_actor

SAMPLE = 200
_READ_FOR_KEY = 200_000


def start_import(entity: Entity[Any], name: str, stream: Iterable[bytes]) -> ImportRun:
    """Keeps an uploaded file (`stream`: its pieces), finds how it is read and suggests a field for each column.

    Raises NotAllowed without the verb "import", Unreadable with one sentence when the file is no table, Wrong where it carries a
    virus or there is no room for it.
    """
    actor = current_actor()
    if not policy_for(entity).may(actor, "import"):
        raise NotAllowed(_("Your roles do not allow you to import these records."))
    run = ImportRun(id=uuid7(), kind=entity.kind, name=plain_name(name), by_id=actor.id)
    path = store.keep(run.pk, stream)
    try:
        with path.open("rb") as contents:
            refuse_infected(contents)
        _look_at(run, entity, path, {})
        run.size = path.stat().st_size
        run.save(force_insert=True)
        quota.check(run.size)
    except BaseException:
        store.drop(run.pk)
        raise
    return run


def plain_name(name: str) -> str:
    """A file name without its folders, controls and surrogates."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in bare if c.isprintable() and not "\ud800" <= c <= "\udfff")[:200] or "file"


def read_again(
    run: ImportRun,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ImportRun:
    """Reads the file in another way (other sheet, header row, encoding, delimiter) and matches its columns anew."""
    _still_open(run)
    _readable_so(run, sheet, header_row, encoding, delimiter)
    given = {"sheet": sheet, "header_row": header_row, "encoding": encoding, "delimiter": delimiter}
    _look_at(run, entity_of(run), store.place(run.pk), given)
    run.state = ImportState.UPLOADED
    run.save()
    return run


def _readable_so(run: ImportRun, sheet: str | None, header_row: int | None, encoding: str | None, delimiter: str | None) -> None:
    """Raises Wrong, by name, for a way of reading that cannot be."""
    wrong: dict[str, list[Any]] = {}
    if sheet is not None and sheet not in run.file_shape.sheets:
        wrong["sheet"] = [_("The file has no such sheet.")]
    if header_row is not None and not 0 <= header_row <= MOST_HEADER_ROW:
        wrong["header_row"] = [_("Give the number of a row, 0 when no row holds the names.")]
    if encoding is not None and encoding not in ENCODINGS:
        wrong["encoding"] = [_("Choose one of: %(all)s.") % {"all": ", ".join(ENCODINGS)}]
    if delimiter is not None and (len(delimiter) != 1 or delimiter.isalnum() or delimiter in '"\r\n\x00\ufffd '):
        wrong["delimiter"] = [_("Give the one character that parts the cells.")]
    if wrong:
        raise Wrong(fields=wrong)


def _look_at(run: ImportRun, entity: Entity[Any], path: Path, given: Mapping[str, Any]) -> None:
    shape = sniff(path, **given)
    sample = [row.cells for row in islice(rows(path, shape), SAMPLE)]
    matches = suggest(entity, importable(entity), shape.columns, sample)
    run.shape = shape.to_json()
    orders = date_orders(len(shape.columns), (row.cells for row in rows(path, shape) if not row.problem))
    run.matches = [
        match.to_json() | {"examples": _examples(cells), "dates": orders[index], "absent": found_in(cells)}
        for index, match in enumerate(matches)
        for cells in [[row[index] for row in sample]]
    ]
    run.counts = run.notes = {}
    earlier = remembered.find(entity, shape.columns)
    if earlier is not None:
        run.mapping, run.options, run.remembered_id = *remembered.taken_over(earlier, entity, run.matches), earlier.pk
    else:
        _guess(run, entity, path, sample)


def _guess(run: ImportRun, entity: Entity[Any], path: Path, sample: Sequence[Sequence[str]]) -> None:
    """The mapping and options that the names and values of the columns suggest."""
    shape = run.file_shape
    run.mapping = {match["column"]: match["field"] for match in run.matches if match["field"]}
    options = Options(key=usual_key(entity, run.mapping, lambda column: _tells_apart(path, shape, column)))
    reading = options.reading(current_actor())
    values = initial_values(importable(entity), run.mapping, shape.columns, sample, reading)
    run.options = replace(options, values=values).to_json()
    run.remembered_id = None


def guess_again(run: ImportRun) -> ImportRun:
    """Goes back from the columns of an earlier import to what the names and values of this file suggest."""
    _still_open(run)
    path = store.place(run.pk)
    _guess(run, entity_of(run), path, [row.cells for row in islice(rows(path, run.file_shape), SAMPLE)])
    run.state = ImportState.UPLOADED
    run.save()
    return run


def _tells_apart(path: Path, shape: FileShape, column: str) -> bool:
    """Whether no two rows have the same value in a column, and nine in ten have one; looked at up to a limit."""
    index, seen, filled, count = shape.columns.index(column), set[int](), 0, 0
    for row in islice(rows(path, shape), _READ_FOR_KEY):
        count += 1
        cell = row.cells[index].strip().casefold()
        if cell:
            filled += 1
            seen.add(hash(cell))
            if len(seen) < filled:
                return False
    return filled * 10 >= count * 9


def _examples(cells: Iterable[str]) -> list[str]:
    return [cell[:60] for cell in list(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))[:3]]


def map_columns(run: ImportRun, mapping: Mapping[str, str | None], options: Mapping[str, Any] | None = None) -> ImportRun:
    """Says which column fills which field ({column: field or None}) and how rows are matched (see `options.Options`).

    Raises Wrong, by column, for what does not exist; Conflict while a job works on the run or once it is imported.
    """
    _still_open(run)
    entity = entity_of(run)
    run.mapping = checked(entity, run.file_shape.columns, mapping)
    stored = dict(options) if options is not None else {**run.options, "key": run.options.get("key")}
    chosen = Options.checked(stored)
    if chosen.key and chosen.key not in run.mapping.values():
        if options is not None and "key" in options:
            raise Wrong(fields={"key": [_("No column is matched to the field by which records are found.")]})
        path, shape = store.place(run.pk), run.file_shape
        key = usual_key(entity, run.mapping, lambda column: _tells_apart(path, shape, column))
        chosen = Options.from_json({**stored, "key": key})
    unknown = [name for name in (*chosen.missing, *chosen.values, *chosen.fill) if name not in importable(entity)]
    if unknown:
        raise Wrong(fields={"options": [_("There is no field “%(name)s”.") % {"name": unknown[0]}]})
    if chosen.key not in (None, RECORD_ID) and chosen.key not in importable(entity):
        raise Wrong(fields={"key": [_("There is no field “%(name)s”.") % {"name": chosen.key}]})
    for option, columns in (("date_orders", chosen.date_orders), ("literal", chosen.literal)):
        strange = [column for column in columns if column not in run.file_shape.columns]
        if strange:
            raise Wrong(fields={option: [_("The file has no such column.") + f" “{strange[0][:60]}”"]})
    run.options = chosen.to_json()
    run.state = ImportState.MAPPED
    run.save()
    return run


def _still_open(run: ImportRun) -> None:
    if run.busy:
        raise Conflict(_("Kith is working on this import. Wait until it is done."))
    if run.state in (ImportState.DONE, ImportState.UNDONE) or run.written:
        raise Conflict(_("This import is done. Upload the file again to import it once more."))


def _locked(run: ImportRun) -> ImportRun:
    return ImportRun.objects.select_for_update().get(pk=run.pk)


def dry_run(run: ImportRun) -> ImportRun:
    """Counts, as a job, what an import would create, change and reject. Nothing is written."""
    run = _locked(run)
    _still_open(run)
    entity_of(run)
    return _send(run, ImportState.CHECKING, jobs.dry_run)


def run_import(run: ImportRun) -> ImportRun:
    """Imports, as a job. One that failed or was stopped half way goes on where it stopped: no row is written twice."""
    run = _locked(run)
    entity_of(run)
    if run.state in (ImportState.FAILED, ImportState.STOPPED) and run.counts.get("written") and run.task_id:
        queue.retry(run.task_id)
        run.refresh_from_db()
        return run
    _still_open(run)
    return _send(run, ImportState.RUNNING, jobs.run_import)


def undo_import(run: ImportRun) -> ImportRun:
    """Takes a whole import back, as a job; records changed since are listed and left alone."""
    run = _locked(run)
    if not run.written:
        raise Conflict(_("There is nothing to take back: this import has written nothing."))
    undo_later(undoing.act_of(run).pk)
    run.refresh_from_db()
    return run


def in_the_way(run: ImportRun) -> ChangeSet | None:
    """The act of an import of which something would not go back: changed since, or not to be changed. None where all would."""
    run = _locked(run)
    if not run.written:
        return None
    act = undoing.act_of(run)
    return act if examine(act)[0] else None


def _send(run: ImportRun, state: ImportState, job: Any) -> ImportRun:
    run.task_id = queue.defer(job, run_id=run.pk).pk
    run.state, run.error, run.finished_at = state, "", None
    run.save()
    return run


def discard(run: ImportRun) -> None:
    """Removes an import that has written nothing, with its file."""
    run = _locked(run)
    if run.busy or run.written:
        raise Conflict(_("Kith is working on this import. Wait until it is done."))
    store.drop(run.pk)
    run.delete()


def rejects_file(run: ImportRun, form: str = "csv") -> Path:
    """The rejected rows with the columns of the file and the reason behind them, to be mended and imported again.

    The file is the caller's to remove.
    """
    columns = [*run.file_shape.columns, _("Reason"), _("Row in the file")]
    path = store.place(uuid7(), "xlsx" if form == "xlsx" else "csv")
    writer: Any = XlsxWriter(path, columns, _("Rejected rows")) if form == "xlsx" else CsvWriter(path, columns)
    rejected = ImportRow.objects.filter(run_id=run.pk, outcome=Outcome.REJECT).order_by("number")
    width = len(run.file_shape.columns)
    for row in rejected.iterator(chunk_size=1000):
        cells = [*(row.cells or []), *[""] * width][:width]
        writer.add([*cells, " ".join(row.reasons), row.number])
    writer.close()
    return path


def start_export(  # noqa: PLR0913  (what a list is, and what shall come of it)
    entity: Entity[Any],
    node: Node | None = None,
    sort: str = "",
    columns: Sequence[str] = (),
    form: str = "xlsx",
    reasons: bool = False,
    *,
    sheets_by: str = "",
    view: str = "",
) -> ExportRun:
    """Writes the list that filter and sort give into a file, as a job. `columns` empty: all fields that may be seen.

    `form`: "xlsx", "csv" (UTF-8) or "csv-gbk"; `reasons`: empty cells say in words why they are. `sheets_by`: the field of which
    each value gets a sheet (xlsx only). `view`: what the saved view is called.
    Raises NotAllowed without the verb "export", Wrong for unknown names.
    """
    actor = current_actor()
    exporting.entity_of(entity.kind)
    if form not in exporting.FORMATS:
        raise Wrong(fields={"format": [_("Choose xlsx, csv or csv-gbk.")]})
    exporting.columns_of(entity, columns)
    listing.order_of(entity, sort, actor)
    if sheets_by:
        sheets.field_for_sheets(entity, sheets_by)
        if form != "xlsx":
            raise Wrong(fields={"sheets_by": [_("Only an Excel workbook has sheets.")]})
    run = ExportRun(
        kind=entity.kind,
        name=str(entity.labels),
        format=form,
        filter=to_json(node) if node is not None else None,
        sort=sort,
        columns=list(columns),
        reasons=reasons,
        sheets_by=sheets_by,
        view=view[:200],
        by_id=actor.id,
    )
    run.save(force_insert=True)
    run.task_id = queue.defer(jobs.export, run_id=run.pk).pk
    run.save(update_fields=["task_id"])
    return run


def preview(run: ImportRun, count: int = 5) -> list[Sequence[str]]:
    """The first rows of the file as they are read."""
    with use_reading(Options.from_json(run.options).reading(current_actor())):
        return [row.cells for row in islice(rows(store.place(run.pk), run.file_shape), count)]
