"""The board: columns, further cards, moving a card."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import boards, inputs, looks, past, toasts
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.onward import asked_from
from crm.kernel.pages.views.lists import need
from crm.kernel.records.reading import fetch
from crm.kernel.records.standing import MISSING
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


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Puts a card into another column; answers its version and the new heads of both columns. Where fields must be filled for that,
    the answer names the form that asks for them (GET, `ask` for each field), which is sent here with what was typed."""
    name = _board(entity)
    record = fetch(entity, pk, "edit")
    given = request.POST if request.method == "POST" else request.GET
    value, asked = given.get("value", ""), _fillable(entity, given.getlist("ask"))
    if request.method != "POST":
        return _missing(request, entity, record, value, asked, None)
    before = str(entity.fields[name].value(record) or "")
    typed = _typed(entity, request.POST, asked)
    try:
        changed = change(entity, pk, {**typed, name: value}, plain_number(given.get("version", "")))
    except Wrong as refusal:
        if asked:
            more = [one for one in _fillable(entity, refusal.lacking) if one not in asked]
            return _missing(request, entity, record, value, [*asked, *more], refusal)
        lacking = _fillable(entity, refusal.lacking)
        if not lacking or set(refusal.fields) != set(lacking):
            raise
        query = urlencode([("value", value), ("version", record.version), *(("ask", one) for one in lacking)])
        return toasts.trigger(HttpResponse(status=422), ask={"url": f"{request.path}?{query}"})  # type: ignore[return-value]
    text = _("%(name)s: now %(column)s.") % {"name": entity.name_of(changed), "column": boards.label_of(entity, value)}
    if asked:
        back = HttpResponse(status=204, headers={"HX-Redirect": asked_from(request) or record_url(entity, pk)})
        return toasts.later(back, text, note(text, 1).pk)  # type: ignore[return-value]
    shown = looks.read(entity, QueryDict(given.get("board", "").lstrip("?")), "board").given
    answer = JsonResponse({"version": changed.version, "columns": boards.heads(entity, shown, [before, value])})
    return toasts.toast(answer, text, note(text, 1).pk)  # type: ignore[return-value]


def _typed(entity: Entity[Any], given: QueryDict, asked: Sequence[str]) -> dict[str, Any]:
    """What was typed for the fields that were asked for, or why they are empty."""
    sent = inputs.values_of(entity, given)
    found = {one: raw for one, raw in sent.items() if one in entity.fields and {one, entity.fields[one].part_of} & set(asked)}
    reasons = {one: code for one, code in sent.get(MISSING, {}).items() if one in asked} if MISSING not in entity.fields else {}
    return found | {MISSING: reasons} if reasons else found


def _fillable(entity: Entity[Any], names: Sequence[str]) -> list[str]:
    """Those of the fields that the actor can fill; none where he cannot fill all."""
    policy, actor = policy_for(entity), current_actor()
    closed = policy.hidden(actor) | policy.readonly(actor)
    found = [one for one in dict.fromkeys(names) if one in entity.fields and one not in closed]
    return found if len(found) == len(set(names)) else []


def _missing(
    request: HttpRequest, entity: Entity[Any], record: Any, value: str, names: Sequence[str], refusal: Wrong | None
) -> HttpResponse:
    """The form with exactly what a card lacks for another column."""
    column = boards.label_of(entity, value)
    if not column:
        raise Http404
    errors, given = refusal.fields if refusal is not None else {}, request.POST if request.method == "POST" else None
    made = [inputs.input_of(entity, entity.fields[name], record, given, errors, Reading.of(current_actor())) for name in names]
    why = inputs.reasons_of(record, given)
    for one in made:
        one.required = True
        inputs.explain(one, why)
    words = {
        "entity": entity, "record": record, "name": entity.name_of(record), "inputs": made, "value": value, "names": names,
        "column": column, "version": (given or request.GET).get("version", ""),
        "other": [str(text) for name, said in errors.items() if name not in names for text in said],
    }  # fmt: skip
    return render(request, "pages/missing.jinja", words, status=422 if refusal is not None else 200)
