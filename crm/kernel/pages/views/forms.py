"""Creating and editing one record, in a page or in a dialog; two people at once; one cell."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Conflict, NotAllowed, Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import cells, conflicts, credibility, inputs, laid, toasts
from crm.kernel.pages.onward import asked_from, onward
from crm.kernel.pages.record_screen import fresh
from crm.kernel.pages.views.lists import need
from crm.kernel.pages.views.similar import remember_different
from crm.kernel.quality.queries import standings
from crm.kernel.queue.live import tell_editing
from crm.kernel.records import listing, reads
from crm.kernel.records.pipeline import left_as_it_was, waits
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, create
from crm.kernel.tenancy.scope import current_actor


def _in_dialog(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """The whole form as a page, or the short one in a dialog where htmx asks."""
    need(entity, "create")
    quick = _in_dialog(request) and "whole" not in request.GET
    if request.method == "POST":
        try:
            record = create(entity, inputs.values_of(entity, request.POST))
        except Wrong as refusal:
            return _form(request, entity, None, refusal, quick)
        remember_different(request, record)
        return _created(request, entity, record)
    return _form(request, entity, None, None, quick)


def _created(request: HttpRequest, entity: Entity[Any], record: Any) -> HttpResponse:
    """On to the new record; "create and next" stays at an empty form."""
    there, text = onward(entity, record.pk, _("%(name)s was created.") % {"name": entity.name_of(record)})
    again = request.POST.get("act") == "again"
    back = request.POST.get("back", "")
    target = (
        reverse("pages.new", kwargs={"entity": entity}) if again else back if back.startswith("/") and not back.startswith("//") else there
    )
    answer = HttpResponse(status=204, headers={"HX-Redirect": target}) if _in_dialog(request) else redirect(target)
    toasts.trigger(answer, draftdone={"value": f"new-{entity.kind}"})
    return toasts.later(answer, text, note(text, 1).pk, link="" if target == there else there)  # type: ignore[return-value]


def _form(request: HttpRequest, entity: Entity[Any], record: Any, refusal: Wrong | Conflict | None, quick: bool = False) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET or None
    errors: Mapping[str, Any] = refusal.fields if refusal is not None else {}
    seen = laid.of_form(entity, record, given)
    made = inputs.sections(seen.entity, record, given, errors, quick, laid.sight(seen))
    words = {
        "entity": entity,
        "record": record,
        "sections": made,
        "layout": seen,
        "refusal": refusal,
        "other": inputs.elsewhere(entity, made, errors),
        "here": entity.plural,
        "title": entity.name_of(record) if record is not None else "",
        "back": request.GET.get("back") or request.POST.get("back", ""),
        "version": request.POST.get("version") or (record.version if record is not None else ""),
        "clashes": conflicts.clashes(entity, refusal, record.pk) if isinstance(refusal, Conflict) else [],
    }
    if isinstance(refusal, Conflict):
        words["version"] = refusal.version
    if record is not None:
        reads.note_record(entity, record, policy_for(entity).fields(current_actor()).values())
        words |= {"presence": record.pk, "record_form": True}
    template = "pages/quick.jinja" if quick else "pages/form.jinja"
    return render(request, template, words, status=refusal.status if refusal is not None else 200)


@require_POST
def shown(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """What is shown and needed of a form as it is typed; where that makes it another layout, its sections anew. POST the form's values,
    `record` (the id of a record that is edited), `layout` (the number of the layout in sight) and `quick`."""
    record = fetch(entity, request.POST["record"], "edit") if request.POST.get("record") else None
    if record is None:
        need(entity, "create")
    seen = laid.of_form(entity, record, request.POST)
    needed = [name for name, one in seen.entity.fields.items() if one.required or name in seen.asked]
    answer: dict[str, Any] = {"hidden": sorted(seen.away), "needed": needed, "layout": seen.number}
    if str(seen.number) != request.POST.get("layout"):
        made = inputs.sections(seen.entity, record, request.POST, {}, "quick" in request.POST, laid.sight(seen))
        answer["html"] = render_to_string("pages/form_sections.jinja", {"sections": made, "first": False}, request)
    return JsonResponse(answer)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    record = fetch(entity, pk, "edit")
    if request.method != "POST":
        return _form(request, entity, record, None)
    values = conflicts.settled(entity, request.POST, inputs.values_of(entity, request.POST, record))
    try:
        changed = change(entity, pk, values, _version(request))
    except (Wrong, Conflict) as refusal:
        return _form(request, entity, fresh(entity, pk), refusal)
    remember_different(request, changed)
    label = _("%(name)s was saved.") % {"name": entity.name_of(changed)}
    there, text = onward(entity, pk, label)
    held = waits(changed)
    act = None if left_as_it_was(changed) else note(label, 1).pk
    said = " ".join(one for one in (text if act else "", held) if one)
    return toasts.later(redirect(there), said, act)  # type: ignore[return-value]


def _version(request: HttpRequest) -> int | None:
    return plain_number(request.POST.get("version", ""))


@require_http_methods(["GET", "POST"])
def cell(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str) -> HttpResponse:
    """The editor of one cell, and saving it: the answer is the cell as it now reads."""
    record = fetch(entity, pk, "edit")
    if name not in cells.inline(entity):
        raise NotAllowed
    me = current_actor().id
    if request.method != "POST":
        tell_editing(pk, me, on=True)
        return _cell_editor(request, entity, record, name, None)
    tell_editing(pk, me, on=False)
    try:
        values = conflicts.settled(entity, request.POST, inputs.values_of(entity, request.POST, record))
        changed = change(entity, pk, values, _version(request))
    except (Wrong, Conflict) as refusal:
        return _cell_editor(request, entity, fresh(entity, pk), name, refusal)
    remember_different(request, changed)
    answer = _cell_shown(request, entity, pk, name, changed.version != record.version)
    return toasts.toast(answer, waits(changed)) if waits(changed) else answer  # type: ignore[return-value]


def _cell_editor(request: HttpRequest, entity: Entity[Any], record: Any, name: str, refusal: Wrong | Conflict | None) -> HttpResponse:
    reads.note_record(entity, record, [entity.fields[name]])
    errors = conflicts.as_errors(refusal) if refusal is not None else {}
    given = request.POST if request.method == "POST" else None
    one = inputs.input_of(entity, entity.fields[name], record, given, errors, Reading.of(current_actor()))
    inputs.explain(one, inputs.reasons_of(record, given))
    one.errors = one.errors or [str(text) for said in errors.values() for text in said]
    words = {
        "input": one,
        "entity": entity,
        "record": record,
        "version": getattr(refusal, "version", None) or record.version,
        "clashes": conflicts.clashes(entity, refusal, record.pk) if isinstance(refusal, Conflict) else [],
    }
    return render(request, "pages/cell_edit.jinja", words, status=refusal.status if refusal is not None else 200)


def _cell_shown(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str, told: bool) -> HttpResponse:
    row = listing.load(entity, [pk], [name])[0]
    mine, own = standings([pk]).get(pk, {}), asked_from(request).partition("?")[0] == cells.record_url(entity, pk)
    plain, reading = cells.cells_of(entity, row, [name], Reading.of(current_actor())), Reading.of(current_actor())
    shown = (credibility.marked(plain, mine, reading) if own else cells.explained(plain, mine))[0]
    answer = render(request, "pages/cell.jinja", {"cell": shown, "there": cells.record_url(entity, pk)})
    if told:
        text = _("%(field)s was changed.") % {"field": entity.fields[name].label}
        toasts.toast(answer, text, note(text, 1).pk)
    return answer


@require_GET
def cell_shown(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str) -> HttpResponse:
    """The cell as it reads, for whoever gives up editing."""
    fetch(entity, pk)
    return _cell_shown(request, entity, pk, name, False)
