"""The board of one kind: columns by the values of one field, with counts and sums, and cards by key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.money import Money
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, Where, both
from crm.kernel.entity.forms.numbers import short_money, show_integer
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.pages import filters
from crm.kernel.pages.cells import Cell, cells_of, record_url
from crm.kernel.pages.lists import rights
from crm.kernel.records import listing
from crm.kernel.records.firsts import Firsts, first_pages
from crm.kernel.records.reading import titles_of
from crm.kernel.tenancy.scope import current_actor

CARDS = 12
MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Card:
    id: UUID
    version: int
    url: str
    title: str
    over: Cell | None
    figure: Cell | None
    owner: Cell | None
    foot: list[Cell]


@dataclass(slots=True)
class Column:
    """`value` is what a card dropped here gets; `facts` further words for the head (usual days, chance); `shut` where no card
    can be dropped."""

    value: str
    label: str
    tone: str = ""
    count: int = 0
    sum: str = ""
    others: str = ""
    facts: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    next: str | None = None
    minors: dict[str, int] = field(default_factory=dict)
    shut: bool = False

    def texts(self) -> dict[str, str]:
        return {"count": str(self.count), "sum": self.sum, "others": self.others}


@dataclass(slots=True)
class BoardScreen:
    entity: Entity[Any]
    columns: list[Column]
    filter: filters.Filter
    chips: list[filters.Chip]
    may: dict[str, bool]
    movable: bool
    groups: list[tuple[str, str, bool]] = field(default_factory=list)
    open_count: str = ""
    open_sum: str = ""
    open_others: str = ""
    words: dict[str, str] = field(default_factory=dict)


def node_of(entity: Entity[Any], given: QueryDict) -> tuple[filters.Filter, Node | None]:
    found = filters.read(entity, given)
    try:
        listing.rows_of(entity, found.node)
    except Wrong as refusal:
        found = filters.refused(found, refusal)
    return found, found.node


def screen(entity: Entity[Any], given: QueryDict) -> BoardScreen:
    """The board with the first cards of each column."""
    found, node = node_of(entity, given)
    reading = Reading.of(current_actor())
    targets, groups = _targets(entity, given)
    columns = [_column(entity, one) for one in targets]
    _fill(entity, columns, node, reading)
    may = rights(entity)
    field_ = entity.fields[str(entity.board)]
    movable = may["edit"] and field_.name not in policy_for(entity).readonly(current_actor())
    made = BoardScreen(entity, columns, found, filters.chips(entity, found, reading), may, movable, groups)
    made.words = _words()
    still = [column for column in columns if column.tone not in ("won", "lost")]
    made.open_count = show_integer(sum(column.count for column in still), reading)
    together: Counter[str] = Counter()
    for column in still:
        together.update(column.minors)
    made.open_sum, made.open_others = sums(together, reading)
    return made


def _fill(entity: Entity[Any], columns: list[Column], node: Node | None, reading: Reading) -> None:
    """Counts, sums and first cards of all columns."""
    figures = _figures(entity, node)
    if moment() is not None and entity.fields[str(entity.board)].type != "link":
        known = {column.value for column in columns}  # what stood in records then and was taken off the list since
        columns += [Column(value, value, shut=True) for value in figures if value not in known and value not in ("None", "")]
    for column in columns:
        _count(column, figures, reading)
    names = card_fields(entity)
    wanted = Firsts(entity.fields[str(entity.board)], {column.value: column.count for column in columns}, CARDS)
    pages = first_pages(entity, wanted, node, entity.default_sort, names)
    for column in columns:
        page = pages.get(column.value)
        if page is not None:
            column.cards, column.next = [_card(entity, row, names, reading) for row in page.items], page.next


def _words() -> dict[str, str]:
    """What the board says to those who do not see it; the script puts card and column into the braces."""
    return {
        "lifted": _("{card}, lifted from {column}. Arrows move it, space puts it down, escape puts it back."),
        "over": _("{card}, over {column}, {place} of {many}."),
        "end": _("There is no further column."),
        "dropped": _("{card}, put down in {column}."),
        "back": _("{card}, back in {column}."),
        "offline": _("No connection. The card is back where it was."),
    }


def columns_of(entity: Entity[Any], given: QueryDict) -> list[Column]:
    """The columns without their cards: where a card may be moved to."""
    return [_column(entity, one) for one in _targets(entity, given)[0]]


def _targets(entity: Entity[Any], given: QueryDict) -> tuple[Sequence[Any], list[tuple[str, str, bool]]]:
    """The records (or choices) that are columns, and the sets of columns to choose from (pipelines), if any."""
    one = entity.fields[str(entity.board)]
    if one.type != "link":
        return one.choices_list, []
    target = registry.of(one.target)
    assert target is not None
    group = next((f for f in target.fields.values() if f.type == "link" and getattr(f, "follows", False)), None)

    def rows() -> QuerySet[Any]:
        found = visible(target)
        found = found.exclude(retired=True) if "retired" in target.fields else found
        return found.order_by(*(["position"] if "position" in target.fields else []), "pk")

    if group is None:
        return list(lasting(("columns", entity.kind), lambda: rows()[:MOST_COLUMNS])), []
    owner = registry.of(group.target)
    assert owner is not None
    sets = list(lasting(("sets of columns", entity.kind), lambda: visible(owner).order_by("pk")))
    main = next((one for one in sets if getattr(one, "main", False)), sets[0] if sets else None)
    wanted = next((one for one in sets if str(one.pk) == given.get("set")), main)
    groups = [(str(one.pk), owner.name_of(one), one is wanted) for one in sets]
    if wanted is None:
        return [], []
    of = f"{group.name}_id"
    columns = lasting(("columns", entity.kind), lambda pk: rows().filter(**{of: pk})[:MOST_COLUMNS], wanted.pk)
    return list(columns), groups if len(groups) > 1 else []


def _column(entity: Entity[Any], one: Any) -> Column:
    if isinstance(one, tuple):
        value = str(one[0])
        return Column(value, str(one[1]), entity.board_over.get(value, ""), shut=value in entity.board_shut)
    made = Column(str(one.pk), str(registry.of(type(one)).name_of(one)), str(getattr(one, "kind", "")))  # type: ignore[union-attr]
    usual, chance = getattr(one, "usual_days", None), getattr(one, "probability", None)
    if usual:
        made.facts.append(_("usually %(days)s d") % {"days": usual})
    if chance is not None:
        made.facts.append(f"{chance:.0f}%")
    return made


def _figures(entity: Entity[Any], node: Node | None) -> dict[str, tuple[int, dict[str, int]]]:
    """{column value: (count, {currency: sum in minor units})}: amounts in different currencies are never added up."""
    ref, summed = entity.fields[str(entity.board)].storage.ref(), entity.board_sum
    currency = f"{summed}_currency"

    def rows() -> Any:
        found: QuerySet[Any] = listing.rows_of(entity, node).order_by()
        if not summed:
            return found.values_list(ref).annotate(many=Count("*"))
        return found.values_list(ref, currency).annotate(many=Count("*"), total=Sum(summed))

    found: dict[str, tuple[int, dict[str, int]]] = {}
    for value, *rest in lasting(("figures", entity.kind), rows, prepared=False) if node is None else rows():
        code, more, total = rest if summed else (None, *rest, None)
        many, minors = found.get(str(value), (0, {}))
        if total and code:
            minors[code] = int(total)
        found[str(value)] = (many + more, minors)
    return found


def _count(column: Column, figures: Mapping[str, tuple[int, dict[str, int]]], reading: Reading) -> None:
    column.count, column.minors = figures.get(column.value, (0, {}))
    column.sum, column.others = sums(column.minors, reading)


def sums(minors: Mapping[str, int], reading: Reading) -> tuple[str, str]:
    """("¥1.2M", "$30K · £8K"): the sum in the reader's currency, and those in others, the largest number first.

    Where there is none in the reader's own, the first of the others takes its place.
    """
    codes = sorted((code for code, minor in minors.items() if minor), key=lambda code: (code != reading.currency, -minors[code], code))
    shown = [short_money(Money(minors[code], code), reading) for code in codes]
    return (shown[0] if shown else ""), " · ".join(shown[1:])


def cards(entity: Entity[Any], node: Node | None, value: str, cursor: str | None, reading: Reading) -> tuple[list[Card], str | None]:
    """(cards, cursor of the next ones) of one column."""
    names = card_fields(entity)
    page = listing.page(entity, both(Where(str(entity.board), "is", value), node), entity.default_sort, cursor, CARDS, names)
    return [_card(entity, row, names, reading) for row in page.items], page.next


def card_fields(entity: Entity[Any]) -> list[str]:
    """The fields that a card shows; what the column says of it already, it does not repeat."""
    found = dict.fromkeys([*entity.card, entity.title, *([entity.board_sum] if entity.board_sum else [])])
    return [name for name in found if name != entity.board]


def _card(entity: Entity[Any], row: listing.Row, names: Sequence[str], reading: Reading) -> Card:
    made = dict(zip(names, cells_of(entity, row, names, reading), strict=True))
    taken = {entity.title, "owner", entity.board_sum}
    rest = [one for name, one in made.items() if name not in taken]
    over = next((one for one in rest if one.how == "link"), None)
    return Card(
        row.id,
        row.version,
        record_url(entity, row.id),
        made[entity.title].text or str(entity.label),
        over,
        made.get(str(entity.board_sum)),
        made.get("owner"),
        [one for one in rest if one is not over and not one.empty],
    )


def heads(entity: Entity[Any], given: QueryDict, values: Sequence[str]) -> list[dict[str, Any]]:
    """The new counts and sums of some columns, after a card was moved."""
    _found, node = node_of(entity, given)
    reading = Reading.of(current_actor())
    figures = _figures(entity, node)
    made = []
    for value in values:
        column = Column(value, "")
        _count(column, figures, reading)
        made.append({"value": value, "texts": column.texts()})
    return made


def label_of(entity: Entity[Any], value: str) -> str:
    """What a column is called; "" where there is none of this value."""
    one = entity.fields[str(entity.board)]
    if one.type != "link":
        return str(dict(one.choices_list).get(value, ""))
    pk = as_uuid(value)
    return titles_of([pk]).get(pk, "") if pk else ""
