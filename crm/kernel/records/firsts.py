"""The first rows of several groups at once: of the columns of a board, of the groups of a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.expressions import RawSQL

from crm.kernel.access import lasting
from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Node, Where, both
from crm.kernel.records import listing
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor

#: Kinds of field whose values name groups, and how the database reads these values.
_TYPES = {"link": "uuid", "choice": "text"}

Keys = list[tuple[UUID, Any]]


@dataclass(frozen=True, slots=True)
class Firsts:
    """What is wanted: the first `limit` records with each of the values of `by`; `many` tells how many there are of each."""

    by: Fact
    many: Mapping[str, int]
    limit: int


def first_pages(entity: Entity[Any], wanted: Firsts, node: Node | None, sort: str, fields: Sequence[str]) -> dict[str, listing.Page]:
    """{value: first page}, as `listing.page` answers each; values without records are left out.

    One statement finds the rows of all groups and one reads them. A group that goes on with rows without a sort value is asked
    for by itself.
    """
    keys = _whole(entity, wanted, node, sort)
    rows = {row.id: row for row in listing.load(entity, [pk for of in keys.values() for pk, _at in of[: wanted.limit]], fields)}
    pages = {}
    for value in (value for value, many in wanted.many.items() if many):
        if value in keys:
            shown, more = keys[value][: wanted.limit], len(keys[value]) > wanted.limit
            last = listing.encode(shown[-1][1], shown[-1][0]) if more else None
            pages[value] = listing.Page([rows[pk] for pk, _at in shown if pk in rows], last, None)
        else:
            pages[value] = listing.page(entity, both(Where(wanted.by.name, "is", value), node), sort, None, wanted.limit, fields)
    return pages


def _whole(entity: Entity[Any], wanted: Firsts, node: Node | None, sort: str) -> dict[str, Keys]:
    """The keys of those groups of which one statement finds all that is wanted, and one more where there is one."""
    actor, by = current_actor(), wanted.by
    order = listing.order_of(entity, sort, actor)
    values = [value for value, many in wanted.many.items() if many]
    plain = by.type in _TYPES and by.storage.kind == "column" and isinstance(order.ref, str)
    if not values or not plain or by.name in policy_for(entity).hidden(actor):
        return {}
    found = _keys(entity, by, values, node, order, wanted.limit + 1)
    return {value: keys for value, keys in found.items() if len(keys) >= min(wanted.many[value], wanted.limit + 1)}


def _keys(
    entity: Entity[Any], by: Fact, values: Sequence[str], node: Node | None, order: listing.Order, limit: int
) -> dict[str, Keys]:
    """{value: [(id, sort value)] in key order}: the same question for each value, which the database plans once."""
    sign = "-" if order.down else ""

    def rows() -> Any:
        found = listing.rows_of(entity, node).filter(**{by.columns()[0]: RawSQL('"wanted"."value"', ()), f"{order.ref}__isnull": False})
        return found.order_by(f"{sign}{order.ref}", f"{sign}pk").values_list("pk", order.ref)[:limit]

    key = ("firsts", entity.kind, by.name, order.ref, order.down, limit)
    inner, given = lasting.statement(key, rows) if node is None else kept.unkept(rows)
    if not inner:
        return {}
    found: dict[str, Keys] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "wanted"."value"::text, "found".* FROM unnest(%s::{_TYPES[by.type]}[]) AS "wanted" ("value") '  # noqa: S608
            f'CROSS JOIN LATERAL ({inner}) AS "found"',
            [list(values), *given],
        )
        for value, pk, at in cursor:
            found.setdefault(value, []).append((pk, at))
    return found
