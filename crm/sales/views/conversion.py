"""The dialog in which a lead becomes a customer: what matches, what would be filled in, what is to be made."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.toasts import later
from crm.kernel.records.actions import available, perform
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import current_actor
from crm.sales.actions.conversion import NEW, NONE
from crm.sales.models import Lead
from crm.sales.queries.carried import filling, kind_of, may_make, values_for
from crm.sales.queries.matching import Candidate, matches, the_one

TARGETS = ("account", "contact", "opportunity")


@dataclass(slots=True)
class Option:
    """One existing record: why it may be the one, and what would be filled in there."""

    candidate: Candidate
    url: str
    fills: list[tuple[Any, str]]


@dataclass(slots=True)
class Target:
    """One of account, contact, deal: the options, which is chosen at first, and what is said of records that are not shared."""

    entity: Entity[Any]
    options: list[Option]
    chosen: str
    new_name: str
    may_create: bool
    errors: list[str]
    masked: list[str] = field(default_factory=list)


def _lead() -> Entity[Any]:
    return kind_of("lead")


@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, pk: UUID) -> HttpResponse:
    """GET: the choices; POST account, contact, opportunity = id | new | none: the conversion."""
    lead: Lead = fetch(_lead(), pk, "edit")
    if "convert" not in [one.name for one in available(_lead(), lead)]:
        raise NotFound
    if request.method != "POST":
        return _dialog(request, lead, None)
    given = {name: request.POST[name] for name in (*TARGETS, "deal_name") if request.POST.get(name)}
    try:
        done = perform(_lead(), "convert", pk, given)
    except Wrong as refusal:
        return _dialog(request, lead, refusal)
    text = _("%(lead)s was converted.") % {"lead": lead.name}
    kind = next(name for name in ("opportunity", "account", "contact") if getattr(done, f"{name}_id"))
    answer = HttpResponse(status=204, headers={"HX-Redirect": record_url(kind_of(kind), getattr(done, f"{kind}_id"))})
    return later(answer, text, note(text, 1).pk)  # type: ignore[return-value]


def _dialog(request: HttpRequest, lead: Lead, refusal: Wrong | None) -> HttpResponse:
    found = matches(lead)
    given = request.POST if refusal is not None else {}
    errors = {name: [str(one) for one in said] for name, said in refusal.fields.items()} if refusal is not None else {}
    targets = [
        _target("account", lead, found.accounts, given, errors),
        _target("contact", lead, found.contacts, given, errors),
        _target("opportunity", lead, found.deals, given, errors),
    ]
    for target in targets:
        target.masked = found.masked.get(target.entity.kind, [])
    other = [text for name, said in errors.items() if name not in TARGETS for text in said]
    if refusal is not None and not errors:
        other = [str(refusal.message)]
    words = {
        "lead": lead,
        "targets": targets,
        "other": other,
        "deal_name": given.get("deal_name") or targets[2].new_name,
        "none": NONE,
        "new": NEW,
    }
    return render(request, "sales/convert.jinja", words, status=422 if refusal is not None else 200)


def _target(kind: str, lead: Lead, found: list[Candidate], given: Any, errors: Any) -> Target:
    entity, actor = kind_of(kind), current_actor()
    values = values_for(kind, lead)
    reading = Reading.of(actor)
    options = []
    for one in found:
        more = filling(kind, fetch(entity, one.id), values, actor)
        shown = [(entity.fields[name], str(entity.fields[name].display(value, reading))) for name, value in more.items()]
        options.append(Option(one, record_url(entity, one.id), [(fact.label, text) for fact, text in shown if text]))
    may_create = policy_for(entity).may(actor, "create")
    there = the_one(kind, found)
    first = str(there.id) if there else NEW if may_create and may_make(kind, lead) else NONE
    return Target(entity, options, given.get(kind) or first, str(values["name"]), may_create, errors.get(kind, []))
