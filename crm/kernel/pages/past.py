"""Pages as of a day: what the address asks for, and what the banner says."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

from crm.kernel.audit.sealing import removed_until
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import record_screen
from crm.kernel.pages.looks import Look
from crm.kernel.records import past
from crm.kernel.records.reading import fetch
from crm.kernel.tenancy.scope import current_actor

#: What stays in the address when another day is chosen.
BESIDE = ("filter", "q", "sort", "view", "group", "columns", "by", "set", "span", "day")


@dataclass(frozen=True, slots=True)
class Then:
    """The moment a page shows. `asked` is what the address says, `day` what the date field holds; `whole` says that it is
    the end of a day, `gone` before when details that would be needed were removed by rule."""

    at: datetime.datetime
    asked: str
    day: str
    whole: bool
    gone: datetime.datetime | None = None


def asked(entity: Entity[Any], given: QueryDict) -> Then | None:
    """The moment that the address asks for a kind; None for today. Raises Wrong for what is none or has not come yet."""
    raw = given.get("as_of", "")
    if not raw:
        return None
    at = past.read_moment(raw)
    gone = removed_until().get(entity.model._meta.db_table)
    day = at.astimezone(Reading.of(current_actor()).zone).date().isoformat()
    return Then(at, raw, day, len(raw) == 10, gone if gone is not None and gone > at else None)


@contextmanager
def reading(then: Then | None) -> Iterator[None]:
    """Reads as of that moment, or as today."""
    if then is None:
        yield
        return
    with past.as_of(then.at):
        yield


def words(then: Then | None, look: Look) -> dict[str, Any]:
    """What the templates of lists, boards and calendars need to offer a day and to say which one is shown."""
    beside = [(name, look.given[name]) for name in BESIDE if look.given.get(name)]
    return {"then": then, "last_day": today(), "kept_beside": beside}


def today() -> str:
    """The last day that can be asked for."""
    return now().astimezone(Reading.of(current_actor()).zone).date().isoformat()


def yesterday() -> str:
    """Where a look at the past begins."""
    return (now().astimezone(Reading.of(current_actor()).zone).date() - datetime.timedelta(days=1)).isoformat()


def record(entity: Entity[Any], pk: UUID, then: Then) -> record_screen.Facts | None:
    """The facts of a record as it stood; None where it was not there then but is today. Raises NotFound for any other."""
    with past.as_of(then.at):
        try:
            return record_screen.facts(entity, fetch(entity, pk))
        except NotFound:
            pass
    fetch(entity, pk)
    return None
