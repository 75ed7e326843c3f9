"""What goes on paper: a list with all its rows, a list in groups, a board as a list of its columns, a calendar by its days, a record."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Node, Where, both
from crm.kernel.entity.forms.numbers import show_integer
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import boards, calendars, filters, groups, record_screen, timeline
from crm.kernel.pages.lists import ROWS, Head, Line, counted, heads, lines_of, total
from crm.kernel.pages.looks import Look
from crm.kernel.records import listing
from crm.kernel.tenancy.scope import current_actor

#: Rows of one print; who may not export gets what a page of the list shows.
MOST = 2_000
STEP = 500
#: From so many columns on the paper lies on its side.
WIDE = 7
#: Entries of the timeline that a print of a record may be asked to hold.
ENTRIES = (0, 25, 100, 500)


@dataclass(slots=True)
class Part:
    """One table: a group, a column of the board, or (without a label) the whole list. `sums`: (label, amount)."""

    label: str = ""
    count: str = ""
    sums: list[tuple[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Printed:
    """A list on paper. `left` says, where rows are left out, which and why."""

    entity: Entity[Any]
    heads: list[Head]
    parts: list[Part]
    filter: filters.Filter
    chips: list[filters.Chip]
    total: str = ""
    order: str = ""
    by: str = ""
    days: str = ""
    left: str = ""

    @property
    def wide(self) -> bool:
        return len(self.heads) >= WIDE


class Rows:
    """Reads rows until the print is full; `cut` tells that there would have been more."""

    def __init__(self, entity: Entity[Any], sort: str, names: Sequence[str], reading: Reading) -> None:
        self.entity, self.sort, self.names, self.reading = entity, sort, names, reading
        self.room = self.most = MOST if policy_for(entity).may(current_actor(), "export") else ROWS
        self.cut = False

    def of(self, node: Node | None) -> list[Line]:
        """All rows of a filter, as far as there is room for them."""
        return [line for _row, line in self.paired(node)]

    def paired(self, node: Node | None) -> list[tuple[listing.Row, Line]]:
        """The same, each with the row that it is made of."""
        found: list[tuple[listing.Row, Line]] = []
        cursor = None
        while self.room:
            page = listing.page(self.entity, node, self.sort, cursor, min(STEP, self.room), self.names)
            found += zip(page.items, lines_of(self.entity, page.items, self.names, self.reading), strict=True)
            self.room -= len(page.items)
            cursor = page.next
            if not cursor:
                return found
        self.cut = self.cut or cursor is not None or bool(listing.page(self.entity, node, self.sort, None, 1, [self.entity.title]).items)
        return found

    def left(self, total: str) -> str:
        if not self.cut:
            return ""
        said = _("These are the first %(count)s of %(total)s.") % {"count": show_integer(self.most, self.reading), "total": total}
        more = _("Narrow the filter to have the others on paper.") if self.most == MOST else _("All rows need the right to export.")
        return f"{said} {more}"


def _made(entity: Entity[Any], found: filters.Filter, names: Sequence[str], sort: str, reading: Reading) -> Printed:
    made = Printed(entity, heads(entity, names[1:], sort), [], found, filters.chips(entity, found, reading))
    one = entity.fields.get(sort.removeprefix("-"))
    made.order = str(one.label) if one is not None else ""
    return made


def listed(look: Look) -> Printed:
    """The list of a look, all of its rows; in groups where the look has groups."""
    entity, reading = look.entity, Reading.of(current_actor())
    found, node = boards.node_of(entity, look.given)
    sort = look.given.get("sort") or entity.default_sort
    made, rows = _made(entity, found, look.columns, sort, reading), Rows(entity, sort, look.columns, reading)
    by = groups.field_of(entity, look.group) if look.group else None
    if by is None:
        made.parts = [Part(lines=rows.of(node))]
        whole = not rows.cut
        made.total = counted(entity, len(made.parts[0].lines), True, reading) if whole else total(entity, found, reading)
    else:
        made.by = str(by.label)
        found_groups = groups.groups(entity, by, node, look.columns, reading)
        made.parts = [Part(one.label, one.count, one.sums, _group(rows, by, one.value, node)) for one in found_groups]
        made.total = counted(entity, sum(one.many for one in found_groups), True, reading)
    made.left = rows.left(made.total)
    return made


def _group(rows: Rows, by: Fact, value: str, node: Node | None) -> list[Line]:
    within = groups.within(by, value, node)
    return rows.of(within) if within is not None else []


def board(entity: Entity[Any], given: QueryDict) -> Printed:
    """The columns of a board one below the other, each with its cards as rows."""
    reading = Reading.of(current_actor())
    found, node = boards.node_of(entity, given)
    names = [entity.title, *(name for name in boards.card_fields(entity) if name != entity.title)]
    sort = entity.default_sort
    made, rows = _made(entity, found, names, sort, reading), Rows(entity, sort, names, reading)
    name = str(entity.board)
    made.by = str(entity.fields[name].label)
    figures = boards.screen(entity, given)
    for column in figures.columns:
        part = Part(column.label, show_integer(column.count, reading))
        if entity.board_sum and column.minors:
            part.sums = [(str(entity.fields[entity.board_sum].label), groups.amounts(column.minors, reading))]
        part.lines = rows.of(both(Where(name, "is", column.value), node)) if column.count else []
        made.parts.append(part)
    made.total = counted(entity, sum(column.count for column in figures.columns), True, reading)
    made.left = rows.left(made.total)
    return made


def calendar(look: Look) -> Printed:
    """The days that a calendar shows, one below the other, each with its entries as rows in time."""
    entity, reading = look.entity, Reading.of(current_actor())
    shown = calendars.screen(look)
    by, days = shown.by, shown.days[: shown.shown]
    names = list(dict.fromkeys([entity.title, by.name, *boards.card_fields(entity), "owner"]))
    names = [name for name in names if name in policy_for(entity).fields(current_actor())]
    made, rows = _made(entity, shown.filter, names, by.name, reading), Rows(entity, by.name, names, reading)
    made.order, made.by, made.days = "", str(by.label), shown.title
    first, last = (datetime.date.fromisoformat(one.value) for one in (days[0], days[-1]))
    parts: dict[str, Part] = {}
    for row, line in rows.paired(calendars.between(by, first, last, shown.filter)):
        day = calendars.stands(row.values[by.name], reading)[0].isoformat()
        parts.setdefault(day, Part(next(one.label for one in days if one.value == day))).lines.append(line)
    made.parts = list(parts.values())
    for part in made.parts:
        part.count = show_integer(len(part.lines), reading)
    made.total = counted(entity, sum(len(part.lines) for part in made.parts), True, reading)
    if rows.cut:
        made.left = _("These are the first %(count)s.") % {"count": show_integer(rows.most, reading)}
    return made


@dataclass(slots=True)
class PrintedRecord:
    """A record on paper: everything that is filled, what is linked to it, and the newest `entries` of its timeline."""

    screen: record_screen.RecordScreen
    related: list[record_screen.Related]
    days: list[timeline.Day]
    entries: int
    more: bool


def record(entity: Entity[Any], one: Any, given: QueryDict) -> PrintedRecord:
    """The record as the ambient actor sees it; the address says how much of the timeline (`entries`)."""
    raw = given.get("entries", "")
    entries = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 5 and int(raw) in ENTRIES else ENTRIES[1]
    items, more = timeline.items_of(entity.kind, one, current_actor(), None, entries) if entries else ([], False)
    linked = [record_screen.related_list(entity, one, f"rel-{kind.plural}-{link.name}") for kind, link in record_screen.related(entity)]
    filled = [each for each in linked if each is not None and each.lines]
    return PrintedRecord(record_screen.screen(entity, one, given), filled, timeline.days(items), entries, more)
