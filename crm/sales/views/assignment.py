"""The rules by which leads find an owner: their order, their conditions, and after how long leads go back to the pool."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Team, User
from crm.kernel.pages import filters
from crm.kernel.pages.toasts import later
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, create, remove
from crm.kernel.tenancy.scope import current_actor
from crm.sales.actions.assignment import set_turns
from crm.sales.actions.leads import set_idle_days
from crm.sales.entities.policies import SETUP
from crm.sales.models import AssignmentRule
from crm.sales.models.assignment import AssignTo
from crm.sales.queries.leads import idle_days, rules, turns_of
from crm.sales.queries.scoring import score_rules


def _kind(kind: str) -> Entity[Any]:
    found = registry.kind(kind)
    assert found is not None
    return found


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """GET /sales/assignment/: the rules in their order."""
    return _page(request)


def _page(request: HttpRequest, problem: str = "", typed: str | None = None) -> HttpResponse:
    current_actor().need(SETUP)
    found = rules(retired=True)
    turns = turns_of([rule.pk for rule in found])
    lines = [(rule, _chips(rule), turns.get(rule.pk, [])) for rule in found]
    words: dict[str, Any] = {"here": "assignment", "lines": lines, "problem": problem}
    words["idle_days"] = idle_days() if typed is None else typed
    words |= {"scores": score_rules(), "score_kind": _kind("score_rule")}
    return render(request, "sales/assignment.jinja", words, status=422 if problem else 200)


def _chips(rule: AssignmentRule) -> tuple[list[filters.Chip], str]:
    """(the condition as chips, what is wrong with it)."""
    entity, given = _kind("lead"), QueryDict(mutable=True)
    given["filter"] = rule.condition or ""
    found = filters.read(entity, given)
    return filters.chips(entity, found, Reading.of(current_actor())), found.problem


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID | None = None) -> HttpResponse:
    """One rule: its name, its condition in the filter editor, and to whom it gives."""
    current_actor().need(SETUP)
    rule = fetch(_kind("assignment_rule"), pk) if pk is not None else None
    if request.method != "POST":
        return _form(request, rule, None)
    try:
        _save(request, rule)
    except Wrong as refusal:
        return _form(request, rule, refusal)
    return _back(_("The rule was saved."), 1)


def _save(request: HttpRequest, rule: AssignmentRule | None) -> None:
    given, entity = request.POST, _kind("assignment_rule")
    to = given.get("to", "")
    values = {
        "name": given.get("name", ""),
        "condition": given["condition"] if "condition" in given else filters.from_editor(given["result"]) if given.get("result") else "",
        "to": to,
        "person": given.get("person") or None if to == AssignTo.PERSON else None,
        "to_team": given.get("to_team") or None if to == AssignTo.TEAM else None,
        "retired": "retired" in given,
    }
    saved = create(entity, values) if rule is None else change(entity, rule.pk, values)
    people = [pk for pk in (as_uuid(one) for one in given.getlist("people")) if pk] if to == AssignTo.TURNS else []
    if to == AssignTo.TURNS and not people:
        raise Wrong(fields={"people": [_("Choose at least one person.")]})
    there = set(User.objects.filter(pk__in=people, is_active=True).values_list("pk", flat=True))
    set_turns(saved, [pk for pk in people if pk in there])


def _form(request: HttpRequest, rule: AssignmentRule | None, refusal: Wrong | None) -> HttpResponse:
    given = request.POST if refusal is not None else None
    lead = _kind("lead")
    chosen = [str(turn.user_id) for turn in turns_of([rule.pk]).get(rule.pk, [])] if rule is not None else []
    condition = _typed_condition(given) or (rule.condition if rule is not None else "") or ""
    start = filters.for_editor(condition)
    told = (refusal.fields or {"condition": [refusal.message]}) if refusal is not None else {}
    words = {
        "here": "assignment",
        "rule": rule,
        "wrong": {name: [str(one) for one in said] for name, said in told.items()},
        "typed": given or {},
        "people": list(User.objects.filter(is_active=True).order_by("name", "pk")),
        "teams": list(Team.objects.order_by("name", "pk")),
        "chosen": given.getlist("people") if given is not None else chosen,
        "kinds": AssignTo.choices,
        "facts": filters.facts(lead),
        "start": start,
        "deep": bool(condition) and not start["rows"],
        "condition": condition,
    }
    return render(request, "sales/assignment_rule.jinja", words, status=refusal.status if refusal is not None else 200)


def _typed_condition(given: Any) -> str:
    """The condition as it was typed into a form that is shown again; "" where it cannot be read."""
    try:
        return filters.from_editor(given["result"]) if given is not None and given.get("result") else ""
    except Wrong:
        return ""


def _back(said: str, rules: int = 0) -> HttpResponse:
    """The page of the rules; with the number of rules that were changed the toast takes that back."""
    answer = HttpResponseRedirect(reverse("sales.assignment"))
    return later(answer, said, note(said, rules).pk if rules else None)  # type: ignore[return-value]


@require_POST
def order(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST way=up|down: the rule changes places with its neighbour."""
    current_actor().need(SETUP)
    moved = fetch(_kind("assignment_rule"), pk)
    row = [rule.pk for rule in rules(retired=True)]
    at = row.index(moved.pk)
    row.insert(max(0, min(len(row) - 1, at + (-1 if request.POST.get("way") == "up" else 1))), row.pop(at))
    for place, one in enumerate(row):
        change(_kind("assignment_rule"), one, {"position": place})
    return _back(_("Order saved."), len(row))


@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rule goes into the bin."""
    current_actor().need(SETUP)
    remove(_kind("assignment_rule"), fetch(_kind("assignment_rule"), pk).pk)
    return _back(_("Rule removed."), 1)


@require_POST
def habits(request: HttpRequest) -> HttpResponse:
    """POST idle_days: after how long leads go back to the pool."""
    current_actor().need(SETUP)
    raw = request.POST.get("idle_days", "").strip()
    try:
        set_idle_days(int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 6 else -1)
    except Refusal as refusal:
        return _page(request, " ".join(str(one) for said in refusal.fields.values() for one in said), typed=raw)
    return _back(_("Saved."))
