"""The pipeline editor: add, rename, reorder and retire pipelines and stages, set probabilities."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.pages.toasts import later
from crm.kernel.records.reading import called, fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, create, remove
from crm.kernel.tenancy.scope import current_actor
from crm.sales import actions, queries
from crm.sales.entities.policies import SETUP
from crm.sales.models.pipeline import Selling, StageKind, needable


def _kind(kind: str) -> Any:
    found = registry.kind(kind)
    assert found is not None
    return found


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """GET /sales/pipelines/"""
    return _page(request)


def _page(request: HttpRequest, refusal: Refusal | None = None, at: str = "", typed: Mapping[str, str] | None = None) -> HttpResponse:
    current_actor().need(SETUP)
    found = [(one, queries.stages_of(one.pk, retired=True)) for one in queries.pipelines(retired=True)]
    shown = {
        "here": "pipelines",
        "pipelines": found,
        "kinds": StageKind.choices,
        "ways": Selling.choices,
        "needable": needable(),
        "reasons": queries.lost_reasons(retired=True),
        "problems": [str(said) for messages in refusal.fields.values() for said in messages] or [str(refusal.message)] if refusal else [],
        "at": at,
        "typed": typed or {},
    }
    return render(request, "sales/pipelines.jinja", shown, status=refusal.status if refusal else 200)


def _act(request: HttpRequest, at: str, said: str, work: Any) -> HttpResponse:
    """Runs the work; a refusal shows the page with the reason beside what was typed, and nothing is changed."""
    current_actor().need(SETUP)
    try:
        work()
    except Wrong as refusal:
        return _page(request, refusal, at, request.POST.dict())
    answer = HttpResponseRedirect(reverse("sales.pipelines"))
    later(answer, said, note(said, 1).pk)
    return answer


@require_POST
def add_pipeline(request: HttpRequest) -> HttpResponse:
    """POST name, way: a pipeline with the stages that are usual in that way of selling."""
    name = request.POST.get("name", "")
    way = request.POST.get("way") or None
    return _act(request, "new", _("Pipeline added."), lambda: actions.found_pipeline(name or " ", main=False, way=way))


@require_POST
def save_pipeline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST name, main, retired, and for each stage name_<id>, probability_<id>, usual_days_<id>, position_<id>, needs_<id>."""
    pipeline = fetch(_kind("pipeline"), pk)

    def work() -> None:
        values: dict[str, Any] = {"name": request.POST.get("name", ""), "retired": "retired" in request.POST}
        if "way" in request.POST:
            values["way"] = request.POST["way"]
        if "main" in request.POST:
            values["main"] = True
        change(_kind("pipeline"), pipeline.pk, values)
        for stage in queries.stages_of(pipeline.pk, retired=True):
            given: dict[str, Any] = {
                name: request.POST[f"{name}_{stage.pk}"]
                for name in ("name", "probability", "usual_days", "position")
                if f"{name}_{stage.pk}" in request.POST
            }
            if f"needs_{stage.pk}" in request.POST:
                given["needs"] = [name for name in request.POST.getlist(f"needs_{stage.pk}") if name]
            if given:
                change(_kind("stage"), stage.pk, given)

    return _act(request, str(pk), _("Pipeline saved."), work)


@require_POST
def add_stage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST name, kind, probability: a stage behind the open ones."""
    fetch(_kind("pipeline"), pk)
    values = {name: request.POST.get(name, "") for name in ("name", "kind", "probability", "usual_days")}
    return _act(request, f"stage-{pk}", _("Stage added."), lambda: create(_kind("stage"), {**values, "pipeline": pk}))


@require_POST
def order_stage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST way=up|down: the stage changes places with its neighbour."""
    stage = fetch(_kind("stage"), pk)
    order = [one.pk for one in queries.stages_of(stage.pipeline_id, retired=True)]
    at = order.index(stage.pk)
    to = max(0, min(len(order) - 1, at + (-1 if request.POST.get("way") == "up" else 1)))
    order.insert(to, order.pop(at))
    return _act(request, str(stage.pipeline_id), _("Order saved."), lambda: actions.reorder_stages(stage.pipeline_id, order))


@require_POST
def retire_stage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST retired=1|0: no longer offered, or offered again."""
    stage = fetch(_kind("stage"), pk)
    retired = request.POST.get("retired") == "1"
    said = _("%(stage)s is retired. Deals in it stay there.") if retired else _("%(stage)s is offered again.")
    return _act(request, str(stage.pipeline_id), said % {"stage": called(stage)}, lambda: change(_kind("stage"), pk, {"retired": retired}))


@require_POST
def remove_stage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A stage without deals goes into the bin."""
    stage = fetch(_kind("stage"), pk)
    return _act(request, str(stage.pipeline_id), _("Stage removed."), lambda: remove(_kind("stage"), pk))


@require_POST
def add_reason(request: HttpRequest) -> HttpResponse:
    """POST name: another reason for losing."""
    values = {"name": request.POST.get("name", ""), "position": len(queries.lost_reasons(retired=True))}
    return _act(request, "reason", _("Reason added."), lambda: create(_kind("lost_reason"), values))


@require_POST
def save_reason(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST name, retired: renamed, retired, or offered again."""
    fetch(_kind("lost_reason"), pk)
    values = {"name": request.POST.get("name", ""), "retired": "retired" in request.POST}
    return _act(request, "reasons", _("Reason saved."), lambda: change(_kind("lost_reason"), pk, values))
