"""What to do next, as one ranked list. Every line has a score, a plain sentence why, and one act.

score = (weight + growth) × taste. `growth` says how pressing one case is, between 0 and the reason's most; `taste` is 0.7 for
each "not useful" that this person has said to a reason lately, and never under 0.25. Of several reasons for one record the
weightiest stands.

| reason   | weight | growth, at most | what it means                                                        |
| -------- | ------ | --------------- | -------------------------------------------------------------------- |
| mention  | 90     | 10, days open   | a colleague named me and I have not written there since              |
| late     | 70     | 20, days late   | an activity of mine is past its day                                  |
| closes   | 60     | 15, days past   | an open deal of mine should have closed by now                       |
| today    | 50     | 0               | an activity of mine is due today                                     |
| stuck    | 45     | 15, times usual | a deal of mine stands in its stage more than twice its usual days    |
| silent   | 40     | 20, times usual | a customer of mine has been silent twice as long as is usual for him |
| lead     | 38     | 12, days, score | a lead of mine has nothing planned and nobody has spoken with it     |
| no_step  | 35     | 0               | an open deal of mine has nothing planned                             |
| birthday | 30     | 0               | a contact of mine has a birthday within a week                       |

Parts contribute candidates; the work is bounded by their limits, whatever the size of the company.
"""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.customers.models.day import DayChoice
from crm.kernel.access.lasting import lasting
from crm.kernel.pages import myday
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import current_actor

WEIGHTS: Mapping[str, tuple[float, float]] = {
    "mention": (90, 10), "late": (70, 20), "closes": (60, 15), "today": (50, 0),
    "stuck": (45, 15), "silent": (40, 20), "lead": (38, 12), "no_step": (35, 0), "birthday": (30, 0),
}  # fmt: skip
TASTE, LEAST_TASTE = 0.7, 0.25
#: A "not useful" counts for so long.
REMEMBERED = datetime.timedelta(days=180)
#: kind → the field that "move the date" moves.
DATES: dict[str, str] = {"activity": "due"}


Names = Mapping[Any, str]
Write = Callable[[Names], myday.Item]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One line that could stand there. `pressing` is between 0 and 1; `kind` is the record's.

    Only lines that are shown are written out: `write` makes one from the names of the records in `about` (None: no such link).
    """

    reason: str
    record: UUID
    kind: str
    write: Write
    pressing: float = 0.0
    about: tuple[UUID | None, ...] = ()


@dataclass(slots=True)
class Day:
    """What parts share while they look for candidates: who, when, and the records for which something is planned already."""

    actor: Any
    moment: datetime.datetime
    planned: set[UUID] = field(default_factory=set)


Find = Callable[[Day], Iterable[Candidate]]
_FINDERS: list[tuple[int, Find]] = []


def finds(order: int) -> Callable[[Find], Find]:
    """Contributes `find(day)`: candidates, at most some hundreds, with one query."""

    def add(find: Find) -> Find:
        _FINDERS.append((order, find))
        _FINDERS.sort(key=lambda pair: pair[0])
        return find

    return add


def score(one: Candidate, taste: Mapping[str, float]) -> float:
    weight, growth = WEIGHTS[one.reason]
    return (weight + growth * min(1.0, max(0.0, one.pressing))) * taste.get(one.reason, 1.0)


def ranked(actor: Any, moment: datetime.datetime) -> list[Candidate]:
    """The candidates of a person, the weightiest first, one for each record, without what was put off."""
    away, useless = _said(actor, moment)
    taste = {reason: max(LEAST_TASTE, TASTE**many) for reason, many in useless.items()}
    day = Day(actor, moment)
    found = [one for _order, find in _FINDERS if in_use(find) for one in find(day) if (one.record, one.reason) not in away]
    found.sort(key=lambda one: -score(one, taste))
    first: dict[UUID, Candidate] = {}
    for one in found:
        first.setdefault(one.record, one)
    return list(first.values())


def ready(item: myday.Item) -> Write:
    """For a line that is cheap to write at once."""
    return lambda names: item


def written(found: Sequence[Candidate]) -> list[myday.Item]:
    """The lines of candidates, in their order; the names in all of them are asked for once, those that the reader may see."""
    ids = {pk for one in found for pk in one.about if pk}
    names = names_of(RecordRow, ids)
    return [one.write(names) for one in found]


def _said(actor: Any, moment: datetime.datetime) -> tuple[set[tuple[UUID, str]], Counter[str]]:

    def rows(since: datetime.datetime) -> Any:
        return DayChoice.objects.filter(user_id=current_actor().id, at__gt=since).order_by("-at")[:1000]

    away, useless = set(), Counter[str]()
    for one in lasting(("choices of my day",), rows, moment - REMEMBERED):
        if one.until > moment:
            away.add((one.record_id, one.reason))
        if one.useless:
            useless[one.reason] += 1
    return away, useless


def put_off(actor: Any, record: UUID, reason: str, until: datetime.datetime, useless: bool = False) -> None:
    """A line stays away until a moment. `useless`: and lines of its reason weigh less for this person from now on."""
    DayChoice.objects.bulk_create(
        [DayChoice(user_id=actor.id, record_id=record, reason=reason, until=until, useless=useless)],
        update_conflicts=True, unique_fields=["workspace", "user", "record", "reason"], update_fields=["until", "useless", "at"],
    )  # fmt: skip
