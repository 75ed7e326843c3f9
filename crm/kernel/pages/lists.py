"""The list of one kind, ready for its template."""

import json
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.kernel.access.lasting import rights_of
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.numbers import show_integer
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import filters, groups
from crm.kernel.pages.cells import Cell, cells_of, explained, inline, record_url, width_of
from crm.kernel.pages.looks import Look
from crm.kernel.quality.queries import Standings, standings
from crm.kernel.records import listing
from crm.kernel.search.listed import LISTED
from crm.kernel.tenancy.scope import current_actor

ROWS = 50
#: What a phone's second line tells: words, which may be cut; numbers and dates may not.
_WORDS = frozenset({"text", "link", "chips"})
_CUT = frozenset({"date", "datetime", "phone", "integer", "decimal"})


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head; `sort` is the order that a click asks for, `now` "up", "down" or ""."""

    field: Fact
    width: str
    sort: str
    now: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its title, its cells behind the title, and for phones a second line and a figure."""

    id: UUID
    version: int
    title: str
    url: str
    cells: list[Cell]

    @property
    def second(self) -> str:
        told = [cell.text for cell in self.cells if cell.text and not cell.right and cell.how in _WORDS and cell.field.type not in _CUT]
        return " · ".join(told[:3])

    @property
    def figure(self) -> str:
        return next((cell.text for cell in self.cells if cell.text and cell.right), "")

    @property
    def person(self) -> str:
        return next((cell.text for cell in self.cells if cell.how == "person"), "")


@dataclass(slots=True)
class ListScreen:
    entity: Entity[Any]
    heads: list[Head]
    lines: list[Line]
    next: str | None
    prev: str | None
    filter: filters.Filter
    chips: list[filters.Chip]
    sort: str
    total: str = ""
    may: dict[str, bool] = field(default_factory=dict)
    look: Look | None = None
    groups: list["GroupLines"] | None = None
    beside: str = ""
    as_of: str = ""

    @property
    def kept(self) -> str:
        """The part of the address which a row's link carries, so that "next" walks this list."""
        given = QueryDict(mutable=True)
        wanted = (("filter", self.filter.text), ("q", self.filter.words), ("sort", self.sort), ("as_of", self.as_of))
        for name, value in wanted:
            if value and value != self.entity.default_sort:
                given[name] = value
        return f"?{given.urlencode()}" if given else ""


def rights(entity: Entity[Any]) -> dict[str, bool]:
    """{verb: whether it is given at all}; on a past day nothing can be done."""
    actor, policy = current_actor(), policy_for(entity)
    if moment() is not None:
        return dict.fromkeys(("create", "edit", "delete", "export", "import"), False)
    return {verb: policy.may(actor, verb) for verb in ("create", "edit", "delete", "export", "import")}


@dataclass(slots=True)
class GroupLines:
    """One group with the rows that it shows already; `next` is the cursor of further ones."""

    group: groups.Group
    lines: list[Line] = field(default_factory=list)
    next: str | None = None
    open: bool = False


def screen(look: Look, limit: int = ROWS) -> ListScreen:
    """The page of the list which a look asks for. What the actor cannot sort, filter or group by any more is left out."""
    entity, given, names = look.entity, look.given, look.columns
    found = filters.read(entity, given)
    sort = _sort(entity, given)
    reading = Reading.of(current_actor())
    by = groups.field_of(entity, look.group) if look.group else None
    try:
        listing.rows_of(entity, found.node)
    except Wrong as refusal:
        if "filter" not in refusal.fields:
            raise
        found = filters.refused(found, refusal)
    made = ListScreen(entity, heads(entity, names[1:], sort), [], None, None, found, filters.chips(entity, found, reading), sort)
    made.may, made.look, made.as_of = rights(entity), look, given.get("as_of", "")
    if by is not None:
        made.groups = _grouped(made, by, reading)
        made.total = counted(entity, sum(one.group.many for one in made.groups), True, reading)
        return made
    if found.cut:
        made.beside = _("More than %(count)s records were found; these are the best of them. Another word narrows it down.") % {
            "count": show_integer(LISTED, reading)
        }
    if look.group:
        made.beside = _("This view is grouped by a field that you do not see; here is its list without groups.")
    page = listing.page(entity, found.node, sort, given.get("cursor") or None, limit, names)
    made.lines, made.next, made.prev = lines_of(entity, page.items, names, reading), page.next, page.prev
    whole = not page.next and not page.prev
    made.total = counted(entity, len(made.lines), True, reading) if whole else total(entity, found, reading)
    return made


def _sort(entity: Entity[Any], given: QueryDict) -> str:
    """The order asked for; a view's own, where the actor does not see its field, gives way to the usual one."""
    sort = given.get("sort") or entity.default_sort
    seen = policy_for(entity).fields(current_actor())
    return sort if sort.removeprefix("-") in seen or "view" not in given else entity.default_sort


def _grouped(made: ListScreen, by: Fact, reading: Reading) -> list[GroupLines]:
    assert made.look is not None
    found = [GroupLines(one) for one in groups.groups(made.entity, by, made.filter.node, made.look.columns, reading)]
    pages = groups.first_rows(made.entity, by, [one.group for one in found[: groups.OPEN]], made.filter.node, made.sort, made.look.columns)
    for one, page in zip(found, pages, strict=False):
        one.lines, one.next = lines_of(made.entity, page.items, made.look.columns, reading), page.next
        one.open = True
    return found


def group_rows(look: Look, by: Fact, value: str, cursor: str | None, reading: Reading) -> tuple[list[Line], str | None]:
    """(rows, cursor of the next ones) of one group, by key."""
    found = filters.read(look.entity, look.given)
    node = groups.within(by, value, found.node)
    if node is None:
        return [], None
    page = listing.page(look.entity, node, _sort(look.entity, look.given), cursor, groups.ROWS, look.columns)
    return lines_of(look.entity, page.items, look.columns, reading), page.next


def lines_of(entity: Entity[Any], rows: Sequence[listing.Row], names: Sequence[str], reading: Reading) -> list[Line]:
    """`names` begins with the title."""
    made, open_ = [], inline(entity)
    known = _standings(entity, rows, names)
    for row in rows:
        cells = explained(cells_of(entity, row, names, reading, open_), known.get(row.id, {}))
        title = cells[0].text or str(entity.label)
        made.append(Line(row.id, row.version, title, record_url(entity, row.id), cells[1:]))
    return made


def _standings(entity: Entity[Any], rows: Sequence[listing.Row], names: Sequence[str]) -> Standings:
    """What is known of the values in sight: asked for where one of them is missing, once for the page. Of a past day it is not told."""
    asked = [name for name in names if entity.fields[name].stands]
    bare = [row.id for row in rows if any(row.values.get(name) in (None, "", []) for name in asked)]
    return standings(bare) if bare and moment() is None else {}


def heads(entity: Entity[Any], names: Sequence[str], sort: str) -> list[Head]:
    seen = policy_for(entity).fields(current_actor())
    return [head(seen[name], sort) for name in names if name in seen]


def head(one: Fact, sort: str) -> Head:
    now = "up" if sort == one.name else "down" if sort == f"-{one.name}" else ""
    wanted = "" if not one.sortable else f"-{one.name}" if now == "up" else one.name
    return Head(one, width_of(one), wanted, now)


def counted(entity: Entity[Any], many: int, exact: bool, reading: Reading) -> str:
    """ "38 records", "about 12,400 records"."""
    text = show_integer(many, reading)
    if not exact:
        return _("about %(count)s records") % {"count": text}
    return ngettext("%(count)s record", "%(count)s records", many) % {"count": text}


#: What is "about" so many stays so for a while: {whose rights, kind and filter: (how many, until when in monotonic seconds)}.
_ABOUT: dict[Hashable, tuple[int, float]] = {}
_ABOUT_FOR, _ABOUT_MOST = 300, 5_000


def total(entity: Entity[Any], found: filters.Filter, reading: Reading) -> str:
    """How many there are: exact to 10,000; above, what the planner thinks, to two figures, asked anew after five minutes."""
    # What letters find is few and counted exactly; its ids need not be spelt out to look for it here.
    rights = rights_of(current_actor()) if not found.words else None
    key = (rights, entity.kind, repr(found.node)) if rights is not None and moment() is None else None
    about, until = _ABOUT.get(key, (0, 0.0))
    if time.monotonic() < until:
        return counted(entity, about, False, reading)
    many, exact = listing.count(entity, found.node)
    if not exact:
        many = max(many, planned(entity, found))
        step = 10 ** max(len(str(many)) - 3, 0)
        many = round(many / step) * step
        if key is not None:
            if len(_ABOUT) >= _ABOUT_MOST:
                _ABOUT.clear()
            _ABOUT[key] = (many, time.monotonic() + _ABOUT_FOR)
    return counted(entity, many, exact, reading)


def planned(entity: Entity[Any], found: filters.Filter) -> int:
    """The planner's row estimate: free, and good enough for "about"."""
    plan = json.loads(listing.rows_of(entity, found.node).order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])
