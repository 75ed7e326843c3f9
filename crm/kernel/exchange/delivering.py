"""Writes a list into a file, page by page, as the person who asked may see it."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, from_ours
from crm.kernel.exchange import seals, sheets, store
from crm.kernel.exchange.exporting import BATCH, FORMATS, ID, cells_of, columns_of, entity_of, headings
from crm.kernel.exchange.models import ExportRun
from crm.kernel.exchange.telling import exported
from crm.kernel.exchange.writing import Book, Column, CsvWriter, XlsxWriter
from crm.kernel.exchange.writing.workbook import MOST_ROWS
from crm.kernel.quality.queries import standings
from crm.kernel.queue.progress import Progress
from crm.kernel.records import listing, reads
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

Line = tuple[UUID, list[Any], str]
"""(record, its cells, what the hidden column says)"""


@dataclass(slots=True)
class Plan:
    """One export as it was asked for, resolved for the person who did."""

    run: ExportRun
    entity: Entity[Any]
    names: list[str]
    heads: list[str]
    node: Node | None
    total: int
    groups: list[sheets.Group]
    facts: dict[str, Any]
    link: str
    workspace: UUID
    home: Path
    """The folder of the files."""

    @property
    def ids(self) -> Path:
        """Where the ids of all rows are kept, so that it can be told later which of them are missing in a workbook that comes back."""
        return self.home / f"{self.run.pk}.ids"

    def lines(self, rows: Sequence[listing.Row]) -> list[Line]:
        """Rows with what a workbook says of them. Inside a scope."""
        kind = self.entity.kind
        known = standings([row.id for row in rows]) if self.run.reasons else {}
        cells = cells_of(self.entity, self.names, rows, known)
        return [(row.id, each, seals.row_key(kind, row.id, row.version)) for row, each in zip(rows, cells, strict=True)]

    def columns(self) -> list[Column]:
        """The columns of its sheets."""
        place = {name: index for index, name in enumerate(self.names)}
        types = {name: "text" if name == ID else self.entity.fields[name].type for name in self.names}
        return [
            Column(name, head, types[name], place.get(f"{name}_currency") if types[name] == "money" else None)
            for name, head in zip(self.names, self.heads, strict=True)
        ]


def write_file(progress: Progress, run_id: UUID) -> None:
    """The whole export; a killed one starts from the beginning, for a half written file is of no use."""
    with progress.batch():
        plan = _plan(progress, ExportRun.objects.get(pk=run_id))
        part = plan.home / f"{run_id}.part"
    if FORMATS[plan.run.format] == "csv":
        lost = _csv(progress, plan, part)
    else:
        lost = _sheets(progress, plan, part) if plan.groups or plan.run.sheets_by else _sheet(progress, plan, part)
    path = plan.home / f"{run_id}.{ending_of(plan.run)}"
    part.replace(path)
    run = plan.run
    run.state, run.size, run.lost, run.finished_at = ExportRun.DONE, path.stat().st_size, lost, now()
    with progress.batch():
        run.save(update_fields=["state", "rows", "size", "lost", "sheets", "books", "finished_at"])
        progress.result = {"rows": run.rows}
        exported(run)


def ending_of(run: ExportRun) -> str:
    """The ending of the file's name."""
    return "zip" if run.books > 1 else FORMATS[run.format]


def _plan(progress: Progress, run: ExportRun) -> Plan:
    entity, actor = entity_of(run.kind), current_actor()
    names = columns_of(entity, run.columns)
    node = from_ours(run.filter) if run.filter else None
    groups = sheets.gather(entity, node, run.sort, sheets.field_for_sheets(entity, run.sheets_by)) if run.sheets_by else []
    total = sum(group.rows for group in groups) if run.sheets_by else listing.count(entity, node)[0]
    progress.step(0, total)
    heads = headings(entity, names)
    facts = {
        "run": str(run.pk), "kind": run.kind, "name": run.name, "view": run.view, "columns": list(zip(names, heads, strict=True)),
        "sheets_by": run.sheets_by, "reasons": run.reasons,
        "at": now().isoformat(), "by": str(actor.id), "language": actor.language, "zone": actor.time_zone,
        "country": actor.country, "currency": actor.currency,
    }  # fmt: skip
    link = settings.BASE_URL + reverse("pages.list", kwargs={"entity": entity.plural}) if entity.menu else ""
    return Plan(run, entity, names, heads, node, total, groups, facts, link, current_workspace_id(), store.place(run.pk).parent)


def _pages(progress: Progress, plan: Plan) -> Iterator[list[Line]]:
    cursor: str | None = None
    done = 0
    while True:
        with progress.batch():
            with reads.through(reads.EXPORT):
                page = listing.page(plan.entity, plan.node, plan.run.sort, cursor, BATCH, [name for name in plan.names if name != ID])
            lines = plan.lines(page.items)
            done += len(lines)
            progress.step(done, max(plan.total, done))
            cursor = page.next
        yield lines
        if cursor is None or done > MOST_ROWS * 10:
            return


def _csv(progress: Progress, plan: Plan, part: Path) -> int:
    writer = CsvWriter(part, plan.heads, "gbk" if plan.run.format == "csv-gbk" else "utf-8")
    for lines in _pages(progress, plan):
        for _pk, cells, _key in lines:
            writer.add([getattr(cell, "decimal", cell) for cell in cells])
    writer.close()
    plan.run.rows = writer.rows
    return writer.lost


def _sheet(progress: Progress, plan: Plan, part: Path) -> int:
    """One workbook with one sheet."""
    book = Book(part, plan.columns())
    book.sheet(str(plan.entity.labels))
    with plan.ids.open("wb") as ids:
        for lines in _pages(progress, plan):
            _add(book, plan, lines)
            ids.write(b"".join(pk.bytes for pk, _cells, _key in lines))
            if book.rows > MOST_ROWS:
                part.unlink(missing_ok=True)
                raise Refusal(_("An Excel sheet holds 1,048,575 rows; this list has more. Export it as CSV."))
    book.close(_about(plan, 0, book.rows))
    plan.run.rows, plan.run.sheets, plan.run.books = book.rows, 1, 1
    return book.pen.cut


def _add(book: Book, plan: Plan, lines: Sequence[Line]) -> None:
    for pk, cells, key in lines:
        book.add(cells, key, f"{plan.link}{pk}/" if plan.link else "")


def _about(plan: Plan, first: int, last: int, **more: Any) -> str:
    return seals.seal(plan.facts | {"until": now().isoformat(), "ids": [first, last], **more}, plan.workspace)


def _sheets(progress: Progress, plan: Plan, part: Path) -> int:
    """One sheet for each group: a workbook, or several and an index of all of them in a zip."""
    shelves = sheets.books(plan.groups)
    several, cut, done = len(shelves) > 1, 0, 0
    listed: list[tuple[str, Book]] = []
    with zipfile.ZipFile(part.with_suffix(".zipping"), "w") as packed, plan.ids.open("wb") as ids:
        for number, shelf in enumerate(shelves, 1):
            book = Book(part, plan.columns(), index=_("Index"))
            first = done
            for lines in _shelf(progress, plan, shelf, book, done):
                ids.write(b"".join(pk.bytes for pk, _cells, _key in lines))
                done += len(lines)
            with_all = None if several else plan.total
            book.close(_about(plan, first, done, book=number, books=len(shelves)), with_all)
            cut += book.pen.cut
            plan.run.sheets += len(book.sheets)
            if several:
                name = _("%(name)s, %(number)s of %(all)s") % {"name": plan.run.name, "number": number, "all": len(shelves)}
                packed.write(part, f"{name}.xlsx")
                listed.append((name, book))
        if several:
            _index_of_all(part, listed)
            packed.write(part, _("Index") + ".xlsx")
    if several:
        part.with_suffix(".zipping").replace(part)
    part.with_suffix(".zipping").unlink(missing_ok=True)
    plan.run.rows, plan.run.books = done, len(shelves)
    return cut


def _shelf(progress: Progress, plan: Plan, shelf: Sequence[sheets.Group], book: Book, done: int) -> Iterator[list[Line]]:
    """Fills a workbook, `BATCH` records at a time, over the bounds of the sheets."""
    names, at = [name for name in plan.names if name != ID], -1
    for piece in sheets.parts(shelf, BATCH):
        wanted = [pk for _number, ids in piece for pk in ids]
        with progress.batch():
            there = set(listing.rows_of(plan.entity, plan.node).filter(pk__in=wanted).values_list("pk", flat=True))
            with reads.through(reads.EXPORT):
                rows = listing.load(plan.entity, [pk for pk in wanted if pk in there], names)
            lines = {line[0]: line for line in plan.lines(rows)}
            done += len(lines)
            progress.step(done, max(plan.total, done))
        for number, ids in piece:
            if number != at:
                book.sheet(shelf[number].title)
                at = number
            some = [lines[pk] for pk in ids if pk in lines]
            _add(book, plan, some)
            yield some


def _index_of_all(path: Path, listed: Sequence[tuple[str, Book]]) -> None:
    """Which sheet is in which workbook, with its rows, and what they have together."""
    keys = sorted({key for _name, book in listed for sheet in book.sheets for key in sheet.totals})
    columns = listed[0][1].columns
    totals = [f"{columns[index].title} {currency}".strip() for index, currency in keys]
    writer = XlsxWriter(path, [_("Sheet"), _("Workbook"), _("Number of rows"), *totals], _("Index"))
    sums = [Decimal(0)] * len(keys)
    for name, book in listed:
        for sheet in book.sheets:
            values = [sheet.totals.get(key) for key in keys]
            sums = [total + (value or 0) for total, value in zip(sums, values, strict=True)]
            writer.add([sheet.title, f"{name}.xlsx", sheet.rows, *values])
    writer.add([_("Total"), "", sum(book.rows for _name, book in listed), *sums])
    writer.close()
