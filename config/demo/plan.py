"""The whole demonstration company as plain data: pure, repeatable, relative to the day it is drawn."""

import datetime
from dataclasses import dataclass

from config.demo.companies import Customer, Firms, Person
from config.demo.deals import Deal, draw_deals
from config.demo.draw import Draw
from config.demo.prospects import Prospect, draw_prospects
from config.demo.talk import Talk, Talks
from config.demo.ties import Tie, draw_ties

SEED = 20261122


@dataclass(frozen=True, slots=True)
class Size:
    """How much is drawn."""

    accounts: int = 2_000
    contacts: int = 5_000
    deals: int = 1_500
    activities: int = 30_000
    ties: int = 700
    leads: int = 260


@dataclass(slots=True)
class Plan:
    """What is drawn; links between the lists are places in them."""

    customers: list[Customer]
    people: list[Person]
    deals: list[Deal]
    talks: list[Talk]
    ties: list[Tie]
    prospects: list[Prospect]
    today: datetime.datetime
    sellers: dict[str, list[int]]
    seed: int


def draw_plan(
    today: datetime.datetime,
    sellers: dict[str, list[int]],
    size: Size = Size(),
    seed: int = SEED,
    chinese_share: float = 0.62,
) -> Plan:
    """`sellers`: region ("east", "south", "europe") → places in the list of users who sell there."""
    draw = Draw(seed)
    firms = Firms(draw, today)
    customers = [firms.customer(number, sellers, draw.chance(chinese_share)) for number in range(size.accounts)]
    _hierarchy(draw, customers)
    people = _people(draw, firms, customers, size.contacts)
    deals = draw_deals(draw, today, customers, people, size.deals)
    _bought(customers, deals)
    talks = Talks(draw, today, customers, people, deals).all(size.activities)
    ties = draw_ties(draw, today, customers, people, size.ties)
    prospects = draw_prospects(Draw(seed + 1), today, sellers, (customers, people), size.leads, chinese_share)
    return Plan(customers, people, deals, talks, ties, prospects, today, sellers, seed)


def _hierarchy(draw: Draw, customers: list[Customer]) -> None:
    """Some 6 % belong to a bigger one of the same side; a parent has no parent, so there are no circles."""
    parents = {True: [], False: []}  # type: dict[bool, list[int]]
    for at, one in enumerate(customers):
        if one.values.get("size") in ("250-999", "1000+"):
            parents[one.chinese].append(at)
    heads = {at for side in parents.values() for at in side}
    for at, one in enumerate(customers):
        if at not in heads and one.values["type"] == "company" and parents[one.chinese] and draw.chance(0.07):
            one.parent = draw.choice(parents[one.chinese])


def _people(draw: Draw, firms: Firms, customers: list[Customer], many: int) -> list[Person]:
    """At least one person for nine accounts in ten, the others where most goes on."""
    homes = [at for at in range(len(customers)) if draw.chance(0.9)][:many]
    weights = [min(one.warmth, 8.0) for one in customers]
    homes += draw.choices(range(len(customers)), weights=weights, k=many - len(homes))
    people: list[Person] = []
    for at in homes:
        customers[at].people.append(len(people))
        people.append(firms.person(customers, at))
    return people


def _bought(customers: list[Customer], deals: list[Deal]) -> None:
    """Who has bought is a customer."""
    for deal in deals:
        if deal.stage == "won" and customers[deal.customer].values["status"] == "prospect":
            customers[deal.customer].values["status"] = "customer"
