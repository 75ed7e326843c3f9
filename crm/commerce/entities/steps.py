"""What a write of commerce brings about: a main price list for each currency, rates that can be reckoned with."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.commerce.models import CurrencyRate, PriceEntry, PriceList
from crm.commerce.models.currency import is_bare
from crm.commerce.queries import company_currency
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.pipeline import CHANGE, CREATE, Write, contribute
from crm.kernel.records.writing import change


def _now(write: Write, name: str) -> Any:
    return write.values.get(name, write.old.get(name))


@contribute("default", PriceList)
def first_of_its_currency(write: Write) -> None:
    """The first list in a currency is its main one."""
    code = write.values.get("currency")
    if code and write.values.get("main") is None:
        write.values["main"] = not PriceList.objects.filter(currency=code, main=True, deleted_at=None).exists()


@contribute("after", PriceList)
def one_main_list(write: Write) -> None:
    """The list that was the main one of this currency before is so no longer."""
    record: PriceList = write.record
    if write.op in (CREATE, CHANGE) and record.main and (write.changed("main") or write.changed("currency")):
        others = PriceList.objects.filter(currency=record.currency, main=True, deleted_at=None).exclude(pk=record.pk)
        for pk in list(others.values_list("pk", flat=True)):
            change(write.entity, pk, {"main": False})


def _currency_of(price_list: UUID | None) -> str | None:
    return PriceList.objects.filter(pk=price_list).values_list("currency", flat=True).first() if price_list else None


@contribute("default", PriceEntry)
def price_in_the_lists_currency(write: Write) -> None:
    """An amount without a currency is meant in the list's; from the first unit on where nothing is said."""
    if write.values.get("from_quantity") is None:
        write.values["from_quantity"] = Decimal(1)
    if not write.given.get("price_currency") and "price" not in write.errors and is_bare(write.given.get("price")):
        code = _currency_of(write.values.get("price_list_id"))
        if code:
            write.values |= write.entity.fields["price"].normalise(
                {"price": write.given["price"], "price_currency": code}, None, Reading.of(write.actor)
            )


@contribute("check", PriceEntry)
def price_rules(write: Write) -> None:
    """A price is not below zero, and in the currency of its list."""
    price, least = _now(write, "price"), _now(write, "from_quantity")
    if price is not None and price < 0:
        write.wrong("price", _("A price is zero or more."))
    if least is not None and least <= 0:
        write.wrong("from_quantity", _("A quantity is more than zero."))
    code = _currency_of(_now(write, "price_list_id"))
    if code and _now(write, "price_currency") not in (None, code):
        write.wrong("price", _("The prices of this list are in %(currency)s.") % {"currency": code})


@contribute("default", CurrencyRate)
def worth_in_own_currency(write: Write) -> None:
    """Rates are in the company's currency where nothing else is said."""
    if write.values.get("base") is None and "base" not in write.errors:
        write.values["base"] = company_currency()


@contribute("check", CurrencyRate)
def rate_rules(write: Write) -> None:
    """A rate is more than zero, between two currencies, and there is one a day."""
    code, base, day, rate = (_now(write, name) for name in ("currency", "base", "day", "rate"))
    if rate is not None and rate <= 0:
        write.wrong("rate", _("A rate is more than zero."))
    if code == base and rate not in (None, Decimal(1)):
        write.wrong("base", _("Choose two different currencies."))
    same = CurrencyRate.objects.filter(currency=code, base=base, day=day, deleted_at=None).exclude(pk=write.record.pk)
    if write.op == CREATE and same.exists():
        write.wrong("day", _("There is a rate of this day already. Change that one."))
