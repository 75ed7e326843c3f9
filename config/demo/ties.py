"""Who knows whom: relationships between people and companies beside the plain "works for"."""

import datetime
from dataclasses import dataclass
from typing import Any

from config.demo.companies import Customer, Person
from config.demo.draw import Draw

# key of a relationship type → (from kind, to kind, share)
BETWEEN = (
    ("supplies", "account", "account", 20),
    ("rival", "account", "account", 8),
    ("partner", "account", "account", 8),
    ("owns_part", "account", "account", 6),
    ("worked_for", "contact", "account", 18),
    ("advises", "contact", "account", 8),
    ("knows", "contact", "contact", 18),
    ("classmate", "contact", "contact", 8),
    ("related", "contact", "contact", 4),
    ("recommended", "contact", "contact", 10),
)


@dataclass(slots=True)
class Tie:
    """One relationship: `type` is a key of `BETWEEN`, the ends are places in the lists of their kinds."""

    type: str
    source: tuple[str, int]
    target: tuple[str, int]
    values: dict[str, Any]


def draw_ties(draw: Draw, today: datetime.datetime, customers: list[Customer], people: list[Person], many: int) -> list[Tie]:
    """`many` ties; most stay within one side, warm customers have more of them."""
    weights = {
        "account": [one.warmth for one in customers],
        "contact": [customers[one.customer].warmth for one in people],
    }
    side = {
        "account": [one.chinese for one in customers],
        "contact": [customers[one.customer].chinese for one in people],
    }
    found: list[Tie] = []
    seen: set[tuple[Any, ...]] = set()
    while len(found) < many:
        key, first, second, _share = draw.weighted(BETWEEN)
        a = draw.choices(range(len(weights[first])), weights=weights[first])[0]
        b = draw.choices(range(len(weights[second])), weights=weights[second])[0]
        crossing = side[first][a] != side[second][b]
        same_home = first == "contact" and second == "account" and people[a].customer == b
        if (first == second and a == b) or same_home or (key, a, b) in seen or (crossing and not draw.chance(0.08)):
            continue
        seen.add((key, a, b))
        begun = today.date() - datetime.timedelta(days=draw.randint(90, 3600))
        values: dict[str, Any] = {"strength": draw.choice((1, 2, 3, 3, 4, 5)), "start": begun.isoformat()}
        if key == "worked_for" or draw.chance(0.1):
            values["end"] = (begun + (today.date() - begun) * draw.uniform(0.3, 0.9)).isoformat()
        found.append(Tie(key, (first, a), (second, b), values))
    return found
