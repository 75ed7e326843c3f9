"""Lists, boards and records on paper: a page of their own, which the browser prints as it opens."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.kernel.base.clock import now
from crm.kernel.entity.entity import Entity
from crm.kernel.pages import looks, past, printing
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.views.lists import need
from crm.kernel.records import reading


def _shown(request: HttpRequest, template: str, entity: Entity[Any], back: str, words: dict[str, Any]) -> HttpResponse:
    query = request.GET.urlencode()
    there = f"{back}?{query}" if query else back
    return render(request, template, {"entity": entity, "back": there, "now": now(), "given": request.GET, **words})


@require_GET
def listed(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """All rows of a list, as its address has it: filter, order, columns, groups, day."""
    need(entity, "view")
    look, then = looks.read(entity, request.GET, "table"), past.asked(entity, request.GET)
    with past.reading(then):
        printed = printing.listed(look)
    words = {"printed": printed, "look": look, "then": then}
    return _shown(request, "pages/print_list.jinja", entity, reverse("pages.list", kwargs={"entity": entity}), words)


@require_GET
def board(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    if not entity.board:
        raise Http404
    need(entity, "view")
    look, then = looks.read(entity, request.GET, "board"), past.asked(entity, request.GET)
    with past.reading(then):
        printed = printing.board(entity, look.given)
    words = {"printed": printed, "look": look, "then": then}
    return _shown(request, "pages/print_list.jinja", entity, reverse("pages.board", kwargs={"entity": entity}), words)


@require_GET
def calendar(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    need(entity, "view")
    if not looks.day_fields(entity):
        raise Http404
    look, then = looks.read(entity, request.GET, "calendar"), past.asked(entity, request.GET)
    with past.reading(then):
        printed = printing.calendar(look)
    words = {"printed": printed, "look": look, "then": then}
    return _shown(request, "pages/print_list.jinja", entity, reverse("pages.calendar", kwargs={"entity": entity}), words)


@require_GET
def record(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    one = reading.fetch(entity, pk)
    words = {"printed": printing.record(entity, one, request.GET), "record": one, "choices": printing.ENTRIES}
    return _shown(request, "pages/print_record.jinja", entity, record_url(entity, pk), words)
