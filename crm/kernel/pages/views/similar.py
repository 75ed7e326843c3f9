"""Records like the one in a form, while it is typed: shown with a reason each, opened, completed or called different."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.actions import add_to, additions, keep_apart
from crm.kernel.dedupe.queries import check
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import inputs, toasts
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.links import name_of_link
from crm.kernel.pages.views.lists import need
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import current_actor


def called_different(request: HttpRequest) -> list[UUID]:
    """The records which the form says are other ones."""
    return [pk for raw in request.POST.getlist("different") if (pk := as_uuid(raw))]


def remember_different(request: HttpRequest, record: Any) -> None:
    """Once the record is saved, what was called different from it stays so."""
    apart = called_different(request)
    if apart:
        keep_apart(record.pk, apart)


@require_POST
def similar(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """What looks like the form's record as far as it is typed."""
    of = as_uuid(request.POST.get("of", ""))
    if of is not None:
        fetch(entity, of, "edit")
    else:
        need(entity, "create")
    apart = called_different(request)
    found = check(entity, inputs.values_of(entity, request.POST), of, apart)
    words = {
        "entity": entity,
        "of": of,
        "apart": apart,
        "candidates": found,
        "may_merge": of is not None and policy_for(entity).may(current_actor(), "delete"),
        "may_add": of is None and policy_for(entity).may(current_actor(), "edit"),
    }
    return render(request, "pages/similar.jinja", words)


@require_POST
def add_typed(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """What the other record would gain from the form; with `sure` it gains it, and the form is done."""
    target = fetch(entity, pk, "edit")
    given = inputs.values_of(entity, request.POST)
    found = additions(entity, target, given)
    problem = ""
    if request.POST.get("sure") and found:
        try:
            changed = add_to(entity, pk, given)
        except Refusal as refusal:
            problem = " ".join(str(text) for said in refusal.fields.values() for text in said) or str(refusal.message)
        else:
            text = ngettext("%(name)s was completed with %(num)s value.", "%(name)s was completed with %(num)s values.", len(found))
            text = text % {"name": entity.name_of(changed), "num": len(found)}
            answer = HttpResponse(status=204, headers={"HX-Redirect": record_url(entity, pk)})
            toasts.trigger(answer, draftdone={"value": f"new-{entity.kind}"})
            return toasts.later(answer, text, note(text, 1).pk)  # type: ignore[return-value]
    shown = [(one.field.label, one.shown or _linked(one.field, one.raw)) for one in found]
    words = {"entity": entity, "apart": called_different(request), "target": target, "found": shown, "problem": problem}
    return render(request, "pages/similar_add.jinja", words | {"name": entity.name_of(target)})


def _linked(field: Any, raw: Any) -> str:
    pk = as_uuid(str(raw))
    return (name_of_link(field, pk) if pk is not None else "") or _("Not shared with you")
