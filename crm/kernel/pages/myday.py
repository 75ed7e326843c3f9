"""My day: sections which parts contribute, in order."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise

from crm.kernel.base.clock import now
from crm.kernel.tenancy.parts import in_use

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do or to look at. `why` gives the reason, `due` when, `tone` "", warn or bad, `kind` colours the icon.

    With `act_post` the act is done in place (a POST that answers with a toast); else it opens `act_url`.
    `menu`: further acts, each a label, an address to POST to and its values in JSON; they need a `key` of their own on the page.
    """

    title: str
    url: str
    why: str = ""
    due: str = ""
    tone: str = ""
    icon: str = "check"
    kind: str = ""
    value: str = ""
    subtitle: str = ""
    act_label: Words = ""
    act_url: str = ""
    act_post: bool = False
    square: bool = False
    menu: tuple[tuple[Words, str, str], ...] = ()
    key: str = ""


def replaced(item: Item, **given: Any) -> Item:
    """The item with some facts replaced."""
    return replace(item, **given)


@dataclass(frozen=True, slots=True)
class Section:
    """`where` main or side; `shape` steps (with reasons), deals (a card of rows) or plain. `empty` teaches; "" hides it."""

    key: str
    label: Words
    items: list[Item] = field(default_factory=list)
    more_url: str = ""
    more_label: Words = ""
    where: str = "main"
    shape: str = "steps"
    empty: Words = ""
    count: int | None = None
    summary: Words = ""


Fill = Callable[[Any, datetime.datetime], Section | None]
_FILLS: list[tuple[int, Fill]] = []


def contribute(order: int = 50) -> Callable[[Fill], Fill]:
    """Contributes a section: `fill(actor, now)`; None leaves it out."""

    def add(fill: Fill) -> Fill:
        _FILLS.append((order, fill))
        _FILLS.sort(key=lambda pair: pair[0])
        return fill

    return add


def sections(actor: Any) -> list[Section]:
    """All sections that have something to say or to teach."""
    moment = now()
    found = [fill(actor, moment) for _order, fill in _FILLS if in_use(fill)]
    return _once([one for one in found if one is not None and (one.items or one.empty)])


def _once(found: list[Section]) -> list[Section]:
    """A record stands in one section of the main column: the first that has it."""
    there: set[str] = set()
    kept = []
    for one in found:
        if one.where != "main":
            kept.append(one)
            continue
        fresh = [item for item in one.items if item.url not in there]
        there |= {item.url for item in fresh}
        gone = len(one.items) - len(fresh)
        if fresh or not gone:
            kept.append(replace(one, items=fresh, count=one.count - gone if one.count is not None else None))
    return kept
