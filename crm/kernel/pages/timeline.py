"""The timeline of a record: what parts know of it, merged by time, newest first."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.pages import wording
from crm.kernel.tenancy.parts import in_use

Words = str | Promise
PAGE = 25


@dataclass(frozen=True, slots=True)
class Item:
    """One event. `tone` colours the icon's ground: "", listen, ask, wait, promise, bad. `source` says where it comes from.

    `template`, filled with `words`, stands in place of `body` where a part shows more than text.
    """

    at: datetime.datetime
    icon: str
    head: Any
    body: str = ""
    source: Words = ""
    url: str = ""
    tone: str = ""
    who: str = ""
    key: str = ""
    note: str = ""
    template: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)


Source = Callable[[Any, Any, datetime.datetime | None, int], Iterable[Item]]
_SOURCES: list[tuple[str, Source]] = []


def source(kind: str) -> Callable[[Source], Source]:
    """Contributes `rows(record, actor, before, limit)` to the timeline of a kind, or of every kind with "*"."""

    def add(rows: Source) -> Source:
        _SOURCES.append((kind, rows))
        return rows

    return add


@dataclass(frozen=True, slots=True)
class Day:
    label: str
    items: list[Item]


def items_of(kind: str, record: Any, actor: Any, before: datetime.datetime | None, limit: int = PAGE) -> tuple[list[Item], bool]:
    """(items, whether there are older ones)."""
    found: list[Item] = []
    for wanted, rows in _SOURCES:
        if wanted in (kind, "*") and in_use(rows):
            found += list(rows(record, actor, before, limit + 1))
    found.sort(key=lambda item: item.at, reverse=True)
    return found[:limit], len(found) > limit


def days(items: list[Item]) -> list[Day]:
    """The items under their days, in the reader's zone."""
    zone = wording.reading().zone
    today = now().astimezone(zone).date()
    made = []
    for day, group in groupby(items, key=lambda item: item.at.astimezone(zone).date()):
        ago = (today - day).days
        label = _("Today") if ago == 0 else _("Yesterday") if ago == 1 else _("Tomorrow") if ago == -1 else wording.date(day)
        made.append(Day(label, list(group)))
    return made
