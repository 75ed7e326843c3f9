"""The calendar: its days, moving a record to another one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound
from crm.kernel.base.text import plain_number
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import calendars, looks, past, toasts, wording
from crm.kernel.pages.views.lists import need
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current_actor


def _days(entity: Entity[Any]) -> list[str]:
    need(entity, "view")
    found = looks.day_fields(entity)
    if not found:
        raise NotFound
    return found


@require_GET
def calendar(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    _days(entity)
    look, then = looks.read(entity, request.GET, "calendar"), past.asked(entity, request.GET)
    with past.reading(then):
        screen = calendars.screen(look)
    words = {"screen": screen, "look": look, "given": look.given, "entity": entity, "here": entity.plural}
    return render(request, "pages/calendar.jinja", words | past.words(then, look))


@require_POST
def move(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Puts a record on another day; answers its version. `by` names the field, `value` the day, `version` what was seen."""
    name = request.GET.get("by", "")
    if name not in _days(entity):
        raise NotFound
    record = fetch(entity, pk, "edit")
    by = policy_for(entity).fields(current_actor())[name]
    value = calendars.moved(by, by.value(record), request.POST.get("value", ""), Reading.of(current_actor()))
    changed = change(entity, pk, {name: value}, plain_number(request.POST.get("version", "")))
    text = _("%(name)s: now on %(day)s.") % {"name": entity.name_of(changed), "day": wording.date(value)}
    answer = JsonResponse({"version": changed.version, "columns": []})
    return toasts.toast(answer, text, note(text, 1).pk)  # type: ignore[return-value]
