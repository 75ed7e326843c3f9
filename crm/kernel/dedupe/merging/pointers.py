"""What points to a record: read off the foreign keys of the database, so that no table and no spare column is forgotten."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from crm.kernel.dedupe.models import DuplicateDecision, Merge, MergeQuestion, MergeStep
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.registry import registry
from crm.kernel.quality.models import ValueStanding
from crm.kernel.records.models import Record, RecordLink, RecordRow
from crm.kernel.tenancy.enforce import tenant_models
from crm.kernel.tenancy.models import TenantModel

ROWS, LINKS = RecordRow._meta.db_table, RecordLink._meta.db_table
#: What tells of merges, decisions and single values, and does not move with the records.
_STAY = frozenset(model._meta.db_table for model in (Merge, MergeStep, MergeQuestion, DuplicateDecision, ValueStanding))
#: The record's own links are values of its fields.
_OWN = frozenset({(ROWS, "merged_into_id"), (LINKS, "source_id")})


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column of a table whose rows may point to a record."""

    table: str
    column: str

    @property
    def names(self) -> dict[str, sql.Identifier]:
        """For statements: the table as `t`, the column as `c`."""
        return {"t": sql.Identifier("public", self.table), "c": sql.Identifier(self.column)}


@lru_cache(maxsize=100)
def pointers(table: str) -> tuple[Pointer, ...]:
    """All columns that point to records whose kind has that table, or to records of any kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT t.relname, a.attname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
            "JOIN pg_class r ON r.oid = c.confrelid JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2] "
            "WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND r.relname = ANY(%s) AND a.attname <> 'id' ORDER BY 1, 2",
            [[ROWS, table]],
        )
        found = [Pointer(*row) for row in cursor.fetchall()]
    return tuple(one for one in found if one.table not in _STAY and (one.table, one.column) not in _OWN)


def pointing(table: str, record: UUID) -> list[Pointer]:
    """Those columns by which some row points to this record: one statement asks them all."""
    every = pointers(table)
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {n} WHERE EXISTS (SELECT FROM {t} WHERE {c} = %(one)s)").format(n=sql.Literal(n), **one.names)
        for n, one in enumerate(every)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, {"one": record})
        return [every[n] for (n,) in cursor.fetchall()]


def pointed(table: str, records: Sequence[UUID]) -> set[UUID]:
    """Those of the records to which something points."""
    return {one for one in records if pointing(table, one)}


@lru_cache(maxsize=1)
def models_by_table() -> dict[str, type[TenantModel]]:
    return {model._meta.db_table: model for model in tenant_models()}


def of_records(table: str) -> bool:
    """Whether the rows of a table are records."""
    return issubclass(models_by_table()[table], Record)


def audited(table: str) -> bool:
    return models_by_table()[table].audited


def uniques(pointer: Pointer) -> list[tuple[str, ...]]:
    """The other columns of the unique rules in which the column stands."""
    rules = models_by_table()[pointer.table].unique_together_in_workspace
    return [tuple(one for one in rule if one != pointer.column) for rule in rules if pointer.column in rule]


def kinds_over(table: str) -> list[Entity[Any]]:
    """The kinds whose records stand in a table; a workspace's own kinds share one."""
    return [entity for entity in registry.all() if entity.model._meta.db_table == table]


def link_over(entity: Entity[Any], column: str) -> Fact | None:
    """The link of a kind that a column holds; None where it holds none of its fields."""
    for field in entity.fields.values():
        if isinstance(field, Link) and column_of(entity, field.name) == column:
            return field
    return None


def column_of(entity: Entity[Any], name: str) -> str:
    """The column that holds a field."""
    return next(str(one.column) for one in entity.model._meta.concrete_fields if one.name == name)


def one_of(values: Iterable[UUID]) -> list[UUID]:
    """Ids in their order, each once: the order in which rows are locked."""
    return sorted(set(values))
