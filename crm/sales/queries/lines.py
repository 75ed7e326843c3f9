"""Reads about the lines of deals: their sum, the currency they are in, amounts in other currencies."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum

from crm.commerce.queries import Rate, company_currency, rate_between
from crm.kernel.access.policy import visible
from crm.kernel.base.money import Money
from crm.kernel.entity.filter.periods import today
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.records.actions import entity_of
from crm.kernel.tenancy.scope import current_actor
from crm.sales.models import Opportunity, OpportunityLine


def lines_of(deal_id: UUID) -> list[OpportunityLine]:
    """The lines of a deal in their order, as far as the actor may see them."""
    entity = registry.kind("opportunity_line")
    assert entity is not None
    return list(visible(entity).filter(opportunity_id=deal_id).select_related("product").order_by("position", "id"))


def sums_of(deals: Iterable[UUID]) -> dict[UUID, Money]:
    """{deal: sum of its lines} of deals that have lines with a price."""
    rows = OpportunityLine.objects.filter(opportunity_id__in=list(deals), deleted_at=None, total__isnull=False).order_by()
    found = rows.values_list("opportunity_id", "total_currency").annotate(total=Sum("total"), many=Count("pk"))
    return {deal: Money(int(total), currency) for deal, currency, total, _many in found}


def currencies_of(deals: Iterable[Opportunity]) -> dict[UUID, str | None]:
    """{deal: the currency in which its lines are}: of its first line with a price, else of its amount; None where nothing says."""
    found: dict[UUID, str | None] = {}
    for deal in deals:
        money: Money | None = entity_of(deal).fields["amount"].value(deal)
        found[deal.pk] = money.currency if money else None
    rows = OpportunityLine.objects.filter(opportunity_id__in=list(found), deleted_at=None, unit_price__isnull=False)
    first = rows.order_by("opportunity_id", "position", "id").distinct("opportunity_id")
    return found | {deal: code for deal, code in first.values_list("opportunity_id", "unit_price_currency") if code}


def current_day() -> datetime.date:
    """Today where the actor is."""
    return today(Reading.of(current_actor()))


@dataclass(frozen=True, slots=True)
class Worth:
    """An amount in another currency, with the rate it was reckoned by; `rate` None: there is none."""

    currency: str
    money: Money | None
    rate: Rate | None


def worth_of(money: Money, actor: Any) -> list[Worth]:
    """The amount in the reader's and in the company's currency, where these are others than its own."""
    home, day = company_currency(), current_day()
    found = []
    for code in dict.fromkeys([actor.currency, home]):
        if code and code != money.currency:
            rate = rate_between(money.currency, code, day, home)
            found.append(Worth(code, rate.of(money) if rate else None, rate))
    return found
