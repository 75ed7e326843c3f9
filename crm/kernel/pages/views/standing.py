"""What is known of one value: where it comes from, who verified it and how, or why it is missing; and saying so."""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Conflict, NotFound, Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.models import User
from crm.kernel.pages import chase, credibility, known, record_screen, toasts
from crm.kernel.pages.views.lists import need
from crm.kernel.quality.queries import standings
from crm.kernel.records.reading import fetch, names_of
from crm.kernel.records.standing import MISSING
from crm.kernel.records.undo import note
from crm.kernel.records.verifying import Proof, no_longer_verified, verify
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current_actor


@require_http_methods(["GET", "POST"])
def value(request: HttpRequest, entity: Entity[Any], pk: UUID, name: str) -> HttpResponse:
    """What is known of one field of a record. POST `act`: "verify" (with `method`, `note`, `until`, `version`), "unverify", or "reason"."""
    record = fetch(entity, pk, "view" if request.method == "GET" else "edit")
    field = policy_for(entity).fields(current_actor()).get(name)
    if field is None or not field.stands:
        raise NotFound
    if request.method != "POST":
        return _dialog(request, entity, record, field, None)
    try:
        told = _say(request, entity, record, field)
    except (Wrong, Conflict) as refusal:
        return _dialog(request, entity, fetch(entity, pk), field, refusal)
    return toasts.later(HttpResponse(status=204, headers={"HX-Refresh": "true"}), told, note(told, 1).pk)  # type: ignore[return-value]


def _say(request: HttpRequest, entity: Entity[Any], record: Any, field: Fact) -> str:
    given = request.POST
    facts = {"field": field.label, "name": entity.name_of(record)}
    if given.get("act") == "verify":
        proof = Proof(given.get("method", ""), given.get("note", ""), _until(given.get("until", "")))
        verify(entity, record.pk, [field.name], proof, plain_number(given.get("version", "")))
        return _("%(field)s of %(name)s is verified.") % facts
    if given.get("act") == "unverify":
        no_longer_verified(entity, record.pk, [field.name])
        return _("%(field)s of %(name)s is no longer verified.") % facts
    change(entity, record.pk, {MISSING: {field.name: given.get("reason", "")}})
    return _("It is noted why %(field)s of %(name)s is empty.") % facts


def _until(raw: str) -> datetime.datetime | None:
    """The end of the day that was chosen, in the reader's zone."""
    if not raw.strip():
        return None
    try:
        day = parse_date(raw.strip())
    except ValueError:
        day = None
    if day is None:
        raise Wrong(fields={"until": [_("Write a day as 2026-11-17.")]})
    return datetime.datetime.combine(day, datetime.time.max, Reading.of(current_actor()).zone).astimezone(datetime.UTC)


def _dialog(request: HttpRequest, entity: Entity[Any], record: Any, field: Fact, refusal: Wrong | Conflict | None) -> HttpResponse:
    one = standings([record.pk], [field.name]).get(record.pk, {}).get(field.name)
    words = {
        "entity": entity,
        "record": record,
        "field": field,
        "cell": record_screen.all_cells(entity, record, Reading.of(current_actor())).get(field.name),
        "known": one,
        "by": names_of(User, [one.by_id]).get(one.by_id, "Kith") if one is not None and one.by_id else "Kith",
        "origin": credibility.origin(entity, record, field),
        "may": credibility.may_say(entity, record, field),
        "reasons": known.REASONS,
        "methods": known.METHODS,
        "method_label": known.method_label,
        "given": request.POST,
        "wrong": refusal.fields if refusal is not None else {},
        "problem": str(refusal.message) if refusal is not None and not refusal.fields else "",
    }
    return render(request, "pages/value.jinja", words, status=refusal.status if refusal is not None else 200)


@require_GET
def score(request: HttpRequest, entity: Entity[Any], pk: UUID) -> HttpResponse:
    """How the score of a record comes about."""
    record = fetch(entity, pk)
    cells = record_screen.all_cells(entity, record, Reading.of(current_actor()))
    counted = [cells[name] for name in credibility.counting(entity, {name: cell.field for name, cell in cells.items()})]
    words = {"entity": entity, "record": record, "score": credibility.score(entity, cells), "counted": counted}
    return render(request, "pages/score.jinja", words)


@require_GET
def missing(request: HttpRequest, entity: Entity[Any]) -> HttpResponse:
    """What is missing of a kind without a reason, by what it blocks."""
    need(entity, "view")
    words = {"entity": entity, "here": entity.plural, "chased": chase.chased(entity, Reading.of(current_actor()))}
    return render(request, "pages/chase.jinja", words)
