"""The sales page: what is open, what was won, who did what, what is late. Every figure opens its records."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.text import plain_number
from crm.kernel.entity.registry import registry
from crm.kernel.tenancy.scope import current_actor
from crm.sales import queries
from crm.sales.models import Pipeline
from crm.sales.models.pipeline import StageKind
from crm.sales.queries import figures
from crm.sales.queries.whose import Whose, choices, of_key
from crm.sales.views import charts

MONTHS = (6, 12, 18)
DAYS = (7, 30, 90)


@require_GET
def sales_page(request: HttpRequest) -> HttpResponse:
    """GET /sales/?pipeline=…&months=12&days=30&whose=team:…"""
    actor = current_actor()
    opportunity = registry.kind("opportunity")
    if opportunity is None or not policy_for(opportunity).may(actor, "view"):
        raise NotAllowed
    pipelines = queries.pipelines()
    wanted = as_uuid(request.GET.get("pipeline"))
    chosen = next((one for one in pipelines if one.pk == wanted), pipelines[0] if pipelines else None)
    mine, (teams, people) = of_key(request.GET.get("whose", "")), choices()
    months, days = _one_of(request, "months", MONTHS, 12), _one_of(request, "days", DAYS, 30)
    shown = {
        "here": "sales",
        "pipelines": pipelines,
        "chosen": chosen,
        "months": months,
        "days": days,
        "all_months": MONTHS,
        "all_days": DAYS,
        "as_of": now(),
        "whose": mine,
        "teams": teams,
        "people": people,
        **_figures(chosen, months, days, actor.currency, mine),
    }
    return render(request, "sales/page.jinja", shown)


def _one_of(request: HttpRequest, name: str, allowed: tuple[int, ...], otherwise: int) -> int:
    raw = request.GET.get(name, "")
    number = plain_number(raw)
    return number if number is not None and number in allowed else otherwise


def _figures(pipeline: Pipeline | None, months: int, days: int, otherwise: str, whose: Whose) -> dict[str, Any]:
    stages = figures.pipeline_by_stage(pipeline, whose) if pipeline else []
    won = figures.won_by_month(months, whose)
    totals = {kind.value: figures.totals(kind.value, whose) for kind in StageKind}
    late, todo = figures.overdue(whose)
    stuck = figures.stuck(whose)
    currency = charts.main_currency([*stages, *totals.values()], otherwise)
    people = figures.activity_by_person(days, whose)
    return {
        "currency": currency,
        "stage_bars": charts.bars(stages, "opportunity", currency),
        "won_bars": charts.columns(won, currency),
        "won_months": won,
        "won_finding": charts.finding_of_months(won, currency),
        "people_bars": charts.people_bars(people),
        "results": [
            (person, won_, charts.list_url("opportunity", won_.filter), open_, charts.list_url("opportunity", open_.filter))
            for person, won_, open_ in figures.results_by_person(months, whose)
        ],
        "stack": charts.stack_labels(),
        "late": late,
        "late_url": charts.list_url("opportunity", late.filter),
        "todo": todo,
        "todo_url": charts.list_url("activity", todo.filter),
        "stuck": stuck,
        "stuck_url": charts.list_url("opportunity", stuck.filter) if stuck.filter.get("any") else "",
        "totals": {kind: (one, charts.list_url("opportunity", one.filter)) for kind, one in totals.items()},
    }
