"""Reads of sales: pipelines, stages, and the way a deal took."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from crm.kernel.access.lasting import lasting
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import fold
from crm.kernel.tenancy.scope import once
from crm.sales.models import LostReason, Opportunity, Pipeline, Stage, StageChange
from crm.sales.models.pipeline import StageKind

DAY = datetime.timedelta(days=1)


# ── pipelines and stages ────────────────────────────────────────────────────────────────────────────────────────────


def pipelines(retired: bool = False) -> list[Pipeline]:
    """The workspace's pipelines, the main one first."""
    rows = Pipeline.objects.filter(deleted_at=None).order_by("name_sort")
    found = once(("pipelines",), lambda: list(lasting(("pipelines",), lambda: rows)))
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
    rows = Stage.objects.filter(deleted_at=None).order_by("position", "id")
    asked = ("stages of", pipeline_id)
    found = once(asked, lambda: list(lasting(("stages of",), lambda pipeline: rows.filter(pipeline_id=pipeline), pipeline_id)))
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
