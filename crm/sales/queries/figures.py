"""The figures of the sales page and of my day: counts and sums of what the actor may see, each with the filter that lists it.

The database counts and sums once for several figures: what every deal says by its stage, what the open ones say by person, what
was won by month and person.
"""

import datetime
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from crm.customers.entities.policies import Activities
from crm.customers.models import Activity
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import visible
from crm.kernel.base.clock import now
from crm.kernel.base.money import Money
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.records.reading import called
from crm.kernel.tenancy.scope import current_actor, once
from crm.sales.models import Pipeline, Stage
from crm.sales.models.pipeline import StageKind
from crm.sales.queries import DAY, stages_of
from crm.sales.queries.whose import EVERYBODY, Whose


@dataclass(slots=True)
class Figure:
    """One row of a figure: how many records, their sum by currency, and the filter that lists just them."""

    label: str
    count: int = 0
    sums: dict[str, Money] = field(default_factory=dict)
    weighted: dict[str, Money] = field(default_factory=dict)
    filter: dict[str, Any] = field(default_factory=dict)
    key: Any = None

    def add(self, count: int, minor: int | None, currency: str | None, share: Decimal | None = None) -> None:
        self.count += count
        if not currency or minor is None:
            return
        old = self.sums.get(currency, Money(0, currency))
        self.sums[currency] = Money(old.minor + int(minor), currency)
        if share is not None:
            before = self.weighted.get(currency, Money(0, currency))
            self.weighted[currency] = Money(before.minor + int(int(minor) * share / 100), currency)

    def minor(self, currency: str) -> int:
        """The sum in one currency, in minor units; 0 where there is none."""
        return self.sums[currency].minor if currency in self.sums else 0


# ── what the database is asked ──────────────────────────────────────────────────────────────────────────────────────


def deals(whose: Whose = EVERYBODY) -> QuerySet[Any]:
    """The deals the ambient actor may see, of all or of some."""
    entity = registry.kind("opportunity")
    assert entity is not None
    return whose.rows(visible(entity)).order_by()


def _activities(whose: Whose) -> list[QuerySet[Activity]]:
    """The activities the ambient actor may see, of all or of some, in parts without common rows, each quickly counted."""
    entity = registry.kind("activity")
    assert entity is not None
    rows = Activity.objects.filter(deleted_at=None).order_by()
    return [whose.rows(rows.filter(part)) for part in Activities(entity).parts(current_actor())]


def _counted(what: str, whose: Whose, narrow: Callable[..., Any], *given: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of `narrow(part, *given)` over all parts; the same values may come once for each part."""
    for number, part in enumerate(_activities(whose)):
        key = (what, number, whose.column, whose.ids)
        yield from lasting(key, partial(narrow, part), *given, prepared=False, own=True)


def _stages() -> list[tuple[UUID, str, int | None]]:
    """[(stage, meaning, usual days)] over all pipelines; every figure of a page asks for them."""

    def rows() -> QuerySet[Any]:
        return Stage.objects.filter(deleted_at=None).order_by("id").values_list("pk", "kind", "usual_days")

    return once(("sales.stages",), lambda: list(lasting(("stages",), rows)))


def open_stages() -> dict[UUID, int | None]:
    """{open stage of any pipeline: the days that deals usually stay in it}"""
    return {pk: usual for pk, kind, usual in _stages() if kind == StageKind.OPEN}


def _stage_ids(kind: str) -> list[UUID]:
    return [pk for pk, meaning, _usual in _stages() if meaning == kind]


def _asked(what: Hashable, whose: Whose, make: Callable[..., Any], *given: Any) -> list[Any]:
    """The answer to a question about deals that several figures of a page ask."""
    key = ("deals", what, whose.column, whose.ids)
    return once((*key, current_actor().id), lambda: list(lasting(key, make, *given, prepared=False, own=True)))


def _by_stage(whose: Whose) -> list[tuple[UUID, str | None, Decimal | None, int, int | None]]:
    """[(stage, currency, probability, deals, sum)] of all deals."""

    def rows() -> Any:
        found = deals(whose).values_list("stage_id", "amount_currency", "probability")
        return found.annotate(n=Count("*"), s=Sum("amount"))

    return _asked("by stage", whose, rows)


def _open(whose: Whose) -> list[dict[str, Any]]:
    """Counts and sums of the open deals by owner and currency: all, late (past their expected close), stuck."""
    today, since = _today(), _stuck_since()

    def rows(stages: list[UUID], *moments: datetime.datetime) -> Any:
        late, stuck = Q(closes__lt=today), Q(pk__in=[])
        for stage, moment in zip(since, moments, strict=True):
            stuck |= Q(stage_id=stage, stage_since__lt=moment)
        found = deals(whose).filter(stage_id__among=stages).values("owner_id", "amount_currency")
        return found.annotate(
            all_n=Count("*"), all_s=Sum("amount"), late_n=Count("pk", filter=late), late_s=Sum("amount", filter=late),
            stuck_n=Count("pk", filter=stuck), stuck_s=Sum("amount", filter=stuck),
        )  # fmt: skip

    return _asked(("open", today, *since), whose, rows, _stage_ids(StageKind.OPEN), *since.values())


def _stuck_since() -> dict[UUID, datetime.datetime]:
    """{open stage with usual days: whoever came there before this moment has been there twice as long}"""
    moment = once(("sales.moment",), now)
    return {pk: moment - 2 * usual * DAY for pk, usual in open_stages().items() if usual and usual > 0}


def _won(first: datetime.date, whose: Whose) -> list[tuple[datetime.date, UUID | None, str | None, int, int | None]]:
    """[(month, owner, currency, deals, sum)] of what was won since a day."""

    def rows(stages: list[UUID]) -> Any:
        found = deals(whose).filter(stage_id__among=stages, closed_on__gte=first).annotate(month=TruncMonth("closed_on"))
        return found.values_list("month", "owner_id", "amount_currency").annotate(n=Count("*"), s=Sum("amount"))

    return _asked(("won", first), whose, rows, _stage_ids(StageKind.WON))


def _people(ids: Iterable[UUID]) -> dict[UUID, User]:
    """{id: person}; the figures of one page are about the same ones."""
    known: dict[UUID, User] = once(("sales.people",), dict)
    missing = set(ids) - known.keys()
    if missing:
        known |= User.objects.in_bulk(missing)
    return known


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _is(name: str, value: Any, op: str = "is") -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


def _in_stages(kind: str) -> dict[str, Any]:
    return _is("stage", [str(pk) for pk in _stage_ids(kind)], "in")


def pipeline_by_stage(pipeline: Pipeline, whose: Whose = EVERYBODY) -> list[Figure]:
    """Open, won and lost deals of a pipeline by stage, in the order of the stages."""
    found = {
        stage.pk: Figure(called(stage), key=stage, filter={"all": [_is("stage", str(stage.pk)), *whose.conditions]})
        for stage in stages_of(pipeline.pk, retired=True)
    }
    for stage, currency, share, count, minor in _by_stage(whose):
        if stage in found:
            found[stage].add(count, minor, currency, share if share is not None else Decimal(0))
    return [one for one in found.values() if one.count or not one.key.retired]


def totals(kind: str, whose: Whose = EVERYBODY) -> Figure:
    """All deals in stages of one meaning (open, won, lost), over all pipelines."""
    total = Figure(str(dict(StageKind.choices)[kind]), filter={"all": [_in_stages(kind), *whose.conditions]})
    ids = set(_stage_ids(kind))
    for stage, currency, _share, count, minor in _by_stage(whose):
        if stage in ids:
            total.add(count, minor, currency)
    return total


def won_by_month(months: int = 12, whose: Whose = EVERYBODY) -> list[Figure]:
    """What was won in each of the last months, this one included, oldest first. Months are those of the closing day."""
    first, won = _month(_today(), 1 - months), _in_stages(StageKind.WON)
    found = {}
    for back in range(months):
        start = _month(first, back)
        last = _month(start, 1) - DAY
        found[start] = Figure(
            start.isoformat(),
            key=start,
            filter={"all": [won, _is("closed_on", [start.isoformat(), last.isoformat()], "between"), *whose.conditions]},
        )
    for month, _owner, currency, count, minor in _won(first, whose):
        if month in found:
            found[month].add(count, minor, currency)
    return list(found.values())


def my_figures() -> tuple[Figure, Figure]:
    """(what I have won this month, my open deals)."""
    first, after = _month(_today(), 0), _month(_today(), 1)
    own = _is("owner", "me")
    month = _is("closed_on", "this_month", "within")
    won = Figure(_("Won this month"), filter={"all": [_in_stages(StageKind.WON), own, month]})
    still = Figure(_("Open"), filter={"all": [_in_stages(StageKind.OPEN), own]})

    def this_month(rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(closed_on__gte=first, closed_on__lt=after)

    for figure, kind, key, narrow in ((won, StageKind.WON, first, this_month), (still, StageKind.OPEN, None, None)):
        for currency, count, minor in _mine(kind, key, narrow):
            figure.add(count, minor, currency)
    return won, still


def _mine(kind: str, key: Hashable, narrow: Callable[[QuerySet[Any]], QuerySet[Any]] | None) -> list[tuple[str | None, int, int | None]]:
    """[(currency, deals, sum)] of the actor's own deals in stages of one meaning."""

    def rows(stages: list[UUID]) -> Any:
        found = deals().filter(owner_id=current_actor().id, stage_id__among=stages)
        return (narrow(found) if narrow else found).values_list("amount_currency").annotate(n=Count("*"), s=Sum("amount"))

    return _asked(("mine", kind, key), EVERYBODY, rows, _stage_ids(kind))


def activity_by_person(days: int = 30, whose: Whose = EVERYBODY) -> list[tuple[User, dict[str, int], dict[str, Any]]]:
    """[(person, {type: how many}, filter)] of what was done in the last days, the most active first."""
    until = now()

    def done(rows: QuerySet[Any], since: datetime.datetime, until: datetime.datetime) -> Any:
        found = rows.filter(done_at__gte=since, done_at__lte=until, owner__isnull=False)
        return found.values_list("owner_id", "type").annotate(n=Count("*"))

    counted: dict[UUID, dict[str, int]] = {}
    for owner, kind, many in _counted("activities by person", whose, done, until - days * DAY, until):
        kinds = counted.setdefault(owner, {})
        kinds[kind or "note"] = kinds.get(kind or "note", 0) + many
    people = _people(counted)
    found = [
        (people[pk], kinds, {"all": [_is("owner", str(pk)), _is("done_at", f"last_{days}_days", "within"), *_team_of(whose)]})
        for pk, kinds in counted.items()
        if pk in people
    ]
    return sorted(found, key=lambda row: (-sum(row[1].values()), row[0].name))


def _team_of(whose: Whose) -> list[dict[str, Any]]:
    """Beside a condition on the owner a person needs no other."""
    return whose.conditions if whose.column == "team_id" else []


def results_by_person(months: int = 12, whose: Whose = EVERYBODY) -> list[tuple[User, Figure, Figure]]:
    """[(person, won in the last months, open now)], who has won most first."""
    first = _month(_today(), 1 - months)
    open_ = [_in_stages(StageKind.OPEN)]
    won = [_in_stages(StageKind.WON), _is("closed_on", first.isoformat(), "gte")]
    found: dict[UUID, tuple[Figure, Figure]] = {}

    def of(pk: UUID) -> tuple[Figure, Figure]:
        rest = [_is("owner", str(pk)), *_team_of(whose)]
        return found.setdefault(pk, (Figure("", filter={"all": [*won, *rest]}), Figure("", filter={"all": [*open_, *rest]})))

    for _at, pk, currency, count, minor in _won(first, whose):
        if pk is not None:
            of(pk)[0].add(count, minor, currency)
    for row in _open(whose):
        if row["owner_id"] is not None:
            of(row["owner_id"])[1].add(row["all_n"], row["all_s"], row["amount_currency"])
    people = _people(found)
    listed = [(people[pk], *pair) for pk, pair in found.items() if pk in people]
    return sorted(listed, key=lambda row: (-sum(one.minor for one in row[1].sums.values()), -row[2].count, row[0].name))


def overdue(whose: Whose = EVERYBODY) -> tuple[Figure, Figure]:
    """(open deals whose expected close has passed, activities whose time has passed and that are not done)."""
    late = Figure(
        _("Deals past their expected close"),
        filter={"all": [_in_stages(StageKind.OPEN), _is("closes", "today", "lt"), *whose.conditions]},
    )
    for row in _open(whose):
        late.add(row["late_n"], row["late_s"], row["amount_currency"])
    undone = [{"field": "done_at", "op": "empty"}, _is("due", "today", "lt"), *whose.conditions]
    todo = Figure(_("Activities past their time"), filter={"all": undone})

    def past(rows: QuerySet[Any], today: datetime.datetime) -> Any:
        return rows.filter(done_at=None, due__lt=today).values_list("owner_id").annotate(n=Count("*"))

    todo.count = sum(many for _owner, many in _counted("late activities", whose, past, _midnight(_today())))
    return late, todo


def stuck(whose: Whose = EVERYBODY) -> Figure:
    """Open deals that stand in their stage for more than twice its usual days."""
    found = Figure(_("Stuck deals"))
    found.filter = {
        "any": [
            {"all": [_is("stage", str(stage)), _is("stage_since", moment.isoformat(), "lt"), *whose.conditions]}
            for stage, moment in _stuck_since().items()
        ]
    }
    for row in _open(whose):
        found.add(row["stuck_n"], row["stuck_s"], row["amount_currency"])
    return found


def _zone() -> ZoneInfo:
    return ZoneInfo(current_actor().time_zone)


def _today() -> datetime.date:
    return now().astimezone(_zone()).date()


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), _zone())


def _month(day: datetime.date, many: int) -> datetime.date:
    count = day.year * 12 + day.month - 1 + many
    return datetime.date(count // 12, count % 12 + 1, 1)
