"""The record page: facts, tabs, actions, files, bin."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.files import actions as files
from crm.kernel.files.queries import file
from crm.kernel.notify import following
from crm.kernel.pages import doings, files_screen, history, inputs, panels, past, record_screen, timeline, toasts
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.onward import asked_from, onward
from crm.kernel.records.actions import Action, available, perform
from crm.kernel.records.reading import fetch, fetch_any, stands_for
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, remove
from crm.kernel.search import at_hand
from crm.kernel.tenancy.scope import current_actor


@require_GET
def page(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    then = past.asked(entity, request.GET)
    if then is not None:
        return _as_it_stood(request, entity, pk, then)
    try:
        record = fetch(entity, pk)
    except NotFound:
        there = stands_for(pk)
        if there is None:
            raise
        return redirect(record_url(entity, fetch(entity, there).pk))  # found, not moved for good: the two may be split again
    at_hand.visited(pk)
    screen = record_screen.screen(entity, record, request.GET)
    words = {"screen": screen, "entity": entity, "record": record, "here": entity.plural, "presence": pk, "pinned": at_hand.is_pinned(pk)}
    words["yesterday"] = past.yesterday()
    words["followed"] = following.follows(record, current_actor().id)
    words |= _timeline(entity, record, None)
    return render(request, "pages/record.jinja", words)


def _as_it_stood(request: HttpRequest, entity: Entity[Any], pk: UUID, then: past.Then) -> HttpResponse:
    words = {"screen": past.record(entity, pk, then), "entity": entity, "here": entity.plural, "then": then, "last_day": past.today()}
    return render(request, "pages/record_past.jinja", words | {"address": record_url(entity, pk)})


def _timeline(entity: Entity[Any], record: Any, before: datetime | None) -> dict[str, Any]:
    items, more = timeline.items_of(entity.kind, record, current_actor(), before)
    return {"days": timeline.days(items), "more": items[-1].at.isoformat() if more else "", "first": before is None}


@require_GET
def beside(request: HttpRequest, entity: Entity[Any], pk: UUID, way: str) -> HttpResponse:
    """To the record before or after this one; at the end of the list back to this one, which says so."""
    record = fetch(entity, pk)
    there = record_screen.beside(entity, record, request.GET, back=way == "previous")
    if there:
        return redirect(there)
    text = _("This is the first one of the list.") if way == "previous" else _("This is the last one of the list.")
    return toasts.later(redirect(f"{record_url(entity, pk)}{record_screen.kept(request.GET)}"), text)  # type: ignore[return-value]


@require_POST
def pin(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Keeps the record at hand, or no longer; answers the button as it then is."""
    record = fetch(entity, pk)
    at_hand.pin(pk, on=request.POST.get("on") == "1")
    return render(request, "pages/pin.jinja", {"entity": entity, "record": record, "pinned": at_hand.is_pinned(pk)})


@require_POST
def follow(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Follows the record, or leaves it; answers the button as it then is."""
    record, me = fetch(entity, pk), current_actor().id
    if me is not None:
        following.follow(pk, me, on=request.POST.get("on") == "1")
    return render(request, "pages/follow.jinja", {"entity": entity, "record": record, "followed": following.follows(record, me)})


@require_GET
def drawer(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """A short sight of a record beside its list."""
    record = fetch(entity, pk)
    words = {"screen": record_screen.facts(entity, record), "entity": entity, "record": record}
    return render(request, "pages/drawer.jinja", words)


@require_GET
def menu(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """What can be done with the record, for the menu under the pointer."""
    record = fetch(entity, pk)
    groups = doings.of(entity, record, _back(request, entity, pk))
    return render(request, "pages/menu.jinja", {"groups": groups})


@require_POST
def take(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """Makes the record the actor's own."""
    record = fetch(entity, pk, "edit")
    if not doings.may_take(entity, record):
        raise NotFound
    name = entity.name_of(change(entity, pk, {"owner": str(current_actor().id)}))
    text = _("%(name)s is yours now.") % {"name": name}
    answer = HttpResponse(status=204, headers={"HX-Redirect": _back(request, entity, pk)})
    return toasts.later(answer, text, note(text, 1).pk)  # type: ignore[return-value]


@require_GET
def tab(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str) -> HttpResponse:
    record = fetch(entity, pk)
    words: dict[str, Any] = {"entity": entity, "record": record, "address": record_url(entity, pk)}
    if name == "timeline":
        before = _moment(request.GET.get("before"))
        words |= _timeline(entity, record, before)
        if before is not None:
            return render(request, "pages/tab_timeline.jinja", words)
        words["composer"] = panels.filled(entity, "composer", record, current_actor())
        return render(request, "pages/tab_talk.jinja", words)
    if name == "history":
        return render(request, "pages/tab_history.jinja", words | _history(entity, record, request.GET.get("of", "")))
    if name == "files":
        return render(request, "pages/tab_files.jinja", words | files_screen.panel(entity, record, request.GET.get("before", "")))
    return _other_tab(request, entity, record, name, words)


def _history(entity: Entity[Any], record: Any, of: str) -> dict[str, Any]:
    """The history of the record; with `of` that of one which went into it, before it did."""
    pk = as_uuid(of)
    if pk is None:
        return {"entries": history.entries(entity, record), "earlier": ""}
    if stands_for(pk) != record.pk:
        raise NotFound
    before = entity.model._default_manager.get(pk=pk)
    return {"entries": history.entries(entity, before, gone=True), "earlier": entity.name_of(before)}


def _moment(raw: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(raw) if raw else None
    except ValueError:
        return None


def _other_tab(request: HttpRequest, entity: Entity[Any], record: Any, name: str, words: dict[str, Any]) -> HttpResponse:
    related = record_screen.related_list(entity, record, name)
    if related is not None:
        return render(request, "pages/tab_related.jinja", words | {"related": related})
    own = next((one for one in panels.tabs_of(entity.kind) if one.name == name), None)
    filled = own.fill(record, current_actor()) if own is not None else None
    if own is None or filled is None:
        raise NotFound
    return render(request, own.template, words | dict(filled))


@require_POST
def attach(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    record = fetch(entity, pk, "edit")
    given = request.FILES.getlist("file")
    words: dict[str, Any] = {"entity": entity, "record": record, "address": record_url(entity, pk), "problem": ""}
    try:
        for upload in given:
            files.attach(pk, upload)
        words["problem"] = "" if given else _("Choose a file first.")
    except Wrong as refusal:
        words["problem"] = files_screen.said(refusal)
    status = 422 if words["problem"] else 200
    return render(request, "pages/tab_files.jinja", words | files_screen.panel(entity, record), status=status)


@require_POST
def detach(request: HttpRequest, entity: Entity[Any], pk: UUID, file_id: UUID) -> HttpResponse:
    record = fetch(entity, pk, "edit")
    if file(file_id).record_id != pk:
        raise NotFound
    files.remove(file_id)
    words: dict[str, Any] = {"entity": entity, "record": record, "address": record_url(entity, pk), "problem": ""}
    answer = render(request, "pages/tab_files.jinja", words | files_screen.panel(entity, record))
    back = reverse("pages.file_back", kwargs={"file_id": file_id})
    return toasts.toast(answer, _("The file was removed."), undo=back)  # type: ignore[return-value]


@require_POST
def to_bin(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    record = fetch(entity, pk, "delete")
    name = entity.name_of(record)
    remove(entity, pk)
    text = _("%(name)s is in the bin.") % {"name": name}
    there = _back(request, entity, pk)
    target = reverse("pages.list", kwargs={"entity": entity}) if str(pk) in there else there
    answer = HttpResponse(status=204, headers={"HX-Redirect": target}) if request.headers.get("HX-Request") else redirect(target)
    return toasts.later(answer, text, note(text, 1).pk)  # type: ignore[return-value]


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str) -> HttpResponse:
    """An action: its questions in a dialog, then the act."""
    record = fetch(entity, pk, "edit")
    found = next((one for one in available(entity, record) if one.name == name), None)
    if found is None:
        raise NotFound
    if request.method != "POST":
        return _questions(request, entity, record, found, None)
    given = {key: request.POST[key] for key in found.arguments if key in request.POST}
    try:
        perform(entity, name, pk, given)
    except Wrong as refusal:
        return _questions(request, entity, record, found, refusal)
    label = _("%(action)s: done.") % {"action": found.label}
    there, text = onward(entity, pk, label)
    back = _back(request, entity, pk)
    answer = HttpResponse(status=204, headers={"HX-Redirect": there if str(pk) in back else back})
    return toasts.later(answer, text, note(label, 1).pk)  # type: ignore[return-value]


def _back(request: HttpRequest, entity: Entity[Any], pk: UUID) -> str:
    """The page the act was asked for on; the record's own where that cannot be told."""
    return asked_from(request) or record_url(entity, pk)


def _questions(request: HttpRequest, entity: Entity[Any], record: Any, found: Action, refusal: Wrong | None) -> HttpResponse:
    errors = refusal.fields if refusal is not None else {}
    given = request.POST if request.method == "POST" else None
    reading = Reading.of(current_actor())
    asked = [inputs.input_of(entity, one, None, given, errors, reading) for one in found.arguments.values()]
    other = [str(text) for name, said in errors.items() if name not in found.arguments for text in said]
    if refusal is not None and not errors:
        other = [str(refusal.message)]
    words = {
        "entity": entity,
        "record": record,
        "action": found,
        "inputs": asked,
        "other": other,
        "name": entity.name_of(record),
    }
    return render(request, "pages/action.jinja", words, status=422 if refusal is not None else 200)


@require_GET
def go(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To the page of a record whose kind the link does not know; of one that was merged to what it went into."""
    entity, record = fetch_any(stands_for(pk) or pk)
    return redirect(record_url(entity, record.pk))
