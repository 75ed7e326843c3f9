"""What a write of sales brings about: pipeline, probability and closing day follow the stage; the way is kept."""

import datetime
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.outbox.events import Event
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.records.needed import ask, demands, undoing
from crm.kernel.records.pipeline import CHANGE, CREATE, REMOVE, Write, after_batch, contribute
from crm.kernel.records.reading import called
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current
from crm.sales.events import OpportunityLost, OpportunityMoved, OpportunityReopened, OpportunityWon
from crm.sales.models import DealCompetitor, Opportunity, OpportunityContact, OpportunityLine, Pipeline, Stage, StageChange
from crm.sales.models.pipeline import StageKind, needable
from crm.sales.queries import first_stage, main_pipeline, stage_like, stages_of


def _today(write: Write) -> datetime.date:
    return now().astimezone(ZoneInfo(Reading.of(write.actor).time_zone)).date()


@contribute("default", Opportunity)
def start(write: Write) -> None:
    """A deal without a stage starts at the beginning of its pipeline, one without a pipeline in the main one."""
    if write.values.get("stage_id") is None and "stage" not in write.errors:
        write.values["stage_id"] = first_stage(write.values.get("pipeline_id")).pk
    if "opened_on" not in write.values:
        write.values["opened_on"] = _today(write)


@contribute("check", Opportunity)
def follow_stage(write: Write) -> None:
    """The stage says pipeline, probability and whether the deal is closed."""
    if write.op == CHANGE and write.changed("pipeline_id") and not write.changed("stage_id"):
        write.values["stage_id"] = stage_like(_stage(write.old.get("stage_id")), write.values["pipeline_id"]).pk
    moved = write.changed("stage_id")
    stage = _stage(_now(write, "stage_id"))
    if stage is None:
        write.wrong("stage", _("Choose a stage of a pipeline."))
        return
    write.record.stage = stage
    _needs(write, stage, moved)
    if moved:
        _moved(write, stage)
    if stage.kind == StageKind.OPEN:
        if moved and "closed_on" not in write.given:
            write.values["closed_on"] = None
        if _now(write, "closed_on") is not None:
            write.wrong("closed_on", _("Only a deal that is won or lost has a closing day."))
    elif _now(write, "closed_on") is None:
        write.values["closed_on"] = _today(write)
    if stage.kind != StageKind.LOST:
        for name in ("lost_reason_id", "lost_to_id"):
            if _now(write, name) is not None:
                write.values[name] = None


def _needs(write: Write, stage: Stage, moved: bool) -> None:
    """What the stage asks for: fields of the deal, and rows beside it."""
    fields = [name for name in stage.needs or () if name not in _BESIDE]
    ask(write, called(stage), fields, moved)
    beside = [name for name in stage.needs or () if name in _BESIDE]
    if not (beside and moved) or undoing():
        return
    labels = dict(needable())
    for name in beside:
        if not _there(write, name):
            facts = {"stage": called(stage), "field": labels.get(name, name)}
            write.wrong("stage", _("Before “%(stage)s” this is needed: %(field)s.") % facts)


@demands(Opportunity)
def asked_for() -> list[tuple[str, list[str]]]:
    """What the stages of all pipelines ask for, of the deal itself."""
    asking = Stage.objects.filter(deleted_at=None).exclude(needs=None).order_by("pipeline_id", "position")
    return [(called(one), [name for name in one.needs or () if name not in _BESIDE]) for one in asking]


def _there(write: Write, name: str) -> bool:
    found: bool = _BESIDE[name].objects.filter(opportunity_id=write.record.pk, deleted_at=None).exists()
    return found or (name == "people" and _now(write, "contact_id") is not None)


#: Needs that are rows of their own.
_BESIDE: dict[str, Any] = {"people": OpportunityContact, "lines": OpportunityLine, "competitors": DealCompetitor}

_book: ContextVar[tuple[Any, dict[UUID, Stage | None]] | None] = ContextVar("kith_stages", default=None)


def _stage(pk: UUID | None) -> Stage | None:
    """A stage, asked for once in a scope: thousands of deals of one import are in a handful of stages."""
    scope, held = current(), _book.get()
    if held is None or held[0] is not scope:
        held = (scope, {})
        _book.set(held)
    if pk is not None and pk not in held[1]:
        held[1][pk] = Stage.objects.filter(pk=pk, deleted_at=None).first()
    return held[1].get(pk) if pk is not None else None


@contribute("after", Stage)
def forget_stages(write: Write) -> None:
    """What was asked before is not so any more."""
    _book.set(None)


def _moved(write: Write, stage: Stage) -> None:
    write.values["pipeline_id"] = stage.pipeline_id
    fixed = {StageKind.WON: 100, StageKind.LOST: 0}.get(StageKind(stage.kind))
    if fixed is not None:
        write.values["probability"] = fixed
    elif "probability" not in write.given or write.values.get("probability") is None:
        write.values["probability"] = stage.probability
    if write.values.get("stage_since") is None:
        write.values["stage_since"] = _entered(write, stage)


def _entered(write: Write, stage: Stage) -> datetime.datetime:
    """Now; for a deal that comes in closed already, the noon of its closing day."""
    closed = write.values.get("closed_on")
    if write.op == CREATE and stage.kind != StageKind.OPEN and closed and closed < _today(write):
        zone = ZoneInfo(Reading.of(write.actor).time_zone)
        return datetime.datetime.combine(closed, datetime.time(12), zone)
    return now()


def _now(write: Write, name: str) -> Any:
    return write.values.get(name, write.old.get(name))


@after_batch(Opportunity)
def keep_ways(writes: list[Write]) -> None:
    """One row for each stay in a stage, and the news of it."""
    moved = [write for write in writes if write.op in (CREATE, CHANGE) and write.changed("stage_id")]
    before = _last_stays([write.record.pk for write in moved if write.op == CHANGE])
    for write in moved:
        last = before.get(write.record.pk)
        if last is not None:
            StageChange.objects.filter(pk=last.pk).update(left_at=write.record.stage_since)
    StageChange.objects.bulk_create(
        [
            StageChange(opportunity_id=one.pk, stage_id=one.stage_id, entered_at=one.stage_since, by_id=write.actor.id)
            for write in moved
            for one in [write.record]
        ],
        batch_size=1000,
    )
    publish_many([told for write in moved for told in _news(write, before.get(write.record.pk))])


def _last_stays(deals: list[UUID]) -> dict[UUID, StageChange]:
    """{deal: the stay it is in}"""
    stays = StageChange.objects.filter(opportunity_id__in=deals, left_at=None).select_related("stage").order_by("entered_at")
    return {one.opportunity_id: one for one in stays} if deals else {}


def _news(write: Write, last: StageChange | None) -> Iterator[Event]:
    deal: Opportunity = write.record
    kind = deal.stage.kind
    if last is not None:
        days = round((now() - last.entered_at).total_seconds() / 86_400, 2)
        yield OpportunityMoved(record=deal.pk, before=last.stage_id, stage=deal.stage_id, days=days)
        if kind == StageKind.OPEN and last.stage.kind != StageKind.OPEN:
            yield OpportunityReopened(record=deal.pk, name=deal.name, stage=deal.stage_id)
    if kind == StageKind.OPEN:
        return
    amount = write.entity.fields["amount"].value(deal)
    facts: dict[str, Any] = {
        "record": deal.pk,
        "name": deal.name,
        "account": deal.account_id,
        "owner": deal.owner_id,
        "closed_on": deal.closed_on,
        "amount": str(amount.decimal) if amount else None,
        "currency": amount.currency if amount else None,
    }
    yield OpportunityWon(**facts) if kind == StageKind.WON else OpportunityLost(**facts, reason=deal.lost_reason_id)


@contribute("default", Stage)
def stage_defaults(write: Write) -> None:
    """A new stage is an open one, behind the others but before won and lost."""
    write.values["kind"] = write.values.get("kind") or StageKind.OPEN
    if write.values.get("probability") is None:
        write.values["probability"] = 100 if write.values["kind"] == StageKind.WON else 0
    if write.values.get("position") is None:
        write.values["position"] = len(stages_of(write.values.get("pipeline_id")))


@contribute("check", Stage)
def stage_rules(write: Write) -> None:
    """A pipeline keeps at least one stage each that is open, won and lost; names differ within it."""
    pipeline, name = _now(write, "pipeline_id"), _now(write, "name")
    others = [stage for stage in stages_of(pipeline) if stage.pk != write.record.pk]
    if write.changed("name") and any(stage.name.casefold() == str(name).casefold() for stage in others):
        write.wrong("name", _("This pipeline has a stage of that name already."))
    if write.op == CHANGE and (write.values.get("retired") or write.changed("kind") or write.changed("pipeline_id")):
        old = write.old.get("kind")
        if not any(stage.kind == old for stage in others):
            write.wrong("kind", _("A pipeline needs a stage that is open, one that is won and one that is lost."))
    share = _now(write, "probability")
    if share is not None and not 0 <= share <= 100:
        write.wrong("probability", _("A probability is between 0 and 100."))


@contribute("guard", Stage)
def stage_in_use(write: Write) -> None:
    """A stage with deals in it cannot go: retire it, or move the deals first."""
    if write.op != REMOVE:
        return
    if Opportunity.objects.filter(stage_id=write.record.pk, deleted_at=None).exists():
        write.wrong("name", _("There are deals in this stage. Move them first, or retire the stage."))
    elif not any(s.kind == write.record.kind for s in stages_of(write.record.pipeline_id) if s.pk != write.record.pk):
        write.wrong("name", _("A pipeline needs a stage that is open, one that is won and one that is lost."))


@contribute("guard", Pipeline)
def pipeline_in_use(write: Write) -> None:
    """The main pipeline and one with deals in it cannot go."""
    if write.op == REMOVE and Opportunity.objects.filter(pipeline_id=write.record.pk, deleted_at=None).exists():
        write.wrong("name", _("There are deals in this pipeline. Move them first, or retire the pipeline."))
    if write.op == REMOVE and write.record.main:
        write.wrong("name", _("New deals start in this pipeline. Make another one the main one first."))


@contribute("check", Pipeline)
def pipeline_rules(write: Write) -> None:
    """There is always one main pipeline."""
    gone = write.values.get("retired") or ("main" in write.values and not write.values["main"])
    if write.op == CHANGE and gone and write.old.get("main") and not _another_main(write.record.pk):
        write.wrong("main", _("New deals start in this pipeline. Make another one the main one first."))
    if write.op == CREATE and main_pipeline() is None:
        write.values["main"] = True


def _another_main(pk: UUID) -> bool:
    return Pipeline.objects.filter(main=True, deleted_at=None).exclude(pk=pk).exists()


@contribute("after", Pipeline)
def one_main(write: Write) -> None:
    """The one that was the main pipeline before is so no longer."""
    if write.op in (CREATE, CHANGE) and write.changed("main") and write.record.main:
        others = Pipeline.objects.filter(main=True, deleted_at=None).exclude(pk=write.record.pk)
        for pk in list(others.values_list("pk", flat=True)):
            change(write.entity, pk, {"main": False})
