"""A list in groups: by the values of one field, each with its count and the sums of its numbers, by one grouped query."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel.dates import format_skeleton
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.moment import moment
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.money import Money
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Node, Where, both
from crm.kernel.entity.forms.dates import days_in
from crm.kernel.entity.forms.numbers import show_integer, show_money
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.pages.known import REASONS, reason_label
from crm.kernel.pages.looks import groupable, in_table
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records import listing
from crm.kernel.records.firsts import Firsts, first_pages
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor

#: Groups of one list; more than these serve nobody.
MOST = 200
#: Groups which show their first rows at once.
OPEN = 3
ROWS = 10
SUMMED = frozenset({"integer", "decimal", "money"})
NONE = ""
_NO_VALUE: Any = None


@dataclass(slots=True)
class Group:
    """`value` is what the address says for it, "" for records without a value; `sums` [(label, amounts)]."""

    value: str
    label: str
    many: int = 0
    count: str = ""
    sums: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool = False


@dataclass(slots=True)
class Figures:
    many: int = 0
    numbers: dict[str, Any] = field(default_factory=dict)
    minors: dict[str, dict[str, int]] = field(default_factory=dict)


def field_of(entity: Entity[Any], name: str) -> Fact | None:
    """The field to group by, if it can be and the actor may see it."""
    return next((one for one in groupable(entity) if one.name == name), None)


def groups(entity: Entity[Any], by: Fact, node: Node | None, columns: Iterable[str], reading: Reading) -> list[Group]:
    """All groups in order: choices as declared, stages by their place, months in time, else by name; without a value last."""
    summed = [one for name, one in policy_for(entity).fields(current_actor()).items() if name in set(columns) and _adds_up(one)]
    found = _figures(entity, by, node, summed, reading)
    labels = _labels(by, found, reading)
    made = []
    for value in _ordered(by, found, labels):
        figures, label = found[value], labels.get(value, "")
        text = show_integer(min(figures.many, listing.EXACT), reading)
        one = Group(_said(value), label or _("Not shared with you"), figures.many, f"{text}+" if figures.many > listing.EXACT else text)
        one.hidden = not label
        one.sums = [(str(each.label), shown) for each in summed if (shown := _sum(each, figures, reading))]
        if value is _NO_VALUE and by.stands:
            one.sums = [*_reasons(entity, by, node, reading), *one.sums]
        made.append(one)
    return made


def _reasons(entity: Entity[Any], by: Fact, node: Node | None, reading: Reading) -> list[tuple[str, str]]:
    """[(why it is empty, how many)] of the group without a value, where that is known of some: one more query."""
    if moment() is not None:
        return []
    rows = listing.rows_of(entity, both(Where(by.name, "empty"), node)).order_by().values("pk")
    known = ValueStanding.objects.filter(kind=entity.kind, field=by.name, record_id__in=rows).exclude(reason="")
    found = dict(known.order_by().values_list("reason").annotate(many=Count("*")))
    return [(reason_label(code), show_integer(found[code], reading)) for code, _label in REASONS if code in found]


def _adds_up(one: Fact) -> bool:
    return one.type in SUMMED and in_table(one)


def _figures(entity: Entity[Any], by: Fact, node: Node | None, summed: list[Fact], reading: Reading) -> dict[Any, Figures]:
    """One grouped query; amounts are grouped by their currencies, too, for these are never added to each other."""
    ref = by.columns()[0]
    days = by.type in ("date", "datetime")
    key: Any = TruncMonth(ref, tzinfo=reading.zone if by.type == "datetime" else None) if days else F(ref)
    money = [one.columns() for one in summed if one.type == "money"]
    codes = [currency for _minor, currency in money]
    sums = {f"sum_{one.name}": Sum(one.columns()[0]) for one in summed}

    def rows() -> Any:
        return listing.rows_of(entity, node).order_by().annotate(grouped=key).values("grouped", *codes).annotate(many=Count("*"), **sums)

    what = ("groups", entity.kind, by.name, str(reading.zone) if days else "", *(one.name for one in summed))
    found: dict[Any, Figures] = {}
    for row in lasting(what, rows, prepared=False) if node is None else rows():
        one = found.setdefault(_month(row["grouped"]) if days else row["grouped"], Figures())
        one.many += row["many"]
        for each in summed:
            _add(one, each, row)
    return found


def _add(one: Figures, each: Fact, row: Mapping[str, Any]) -> None:
    total = row[f"sum_{each.name}"]
    if total is None:
        return
    if each.type == "money":
        minors = one.minors.setdefault(each.name, {})
        code = row[each.columns()[1]] or ""
        minors[code] = minors.get(code, 0) + int(total)
    else:
        one.numbers[each.name] = one.numbers.get(each.name, 0) + total


def _month(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    return value if isinstance(value, datetime.date) else None


def _sum(each: Fact, figures: Figures, reading: Reading) -> str:
    if each.type == "money":
        return amounts(figures.minors.get(each.name, {}), reading)
    total = figures.numbers.get(each.name)
    if total is None:
        return ""
    return each.display(total if isinstance(total, Decimal) and each.type == "decimal" else int(total), reading)


def amounts(minors: Mapping[str, int], reading: Reading) -> str:
    """Sums of {currency: minor units} in words, never added to each other, the reader's own currency first."""
    codes = sorted((code for code in minors if code), key=lambda code: (code != reading.currency, -minors[code], code))
    return " · ".join(show_money(Money(minors[code], code), reading) for code in codes)


def _labels(by: Fact, found: Iterable[Any], reading: Reading) -> dict[Any, str]:
    """{value: words}; a link that may not be seen has none."""
    values = [value for value in found if value not in (_NO_VALUE, NONE)]
    made: dict[Any, str] = {}
    if by.type == "link":
        made = dict(names_of(by.target, values))
    elif by.type == "choice":
        known = {value: str(label) for value, label in by.choices_list}
        made = {value: known.get(value, str(value)) for value in values}
    elif by.type == "yes_no":
        made = {True: _("Yes"), False: _("No")}
    else:
        made = {value: month_name(value, reading) for value in values}
    return made | {_NO_VALUE: _("Without “%(field)s”") % {"field": by.label}}


def month_name(day: datetime.date, reading: Reading) -> str:
    """Nov 2026, 2026年11月."""
    return str(format_skeleton("yMMM", day, locale=reading.locale))


def _ordered(by: Fact, found: Mapping[Any, Figures], labels: Mapping[Any, str]) -> list[Any]:
    values = [value for value in found if value is not _NO_VALUE]
    if by.type == "link":
        places = _places(by, values)
        values.sort(key=lambda value: (not labels.get(value), places.get(value, 0), labels.get(value, ""), str(value)))
    elif by.type == "choice":
        known = [value for value, _label in by.choices_list]
        values.sort(key=lambda value: (known.index(value) if value in known else len(known), str(value)))
    elif by.type == "yes_no":
        values.sort(key=lambda value: not value)
    else:
        values.sort()
    return [*values[:MOST], *([_NO_VALUE] if _NO_VALUE in found else [])]


def _places(by: Fact, values: list[Any]) -> dict[UUID, int]:
    target = registry.of(by.target)
    if target is None or "position" not in target.fields:
        return {}
    everything = target.model._default_manager
    rows = kept.lasting(("places", target.kind), lambda some: everything.filter(pk__among=some).values_list("pk", "position"), values)
    return {pk: place or 0 for pk, place in rows}


def _said(value: Any) -> str:
    if value is _NO_VALUE:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:%Y-%m}" if isinstance(value, datetime.date) else str(value)


def first_rows(
    entity: Entity[Any], by: Fact, shown: Sequence[Group], node: Node | None, sort: str, names: Sequence[str]
) -> list[listing.Page]:
    """The first rows of each of the groups, in their order; groups that are one value each are asked for together."""
    many = {one.value: one.many for one in shown if one.value != NONE and by.type in ("link", "choice")}
    found = first_pages(entity, Firsts(by, many, ROWS), node, sort, names)
    for one in shown:
        if one.value not in found:
            found[one.value] = listing.page(entity, within(by, one.value, node), sort, None, ROWS, names)
    return [found[one.value] for one in shown]


def within(by: Fact, value: str, node: Node | None) -> Node | None:
    """The filter of one group; None where the address names none that can be."""
    if value == NONE:
        return both(Where(by.name, "empty"), node)
    if by.type in ("date", "datetime"):
        first = _first(value)
        if first is None:
            return None
        last = first.replace(day=days_in(first.year, first.month))
        return both(Where(by.name, "between", [first.isoformat(), last.isoformat()]), node)
    if by.type == "link" and as_uuid(value) is None:
        return None
    return both(Where(by.name, "is", value), node)


def _first(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(f"{value}-01")
    except ValueError:
        return None
