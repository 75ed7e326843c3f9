"""The survivor's own values: what it took over, and how that goes back."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from crm.kernel.base.clock import now
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Links
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.events import RecordChanged
from crm.kernel.records.kept import held
from crm.kernel.records.reading import value_of
from crm.kernel.records.writing import complete
from crm.kernel.tenancy.scope import current_actor

_BOOKKEEPING = frozenset({"id", "workspace_id", "version", "updated_at", "updated_by_id", "created_at", "created_by_id", "deleted_at"})
Columns = dict[str, list[Any]]
"""{column: [before, after]}, as the log keeps them."""


def as_kept(entity: Entity[Any], record: UUID) -> dict[str, Any]:
    """The columns of a record as the audit log keeps values."""
    table = sql.Identifier("public", entity.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT to_jsonb(t) FROM {t} t WHERE id = %s").format(t=table), [record])
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    return {name: value for name, value in found.items() if name not in _BOOKKEEPING}


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Columns:
    return {name: [before.get(name), after.get(name)] for name in before if before.get(name) != after.get(name)}


def root_of(entity: Entity[Any], column: str) -> str:
    """The field that a column belongs to, the composite one of several; "" of what follows from others."""
    attribute = entity.spare.get(column, column)
    for field, names in entity.roots:
        mine = [part for part in (entity.fields.get(name) for name in names) if part is not None] or [field]
        held_by = {name for part in mine if part.storage.kind != "computed" for name in (*part.columns(), *part.held_in())}
        if attribute in held_by or attribute in names:
            return field.name
    return ""


def listed(field: Fact) -> bool:
    """Whether the field holds several values, which can be put together."""
    return isinstance(field, Links) or field.multiple


def plain(value: Any) -> list[str]:
    """The values of such a field as texts."""
    return [str(one) for one in value or ()]


def put(entity: Entity[Any], record_id: UUID, columns: Mapping[str, Any], links: Mapping[str, list[UUID]]) -> None:
    """Sets columns of a record as the log keeps them, and many-links, past the checks: it is what they held before. In the bin, too."""
    record: Any = entity.model._default_manager.get(pk=record_id)
    names = {"version", "updated_at", "updated_by_id"}
    for column, raw in columns.items():
        field = next(one for one in entity.model._meta.concrete_fields if one.column == column)
        setattr(record, field.attname, held(entity, column, raw))
        names.add(field.attname)
    record.version += 1
    record.updated_at, record.updated_by_id = now(), current_actor().id
    complete(entity, [record], names)
    for name, ids in links.items():
        _set_links(record_id, name, ids)
    told = [entity.spare.get(column, column) for column in columns]
    publish(RecordChanged(record=record_id, kind=entity.kind, fields=tuple(sorted([*told, *links]))))


def _set_links(record: UUID, field: str, ids: list[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM record_link WHERE source_id = %s AND field = %s AND target_id <> ALL(%s)", [record, field, ids])
        cursor.execute(
            "INSERT INTO record_link (id, workspace_id, source_id, field, target_id) SELECT uuidv7(), kith_workspace(), %s, %s, one "
            "FROM unnest(%s::uuid[]) AS one ON CONFLICT DO NOTHING",
            [record, field, ids],
        )


def value(record: Any, field: Fact) -> Any:
    """What a record holds in a field; None and "" are the same."""
    found = value_of(record, field)
    return None if found in ("", [], ()) else found
