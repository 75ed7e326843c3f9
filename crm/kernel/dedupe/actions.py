"""What a person decides when told of a similar record: they are different, or what was typed belongs to that one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.access.policy import policy_for
from crm.kernel.dedupe.models import DuplicateDecision
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import fetch, visible_ids
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current_actor

#: Fields that are filled in for everybody: what a form holds there was not typed.
_OWN = frozenset({"owner", "team"})
#: So many pairs are decided at once.
MOST_AT_ONCE = 100


def keep_apart(record: UUID, others: Iterable[UUID]) -> int:
    """Remembers that the record is different from the others; answers how many pairs are new. Others that the actor may not
    see are passed over."""
    known = visible_ids(RecordRow, {record, *others})
    pairs = {tuple(sorted((record, other))) for other in known - {record}} if record in known else set()
    there = set(DuplicateDecision.objects.filter(first_id__in=[one for one, _other in pairs]).values_list("first_id", "second_id"))
    actor = current_actor()
    fresh = [DuplicateDecision(first_id=one, second_id=other, by_id=actor.id) for one, other in sorted(pairs - there)]
    DuplicateDecision.objects.bulk_create(fresh)
    return len(fresh)


@dataclass(frozen=True, slots=True)
class Addition:
    """One value that a record would gain: the field, its raw value and how it reads."""

    field: Fact
    raw: Any
    shown: str


def additions(entity: Entity[Any], target: Any, given: Mapping[str, Any]) -> list[Addition]:
    """What of the typed values the record lacks. Values that it has are never replaced; those which do not fit are left out."""
    actor = current_actor()
    reading, policy = Reading.of(actor), policy_for(entity)
    closed = policy.readonly(actor) | policy.hidden(actor) | _OWN
    found: list[Addition] = []
    for name, raw in given.items():
        field = entity.fields.get(name)
        if field is None or name in closed or field.part_of in closed or field.readonly or raw in (None, "", []):
            continue
        if (
            field.type in ("links", "currency")
            or field.value(target) not in (None, "", [])
            or str(raw) == str(getattr(field, "default", ""))
        ):
            continue
        try:
            shown = str(field.display(field.clean(raw, reading), reading)) if field.type != "link" else ""
        except FieldError:
            continue
        found.append(Addition(field, raw, shown))
    return found


def add_to(entity: Entity[Any], target_id: UUID, given: Mapping[str, Any]) -> Any:
    """Writes what the record lacks of the given values, through the one write path; answers the record. Raises Refusal."""
    target = fetch(entity, target_id, "edit")
    values: dict[str, Any] = {}
    for one in additions(entity, target, given):
        values[one.field.name] = one.raw
        currency = f"{one.field.name}_currency"
        if given.get(currency):
            values[currency] = given[currency]
    return change(entity, target_id, values) if values else target
