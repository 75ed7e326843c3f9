"""Acts on one deal from the stage bar."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.toasts import later
from crm.kernel.records.actions import perform
from crm.kernel.records.reading import called
from crm.kernel.records.undo import note


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
