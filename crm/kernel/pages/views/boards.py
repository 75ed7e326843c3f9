"""The board: columns, further cards, moving a card."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.base.text import plain_number
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import boards, looks, past, toasts
from crm.kernel.pages.views.lists import need
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current_actor


def _board(entity: Entity[Any]) -> str:
    if not entity.board:
        raise Http404
    need(entity, "view")
    return entity.board


@require_GET
def board(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    _board(entity)
    elsewhere = looks.usual_address(entity, request.GET)
    if elsewhere:
        return redirect(elsewhere)
    look, then = looks.read(entity, request.GET, "board"), past.asked(entity, request.GET)
    with past.reading(then):
        screen = boards.screen(entity, look.given)
    words = {"screen": screen, "look": look, "given": look.given, "entity": entity, "here": entity.plural}
    return render(request, "pages/board.jinja", words | past.words(then, look))


@require_GET
def more(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The next cards of one column."""
    _board(entity)
    given, then = looks.read(entity, request.GET, "board").given, past.asked(entity, request.GET)
    value, movable = request.GET.get("column", ""), request.GET.get("movable") == "1" and then is None
    with past.reading(then):
        _found, node = boards.node_of(entity, given)
        cards, cursor = boards.cards(entity, node, value, request.GET.get("after") or None, Reading.of(current_actor()))
        columns = boards.columns_of(entity, given)
    words = {"entity": entity, "cards": cards, "next": cursor, "value": value, "movable": movable, "columns": columns, "then": then}
    return render(request, "pages/board_more.jinja", words)


@require_POST
def move(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Puts a card into another column; answers its version and the new heads of both columns."""
    name = _board(entity)
    record = fetch(entity, pk, "edit")
    before, value = str(entity.fields[name].value(record) or ""), request.POST.get("value", "")
    version = request.POST.get("version", "")
    changed = change(entity, pk, {name: value}, plain_number(version))
    given = looks.read(entity, QueryDict(request.POST.get("board", "").lstrip("?")), "board").given
    heads = boards.heads(entity, given, [before, value])
    text = _("%(name)s: now %(column)s.") % {"name": entity.name_of(changed), "column": boards.label_of(entity, value)}
    answer = JsonResponse({"version": changed.version, "columns": heads})
    return toasts.toast(answer, text, note(text, 1).pk)  # type: ignore[return-value]
