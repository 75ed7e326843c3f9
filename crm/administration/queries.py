"""What is known of the fields of a kind: why each exists, who uses it, how well it is filled, when it was last written; and which of
them nobody needs."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Words
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields.fact import Fact
from crm.kernel.entity.models import CustomField, KindFigures
from crm.kernel.entity.registry import registry
from crm.kernel.entity.uses import Use, named_in, tells_uses, uses_of
from crm.kernel.exchange.models import ExportRun, ImportRun, ImportState
from crm.kernel.identity.grants import ROW_VERBS
from crm.kernel.identity.models import Role
from crm.kernel.saved.models import SavedView

#: A field is in nobody's way before it is so many days old, and while somebody wrote it within so many.
YOUNG, LATELY = datetime.timedelta(days=30), datetime.timedelta(days=90)
#: Filled in at most one of so many records a field is as good as empty; of fewer records nothing is concluded from a share.
SELDOM, ENOUGH = 50, 50
#: So many exports and imports are looked through, the newest first.
RUNS = 500


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One field. `filled` of `total` records have it, as counted at `counted_at` (None: not counted yet). `written`: its last change
    as far as the audit log tells. `proposed`: why it could go, in words; "" where nothing speaks for that."""

    fact: Fact
    made: CustomField | None
    purpose: str
    uses: list[Use] = field(default_factory=list)
    filled: int | None = None
    total: int = 0
    written: datetime.datetime | None = None
    counted_at: datetime.datetime | None = None
    proposed: Any = ""

    @property
    def share(self) -> int | None:
        """Filled, in whole percent, rounded down; None where nothing was counted."""
        return None if self.filled is None or not self.total else self.filled * 100 // self.total

    @property
    def standing(self) -> list[Use]:
        """What somebody chose it for as long as nobody changes that, unlike an export that was made once."""
        return [use for use in self.uses if use.at is None and use.chosen]

    @property
    def last(self) -> datetime.datetime | None:
        """When it was last of use, as far as that is known: written, exported, imported."""
        return max((one for one in (self.written, *(use.at for use in self.uses)) if one is not None), default=None)


def fields_of(entity: Entity[Any]) -> list[FieldUse]:
    """All fields of a kind that a person fills in, with what is known of them."""
    figures = KindFigures.objects.filter(kind=entity.kind).first()
    made = {one.name: one for one in CustomField.objects.filter(kind=entity.kind, retired_at=None)}
    purposes, used = layouts.stored(entity.kind).facts.get("purposes") or {}, uses_of(entity)
    found = []
    for fact in entity.fields.values():
        if fact.part_of or fact.name in BASE_FIELDS[2:]:
            continue
        one = FieldUse(fact, made.get(fact.name), str(purposes.get(fact.name) or ""), used.get(fact.name, []))
        counted = _counted(one, figures)
        found.append(replace(counted, proposed=_why_not_needed(entity, counted)))
    return found


def _counted(one: FieldUse, figures: KindFigures | None) -> FieldUse:
    if figures is None:
        return one
    raw = figures.written.get(one.fact.name)
    written = datetime.datetime.fromisoformat(raw) if raw else None
    filled = figures.filled.get(one.fact.name)
    return replace(one, filled=filled, total=figures.total, written=written, counted_at=figures.counted_at)


def _why_not_needed(entity: Entity[Any], one: FieldUse) -> Any:
    """Only a field of one's own, which is not needed, stands in no list, view, rule or export, is (nearly) empty and was long not
    written."""
    made, fact = one.made, one.fact
    if made is None or fact.required or fact.name == entity.title or one.filled is None or one.purpose:
        return ""
    if made.created_at > now() - YOUNG or (one.last is not None and one.last > now() - LATELY) or one.standing:
        return ""
    if not one.total:
        return ""
    if not one.filled:
        return _("Empty in all records, and nothing uses it.")
    if one.total >= ENOUGH and one.filled * SELDOM <= one.total:
        return _("Filled in hardly any record, written by nobody for 90 days, and nothing uses it.")
    return ""


def not_needed() -> list[tuple[Entity[Any], FieldUse]]:
    """The workspace's own fields that could go, of all kinds."""
    kinds = dict.fromkeys(CustomField.objects.filter(retired_at=None).order_by("kind").values_list("kind", flat=True))
    entities = [entity for kind in kinds if (entity := registry.kind(kind)) is not None]
    return [(entity, one) for entity in entities for one in fields_of(entity) if one.proposed]


# ── who uses a field ────────────────────────────────────────────────────────────────────────────────────────────────


@tells_uses
def by_screens(entity: Entity[Any]) -> Iterator[Use]:
    """List, head, board, card, calendar, and what is asked for at a stage."""
    home, said = f"/settings/kinds/{entity.kind}/layout", layouts.stored(entity.kind).facts
    places = (
        ("columns", _("List"), (entity.title, *entity.columns)), ("highlights", _("Head"), entity.highlights),
        ("board", _("Board"), (entity.board,)), ("card", _("Card"), entity.card), ("calendar", _("Calendar"), entity.calendar),
    )  # fmt: skip
    for part, what, names in places:
        for name in dict.fromkeys(one for one in names if one):
            yield Use(name, what, str(entity.labels), home, chosen=not entity.own or part in said)


@tells_uses
def by_rules(entity: Entity[Any]) -> Iterator[Use]:
    """Rules across fields, formulas that reckon with the field, and what tells duplicates."""
    for rule in entity.rules:
        names = ", ".join(str(entity.fields[name].label) for name in rule.names if name in entity.fields)
        for name in rule.names:
            yield Use(name, _("Rule"), names, f"/settings/kinds/{entity.kind}/rules")
    for one in CustomField.objects.filter(kind=entity.kind, type="computed", retired_at=None):
        fact = entity.fields.get(one.name)
        for name in getattr(fact, "inputs", ()):
            yield Use(name, _("Formula"), str(fact.label) if fact is not None else one.name, f"/settings/kinds/{entity.kind}")
    for rule in entity.duplicates:
        for name in rule.fields:
            yield Use(name, _("Duplicates"), str(entity.labels))


@tells_uses
def by_views(entity: Entity[Any]) -> Iterator[Use]:
    """Saved views of everybody: columns, filter, order, groups, calendar."""
    for view in SavedView.objects.filter(kind=entity.kind, deleted_at=None).order_by("id"):
        names = chain(view.columns, named_in(view.filter), (view.sort.lstrip("-"), view.group, view.by))
        for name in dict.fromkeys(one for one in names if one):
            yield Use(name, _("View"), view.name or str(entity.labels))


@tells_uses
def by_roles(entity: Entity[Any]) -> Iterator[Use]:
    """Roles that see or write by a filter, or to which a field is closed."""
    for role in Role.objects.order_by("id"):
        rights = (role.grants.get("kinds") or {}).get(entity.kind) or {}
        filters = [rights.get("filter")] if any(rights.get(verb) == "filter" for verb in ROW_VERBS) else []
        named = chain.from_iterable(_in_filter(one) for one in filters)
        for name in dict.fromkeys(chain(named, rights.get("fields") or {})):
            yield Use(name, _("Role"), role.name, f"/settings/roles/{role.pk}")


def _in_filter(raw: Any) -> Iterator[str]:
    return named_in(raw) if isinstance(raw, str) else iter(_leaves(raw))


def _leaves(raw: Any) -> list[str]:
    """The fields that a stored filter names, whatever its shape."""
    if isinstance(raw, dict):
        own = [str(raw["field"]).partition(".")[0]] if isinstance(raw.get("field"), str) else []
        return own + [name for part in raw.values() for name in _leaves(part)]
    return [name for part in raw for name in _leaves(part)] if isinstance(raw, list) else []


@tells_uses
def by_files(entity: Entity[Any]) -> Iterator[Use]:
    """Exports and imports that named the field, with the last time."""
    exports = ExportRun.objects.filter(kind=entity.kind, state=ExportRun.DONE).order_by("-created_at")[:RUNS]
    yield from _runs(_("Export"), [(one.created_at, one.columns) for one in exports])
    imports = ImportRun.objects.filter(kind=entity.kind, state=ImportState.DONE).order_by("-created_at")[:RUNS]
    yield from _runs(_("Import"), [(one.created_at, [name for name in one.mapping.values() if name]) for one in imports])


def _runs(what: Words, runs: Iterable[tuple[datetime.datetime, Iterable[str]]]) -> Iterator[Use]:
    last: dict[str, datetime.datetime] = {}
    times: dict[str, int] = {}
    for moment, names in runs:
        for name in dict.fromkeys(names):
            last.setdefault(name, moment)
            times[name] = times.get(name, 0) + 1
    for name, moment in last.items():
        yield Use(name, what, "", "", moment, times[name])
