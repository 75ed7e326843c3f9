"""Lists by key: any page costs the same, however deep.

A cursor holds the sort value and id of the last row. Rows without a value come last in both directions: a list is read in
two runs, first those with a value in index order, then those without by id.
"""

import base64
import datetime
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from crm.kernel.access import lasting
from crm.kernel.access.policy import asker, policy_for, visible
from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.filter import Node, compile_filter
from crm.kernel.identity.actor import Actor
from crm.kernel.records import reads
from crm.kernel.records.models import RecordLink
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor

#: Counted exactly up to here; above it is "about".
EXACT = 10_000


@dataclass(slots=True)
class Row:
    """One record of a list: `values` are Python values by field name, `names` the names of what links point to, a list of
    them for many-links: only those that the actor may see."""

    id: UUID
    version: int
    values: dict[str, Any]
    names: dict[str, Any]


@dataclass(slots=True)
class Page:
    """`next` and `prev` are opaque cursors or None."""

    items: list[Row]
    next: str | None
    prev: str | None


@dataclass(frozen=True, slots=True)
class Order:
    field: Fact
    ref: str
    down: bool


def order_of(entity: Entity[Any], sort: str, actor: Actor) -> Order:
    """The order that "name" or "-amount" means; Wrong where there is no such sortable field."""
    given = sort or entity.default_sort
    name = given.removeprefix("-")
    field = policy_for(entity).fields(actor).get(name)
    if field is None or not field.sortable:
        if field is not None and field.why_closed:
            raise Wrong(fields={"sort": [f"{field.label}: {field.why_closed}"]})
        allowed = ", ".join(n for n, f in entity.fields.items() if f.sortable)
        raise Wrong(fields={"sort": [_("“%(name)s” cannot be sorted by. These can: %(all)s.") % {"name": name, "all": allowed}]})
    return Order(field, field.sort_ref(), given.startswith("-"))


_READ: dict[str, Callable[[str], Any]] = {
    "t": datetime.datetime.fromisoformat, "d": datetime.date.fromisoformat, "s": str,
}


def encode(value: Any, pk: UUID, back: bool = False) -> str:
    if isinstance(value, datetime.datetime):
        value = {"t": value.isoformat()}
    elif isinstance(value, datetime.date):
        value = {"d": value.isoformat()}
    elif value is not None and not isinstance(value, (str, int)):
        value = {"s": str(value)}
    raw = json.dumps([value, str(pk), back], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _not_ours() -> str:
    return _("This page address is not one of ours; start again from the first page.")


def decode(cursor: str) -> tuple[Any, UUID, bool]:
    """(sort value, id, whether backwards); Wrong where the text is not one of our cursors."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, pk, back = json.loads(raw)
        if isinstance(value, dict):
            ((kind, text),) = value.items()
            value = _READ[kind](text)
        if isinstance(value, str) and "\x00" in value:
            raise ValueError
        return value, UUID(pk), bool(back)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong(fields={"cursor": [_not_ours()]}) from error


def rows_of(entity: Entity[Any], node: Node | None, actor: Actor | None = None) -> QuerySet[Any]:
    """The live records that match and that the actor may see."""
    who = actor or current_actor()
    return visible(entity, actor=who).filter(compile_filter(node, entity, asker(who)))


def _run(entity: Entity[Any], node: Node | None, order: Order, after: tuple[Any, UUID] | None, up: bool, limit: int) -> list[Any]:
    """Up to `limit` ids in key order: `up` tells whether sort values grow along the run."""
    ref, sign = order.ref, "" if up else "-"
    found: list[Any] = []

    def with_value(*key: Any) -> QuerySet[Any]:
        rows = rows_of(entity, node).filter(**{f"{ref}__isnull": False})
        rows = rows.filter(_beyond(ref, "gt" if up else "lt", key)) if key else rows
        return rows.order_by(f"{sign}{ref}", f"{sign}pk").values_list("pk", ref)[:limit]

    if after is None or after[0] is not None:
        plain = node is None and (after is None or isinstance(after[0], str) and _is_text(entity, ref))
        key = ("list", entity.kind, ref, up, limit, after is None)
        found = list(lasting.lasting(key, with_value, *(after or ()), prepared=False) if plain else with_value(*(after or ())))
    if len(found) < limit:
        without = rows_of(entity, node).filter(**{f"{ref}__isnull": True}).order_by("pk").values_list("pk", ref)
        if after is not None and after[0] is None:
            without = without.filter(pk__gt=after[1])
        found += list(without[: limit - len(found)])
    return found


def _fits(entity: Entity[Any], ref: str, value: Any) -> bool:
    """Whether a cursor's value is one of the column: anybody can write an address by hand."""
    column: Any = entity.model._meta.get_field(ref)
    if isinstance(column, models.DateTimeField) and value is not None:
        return isinstance(value, datetime.datetime)
    try:
        column.get_prep_value(value)
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return False
    return True


def _is_text(entity: Entity[Any], ref: str) -> bool:
    return isinstance(entity.model._meta.get_field(ref), (models.TextField, models.CharField))


def _beyond(ref: str, step: str, key: tuple[Any, UUID]) -> Q:
    """Past a key; the first, wider condition is the one that an index answers."""
    value, pk = key
    return Q(**{f"{ref}__{step}e": value}) & (Q(**{f"{ref}__{step}": value}) | Q(**{ref: value, f"pk__{step}": pk}))


def _run_back(rows: QuerySet[Any], order: Order, before: tuple[Any, UUID], limit: int) -> list[Any]:
    """Up to `limit` ids that stand before a key, in list order."""
    ref, value, pk = order.ref, *before
    with_value = rows.filter(**{f"{ref}__isnull": False})
    found: list[Any] = []
    if value is None:
        without = rows.filter(**{f"{ref}__isnull": True, "pk__lt": pk}).order_by("-pk").values_list("pk", ref)
        found = list(without[:limit])
    else:
        with_value = with_value.filter(_beyond(ref, "gt" if order.down else "lt", before))
    if len(found) < limit:
        sign = "" if order.down else "-"
        found += list(with_value.order_by(f"{sign}{ref}", f"{sign}pk").values_list("pk", ref)[: limit - len(found)])
    return found[::-1]


def page(
    entity: Entity[Any], node: Node | None = None, sort: str = "", cursor: str | None = None, limit: int = 50,
    fields: Sequence[str] | None = None,
) -> Page:
    """One page of a list, as the ambient actor may see it."""
    actor: Actor = current_actor()
    order = order_of(entity, sort, actor)
    key = decode(cursor) if cursor else None
    if key and not _fits(entity, order.ref, key[0]):
        raise Wrong(fields={"cursor": [_not_ours()]})
    if key and key[2]:
        keys = _run_back(rows_of(entity, node), order, key[:2], limit + 1)
        more, keys = len(keys) > limit, keys[-limit:]
        prev, next_ = more, True
    else:
        keys = _run(entity, node, order, key[:2] if key else None, not order.down, limit + 1)
        more, keys = len(keys) > limit, keys[:limit]
        prev, next_ = key is not None, more
    items = load(entity, [pk for pk, _value in keys], fields)
    return Page(
        items,
        encode(keys[-1][1], keys[-1][0]) if keys and next_ else None,
        encode(keys[0][1], keys[0][0], back=True) if keys and prev else None,
    )


def load(entity: Entity[Any], ids: Sequence[UUID], names: Sequence[str] | None = None) -> list[Row]:
    """The given records (already known to be visible) with the wanted fields, in the order of ids."""
    seen = policy_for(entity).fields(current_actor())
    wanted = [seen[name] for name in (names if names is not None else seen) if name in seen]
    columns = ["pk", "version", *dict.fromkeys(column for field in wanted for column in field.columns())]
    everything = entity.model._default_manager
    found = kept.lasting(
        ("rows", entity.kind, *columns), lambda some: everything.filter(pk__among=some).values_list(*columns), list(ids)
    )
    raw = {row[0]: dict(zip(columns, row, strict=True)) for row in found}
    rows = []
    for pk in ids:
        if pk in raw:
            values = {f.name: f.from_row(*(raw[pk][column] for column in f.columns())) for f in wanted}
            rows.append(Row(pk, raw[pk]["version"], values, {}))
    if asked := reads.sensitive(wanted):
        reads.note(entity, asked, [row.id for row in rows if any(row.values[one.name] not in (None, "", []) for one in asked)])
    _add_links(rows, wanted)
    _add_names(rows, wanted)
    return rows


def _add_links(rows: list[Row], wanted: list[Fact]) -> None:
    many = [field for field in wanted if isinstance(field, Links)]
    if not many or not rows:
        return
    found: dict[tuple[UUID, str], list[UUID]] = {}
    links = RecordLink.objects.filter(source_id__in=[row.id for row in rows], field__in=[field.name for field in many])
    for source, name, target in links.order_by("id").values_list("source_id", "field", "target_id"):
        found.setdefault((source, name), []).append(target)
    for row in rows:
        row.values |= {field.name: found.get((row.id, field.name), []) for field in many}


def _add_names(rows: list[Row], wanted: list[Fact]) -> None:
    """Names of linked records: one query per target, whatever the number of rows."""
    by_target: dict[Any, list[Fact]] = {}
    for field in wanted:
        if isinstance(field, (Link, Links)):
            by_target.setdefault(field.target, []).append(field)
    for target, fields in by_target.items():
        names = names_of(target, {one for row in rows for field in fields for one in _ids(row.values[field.name])})
        for row in rows:
            for field in fields:
                value = row.values[field.name]
                if isinstance(field, Links):
                    row.names[field.name] = [(one, names[one]) for one in value if one in names]
                elif value in names:
                    row.names[field.name] = names[value]


def _ids(value: Any) -> Sequence[UUID]:
    return value if isinstance(value, list) else [value]


def counts(asked: Sequence[tuple[Entity[Any], str]], pk: UUID, most: int = 100) -> list[int]:
    """How many records of each kind point at one by the named link, none above `most`: one question for all of them."""
    statements: list[str] = []
    values: list[Any] = []
    for entity, link in asked:
        def pointing(one: UUID, entity: Entity[Any] = entity, link: str = link) -> QuerySet[Any]:
            return visible(entity).filter(**{f"{link}_id": one}).order_by().values("pk")[:most]

        sql, given = lasting.statement(("pointing", entity.kind, link, most), pointing, pk)
        statements.append(f"(SELECT count(*) FROM ({sql}) AS found)" if sql else "0")  # noqa: S608  (the ORM compiled it)
        values += given
    return list(kept.ask(f"SELECT {', '.join(statements)}", values)[0]) if asked else []


def count(entity: Entity[Any], node: Node | None = None) -> tuple[int, bool]:
    """(how many, whether exactly): exact up to 10,000, above that "more than". As of a day always exactly."""
    if moment() is not None:
        return rows_of(entity, node).order_by().count(), True
    many = rows_of(entity, node).order_by().values("pk")[: EXACT + 1].count()
    return (many, True) if many <= EXACT else (EXACT, False)
