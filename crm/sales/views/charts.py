"""Figures made ready for drawing: widths and heights as numbers, so that the picture needs no styles and no script."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from crm.customers.models.activity import ActivityType
from crm.kernel.base.money import Money
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.pages.groups import month_name
from crm.kernel.pages.links import list_address
from crm.kernel.tenancy.scope import current_actor
from crm.sales.queries.figures import Figure


def list_url(kind: str, filter_: dict[str, Any]) -> str:
    """The address of the list that holds just the records of a figure."""
    entity = registry.kind(kind)
    assert entity is not None
    return list_address(entity, filter_)


def main_currency(figures: Sequence[Figure], otherwise: str) -> str:
    """The currency in which most is counted; sums in others are named beside it, never added to it."""
    seen = Counter({code: 0 for one in figures for code in one.sums})
    for one in figures:
        for code in one.sums:
            seen[code] += one.count
    return seen.most_common(1)[0][0] if seen else otherwise


@dataclass(slots=True)
class Bar:
    """One bar: its length in per cent of the longest, its figure, and where a click leads."""

    label: str
    count: int
    money: Money | None
    others: list[Money]
    share: float
    url: str
    weighted: Money | None = None
    weighted_others: list[Money] = field(default_factory=list)
    tone: str = "open"
    x: float = 0.0
    parts: list[tuple[str, float, float, int]] = field(default_factory=list)


def bars(figures: Sequence[Figure], kind: str, currency: str) -> list[Bar]:
    """Bars by money where there is any, else by count."""
    by_money = any(one.minor(currency) for one in figures)
    sizes = [one.minor(currency) if by_money else one.count for one in figures]
    longest = max([*sizes, 1])
    return [
        Bar(
            one.label,
            one.count,
            one.sums.get(currency),
            [sum_ for code, sum_ in one.sums.items() if code != currency],
            round(100 * size / longest, 2),
            list_url(kind, one.filter),
            one.weighted.get(currency),
            [sum_ for code, sum_ in one.weighted.items() if code != currency],
            getattr(one.key, "kind", "open"),
        )
        for one, size in zip(figures, sizes, strict=True)
    ]


def columns(figures: Sequence[Figure], currency: str) -> list[Bar]:
    """Upright bars side by side on a ground of 100 × 100; `x` is where each begins."""
    made = bars(figures, "opportunity", currency)
    step = 100 / max(1, len(made))
    for at, bar in enumerate(made):
        bar.x = round(at * step + step * 0.14, 2)
    return made


#: The order in which kinds of activity are stacked and drawn.
STACK = (ActivityType.CALL, ActivityType.EMAIL, ActivityType.MEETING, ActivityType.VISIT, ActivityType.NOTE, ActivityType.TASK)


def people_bars(rows: Sequence[tuple[Any, dict[str, int], dict[str, Any]]]) -> list[Bar]:
    """One stacked bar a person: `parts` are (kind, from, width, count) in per cent of the longest."""
    longest = max([sum(kinds.values()) for _person, kinds, _filter in rows] or [1])
    made = []
    for person, kinds, filter_ in rows:
        total = sum(kinds.values())
        bar = Bar(person.name, total, None, [], round(100 * total / longest, 2), list_url("activity", filter_))
        reach = 0.0
        for kind in STACK:
            width = 100 * kinds.get(kind, 0) / longest
            if width:
                bar.parts.append((kind.value, round(reach, 2), round(width, 2), kinds[kind]))
            reach += width
        made.append(bar)
    return made


def stack_labels() -> list[tuple[str, str]]:
    """[(kind, label)] for the legend."""
    return [(kind.value, str(kind.label)) for kind in STACK]


def finding_of_months(figures: Sequence[Figure], currency: str) -> str:
    """What the months say, in a sentence."""
    done = figures[:-1]
    if not any(one.count for one in figures):
        return _("Nothing was won in these months.")
    best = max(done or figures, key=lambda one: one.minor(currency))
    month = month_name(best.key, Reading.of(current_actor()))
    before, this = (done[-1] if done else figures[-1]), figures[-1]
    if this.minor(currency) >= before.minor(currency) > 0:
        return _("This month is already above last month; the best was %(month)s.") % {"month": month}
    return _("The best month was %(month)s with %(count)s deals.") % {"month": month, "count": best.count}
