"""Reads of sales: stages, the way a deal took, and the figures of the sales page. All respect who may see what."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from crm.kernel.access.policy import visible
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.money import Money
from crm.kernel.base.text import fold
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.records.reading import called
from crm.kernel.tenancy.scope import current_actor, once
from crm.sales.models import LostReason, Opportunity, Pipeline, Stage, StageChange
from crm.sales.models.pipeline import StageKind
from crm.sales.queries.whose import EVERYBODY, Whose

DAY = datetime.timedelta(days=1)


# ── pipelines and stages ────────────────────────────────────────────────────────────────────────────────────────────


def pipelines(retired: bool = False) -> list[Pipeline]:
    """The workspace's pipelines, the main one first."""
    found = Pipeline.objects.filter(deleted_at=None).order_by("name_sort")
    kept = [one for one in found if retired or not one.retired]
    return sorted(kept, key=lambda one: not one.main)


def main_pipeline() -> Pipeline | None:
    """The pipeline new deals start in; None in a workspace without any."""
    return next(iter(pipelines()), None)


def stages_of(pipeline_id: UUID | None, retired: bool = False) -> list[Stage]:
    """The stages of a pipeline in their order: open ones, then won, then lost."""
    rank = {StageKind.OPEN: 0, StageKind.WON: 1, StageKind.LOST: 2}
    if pipeline_id is None:
        return []
    found = Stage.objects.filter(pipeline_id=pipeline_id, deleted_at=None).order_by("position", "id")
    return sorted((one for one in found if retired or not one.retired), key=lambda one: rank.get(StageKind(one.kind), 0))


def first_stage(pipeline_id: UUID | None) -> Stage:
    """Where a deal starts, in this or the main pipeline; Wrong where there is no open stage."""
    home = pipeline_id or getattr(main_pipeline(), "pk", None)
    found = next((stage for stage in stages_of(home) if stage.kind == StageKind.OPEN), None)
    if found is None:
        raise Wrong(fields={"pipeline": [_("This pipeline has no open stage. Add one under Pipelines.")]})
    return found


def stage_like(stage: Stage | None, pipeline_id: UUID | None) -> Stage:
    """Where a deal in that stage stands in another pipeline: the stage of the same name and meaning, else of the open ones
    the one whose probability is nearest; won stays won, lost stays lost."""
    if stage is None:
        return first_stage(pipeline_id)
    there = [one for one in stages_of(pipeline_id) if one.kind == stage.kind]
    if not there:
        return first_stage(pipeline_id) if stage.kind == StageKind.OPEN else stage_of_kind(pipeline_id, stage.kind)
    named = next((one for one in there if fold(one.name) == fold(stage.name)), None)
    chance = stage.probability or Decimal(0)
    return named or min(there, key=lambda one: abs((one.probability or Decimal(0)) - chance))


def stage_of_kind(pipeline_id: UUID | None, kind: str) -> Stage:
    """The stage of a pipeline that means won or lost; Wrong where there is none."""
    found = next((stage for stage in stages_of(pipeline_id) if stage.kind == kind), None)
    if found is None:
        label = dict(StageKind.choices).get(kind, kind)
        raise Wrong(fields={"stage": [_("This pipeline has no stage for “%(kind)s”. Add one under Pipelines.") % {"kind": label}]})
    return found


def lost_reasons(retired: bool = False) -> list[LostReason]:
    """The workspace's reasons for losing, in their order."""
    found = LostReason.objects.filter(deleted_at=None).order_by("position", "id")
    return [one for one in found if retired or not one.retired]


# ── one deal ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Step:
    """One stage on a deal's bar. `days`: how long it was there in all, None: never."""

    stage: Stage
    state: str
    days: float | None = None
    entered_at: datetime.datetime | None = None


def way_of(opportunity: Opportunity) -> list[Step]:
    """The stages of the deal's pipeline with the time it spent in each; `state` is done, here, next or skipped."""
    stages = stages_of(opportunity.pipeline_id)
    if opportunity.stage_id not in {one.pk for one in stages}:
        stages.append(opportunity.stage)
    spent: dict[UUID, float] = {}
    entered: dict[UUID, datetime.datetime] = {}
    for stay in StageChange.objects.filter(opportunity_id=opportunity.pk).order_by("entered_at"):
        days = ((stay.left_at or now()) - stay.entered_at) / DAY
        spent[stay.stage_id] = spent.get(stay.stage_id, 0.0) + max(0.0, days)
        entered[stay.stage_id] = stay.entered_at
    here = next(at for at, one in enumerate(stages) if one.pk == opportunity.stage_id)
    closed = stages[here].kind != StageKind.OPEN
    steps = []
    for at, stage in enumerate(stages):
        if stage.kind != StageKind.OPEN and at != here and (closed or stage.kind == StageKind.LOST):
            continue
        state = "here" if at == here else "done" if stage.pk in spent else "skipped" if at < here else "next"
        steps.append(Step(stage, state, spent.get(stage.pk), entered.get(stage.pk)))
    return steps


def history_of(opportunity: Opportunity) -> list[StageChange]:
    """Every stay in a stage, newest first, with stage and person."""
    return list(StageChange.objects.filter(opportunity_id=opportunity.pk).select_related("stage", "by").order_by("-entered_at", "-id"))


def moves_of(deals: Iterable[UUID], before: datetime.datetime | None, limit: int) -> list[StageChange]:
    """When these deals came into another stage (not their first one), newest first."""
    earlier = StageChange.objects.filter(opportunity_id=OuterRef("opportunity_id"), entered_at__lt=OuterRef("entered_at"))
    rows = StageChange.objects.filter(Exists(earlier), opportunity_id__in=list(deals))
    rows = rows.filter(entered_at__lt=before) if before else rows
    return list(rows.select_related("stage", "by", "opportunity").order_by("-entered_at", "-id")[:limit])


# ── figures of the sales page ───────────────────────────────────────────────────────────────────────────────────────


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


def deals(whose: Whose = EVERYBODY) -> QuerySet[Any]:
    """The deals the ambient actor may see, of all or of some."""
    entity = registry.kind("opportunity")
    assert entity is not None
    return whose.rows(visible(entity))


def activities(whose: Whose = EVERYBODY) -> QuerySet[Any]:
    """The activities the ambient actor may see, of all or of some."""
    entity = registry.kind("activity")
    assert entity is not None
    return whose.rows(visible(entity))


def _is(name: str, value: Any, op: str = "is") -> dict[str, Any]:
    return {"field": name, "op": op, "value": value}


def pipeline_by_stage(pipeline: Pipeline, whose: Whose = EVERYBODY) -> list[Figure]:
    """Open, won and lost deals of a pipeline by stage, in the order of the stages."""
    found = {
        stage.pk: Figure(called(stage), key=stage, filter={"all": [_is("stage", str(stage.pk)), *whose.conditions]})
        for stage in stages_of(pipeline.pk, retired=True)
    }
    rows = deals(whose).filter(pipeline_id=pipeline.pk).order_by().values_list("stage_id", "amount_currency", "probability")
    for stage, currency, share, count, minor in rows.annotate(n=Count("pk"), s=Sum("amount")).values_list(
        "stage_id", "amount_currency", "probability", "n", "s"
    ):
        if stage in found:
            found[stage].add(count, minor, currency, share if share is not None else Decimal(0))
    return [one for one in found.values() if one.count or not one.key.retired]


def totals(kind: str, whose: Whose = EVERYBODY) -> Figure:
    """All deals in stages of one meaning (open, won, lost), over all pipelines."""
    total = Figure(str(dict(StageKind.choices)[kind]), filter={"all": [_in_stages(kind), *whose.conditions]})
    rows = deals(whose).filter(stage_id__in=_stage_ids(kind)).order_by().values_list("amount_currency")
    for currency, count, minor in rows.annotate(n=Count("pk"), s=Sum("amount")):
        total.add(count, minor, currency)
    return total


def won_by_month(months: int = 12, whose: Whose = EVERYBODY) -> list[Figure]:
    """What was won in each of the last months, this one included, oldest first. Months are those of the closing day."""
    today = _today()
    first, won = _month(today, 1 - months), _in_stages(StageKind.WON)
    found = {}
    for back in range(months):
        start = _month(first, back)
        last = _month(start, 1) - DAY
        found[start] = Figure(
            start.isoformat(),
            key=start,
            filter={"all": [won, _is("closed_on", [start.isoformat(), last.isoformat()], "between"), *whose.conditions]},
        )
    rows = deals(whose).filter(stage__kind=StageKind.WON, closed_on__gte=first, closed_on__lt=_month(today, 1)).order_by()
    grouped = rows.annotate(month=TruncMonth("closed_on")).values_list("month", "amount_currency").annotate(n=Count("pk"), s=Sum("amount"))
    for month, currency, count, minor in grouped:
        found[month].add(count, minor, currency)
    return list(found.values())


def _stage_ids(kind: str) -> list[UUID]:
    """The stages of one meaning over all pipelines; every figure of a page asks for them."""
    return once(("sales.stages", kind), lambda: list(Stage.objects.filter(kind=kind, deleted_at=None).values_list("pk", flat=True)))


def _in_stages(kind: str) -> dict[str, Any]:
    return _is("stage", [str(pk) for pk in _stage_ids(kind)], "in")


def my_figures() -> tuple[Figure, Figure]:
    """(what I have won this month, my open deals)."""
    me = current_actor().id
    mine = deals().filter(owner_id=me).order_by()
    own = _is("owner", "me")
    month = _is("closed_on", "this_month", "within")
    won = Figure(_("Won this month"), filter={"all": [_in_stages(StageKind.WON), own, month]})
    still = Figure(_("Open"), filter={"all": [_in_stages(StageKind.OPEN), own]})
    this_month = mine.filter(stage__kind=StageKind.WON, closed_on__gte=_month(_today(), 0), closed_on__lt=_month(_today(), 1))
    for figure, rows in ((won, this_month), (still, mine.filter(stage__kind=StageKind.OPEN))):
        for currency, count, minor in rows.values_list("amount_currency").annotate(n=Count("pk"), s=Sum("amount")):
            figure.add(count, minor, currency)
    return won, still


def activity_by_person(days: int = 30, whose: Whose = EVERYBODY) -> list[tuple[User, dict[str, int], dict[str, Any]]]:
    """[(person, {type: how many}, filter)] of what was done in the last days, the most active first."""
    since = now() - days * DAY
    rows = activities(whose).filter(done_at__gte=since, done_at__lte=now(), owner__isnull=False).order_by()
    counted: dict[UUID, dict[str, int]] = {}
    for owner, kind, many in rows.values_list("owner_id", "type").annotate(n=Count("pk")):
        counted.setdefault(owner, {})[kind or "note"] = many
    people = {person.pk: person for person in User.objects.filter(pk__in=counted)}
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
    mine = deals(whose).filter(owner_id__isnull=False).order_by()
    for place, rows in enumerate((mine.filter(stage__kind=StageKind.WON, closed_on__gte=first), mine.filter(stage__kind=StageKind.OPEN))):
        for pk, currency, count, minor in rows.values_list("owner_id", "amount_currency").annotate(n=Count("pk"), s=Sum("amount")):
            rest = [_is("owner", str(pk)), *_team_of(whose)]
            pair = found.setdefault(pk, (Figure("", filter={"all": [*won, *rest]}), Figure("", filter={"all": [*open_, *rest]})))
            pair[place].add(count, minor, currency)
    people = User.objects.in_bulk(list(found))
    listed = [(people[pk], *pair) for pk, pair in found.items() if pk in people]
    return sorted(listed, key=lambda row: (-sum(one.minor for one in row[1].sums.values()), -row[2].count, row[0].name))


def overdue(whose: Whose = EVERYBODY) -> tuple[Figure, Figure]:
    """(open deals whose expected close has passed, activities whose time has passed and that are not done)."""
    today = _today()
    late = Figure(
        _("Deals past their expected close"),
        filter={"all": [_in_stages(StageKind.OPEN), _is("closes", "today", "lt"), *whose.conditions]},
    )
    rows = deals(whose).filter(stage__kind=StageKind.OPEN, closes__lt=today).order_by()
    for currency, count, minor in rows.values_list("amount_currency").annotate(n=Count("pk"), s=Sum("amount")):
        late.add(count, minor, currency)
    undone = [{"field": "done_at", "op": "empty"}, _is("due", "today", "lt"), *whose.conditions]
    todo = Figure(_("Activities past their time"), filter={"all": undone})
    todo.count = activities(whose).filter(done_at=None, due__lt=_midnight(today)).count()
    return late, todo


def usual_days(stages: Sequence[UUID]) -> dict[UUID, float]:
    """{stage: mean days that deals stayed in it before they left}, over the deals the actor may see."""
    stays = StageChange.objects.filter(stage_id__in=stages, left_at__isnull=False, opportunity_id__in=deals().values("pk"))
    length = ExpressionWrapper(F("left_at") - F("entered_at"), output_field=DurationField())
    rows = stays.order_by().values_list("stage_id").annotate(mean=Avg(length))
    return {stage: mean / DAY for stage, mean in rows if mean is not None}


def stuck(whose: Whose = EVERYBODY) -> Figure:
    """Open deals that stand in their stage for more than twice its usual days."""
    found = Figure(_("Stuck deals"))
    limits = Stage.objects.filter(kind=StageKind.OPEN, deleted_at=None, usual_days__gt=0).values_list("pk", "usual_days")
    parts = []
    wanted = Q(pk__in=[])
    for stage, days in limits:
        moment = now() - 2 * days * DAY
        wanted |= Q(stage_id=stage, stage_since__lt=moment)
        parts.append({"all": [_is("stage", str(stage)), _is("stage_since", moment.isoformat(), "lt"), *whose.conditions]})
    found.filter = {"any": parts}
    rows = deals(whose).filter(wanted).order_by().values_list("amount_currency")
    for currency, count, minor in rows.annotate(n=Count("pk"), s=Sum("amount")):
        found.add(count, minor, currency)
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
