"""Activities: what was said and done with the customers, and what is still to be done."""

import datetime
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from config.demo import chinese, english
from config.demo.companies import Customer, Person
from config.demo.deals import Deal
from config.demo.draw import Draw

DAY = datetime.timedelta(days=1)
KINDS = (("call", 34), ("email", 28), ("meeting", 9), ("visit", 8), ("note", 11), ("task", 10))
TODO = (("call", 38), ("task", 32), ("meeting", 16), ("visit", 14))


@dataclass(slots=True)
class Talk:
    """One activity on ("account" | "contact" | "deal", place in its list); `at` is when it was done or is due."""

    values: dict[str, Any]
    about: tuple[str, int]
    owner: int
    at: datetime.datetime


class Talks:
    """Draws activities about accounts, contacts and deals that are given."""

    def __init__(
        self,
        draw: Draw,
        today: datetime.datetime,
        customers: list[Customer],
        people: list[Person],
        deals: list[Deal],
    ) -> None:
        self.draw, self.today = draw, today
        self.customers, self.people, self.deals = customers, people, deals
        self.open_deals = [at for at, deal in enumerate(deals) if deal.closed is None]
        self.weights = [one.warmth if one.people else 0.15 * one.warmth for one in customers]

    def all(self, many: int) -> list[Talk]:
        """`many` activities: the next step of most open deals, what else is to be done, and the past."""
        draw, found = self.draw, []
        for at in self.open_deals:
            if draw.chance(0.82):
                found.append(self._todo(("deal", at)))
        for _ in range(min(400, many // 60)):
            found.append(self._todo(self._on_account()))
        while len(found) < many:
            if draw.chance(0.4):
                at = draw.randrange(len(self.deals))
                deal = self.deals[at]
                found.append(
                    self._done(
                        ("deal", at),
                        deal.opened - 5 * DAY,
                        min(self.today, (deal.closed or self.today) + 2 * DAY),
                    )
                )
            else:
                found.append(self._done(self._on_account(), None, self.today))
        return found

    def _on_account(self) -> tuple[str, int]:
        at = self.draw.choices(range(len(self.customers)), weights=self.weights)[0]
        people = self.customers[at].people
        return ("contact", self.draw.choice(people)) if people and self.draw.chance(0.6) else ("account", at)

    def _facts(self, about: tuple[str, int]) -> tuple[Customer, str, str]:
        """The customer, the product spoken about, the person spoken with."""
        kind, at = about
        if kind == "deal":
            deal = self.deals[at]
            home, product = self.customers[deal.customer], deal.product
            person = self.people[deal.people[0][0]].short if deal.people else home.values["name"]
            return home, product, person
        home = self.customers[self.people[at].customer] if kind == "contact" else self.customers[at]
        words = chinese if home.chinese else english
        person = self.people[at].short if kind == "contact" else (self.people[home.people[0]].short if home.people else home.values["name"])
        return home, self.draw.weighted(words.PRODUCTS)[0], person

    def _words(self, about: tuple[str, int], kind: str, ahead: bool = False) -> tuple[dict[str, Any], Customer]:
        draw = self.draw
        home, product, person = self._facts(about)
        words = chinese if home.chinese else english
        named = (
            product
            if home.chinese
            else product[0].lower() + product[1:]
            if product[:2].isalpha() and not product[:2].isupper()
            else product
        )
        values: dict[str, Any] = {
            "type": kind,
            "subject": draw.choice(words.AHEAD if ahead and kind == "call" else words.SUBJECTS[kind]).format(p=named, n=person),
        }
        if draw.chance(0.9 if kind == "note" else 0.22):
            values["body"] = draw.choice(words.BODIES).format(n=person)
        return values, home

    def _done(self, about: tuple[str, int], first: datetime.datetime | None, last: datetime.datetime) -> Talk:
        draw = self.draw
        kind = draw.weighted(KINDS)[0]
        values, home = self._words(about, kind)
        first = max(first or home.since, self.today - 18 * 30 * DAY)
        at = min(draw.between(min(first, last - DAY), last, _zone(home)), self.today - datetime.timedelta(minutes=10))
        values.update(done_at=at.isoformat())
        if kind in ("call", "meeting", "visit"):
            values["duration"] = {
                "call": draw.choice((3, 4, 6, 8, 12, 15, 22)),
                "meeting": draw.choice((30, 45, 60, 90)),
                "visit": draw.choice((60, 90, 120, 180)),
            }[kind]
        if kind in ("call", "email"):
            values["direction"] = "in" if draw.chance(0.34) else "out"
        if kind == "call":
            values["result"] = draw.choice((chinese if home.chinese else english).RESULTS)
        if kind in ("task", "meeting", "visit"):
            values["due"] = (at + draw.randint(-6, 6) * datetime.timedelta(minutes=15)).isoformat()
        owner = home.owner if draw.chance(0.9) else -1
        return Talk(values, about, owner, at)

    def _todo(self, about: tuple[str, int]) -> Talk:
        draw = self.draw
        kind = draw.weighted(TODO)[0]
        values, home = self._words(about, kind, ahead=True)
        days = -draw.randint(1, 12) if draw.chance(0.14) else draw.choice((0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 10, 13, 18, 25))
        at = draw.office(self.today + days * DAY, _zone(home), ahead=days >= 0)
        values["due"] = at.isoformat()
        if draw.chance(0.3) and at > self.today:
            values["reminder_at"] = (at - datetime.timedelta(minutes=draw.choice((15, 30, 60)))).isoformat()
        return Talk(values, about, home.owner, at)


def _zone(home: Customer) -> ZoneInfo:
    """Where people sit who deal with this customer."""
    return chinese.ZONE if home.chinese else english.ZONE
