"""Reads of commerce: the rate between two currencies on a day, and the price that holds for a product."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.commerce.models import CurrencyRate, PriceEntry
from crm.kernel.base.money import Money
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, once

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of the one currency is worth `value` of `currency`. `day` is the older of the days it was told on."""

    value: Decimal
    day: datetime.date
    source: str
    currency: str

    def of(self, amount: Money) -> Money:
        """The amount in the other currency, rounded to its smallest unit."""
        return Money.of(amount.decimal * self.value, self.currency)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A price out of a list; `rate` is set where the list is in another currency and the price was converted."""

    price: Money
    entry: PriceEntry
    rate: Rate | None = None


def company_currency() -> str:
    """The currency the company reckons in."""
    return once(("company's currency",), lambda: str(Workspace.objects.values_list("currency", flat=True).get(pk=current_workspace_id())))


def rate_between(one: str, other: str, day: datetime.date, own: str | None = None) -> Rate | None:
    """The last rate told on or before the day, straight or by way of the company's currency; None where there is none."""
    if one == other:
        return Rate(ONE, day, "", other)
    straight = once(("rate", one, other, day), lambda: _told(one, other, day))
    if straight is not None:
        return straight
    middle = own or company_currency()
    if middle in (one, other):
        return None
    first = once(("rate", one, middle, day), lambda: _told(one, middle, day))
    second = once(("rate", middle, other, day), lambda: _told(middle, other, day))
    if first is None or second is None:
        return None
    sources = ", ".join(dict.fromkeys(part for part in (first.source, second.source) if part))
    return Rate(first.value * second.value, min(first.day, second.day), sources, other)


def _told(one: str, other: str, day: datetime.date) -> Rate | None:
    """A rate as it was entered, or the inverse of one."""
    pairs = Q(currency=one, base=other) | Q(currency=other, base=one)
    found = CurrencyRate.objects.filter(pairs, day__lte=day, deleted_at=None).order_by("-day", "-id").first()
    if found is None or not found.rate:
        return None
    value = found.rate if found.currency == one else ONE / found.rate
    return Rate(value, found.day, found.source or "", other)


def entries_on(product: UUID, day: datetime.date) -> QuerySet[Any]:
    """The product's prices in lists that hold on the day: main lists first, of each the entry for most units first."""
    holds = Q(price_list__valid_from=None) | Q(price_list__valid_from__lte=day)
    still = Q(price_list__valid_until=None) | Q(price_list__valid_until__gte=day)
    rows = PriceEntry.objects.filter(holds, still, product_id=product, deleted_at=None, price_list__deleted_at=None)
    return rows.select_related("price_list").order_by("price_list__name", "-from_quantity", "id")


def price_of(product: UUID, quantity: Decimal, currency: str, day: datetime.date) -> Proposal | None:
    """What one unit costs at that quantity: from a list in the currency, else converted by the rate of the day."""
    entries = once(("prices of", product, day), lambda: list(entries_on(product, day)))
    found = [one for one in entries if (one.from_quantity or ONE) <= quantity]
    own = _best([one for one in found if one.price_currency == currency])
    if own is not None:
        return Proposal(Money(own.price, currency), own)
    home = company_currency()
    for one in sorted(found, key=lambda entry: (entry.price_currency != home, not entry.price_list.main)):
        rate = rate_between(one.price_currency, currency, day, home)
        if rate is not None:
            return Proposal(rate.of(Money(one.price, one.price_currency)), one, rate)
    return None


def _best(entries: Iterable[PriceEntry]) -> PriceEntry | None:
    """The main list goes first; within a list the entry for the greatest quantity that is reached."""
    return min(entries, key=lambda one: (not one.price_list.main, -(one.from_quantity or ONE)), default=None)
