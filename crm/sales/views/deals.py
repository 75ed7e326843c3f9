"""Acts on one deal: from the stage bar, and why it was lost."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.inputs import input_of
from crm.kernel.pages.toasts import later
from crm.kernel.records.actions import available, perform
from crm.kernel.records.reading import called, fetch
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models.line import Standing
from crm.sales.queries.leads import rivals_of


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST stage: the deal comes into that stage."""
    entity = registry.kind("opportunity")
    assert entity is not None
    deal = perform(entity, "move_stage", pk, {"stage": request.POST.get("stage", "")})
    change = note(str(deal.name), 1)
    htmx = request.headers.get("HX-Request")
    answer: HttpResponse = (
        HttpResponse(status=204, headers={"HX-Refresh": "true"}) if htmx else HttpResponseRedirect(record_url(entity, pk))
    )
    later(answer, _("%(deal)s: now in %(stage)s") % {"deal": deal.name, "stage": called(deal.stage)}, change.pk)
    return answer


@require_http_methods(["GET", "POST"])
def lose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Why the deal was lost and to whom: the competitors that are known stand first."""
    entity = registry.kind("opportunity")
    assert entity is not None
    record = fetch(entity, pk, "edit")
    act = next((one for one in available(entity, record) if one.name == "lose"), None)
    if act is None:
        raise NotFound
    refusal: Wrong | None = None
    if request.method == "POST":
        given = {name: request.POST[name] for name in act.arguments if request.POST.get(name)}
        if request.POST.get("rival"):
            given["lost_to"] = request.POST["rival"]
        try:
            done = perform(entity, "lose", pk, given)
        except Wrong as wrong:
            refusal = wrong
        else:
            text = _("%(action)s: done.") % {"action": act.label}
            answer = HttpResponse(status=204, headers={"HX-Redirect": record_url(entity, done.pk)})
            return later(answer, text, note(text, 1).pk)  # type: ignore[return-value]
    errors = refusal.fields if refusal is not None else {}
    asked = request.POST if refusal is not None else None
    reading = Reading.of(current_actor())
    words = {
        "record": record,
        "action": act,
        "name": entity.name_of(record),
        "inputs": {one.name: input_of(entity, one, None, asked, errors, reading) for one in act.arguments.values()},
        "other": [str(text) for name, said in errors.items() if name not in act.arguments for text in said],
        "rivals": rivals_of(record.pk),
        "standings": dict(Standing.choices),
    }
    return render(request, "sales/lose.jinja", words, status=422 if refusal is not None else 200)
