"""Which sheets a list gives when it is exported with one sheet for each value of a field, and into how many workbooks they go."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import sort_key
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.filter import Node
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records import listing
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.scope import current_actor

MOST_SHEETS = 1_000
"""Sheets of one workbook; with more, there are several workbooks in a zip."""
MOST_BOOK_ROWS = 500_000
"""Rows of one workbook; a sheet is never parted."""
MOST_GROUPS = 20_000
_TYPES = ("text", "person_name", "choice", "country", "currency", "link", "date", "datetime", "yes_no", "integer", "email")
_ID = 16


@dataclass(slots=True)
class Group:
    """The records of one sheet, by their ids in the order of the list, 16 bytes each."""

    title: str
    ids: bytearray = field(default_factory=bytearray)

    @property
    def rows(self) -> int:
        return len(self.ids) // _ID


def fields_for_sheets(entity: Entity[Any]) -> dict[str, Fact]:
    """The fields of which each value can have a sheet, as the actor sees them."""
    return {
        name: one
        for name, one in policy_for(entity).fields(current_actor()).items()
        if one.type in _TYPES and not one.multiple and not one.part_of and one.storage.kind != "computed" and name != entity.title
    }


def field_for_sheets(entity: Entity[Any], name: str) -> Fact:
    """Raises Wrong where sheets cannot be made by this field."""
    found = fields_for_sheets(entity).get(name)
    if found is None:
        raise Wrong(fields={"sheets_by": [_("Sheets cannot be made by “%(name)s”.") % {"name": name[:60]}]})
    return found


def gather(entity: Entity[Any], node: Node | None, sort: str, by: Fact) -> list[Group]:
    """The groups in the order in which their sheets stand. Raises Wrong where there are too many."""
    order = listing.order_of(entity, sort, current_actor())
    down = F(order.ref).desc(nulls_last=True) if order.down else F(order.ref).asc(nulls_last=True)
    rows = listing.rows_of(entity, node).order_by(down, "pk").values_list("pk", *by.columns())
    found: dict[Any, bytearray] = {}
    for pk, *raw in rows.iterator(chunk_size=5_000):
        key = _key(by, by.from_row(*raw))
        if key not in found:
            if len(found) == MOST_GROUPS:
                raise Wrong(fields={"sheets_by": [_("This gives more than %(most)d sheets.") % {"most": MOST_GROUPS}]})
            found[key] = bytearray()
        found[key] += pk.bytes
    return _named(by, found)


def how_many(entity: Entity[Any], node: Node | None, by: Fact) -> int:
    """About how many sheets that gives: MOST_GROUPS + 1 at most."""
    rows = listing.rows_of(entity, node).order_by().values_list(*by.columns()).distinct()[: MOST_GROUPS + 1]
    if by.type in ("date", "datetime"):
        return len({_key(by, by.from_row(*raw)) for raw in rows})
    return int(rows.count())


def _key(by: Fact, value: Any) -> Any:
    if by.type == "datetime" and value is not None:
        value = timezone.localtime(value).date()
    if isinstance(value, datetime.date):
        return f"{value:%Y-%m}"
    return value


def _named(by: Fact, found: dict[Any, bytearray]) -> list[Group]:
    """Groups by key as groups by title; what may not be seen is one group, what has no value the last one."""
    without = found.pop(None, None) or found.pop("", None)
    title, place = _titles(by, list(found))
    made: list[Group] = []
    hidden = Group(_("Not shared with you"))
    for key in sorted(found, key=place):
        called = title(key)
        if called:
            made.append(Group(called, found.pop(key)))
        else:
            hidden.ids += found.pop(key)
    made += [hidden] if hidden.ids else []
    return [*made, Group(_("Without %(field)s") % {"field": by.label}, without)] if without else made


def _titles(by: Fact, keys: Sequence[Any]) -> tuple[Callable[[Any], str], Callable[[Any], Any]]:
    """(what the sheet of a value is called, "" where that may not be seen; where it stands)"""
    if isinstance(by, Link):
        names = names_of(by.target, keys)
        return lambda key: names.get(key, ""), lambda key: (key not in names, sort_key(names.get(key) or ""))
    reading = Reading.of(current_actor())
    if by.type in ("date", "datetime"):
        return str, str
    places = {value: number for number, (value, _label) in enumerate(by.choices_list)}
    if places:
        return lambda key: by.display(key, reading), lambda key: (places.get(key, len(places)), str(key))
    if by.type == "integer":
        return str, lambda key: key
    return lambda key: by.display(key, reading), lambda key: sort_key(str(key))


def books(groups: Sequence[Group]) -> list[list[Group]]:
    """The groups of each workbook, in order: up to MOST_SHEETS, and up to MOST_BOOK_ROWS rows where that is possible."""
    found: list[list[Group]] = [[]]
    rows = 0
    for group in groups:
        if found[-1] and (len(found[-1]) == MOST_SHEETS or rows + group.rows > MOST_BOOK_ROWS):
            found.append([])
            rows = 0
        found[-1].append(group)
        rows += group.rows
    return found


def ids_of(packed: bytes | bytearray) -> list[UUID]:
    """The ids that are kept as 16 bytes each."""
    return [UUID(bytes=bytes(packed[start : start + _ID])) for start in range(0, len(packed), _ID)]


def parts(groups: Sequence[Group], many: int) -> Iterator[list[tuple[int, list[UUID]]]]:
    """All ids, `many` at a time: [(number of the group, ids), …]; a part goes on into the next group."""
    part: list[tuple[int, list[UUID]]] = []
    room = many
    for number, group in enumerate(groups):
        at = 0
        while at < len(group.ids) or not group.ids:
            piece = group.ids[at : at + room * _ID]
            part.append((number, ids_of(piece)))
            at += len(piece)
            room -= len(piece) // _ID
            if not room:
                yield part
                part, room = [], many
            if not group.ids:
                break
    if part:
        yield part
