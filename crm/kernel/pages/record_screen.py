"""The record page, ready for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Where
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry, same_model
from crm.kernel.files.queries import count_of
from crm.kernel.pages import credibility, doings, filters, laid
from crm.kernel.pages.cells import Cell, cell, inline, record_url
from crm.kernel.pages.doings import Doing
from crm.kernel.pages.lists import Line, lines_of
from crm.kernel.pages.panels import filled, tabs_of
from crm.kernel.pages.pending import Box, of_record
from crm.kernel.pages.preferences import columns_of
from crm.kernel.pages.sharing import Shared, shared
from crm.kernel.quality.queries import standings
from crm.kernel.records import listing
from crm.kernel.records.actions import Action, available
from crm.kernel.records.listing import order_of
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import current_actor

RELATED = 20
#: So many actions of a record are buttons of its page; the others are in its menu.
BUTTONS = 2


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Any
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and its facts."""

    label: Any
    cells: list[Cell]


@dataclass
class Facts:
    """A record's names and values."""

    entity: Entity[Any]
    record: Any
    title: str
    subtitle: str
    blocks: list[Block]

    @property
    def url(self) -> str:
        return record_url(self.entity, self.record.pk)

    @property
    def square(self) -> bool:
        return self.entity.icon != "people"


@dataclass
class RecordScreen(Facts):
    """Everything that the first sight of the record's own page needs."""

    owner: Cell | None
    highlights: list[Cell]
    tabs: list[Tab]
    actions: list[Action]
    doings: list[list[Doing]]
    panels: dict[str, list[Any]]
    may: dict[str, bool]
    shared: Shared
    score: credibility.Score
    called: Cell | None = None
    kept: str = ""
    pending: Mapping[str, list[Box]] = field(default_factory=dict)


def screen(entity: Entity[Any], record: Any, given: QueryDict) -> RecordScreen:
    """Everything that the first sight of a record needs; tabs other than the timeline come when they are opened."""
    actor, reading = current_actor(), Reading.of(current_actor())
    policy = policy_for(entity)
    cells = all_cells(entity, record, reading)
    seen = laid.of_record(entity, record)
    shown = [name for name in seen.entity.highlights if name in cells and name != entity.title and name not in seen.away]
    may = {verb: policy.may(actor, verb, record) for verb in ("edit", "delete")}
    named = available(entity, record)
    return RecordScreen(
        entity,
        record,
        entity.name_of(record),
        _subtitle(entity, cells),
        _blocks(seen, cells),
        cells.get("owner"),
        [cells[name] for name in shown if name != "owner"][:5],
        tabs(seen.entity, record),
        named,
        doings.of(entity, record, actions=named[BUTTONS:]),
        {where: filled(seen.entity, where, record, actor) for where in ("top", "right", "left", "composer")},
        may,
        shared(entity, record),
        credibility.score(seen.entity, cells),
        cells.get(entity.title),
        kept(given),
        of_record(entity, record),
    )


def all_cells(entity: Entity[Any], record: Any, reading: Reading) -> dict[str, Cell]:
    """{name: cell} of every field that the actor may see, parts of composites left out."""
    row = listing.load(entity, [record.pk])[0]
    open_ = inline(entity) if moment() is None and policy_for(entity).may(current_actor(), "edit", record) else frozenset()
    fields = policy_for(entity).fields(current_actor())
    made = [
        cell(one, row.values.get(name), row.names.get(name, ""), reading, name in open_)
        for name, one in fields.items()
        if not one.part_of
    ]
    if moment() is None:  # of a past day it is not told
        made = credibility.marked(made, standings([record.pk]).get(record.pk, {}), reading)
    return {one.field.name: one for one in made}


def facts(entity: Entity[Any], record: Any) -> Facts:
    """What the drawer beside a list shows."""
    cells = all_cells(entity, record, Reading.of(current_actor()))
    return Facts(entity, record, entity.name_of(record), _subtitle(entity, cells), _blocks(laid.of_record(entity, record), cells))


def _subtitle(entity: Entity[Any], cells: Mapping[str, Cell]) -> str:
    """A second name or what the person does: the first short text behind the title."""
    for name in ("other_name", "job_title", "account"):
        if name in cells and cells[name].text:
            return cells[name].text
    return ""


def _blocks(seen: laid.Laid, cells: Mapping[str, Cell]) -> list[Block]:
    """The facts in the sections of the form; first those which are filled or wanted, the empty rest under "more"."""
    made, entity = [], seen.entity
    for label, names in entity.sections.items():
        mine = [cells[name] for name in names if name in cells and name != entity.title and name not in seen.away]
        if mine:
            made.append(Block(label, mine))
    placed = {entity.title, "owner", "team", *entity.left_out, *(name for names in entity.sections.values() for name in names)}
    rest = [cells[name] for name in cells if name not in placed]
    return [*made, Block(_("Record"), rest)]


def tabs(entity: Entity[Any], record: Any) -> list[Tab]:
    """Timeline first, then what parts contribute, related kinds, files, history; or as the layout has it. Counts of tabs that it does
    without are not asked for."""
    kinds = {f"rel-{kind.plural}-{link.name}": (kind, link) for kind, link in related(entity)}
    labels = {name: label for name, label in tab_names(entity).items() if name not in kinds or name not in entity.tabs_off}
    asked = [name for name in labels if name in kinds]
    many = dict(zip(asked, listing.counts([(kinds[one][0], kinds[one][1].name) for one in asked], record.pk), strict=True))
    many |= {"files": count_of(record.pk)}
    order = laid.arranged(list(labels), list(labels), entity.tabs, entity.tabs_off) or ["timeline"]
    return [Tab(name, labels[name], many.get(name)) for name in order]


def tab_names(entity: Entity[Any]) -> dict[str, Any]:
    """{name of a tab: its label} of all that a record of the kind can have, in their usual order."""
    found: dict[str, Any] = {"timeline": _("Timeline")} | {one.name: one.label for one in tabs_of(entity.kind)}
    found |= {f"rel-{kind.plural}-{link.name}": kind.labels for kind, link in related(entity)}
    return found | {"files": _("Files"), "history": _("History")}


def related(entity: Entity[Any]) -> list[tuple[Entity[Any], Fact]]:
    """[(kind, its link to this one)] in the order which the entity names, those the actor may see."""
    actor = current_actor()
    found = []
    for kind in entity.related:
        other = registry.kind(kind)
        if other is None or not policy_for(other).may(actor, "view"):
            continue
        seen = [one for one in policy_for(other).fields(actor).values() if one.type == "link"]
        links = [one for one in seen if same_model(one.target, entity.model)]
        links = links or [one for one in seen if one.target is RecordRow and not one.readonly]
        if links:
            found.append((other, links[0]))
    return found


@dataclass(frozen=True, slots=True)
class Related:
    kind: Entity[Any]
    link: Fact
    lines: list[Line]
    names: list[Fact]
    more_url: str
    new_url: str


def related_list(entity: Entity[Any], record: Any, name: str) -> Related | None:
    """The tab "rel-<plural>-<link>"."""
    for kind, link in related(entity):
        if f"rel-{kind.plural}-{link.name}" != name:
            continue
        names = [one for one in columns_of(kind) if one != link.name][:5]
        node = Where(link.name, "is", str(record.pk))
        page = listing.page(kind, node, kind.default_sort, None, RELATED, names)
        lines = lines_of(kind, page.items, names, Reading.of(current_actor()))
        query = QueryDict(mutable=True)
        query["filter"] = f"{link.name} = {record.pk}"
        fresh = QueryDict(mutable=True)
        fresh[link.name] = str(record.pk)
        base = reverse("pages.list", kwargs={"entity": kind})
        may = policy_for(kind).may(current_actor(), "create")
        return Related(
            kind,
            link,
            lines,
            [kind.fields[one] for one in names[1:]],
            f"{base}?{query.urlencode()}",
            f"{reverse('pages.new', kwargs={'entity': kind})}?{fresh.urlencode()}" if may else "",
        )
    return None


def kept(given: QueryDict) -> str:
    """The part of the address that tells the list one came from; "" without one."""
    query = QueryDict(mutable=True)
    for name in ("filter", "q", "sort"):
        if given.get(name):
            query[name] = str(given[name])
    return f"?{query.urlencode()}" if query else ""


def beside(entity: Entity[Any], record: Any, given: QueryDict, back: bool) -> str:
    """The address of the record before or after this one in the list one came from; "" at its end. Asked for when one goes
    there: most pages are left another way."""
    found = filters.read(entity, given)
    sort = given.get("sort") or entity.default_sort
    try:
        order = order_of(entity, sort, current_actor())
        cursor = listing.encode(_sort_value(order.ref, record), record.pk, back)
        page = listing.page(entity, found.node, sort, cursor, 1, [entity.title])
    except Wrong:
        return ""
    return f"{record_url(entity, page.items[0].id)}{kept(given)}" if page.items else ""


def _sort_value(ref: str, record: Any) -> Any:
    value = getattr(record, ref)
    held = record._meta.get_field(ref.removesuffix("_id") if ref.endswith("_id") and ref not in _names(record) else ref)
    return value if held.get_prep_value(value) is None or hasattr(value, "isoformat") else held.get_prep_value(value)


def _names(record: Any) -> Sequence[str]:
    return [one.name for one in record._meta.concrete_fields]


def fresh(entity: Entity[Any], pk: UUID) -> Any:
    """The record as it is in the database now."""
    return entity.model._default_manager.get(pk=pk)
