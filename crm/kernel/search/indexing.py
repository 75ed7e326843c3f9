"""What a record is found by, written beside it in the record table with every write of it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordRow
from crm.kernel.records.pipeline import on_row
from crm.kernel.search.words import quoted, scope_word, vector
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_workspace_id

#: Of long texts the beginning counts.
FIRST = 2_000
#: Rows that a round of catching up takes at once.
AT_ONCE = 1_000


def searched(entity: Entity[Any]) -> bool:
    """Kinds that stand in the menu are found themselves, kinds that belong to another record lead to that."""
    return bool(entity.menu or entity.parent)


@lru_cache(maxsize=100)
def weighed(entity: Entity[Any]) -> tuple[tuple[str, Fact], ...]:
    """(weight, field) of the fields by which records of a kind are found."""
    return tuple((field.weight, field) for field in entity.fields.values() if field.weight and not field.part_of)


def _texts(entity: Entity[Any], record: Any, row: RecordRow) -> Iterator[tuple[str, str]]:
    title = entity.title_field.weight
    yield title or "B", row.title
    for weight, field in weighed(entity):
        value = field.value(record) if field.name != entity.title else None
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if one:
                yield weight, str(one)[:FIRST]
    if entity.title_field.type == "person_name" and not row.title.isascii():
        yield "B", str(getattr(record, str(entity.title_field.sort_ref()))).replace(" ", "")  # surnames have readings of their own


def write_words(entity: Entity[Any], record: Any, row: RecordRow) -> None:
    """Fills `row.search`; a kind that is not searched has none."""
    row.search = ""
    if not searched(entity):
        return
    scopes = [scope_word("w", current_workspace_id())]
    scopes += [scope_word(letter, pk) for letter, pk in (("o", row.owner_id), ("t", row.team_id)) if pk]
    row.search = " ".join([vector(_texts(entity, record, row)), *map(quoted, scopes)])


on_row(write_words)


def catch_up(rows: Iterable[RecordRow]) -> int:
    """Writes the words of rows that have none yet; answers how many."""
    by_kind: dict[str, list[RecordRow]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(row)
    for kind, mine in by_kind.items():
        entity = registry.kind(kind)
        there = {} if entity is None else entity.model._default_manager.in_bulk([row.pk for row in mine])
        for row in mine:
            row.search = ""
            if entity is not None and row.pk in there:
                write_words(entity, there[row.pk], row)
        bulk.update(RecordRow, mine, ["search"])
    return sum(map(len, by_kind.values()))
