"""The table of a deal's products: every act answers the table as it is then, and the deal's amount beside it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.pages.toasts import toast
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change, change_each, create, remove
from crm.kernel.tenancy.scope import current_actor
from crm.sales.entities.line_screens import table
from crm.sales.models import Opportunity, OpportunityLine
from crm.sales.queries.lines import lines_of

FIELDS = ("description", "quantity", "unit_price", "discount")


def _kind(kind: str) -> Entity[Any]:
    found = registry.kind(kind)
    assert found is not None
    return found


def _line(deal: Opportunity, pk: UUID) -> OpportunityLine:
    found: OpportunityLine = fetch(_kind("opportunity_line"), pk)
    if found.opportunity_id != deal.pk:
        raise NotFound
    return found


def _answer(
    request: HttpRequest,
    deal: Opportunity,
    said: str = "",
    wrong: Mapping[UUID, Mapping[str, str]] | None = None,
    fresh: UUID | None = None,
) -> HttpResponse:
    words = table(fetch(_kind("opportunity"), deal.pk), current_actor(), wrong, fresh)
    answer = render(request, "sales/lines_answer.jinja", words, status=422 if wrong else 200)
    if said:
        toast(answer, said, note(said, 1).pk)
    return answer


def _tried(request: HttpRequest, deal: Opportunity, line: OpportunityLine, given: Mapping[str, Any]) -> HttpResponse:
    """Changes a line; what is wrong is told beside it, and what was there stays."""
    try:
        changed = change(_kind("opportunity_line"), line.pk, given)
    except Wrong as refusal:
        said = {name: " ".join(str(one) for one in texts) for name, texts in refusal.fields.items()} or {"": str(refusal.message)}
        return _answer(request, deal, wrong={line.pk: said})
    if changed.version != line.version:
        note(_kind("opportunity_line").name_of(changed), 1)
    return _answer(request, deal)


@require_POST
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST product or description: a line behind the others, with the price that is proposed."""
    deal = fetch(_kind("opportunity"), pk, "edit")
    given = {name: request.POST[name] for name in ("product", "description") if request.POST.get(name)}
    if not given:
        return _answer(request, deal)
    try:
        made = create(_kind("opportunity_line"), {"opportunity": pk, **given})
    except Wrong as refusal:
        said = " ".join(str(one) for texts in refusal.fields.values() for one in texts) or str(refusal.message)
        return _answer(request, deal, wrong={pk: {"": said}})
    note(_kind("opportunity_line").name_of(made), 1)
    return _answer(request, deal, fresh=made.pk)


@require_POST
def save(request: HttpRequest, pk: UUID, line: UUID) -> HttpResponse:
    """POST description, quantity, unit_price, discount: the line as it is typed."""
    deal = fetch(_kind("opportunity"), pk, "edit")
    found = _line(deal, line)
    given: dict[str, Any] = {name: request.POST[name] for name in FIELDS if name in request.POST}
    price = _kind("opportunity_line").fields["unit_price"].value(found)
    if "unit_price" in given and price is not None and given["unit_price"] == str(price.decimal):
        del given["unit_price"]
    return _tried(request, deal, found, given)


@require_POST
def order(request: HttpRequest, pk: UUID, line: UUID) -> HttpResponse:
    """POST way=up|down: the line changes places with its neighbour."""
    deal = fetch(_kind("opportunity"), pk, "edit")
    _line(deal, line)
    row = [one.pk for one in lines_of(pk)]
    at = row.index(line)
    row.insert(max(0, min(len(row) - 1, at + (-1 if request.POST.get("way") == "up" else 1))), row.pop(at))
    change_each(_kind("opportunity_line"), {one: {"position": place + 1} for place, one in enumerate(row)})
    note(_("Order saved."), len(row))
    return _answer(request, deal)


@require_POST
def drop(request: HttpRequest, pk: UUID, line: UUID) -> HttpResponse:
    """The line goes into the bin; the toast brings it back."""
    deal = fetch(_kind("opportunity"), pk, "edit")
    found = _line(deal, line)
    name = _kind("opportunity_line").name_of(found)
    remove(_kind("opportunity_line"), line)
    return _answer(request, deal, _("%(name)s was taken out of the deal.") % {"name": name})


@require_POST
def by_hand(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST by_hand=1|0: the amount is entered by hand from now on, or follows the products again."""
    deal = fetch(_kind("opportunity"), pk, "edit")
    hand = request.POST.get("by_hand") == "1"
    change(_kind("opportunity"), pk, {"by_hand": hand})
    return _answer(request, deal, _("The amount is entered by hand now.") if hand else _("The amount follows the products again."))
