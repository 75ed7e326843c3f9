"""What a layout says beyond order: when a field is shown, what a step of the board asks for, and for whom another layout counts.

It is about form and record page and no right: lists, export and API have every field whatever a layout says. What is not shown keeps its
value and need not be filled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.entity.fields.fact import Fact, Label
from crm.kernel.entity.filter import Asker, Node, Read, fits, holds, parse_text
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import once

#: What a variant can say otherwise; the rest it has from the layout for everybody.
VARIED = ("form", "left_out", "shown", "highlights", "tabs", "tabs_off", "panels", "panels_off", "required", "columns")


@dataclass(frozen=True, slots=True)
class Step:
    """`fields` must be filled where the board's field is `at` (a choice, or the id of a record); `later`: or has come further."""

    at: str
    later: bool
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """`entity` is the kind laid out for those who hold one of `roles` (anybody where there is none) and for records of which
    `when` holds (all of them where it is None)."""

    label: Label
    roles: frozenset[UUID]
    when: Node | None
    entity: Entity[Any]


def _asker(actor: Actor) -> Asker:
    """The conditions are the administrator's: fields and records which the actor may not see himself count in them."""
    return Asker(Reading.of(actor), actor.id, actor.team_id)


def layout_for(entity: Entity[Any], actor: Actor, read: Read | None = None) -> Entity[Any]:
    """The kind as it is laid out for somebody and a record: the first variant that fits, else the layout for everybody. Without a
    record (a list) only variants that ask for none can fit."""
    for one in entity.variants:
        if one.roles and one.roles.isdisjoint(actor.role_ids):
            continue
        if one.when is None or (read is not None and holds(one.when, entity, read, _asker(actor))):
            made: Entity[Any] = one.entity
            return made
    return entity


def hidden(laid: Entity[Any], actor: Actor, read: Read) -> frozenset[str]:
    """The fields which the layout does not show for a record as it stands."""
    if not laid.shown:
        return frozenset()
    asker = _asker(actor)
    known: dict[int, bool] = {}

    def so(node: Node) -> bool:
        if id(node) not in known:
            known[id(node)] = holds(node, laid, read, asker)
        return known[id(node)]

    away = {name for name, nodes in laid.shown.items() if not all(so(node) for node in nodes)}
    return frozenset(away | {name for name, one in laid.fields.items() if one.part_of in away})


def asked_at(laid: Entity[Any], read: Read) -> list[str]:
    """The fields that must be filled where the record stands on its board."""
    field = laid.fields.get(laid.board or "")
    value = read(column_of(field)) if laid.steps and field is not None else None
    if field is None or value in (None, ""):
        return []
    found = [one.fields for one in laid.steps if one.at == str(value) or (one.later and _further(field, one.at, value))]
    return list(dict.fromkeys(name for names in found for name in names))


def column_of(field: Fact) -> str:
    """The attribute of a record that holds a field's value."""
    return field.attname if isinstance(field, Link) else field.name


def _further(field: Fact, at: str, value: Any) -> bool:
    """Whether a value of the board's field stands behind another one."""
    if field.type != "link":
        order = [str(one) for one, _label in field.choices_list]
        return at in order and value in order and order.index(value) > order.index(at)
    target, first = registry.of(field.target), as_uuid(at)
    if target is None or first is None:
        return False
    places = once(("places", target.kind, first, value), lambda: _places(target, first, value))
    there, here = places.get(first), places.get(value)
    return there is not None and here is not None and there[0] == here[0] and (here[1] or 0) > (there[1] or 0)


def _places(target: Entity[Any], *ids: UUID) -> dict[UUID, tuple[Any, Any]]:
    """{id: (the set it belongs to, its place in there)} of stages and the like."""
    group = next((one for one in target.fields.values() if isinstance(one, Link) and one.follows), None)
    rows = target.model._default_manager.filter(pk__in=ids)
    return {one.pk: (group.value(one) if group is not None else None, target.fields["position"].value(one)) for one in rows}


def lay(entity: Entity[Any], facts: Mapping[str, Any]) -> None:
    """Sets what the facts of a kind say of this. What names fields that are gone says nothing until they are back."""
    for name in ("tabs", "tabs_off", "panels", "panels_off"):
        if isinstance(facts.get(name), list):
            setattr(entity, name, tuple(facts[name]))
    known = entity.fields
    if isinstance(facts.get("left_out"), list):
        entity.left_out = tuple(name for name in facts["left_out"] if name in known)
    told = [(one, tuple(name for name in one["fields"] if name in known)) for one in facts.get("steps") or ()]
    entity.steps = tuple(Step(str(one["at"]), bool(one.get("later")), names) for one, names in told)
    shown: dict[str, list[Node]] = {}
    for name, text in (facts.get("shown") or {}).items():
        _add(shown, entity, [name], text)
    for section in facts.get("form") or ():
        _add(shown, entity, section["fields"], section.get("when") or "")
    entity.shown = {name: tuple(nodes) for name, nodes in shown.items() if name in known}


def _add(shown: dict[str, list[Node]], entity: Entity[Any], names: Sequence[str], text: str) -> None:
    node = read_condition(text, entity)
    for name in names if node is not None else ():
        shown.setdefault(name, []).append(node)  # type: ignore[arg-type]


def read_condition(text: str, entity: Entity[Any]) -> Node | None:
    """A stored condition; None where there is none, or where its fields are gone."""
    try:
        node = parse_text(text) if text else None
    except Wrong:
        return None
    return node if node is not None and fits(node, entity) else None


def variants_of(
    entity: Entity[Any], facts: Mapping[str, Any], made: Callable[[Mapping[str, Any]], Entity[Any]], label: Callable[[Any], Label]
) -> list[Variant]:
    """The variants that the facts of a kind state; `made` answers the kind with what one says otherwise. One whose condition names a
    field that is gone fits nobody."""
    found = []
    for one in facts.get("variants") or ():
        when = read_condition(one.get("when") or "", entity)
        if one.get("when") and when is None:
            continue
        roles = frozenset(pk for pk in map(as_uuid, one.get("roles") or ()) if pk is not None)
        found.append(Variant(label(one.get("labels") or {}), roles, when, made({name: one[name] for name in VARIED if name in one})))
    return found
