"""Writes a list into a file, page by page, as the person who asked may see it."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, Refusal, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.filter import from_ours
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import store
from crm.kernel.exchange.models import ExportRun
from crm.kernel.exchange.telling import exported
from crm.kernel.exchange.writing import CsvWriter, XlsxWriter
from crm.kernel.exchange.writing.workbook import MOST_ROWS
from crm.kernel.quality.queries import Standings, standings
from crm.kernel.queue.progress import Progress
from crm.kernel.records import listing, reads
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.scope import current_actor

BATCH = 500
ID = "id"
FORMATS = {"xlsx": "xlsx", "csv": "csv", "csv-gbk": "csv"}
"""Format → ending of the file."""


def entity_of(kind: str) -> Entity[Any]:
    """The kind, if the actor may export it. Raises NotAllowed."""
    entity = registry.kind(kind)
    if entity is None or not policy_for(entity).may(current_actor(), "export"):
        raise NotAllowed(_("Your roles do not allow you to export these records."))
    return entity


def columns_of(entity: Entity[Any], wanted: Sequence[str]) -> list[str]:
    """The wanted columns which the actor may see, money with its currency; all that can be written when none is named.

    Raises Wrong for a name that is no field.
    """
    seen = policy_for(entity).fields(current_actor())
    unknown = [name for name in wanted if name != ID and name not in seen]
    if unknown:
        raise Wrong(fields={"columns": [_("There is no field “%(name)s”.") % {"name": unknown[0]}]})
    names: list[str] = []
    for name in wanted or [ID, *(n for n, one in seen.items() if one.type not in ("address", "computed") and not one.worked)]:
        names.append(name)
        if name != ID and seen[name].type == "money":
            names.append(f"{name}_currency")
    return [name for name in dict.fromkeys(names) if name == ID or name in seen]


def heading(entity: Entity[Any], name: str) -> str:
    """The column's title: the label, for a part that of its whole before it."""
    if name == ID:
        return "ID"
    field = entity.fields[name]
    whole = entity.fields.get(field.part_of or "")
    if whole is None or whole.type == "person_name":
        return str(field.label)
    return f"{whole.label} {field.label}"


def headings(entity: Entity[Any], names: Sequence[str]) -> list[str]:
    """Titles of all columns; where two are alike, the field's name is added."""
    titles = [heading(entity, name) for name in names]
    return [f"{title} ({name})" if titles.count(title) > 1 else title for title, name in zip(titles, names, strict=True)]


def write_file(progress: Progress, run_id: UUID) -> None:
    """The whole export; a killed one starts from the beginning, for a half written file is of no use."""
    with progress.batch():
        run = ExportRun.objects.get(pk=run_id)
        entity = entity_of(run.kind)
        names = columns_of(entity, run.columns)
        node = from_ours(run.filter) if run.filter else None
        total, _exact = listing.count(entity, node)
        progress.step(0, total)
        ending = FORMATS[run.format]
        path, part = store.place(run.pk, ending), store.place(run.pk, "part")
        writer: Any = (
            XlsxWriter(part, headings(entity, names), str(entity.labels))
            if ending == "xlsx"
            else CsvWriter(part, headings(entity, names), "gbk" if run.format == "csv-gbk" else "utf-8")
        )
    cursor: str | None = None
    for number in count():
        with progress.batch():
            with reads.through(reads.EXPORT):
                page = listing.page(entity, node, run.sort, cursor, BATCH, [name for name in names if name != ID])
            known = standings([row.id for row in page.items]) if run.reasons else {}
            add_rows(writer, entity, names, page.items, known)
            progress.step(writer.rows, max(total, writer.rows))
            cursor = page.next
        if ending == "xlsx" and writer.rows > MOST_ROWS:
            part.unlink(missing_ok=True)
            raise Refusal(_("An Excel sheet holds 1,048,575 rows; this list has more. Export it as CSV."))
        if cursor is None or number > MOST_ROWS:
            break
    writer.close()
    part.replace(path)
    with progress.batch():
        ExportRun.objects.filter(pk=run.pk).update(
            state=ExportRun.DONE,
            rows=writer.rows,
            size=path.stat().st_size,
            lost=getattr(writer, "lost", 0),
            finished_at=now(),
        )
        progress.result = {"rows": writer.rows}
        exported(run)


def add_rows(
    writer: Any, entity: Entity[Any], names: Sequence[str], rows: Sequence[listing.Row], known: Standings | None = None
) -> None:
    """Writes rows of a list into a file, values as people read them; where it is `known` why there is none, that."""
    many = {name: _names_of_links(entity.fields[name], rows) for name in names if name != ID and isinstance(entity.fields[name], Links)}
    for row in rows:
        why = {name: Reason(one.reason).label for name, one in (known or {}).get(row.id, {}).items() if one.reason}
        cells = [_cell(entity, name, row, many) for name in names]
        writer.add([str(why[name]) if cell in (None, "") and name in why else cell for name, cell in zip(names, cells, strict=True)])


def _names_of_links(field: Fact, rows: Sequence[listing.Row]) -> dict[Any, str]:
    return names_of(field.target, {one for row in rows for one in row.values.get(field.name) or ()})


def _cell(entity: Entity[Any], name: str, row: listing.Row, many: dict[str, dict[Any, str]]) -> Any:
    if name == ID:
        return str(row.id)
    field, value = entity.fields[name], row.values.get(name)
    if value is None or value == []:
        return None
    if isinstance(field, Links):
        return "; ".join(many[name].get(one, str(one)) for one in value)
    if isinstance(field, Link):
        return row.names.get(name, "")
    if field.type == "datetime":
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return field.to_cell(value)
