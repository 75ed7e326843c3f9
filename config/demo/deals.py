"""Opportunities of the last eighteen months with the way each took through the stages."""

import datetime
from dataclasses import dataclass
from typing import Any

from config.demo import chinese, english
from config.demo.companies import Customer, Person
from config.demo.draw import Draw

DAY = datetime.timedelta(days=1)
STAGES = ("discovery", "chosen", "proposal", "negotiation")
USUAL_DAYS = {"discovery": 9, "chosen": 12, "proposal": 14, "negotiation": 11}
GOES_ON = {"discovery": 0.80, "chosen": 0.80, "proposal": 0.82, "negotiation": 0.84}
REASONS = (("price", 30), ("rival", 22), ("no_budget", 18), ("no_decision", 16), ("late", 8), ("not_fit", 6))
ROLES = (("decides", 26), ("influences", 26), ("uses", 18), ("buys", 18), ("champion", 8), ("against", 4))
COLD = {"competitor", "supplier", "household"}


@dataclass(slots=True)
class Deal:
    """One opportunity: `path` is [(stage, entered)] and ends with the stage in which it is now."""

    values: dict[str, Any]
    customer: int
    people: list[tuple[int, str]]
    owner: int
    product: str
    path: list[tuple[str, datetime.datetime]]

    @property
    def stage(self) -> str:
        return self.path[-1][0]

    @property
    def opened(self) -> datetime.datetime:
        return self.path[0][1]

    @property
    def closed(self) -> datetime.datetime | None:
        return self.path[-1][1] if self.stage in ("won", "lost") else None


def draw_deals(draw: Draw, today: datetime.datetime, customers: list[Customer], people: list[Person], many: int) -> list[Deal]:
    """`many` deals; a customer that buys more often has more of them. The last weeks hold most of the open ones."""
    buying = [at for at, one in enumerate(customers) if one.people and one.values["type"] not in COLD and one.values["status"] != "unfit"]
    weights = [customers[at].warmth for at in buying]
    found = []
    for number in range(many):
        at = draw.choices(buying, weights=weights)[0]
        found.append(_deal(draw, today, customers, people, at, number))
    return found


def _deal(
    draw: Draw,
    today: datetime.datetime,
    customers: list[Customer],
    people: list[Person],
    at: int,
    number: int,
) -> Deal:
    home = customers[at]
    words = chinese if home.chinese else english
    product = draw.weighted(words.PRODUCTS)[0]
    reach = 18 * 30
    opened = min(draw.office(today - reach * DAY * draw.random() ** 1.5 - 1 * DAY, words.ZONE), today - datetime.timedelta(hours=1))
    path = _path(draw, today, opened, words.ZONE)
    size = 1.0 + 0.25 * min(6.0, home.warmth)
    currency, median, least = ("CNY", 120_000, 4_000) if home.chinese else ("GBP", 13_000, 450)
    amount = draw.amount(int(median * size), 0.95, least)
    stage, entered = path[-1]
    values: dict[str, Any] = {
        "name": f"{product}{draw.choice(words.DEAL_TAILS)}",
        "external_id": f"D{20000 + number}",
        "amount": str(amount),
        "amount_currency": currency,
        "source": home.values["source"],
    }
    if stage in ("won", "lost"):
        values.update(
            closed_on=entered.date().isoformat(),
            closes=(entered + draw.randint(-12, 20) * DAY).date().isoformat(),
        )
        if stage == "lost":
            values["lost_reason"] = draw.weighted(REASONS)[0]
    else:
        ahead = sum(USUAL_DAYS[s] for s in STAGES[STAGES.index(stage) :])
        late = draw.chance(0.1)
        closes = today - draw.choice((3, 9, 17)) * DAY if late else today + int(ahead * draw.uniform(0.2, 2.2) + 2) * DAY
        values["closes"] = closes.date().isoformat()
    chosen = draw.sample(home.people, min(len(home.people), draw.choice((1, 1, 2, 2, 3))))
    roles = [(person, draw.weighted(ROLES)[0]) for person in chosen]
    return Deal(values, at, roles, home.owner, product, path)


def _path(draw: Draw, today: datetime.datetime, opened: datetime.datetime, zone: datetime.tzinfo) -> list[tuple[str, datetime.datetime]]:
    """Steps through the stages until it is won, lost or has come to today."""
    path, moment = [(STAGES[0], opened)], opened
    for at, stage in enumerate(STAGES):
        days = max(0.2, draw.gammavariate(1.6, USUAL_DAYS[stage] / 1.6 * 1.7))
        moment = draw.office(moment + datetime.timedelta(days=days), zone)
        moment = max(moment, path[-1][1] + datetime.timedelta(minutes=25))
        stalls = path[-1][1] > today - 75 * DAY and draw.chance(0.07)
        if moment >= today or stalls:
            break
        if not draw.chance(GOES_ON[stage]):
            path.append(("lost", moment))
            break
        path.append((STAGES[at + 1] if at + 1 < len(STAGES) else "won", moment))
    return path
