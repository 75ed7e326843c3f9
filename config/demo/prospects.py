"""Leads of the last three months: most are new names, some belong to customers who are there already."""

import datetime
from dataclasses import dataclass
from typing import Any

from config.demo.companies import Customer, Firms, Person
from config.demo.draw import Draw
from config.demo.goods import CAMPAIGNS, NEEDS_EN, NEEDS_ZH

STATES = (("new", 34), ("working", 26), ("qualified", 12), ("recycled", 8), ("disqualified", 20))
REASONS = (("no_need", 26), ("no_budget", 24), ("not_reached", 22), ("later", 14), ("rival", 8), ("wrong", 6))
SOURCES = (("website", 40), ("fair", 24), ("referral", 12), ("advertising", 12), ("cold_call", 8), ("partner", 4))
DAY = datetime.timedelta(days=1)
#: The person's facts that a lead has, too.
_OF_PERSON = ("name", "job_title", "mobile", "email", "wechat")


@dataclass(slots=True)
class Prospect:
    """One lead; `owner` is a place in the list of users, None leaves it in the pool."""

    values: dict[str, Any]
    owner: int
    pooled: bool
    since: datetime.datetime


def draw_prospects(
    draw: Draw, today: datetime.datetime, sellers: dict[str, list[int]], known: tuple[list[Customer], list[Person]], many: int, share: float
) -> list[Prospect]:
    """`many` leads, newest last; every ninth is of a company that is a customer already."""
    firms = Firms(draw, today)
    zone = today.tzinfo or datetime.UTC
    moments = sorted(min(draw.between(today - 90 * DAY, today, zone), today - DAY / 24) for _ in range(many))
    found = []
    for at, moment in enumerate(moments):
        customers, people = known
        if at % 9 == 4 and people:
            person = draw.choice(people)
            home = customers[person.customer]
        else:
            home = firms.customer(90_000 + at, sellers, draw.chance(share))
            person = firms.person([home], 0)
        found.append(_prospect(draw, home, person, at, moment))
    return found


def _prospect(draw: Draw, home: Customer, person: Person, at: int, moment: datetime.datetime) -> Prospect:
    state = draw.weighted(STATES)[0]
    values = {name: person.values[name] for name in _OF_PERSON if person.values.get(name)}
    values |= {name: home.values[name] for name in ("industry", "website", "address_city", "address_country") if home.values.get(name)}
    values |= {
        "company": home.values["name"],
        "status": state,
        "source": draw.weighted(SOURCES)[0],
        "campaign": draw.choice(CAMPAIGNS),
        "need": draw.choice(NEEDS_ZH if home.chinese else NEEDS_EN),
        "external_id": f"L{50_000 + at}",
    }
    if draw.chance(0.6):
        values["budget"] = str(draw.amount(90_000 if home.chinese else 9_000, 0.9, 2_000))
        values["budget_currency"] = "CNY" if home.chinese else "GBP"
    if state in ("recycled", "disqualified"):
        values["reason"] = draw.weighted(REASONS)[0]
    if state == "recycled":
        values["comes_back_on"] = (moment + draw.randint(100, 200) * DAY).date().isoformat()
    return Prospect(values, home.owner, state == "new" and draw.chance(0.4), moment)
