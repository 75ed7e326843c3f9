"""Writes what the demonstration company sells, its leads, its web form and its rules of assignment."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from config.demo.draw import Draw
from config.demo.goods import BANK, BULK, FORM, GOODS, PER_POUND, RATES
from config.demo.prospects import Prospect
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.records.writing import create
from crm.sales.actions import found_pipeline
from crm.sales.actions.assignment import set_turns
from crm.sales.models import Opportunity
from crm.sales.models.pipeline import StageKind

Write = Callable[[str, Iterable[dict[str, Any]], str], list[UUID]]
DAY = datetime.timedelta(days=1)
#: So many of the open deals say what they are made of.
ITEMISED = 0.3


def write_goods(write: Write, today: datetime.date, chinese: bool) -> dict[str, UUID]:
    """{code: product}, with a price list in each currency that is sold in, and the rates of the last days."""
    rows = [
        {"name": f"{zh} {en}" if chinese else en, "code": code, "kind": kind, "series": series, "unit": unit if chinese else unit_en}
        | {"cost": str(cost), "cost_currency": "CNY", "tax_class": "13%" if kind == "goods" else "6%"}
        for zh, en, code, kind, series, unit, unit_en, cost, _price in GOODS
    ]
    made = dict(zip((row[2] for row in GOODS), write("product", rows, "products"), strict=True))
    since = today.replace(month=1, day=1)
    lists = [{"name": "人民币价目表", "currency": "CNY", "valid_from": since}] if chinese else []
    lists.append({"name": "Sterling prices", "currency": "GBP", "valid_from": since})
    entries = []
    for row, pk in zip(lists, write("price_list", lists, "price lists"), strict=True):
        entries += _entries(pk, str(row["currency"]), made)
    write("price_entry", entries, "prices")
    if chinese:
        rates = [
            {"currency": code, "base": "CNY", "day": today - back * DAY, "rate": rate, "source": BANK}
            for code, told in RATES
            for back, rate in enumerate(told)
        ]
        write("currency_rate", rates, "rates of the day")
    return made


def _entries(price_list: UUID, currency: str, made: dict[str, UUID]) -> list[dict[str, Any]]:
    found = []
    for *_names, code, _kind, _series, _unit, _unit_en, _cost, price in GOODS:
        steps = [(1, price), *([BULK[code]] if code in BULK else [])]
        for least, amount in steps:
            worth = str(amount) if currency == "CNY" else f"{amount / PER_POUND:.2f}"
            found.append(
                {"price_list": price_list, "product": made[code], "price": worth, "price_currency": currency, "from_quantity": least}
            )
    return found


def write_lines(write: Write, draw: Draw, products: dict[str, UUID]) -> None:
    """A part of the open deals: one thing and its installation, which come to about the deal's amount."""
    rows = []
    open_ = Opportunity.objects.filter(stage__kind=StageKind.OPEN, amount__isnull=False, deleted_at=None).order_by("external_id")
    for deal in open_:
        if not draw.chance(ITEMISED):
            continue
        money = registry.kind("opportunity").fields["amount"].value(deal)  # type: ignore[union-attr]
        many, main = draw.choice((1, 1, 2, 4)), money.decimal * Decimal("0.9")
        owned = {"opportunity": deal.pk, "owner": deal.owner_id, "team": deal.team_id, "unit_price_currency": money.currency}
        code = draw.choice([row[2] for row in GOODS if row[3] == "goods"])
        rows.append({**owned, "product": products[code], "quantity": many, "unit_price": f"{main / many:.0f}", "position": 1})
        rows.append({**owned, "product": products["SV-INS"], "quantity": 1, "unit_price": f"{money.decimal - main:.0f}", "position": 2})
    write("opportunity_line", rows, "lines of deals")


def write_leads(write: Write, prospects: Sequence[Prospect], people: Sequence[User], teams: dict[UUID, UUID | None]) -> None:
    """The leads with their owners; some wait in the pool of a team."""
    rows = []
    for one in prospects:
        owner = people[one.owner]
        rows.append({**one.values, "owner": None if one.pooled else owner.pk, "team": teams[owner.pk], "created_at": one.since})
    write("lead", rows, "leads")


def write_setup(people: Sequence[User], sellers: dict[str, list[int]]) -> None:
    """A web form, rules of assignment and a second way of selling."""
    create(_kind("lead_form"), FORM)
    found_pipeline("电话销售 Telephone sales", main=False, way="tele")
    regions = {name: [people[at].pk for at in places] for name, places in sellers.items()}
    home = [pk for name, some in regions.items() if name != "europe" for pk in some] or regions["europe"]
    rules = [("United Kingdom 英国", "address_country = GB", regions["europe"])] if len(regions) > 1 else []
    for name, condition, some in [*rules, ("Trade fairs 展会", "source = fair", home[:1]), ("All others 其他", "", home)]:
        rule = create(_kind("assignment_rule"), {"name": name, "condition": condition, "to": "turns"})
        set_turns(rule, some)


def _kind(kind: str) -> Any:
    found = registry.kind(kind)
    assert found is not None
    return found
