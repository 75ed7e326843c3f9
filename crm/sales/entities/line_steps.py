"""What a write of a deal's lines brings about: proposed prices, totals, and the deal's amount that follows them."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from crm.commerce.models.currency import is_bare
from crm.commerce.queries import Rate, price_of, rate_between
from crm.kernel.base.errors import Refusal
from crm.kernel.base.money import Money
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import system_actor
from crm.kernel.records.needed import undoing
from crm.kernel.records.pipeline import CHANGE, Write, after_batch, before_batch, contribute
from crm.kernel.records.writing import change_each
from crm.kernel.tenancy.scope import current, once, scope
from crm.sales.models import Opportunity, OpportunityLine
from crm.sales.queries.lines import currencies_of, current_day, sums_of

ONE, HUNDRED = Decimal(1), Decimal(100)


def _now(write: Write, name: str) -> Any:
    return write.values.get(name, write.old.get(name))


@contribute("default", OpportunityLine)
def line_defaults(write: Write) -> None:
    """One piece, behind the lines that are there."""
    if write.values.get("quantity") is None and "quantity" not in write.errors:
        write.values["quantity"] = ONE
    if write.values.get("position") is None:
        deal: UUID | None = write.values.get("opportunity_id")
        there = _there(deal) if deal else _There()
        there.last += 1
        write.values["position"] = there.last


@dataclass(slots=True)
class _There:
    """What the lines of a deal have come to, those of this go included: the last place, and the currency (None: open yet)."""

    last: int = 0
    currency: str | None = None


def _there(deal: UUID) -> _There:
    """Read once for all lines of a deal that are written in one go."""
    return once(("lines of a deal", deal), lambda: _read({deal})[deal])


def _read(deals: set[UUID]) -> dict[UUID, _There]:
    lines = OpportunityLine.objects.filter(opportunity_id__in=deals, deleted_at=None).order_by()
    last = dict(lines.values_list("opportunity_id").annotate(last=Max("position")))
    codes = currencies_of(Opportunity.objects.filter(pk__in=deals))
    return {deal: _There(last.get(deal) or 0, codes.get(deal)) for deal in deals}


@before_batch(OpportunityLine)
def read_together(writes: list[Write]) -> None:
    """The lines of many deals that come in at once ask for their deals in one go."""
    deals = {_now(write, "opportunity_id") for write in writes} - {None}
    if len(deals) > 1:
        for deal, there in _read(deals).items():
            once(("lines of a deal", deal), partial(_known, there))


def _known(there: _There) -> _There:
    return there


@contribute("check", OpportunityLine)
def line_rules(write: Write) -> None:
    """Product or words, a quantity above zero, a discount up to all of it; price and total in the deal's currency."""
    if _now(write, "product_id") is None and not _now(write, "description"):
        write.wrong("product", _("Choose a product, or describe the line."))
    quantity, discount = _now(write, "quantity"), _now(write, "discount")
    if quantity is None or quantity <= 0:
        write.wrong("quantity", _("A quantity is more than zero."))
    if discount is not None and not 0 <= discount <= HUNDRED:
        write.wrong("discount", _("A discount is between 0 and 100 %."))
    if write.ok:
        _price(write)
    if write.ok:
        _total(write)


def _price(write: Write) -> None:
    deal: UUID = _now(write, "opportunity_id")
    code = _there(deal).currency
    given = write.changed("unit_price") or write.changed("unit_price_currency")
    if given and write.values.get("unit_price") is not None:
        _given_price(write, code)
    elif not given and _now(write, "product_id") and (_asks_anew(write, code)):
        _proposed_price(write, code)


def _given_price(write: Write, code: str | None) -> None:
    """A price as it was entered; one in another currency than the deal's is converted by the rate of the day."""
    money = Money(_now(write, "unit_price"), _now(write, "unit_price_currency") or code or write.actor.currency)
    bare = not write.given.get("unit_price_currency") and is_bare(write.given.get("unit_price"))
    rate: Rate | None = None
    if code is not None and money.currency != code and bare:
        money = Money.of(money.decimal, code)
    elif code is not None and money.currency != code:
        rate = rate_between(money.currency, code, current_day())
        if rate is None:
            said = _("There is no rate from %(one)s to %(other)s yet. Enter it under Rates of the day, or give the price in %(other)s.")
            write.wrong("unit_price", said % {"one": money.currency, "other": code})
            return
        money = rate.of(money)
    _keep(write, money, rate)


def _asks_anew(write: Write, code: str | None) -> bool:
    """A new product, or another quantity of one that stands at its list price."""
    if write.changed("product_id") or _now(write, "unit_price") is None:
        return True
    if write.op != CHANGE or not write.changed("quantity"):
        return False
    before = price_of(write.old["product_id"], write.old["quantity"] or ONE, code or write.old["unit_price_currency"], current_day())
    return before is not None and before.price.minor == write.old.get("unit_price")


def _proposed_price(write: Write, code: str | None) -> None:
    found = price_of(_now(write, "product_id"), _now(write, "quantity"), code or write.actor.currency, current_day())
    if found is not None:
        _keep(write, found.price, found.rate)


def _keep(write: Write, money: Money, rate: Rate | None) -> None:
    there = _there(_now(write, "opportunity_id"))
    there.currency = there.currency or money.currency  # the next line of this go is in the same one
    write.values |= {"unit_price": money.minor, "unit_price_currency": money.currency}
    write.values |= {"rate": rate.value if rate else None, "rate_day": rate.day if rate else None}
    write.values["rate_source"] = rate.source or None if rate else None


def _total(write: Write) -> None:
    price = _now(write, "unit_price")
    if price is None:
        write.values |= {"total": None, "total_currency": None}
        return
    share = (HUNDRED - (_now(write, "discount") or 0)) / HUNDRED
    unit = Money(price, _now(write, "unit_price_currency"))
    whole = Money.of(unit.decimal * _now(write, "quantity") * share, unit.currency)
    write.values |= {"total": whole.minor, "total_currency": whole.currency}


@after_batch(OpportunityLine)
def amounts_follow(writes: list[Write]) -> None:
    """The deal's amount is the sum of its lines, unless it was taken in hand."""
    deals = {write.record.opportunity_id for write in writes} | {write.old.get("opportunity_id") for write in writes}
    follow({one for one in deals if one})


def follow(deals: set[UUID]) -> None:
    """Sets the amounts of these deals to the sums of their lines, as Kith; deals without lines keep theirs."""
    sums = sums_of(deals)
    rows = Opportunity.objects.filter(pk__in=sums, deleted_at=None).exclude(by_hand=True)
    changed = {
        deal: {"amount": sums[deal]}
        for deal, minor, code in rows.values_list("pk", "amount", "amount_currency")
        if (minor, code) != (sums[deal].minor, sums[deal].currency)
    }
    if not changed:
        return
    entity, here = registry.kind("opportunity"), current()
    assert entity is not None
    with scope(here.workspace_id, system_actor(here.workspace_id), _("the amount follows the products")):
        done = change_each(entity, changed)
    for one in done.values():
        if isinstance(one, Refusal):
            raise one


@contribute("check", Opportunity)
def amount_is_the_lines(write: Write) -> None:
    """Where a deal has lines its amount is theirs: another one is entered only once it was taken in hand."""
    if write.op != CHANGE or write.actor.kind == "system" or undoing() or _now(write, "by_hand"):
        return
    if not (write.changed("amount") or write.changed("amount_currency") or write.changed("by_hand")):
        return
    found = sums_of([write.record.pk]).get(write.record.pk)
    if found is None:
        return
    if write.changed("by_hand"):
        write.values |= {"amount": found.minor, "amount_currency": found.currency}
    elif (_now(write, "amount"), _now(write, "amount_currency")) != (found.minor, found.currency):
        write.wrong("amount", _("The amount is the sum of the deal's products. Set “Amount by hand” to Yes to enter another one."))
