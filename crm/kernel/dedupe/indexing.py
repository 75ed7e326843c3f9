"""The keys of a record, written beside it in the record table with every write of it; the database spreads them into
`duplicate_key` in the same statement."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from crm.kernel.dedupe.keys import keys
from crm.kernel.dedupe.sides import Side, side
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordRow
from crm.kernel.records.pipeline import on_row
from crm.kernel.tenancy import bulk

#: Rows that a round of catching up takes at once.
AT_ONCE = 1_000
_ADDRESS = ("region", "city", "district", "postcode", "street")


@lru_cache(maxsize=100)
def compared(entity: Entity[Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """[(field, the attributes that hold it)] of what the kind is compared by; an address is held by its parts."""
    found = []
    for rule in entity.duplicates:
        for name in rule.fields:
            found.append((name, _attributes(entity.fields[name])))
    return tuple(found)


def _attributes(field: Fact) -> tuple[str, ...]:
    if field.type == "address":
        return tuple(f"{field.name}_{part}" for part in _ADDRESS)
    return (field.attname,) if isinstance(field, Link) else (field.name,)


def values_of(entity: Entity[Any], get: Callable[[str], Any]) -> dict[str, Any]:
    """{field: value} of the compared fields; `get` answers the value of an attribute."""
    return {name: tuple(map(get, held)) if len(held) > 1 else get(held[0]) for name, held in compared(entity)}


def side_of(entity: Entity[Any], held: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> Side:
    """`held`: {attribute: stored value}. A field is left out when it or a part of it is hidden."""
    closed = frozenset(name for name, parts in compared(entity) if name in hidden or hidden.intersection(parts)) if hidden else hidden
    return side(entity.duplicates, values_of(entity, held.get), closed)


def write_keys(entity: Entity[Any], record: Any, row: RecordRow) -> None:
    """Fills `row.duplicate_keys`; a kind that is not compared has none."""
    row.duplicate_keys = keys(entity.kind, side_of(entity, record.__dict__)) if entity.duplicates else []


on_row(write_keys)


def catch_up(rows: Iterable[RecordRow]) -> int:
    """Writes the keys of rows that have none yet; answers how many."""
    by_kind: dict[str, list[RecordRow]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, mine in by_kind.items():
        entity = registry.kind(kind)
        there = {} if entity is None or not entity.duplicates else entity.model._default_manager.in_bulk([row.pk for row in mine])
        for row in mine:
            row.duplicate_keys = []
            if entity is not None and row.pk in there:
                write_keys(entity, there[row.pk], row)
        bulk.update(RecordRow, mine, ["duplicate_keys"])
    return sum(map(len, by_kind.values()))
