"""The named writes of sales: win, lose, reopen, move; what a new workspace starts with; the pipeline editor's acts."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.customers.models import Account
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.entity import fields as f
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.entity.shipped import shipped
from crm.kernel.identity.actor import Actor
from crm.kernel.records.actions import action, entity_of
from crm.kernel.records.writing import change, create, create_many
from crm.sales.models import LostReason, Opportunity, Pipeline, Stage, StageChange
from crm.sales.models.pipeline import Selling, StageKind
from crm.sales.queries import first_stage, stage_of_kind, stages_of


def _is(*kinds: str):  # type: ignore[no-untyped-def]
    return lambda deal: deal.stage is not None and deal.stage.kind in kinds


@action(
    Opportunity,
    label=_("Mark as won"),
    needs="sales.close",
    icon="check",
    primary=True,
    when=_is(StageKind.OPEN, StageKind.LOST),
    closed_on=f.Date(_("Closed on")),
)
def win(opportunity: Opportunity, *, actor: Actor, closed_on: datetime.date | None = None) -> Opportunity:
    """The customer has bought: the deal goes into the pipeline's stage that means won."""
    return _close(opportunity, StageKind.WON, {"closed_on": closed_on})


@action(
    Opportunity,
    label=_("Mark as lost"),
    needs="sales.close",
    icon="x",
    when=_is(StageKind.OPEN, StageKind.WON),
    lost_reason=f.Link(LostReason, _("Lost because"), required=True),
    closed_on=f.Date(_("Closed on")),
    lost_to=f.Link(Account, _("Lost to")),
)
def lose(
    opportunity: Opportunity, *, actor: Actor, lost_reason: UUID, closed_on: datetime.date | None = None, lost_to: UUID | None = None
) -> Opportunity:
    """The customer will not buy; the reason is kept."""
    return _close(opportunity, StageKind.LOST, {"lost_reason": lost_reason, "closed_on": closed_on, "lost_to": lost_to})


def _close(opportunity: Opportunity, kind: str, values: dict[str, object]) -> Opportunity:
    stage = stage_of_kind(opportunity.pipeline_id, kind)
    given = {name: value for name, value in values.items() if value is not None}
    return _changed(opportunity, {"stage": stage.pk, **given})


@action(
    Opportunity,
    label=_("Open again"),
    needs="sales.close",
    icon="undo",
    when=_is(StageKind.WON, StageKind.LOST),
    stage=f.Link(Stage, _("Stage")),
)
def reopen(opportunity: Opportunity, *, actor: Actor, stage: UUID | None = None) -> Opportunity:
    """The deal goes on: back to the last open stage it was in, or to the one that is named."""
    chosen = stage or _last_open(opportunity)
    if not Stage.objects.filter(pk=chosen, kind=StageKind.OPEN, deleted_at=None).exists():
        raise Wrong(fields={"stage": [_t("Choose a stage that is neither won nor lost.")]})
    return _changed(opportunity, {"stage": chosen})


def _last_open(opportunity: Opportunity) -> UUID:
    stays = StageChange.objects.filter(opportunity_id=opportunity.pk, stage__kind=StageKind.OPEN, stage__deleted_at=None)
    found: UUID | None = stays.order_by("-entered_at", "-id").values_list("stage_id", flat=True).first()
    return found or first_stage(opportunity.pipeline_id).pk


@action(Opportunity, label=_("Move to a stage"), icon="flow", stage=f.Link(Stage, _("Stage"), required=True))
def move_stage(opportunity: Opportunity, *, actor: Actor, stage: UUID) -> Opportunity:
    """The deal comes into another stage, of this or another pipeline."""
    return _changed(opportunity, {"stage": stage})


@action(
    Opportunity,
    label=_("Move to another pipeline"),
    icon="funnel",
    pipeline=f.Link(Pipeline, _("Pipeline"), required=True),
    stage=f.Link(Stage, _("Stage"), help=_("Left out: the stage of the same name, else the one that is as likely to be won.")),
)
def change_pipeline(opportunity: Opportunity, *, actor: Actor, pipeline: UUID, stage: UUID | None = None) -> Opportunity:
    """The deal goes on in another way of selling, in the stage that fits the one it is in."""
    if stage is not None and not Stage.objects.filter(pk=stage, pipeline_id=pipeline, deleted_at=None).exists():
        raise Wrong(fields={"stage": [_t("Choose a stage of that pipeline.")]})
    values: dict[str, object] = {"pipeline": pipeline}
    return _changed(opportunity, values | ({"stage": stage} if stage else {}))


def _changed(opportunity: Opportunity, values: dict[str, object]) -> Opportunity:
    made: Opportunity = change(entity_of(opportunity), opportunity.pk, values)
    return made


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a stage as another system tells it."""

    stage: UUID
    entered_at: datetime.datetime
    by: UUID | None = None


def record_history(ways: dict[UUID, Sequence[Stay]]) -> None:
    """{opportunity: its stays, oldest first}: replaces what was noted when the deals were created (imports, demonstration).

    The last stay must be in the stage the deal is in.
    """
    StageChange.objects.filter(opportunity_id__in=ways).delete()
    rows = []
    for deal, stays in ways.items():
        for at, stay in enumerate(stays):
            left = stays[at + 1].entered_at if at + 1 < len(stays) else None
            rows.append(StageChange(opportunity_id=deal, stage_id=stay.stage, entered_at=stay.entered_at, left_at=left, by_id=stay.by))
    StageChange.objects.bulk_create(rows, batch_size=1000)


FIRST_PIPELINE = shipped("name", "Sales")
#: (name, meaning, probability, usual days) of a first pipeline.
FIRST_STAGES = (
    (shipped("name", "Discovery"), StageKind.OPEN, 20, 9),
    (shipped("name", "Chosen"), StageKind.OPEN, 40, 12),
    (shipped("name", "Proposal"), StageKind.OPEN, 60, 14),
    (shipped("name", "Negotiation"), StageKind.OPEN, 75, 11),
    (shipped("name", "Won"), StageKind.WON, 100, None),
    (shipped("name", "Lost"), StageKind.LOST, 0, None),
)
#: Usual stages of other ways of selling: (name, meaning, probability, usual days).
_ENDS = FIRST_STAGES[-2:]
STAGES_OF: dict[str, Sequence[tuple[str, str, int, int | None]]] = {
    Selling.DIRECT: FIRST_STAGES,
    Selling.TELE: (
        (shipped("name", "To call"), StageKind.OPEN, 10, 3),
        (shipped("name", "Reached"), StageKind.OPEN, 25, 5),
        (shipped("name", "Interested"), StageKind.OPEN, 50, 7),
        (shipped("name", "Offer sent"), StageKind.OPEN, 70, 7),
        *_ENDS,
    ),
    Selling.WEB: (
        (shipped("name", "Enquiry"), StageKind.OPEN, 15, 2),
        (shipped("name", "Basket"), StageKind.OPEN, 40, 2),
        (shipped("name", "Ordered, not paid"), StageKind.OPEN, 80, 3),
        *_ENDS,
    ),
    Selling.PARTNER: (
        (shipped("name", "Registered by partner"), StageKind.OPEN, 15, 7),
        (shipped("name", "Accepted"), StageKind.OPEN, 35, 14),
        (shipped("name", "Offered together"), StageKind.OPEN, 60, 21),
        *_ENDS,
    ),
    Selling.RETAIL: (
        (shipped("name", "In the shop"), StageKind.OPEN, 30, 1),
        (shipped("name", "Advised"), StageKind.OPEN, 50, 3),
        (shipped("name", "Reserved"), StageKind.OPEN, 80, 7),
        *_ENDS,
    ),
    Selling.TENDER: (
        (shipped("name", "Tender seen"), StageKind.OPEN, 10, 10),
        (shipped("name", "Bid written"), StageKind.OPEN, 30, 20),
        (shipped("name", "Bid handed in"), StageKind.OPEN, 45, 30),
        (shipped("name", "Shortlisted"), StageKind.OPEN, 65, 20),
        *_ENDS,
    ),
    Selling.RENEWAL: (
        (shipped("name", "Runs out soon"), StageKind.OPEN, 60, 20),
        (shipped("name", "Offer made"), StageKind.OPEN, 75, 14),
        (shipped("name", "Agreed by word"), StageKind.OPEN, 90, 7),
        *_ENDS,
    ),
}
FIRST_REASONS = (
    shipped("name", "Price"),
    shipped("name", "Another supplier"),
    shipped("name", "No budget"),
    shipped("name", "No decision"),
    shipped("name", "Too late"),
    shipped("name", "Not the right product"),
)


def found_pipeline(name: str | None = None, main: bool = True, way: str | None = None) -> Pipeline:
    """A pipeline with the stages that are usual in this way of selling; their names are told in each reader's language."""
    pipeline: Pipeline = create(_kind("pipeline"), {"name": name or FIRST_PIPELINE, "main": main, "way": way})
    add_stages(pipeline, STAGES_OF.get(pipeline.way or Selling.DIRECT, FIRST_STAGES))
    return pipeline


def found_reasons() -> None:
    """The usual reasons for losing; their names are told in each reader's language."""
    _all(create_many(_kind("lost_reason"), [{"name": name, "position": at} for at, name in enumerate(FIRST_REASONS)]))


def add_stages(pipeline: Pipeline, stages: Sequence[tuple[str, str, int, int | None]]) -> list[Stage]:
    """Adds stages (name, meaning, probability, usual days) behind those the pipeline has."""
    place = len(stages_of(pipeline.pk))
    rows = [
        {"name": name, "pipeline": pipeline.pk, "kind": kind, "probability": share, "usual_days": days, "position": place + at}
        for at, (name, kind, share, days) in enumerate(stages)
    ]
    return _all(create_many(_kind("stage"), rows))


def reorder_stages(pipeline_id: UUID, order: Sequence[UUID]) -> None:
    """Puts a pipeline's stages into this order; stages that are not named come behind."""
    stages = {stage.pk: stage for stage in stages_of(pipeline_id, retired=True)}
    kept = [pk for pk in dict.fromkeys(order) if pk in stages]
    kept += [pk for pk in stages if pk not in kept]
    for place, pk in enumerate(kept):
        if stages[pk].position != place:
            change(_kind("stage"), pk, {"position": place})


def _all(results: list[object]) -> list[Stage]:
    for result in results:
        if isinstance(result, Refusal):
            raise result
    return results  # type: ignore[return-value]


def _kind(kind: str) -> Entity:  # type: ignore[type-arg]
    found = registry.kind(kind)
    assert found is not None
    return found
