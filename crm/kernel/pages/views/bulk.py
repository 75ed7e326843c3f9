"""Acting on ticked rows: first what would happen, then the act."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import bulk, inputs, toasts
from crm.kernel.pages.views.lists import need
from crm.kernel.tenancy.scope import current_actor

_VERBS = {"assign": "edit", "change": "edit", "delete": "delete"}


@require_POST
def ask(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The dialog: how many records, to how many it can be done, and what is to be set."""
    act = request.POST.get("act", "")
    if act not in _VERBS:
        raise NotFound
    need(entity, _VERBS[act])
    ids = bulk.chosen(entity, request.POST)
    return _dialog(request, entity, act, ids, None)


def _dialog(request: HttpRequest, entity: Entity[Any], act: str, ids: list[Any], refusal: Wrong | None) -> HttpResponse:
    fields = bulk.changeable(entity)
    name = "owner" if act == "assign" else request.POST.get("field") or fields[0].name
    one = next((field for field in fields if field.name == name), fields[0])
    errors = refusal.fields if refusal is not None else {}
    given = request.POST if refusal is not None else None
    words = {
        "entity": entity,
        "act": act,
        "ids": ids,
        "fields": fields,
        "chosen": one.name,
        "problem": str(refusal.message) if refusal else "",
        "input": inputs.input_of(entity, one, None, given, errors, Reading.of(current_actor())),
        "permitted": bulk.permitted(entity, ids, _VERBS[act]),
    }
    return render(request, "pages/bulk.jinja", words, status=422 if refusal is not None else 200)


@require_POST
def apply(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """Does it to the records to which it may be done, and offers the way back."""
    act = request.POST.get("act", "")
    if act not in _VERBS:
        raise NotFound
    need(entity, _VERBS[act])
    ids = bulk.chosen(entity, request.POST)
    try:
        values = None if act == "delete" else inputs.values_of(entity, request.POST)
        done, kept, change_set = bulk.apply(entity, ids, values)
    except Wrong as refusal:
        return _dialog(request, entity, act, ids, refusal)
    text = _told(act, done, len(ids) - done, kept)
    answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return toasts.later(answer, text, change_set)  # type: ignore[return-value]


def _told(act: str, done: int, left: int, kept: list[str]) -> str:
    text = ngettext("%(count)s record changed.", "%(count)s records changed.", done) % {"count": done}
    if act == "delete":
        text = ngettext("%(count)s record is in the bin.", "%(count)s records are in the bin.", done) % {"count": done}
    why = " ".join(kept)[:200]
    return f"{text} {_('%(count)s stayed as they are: %(why)s') % {'count': left, 'why': why}}" if kept else text
