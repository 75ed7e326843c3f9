"""Any past day: inside `as_of` records are read as they stood then, by the statements that read them today.

The audit log holds every change, so a table as it stood is today's table with the later changes taken back. That is put
before each statement as a WITH of the table's own name (`audit.standing`), so filter, order, columns, groups and sums, joined
kinds and many-links are those of then, in one SQL. Only the columns that a statement names are taken back.

Today's rights decide: each shadow holds only what the actor may see today. What is in the bin today and was not then is
there again, what was made later is not. A row that was erased for good is in no list, nor is it brought back here. The
names of linked records, people and teams are today's.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from crm.kernel.access.policy import rows_for
from crm.kernel.audit.moment import moment, reading_as_of, today
from crm.kernel.audit.standing import Standing, columns_of, links_as_they_stood
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.entity.storage import slot_columns
from crm.kernel.records.reading import LINKS_TABLE
from crm.kernel.tenancy.scope import current_actor

_READS = re.compile(r'\b(?:FROM|JOIN)\s+"(\w+)"')
#: A statement names columns as words; those that it does not name need not be found out.
_WORDS = re.compile(r"\w+")
#: It wants certain rows, not to look all of them through.
_POINTED = r'"%s"\."id" (?:= ANY \(|IN \(%%s|= %%s|= \(?\$)'
_WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)


def read_moment(raw: str) -> datetime.datetime:
    """The moment that an address means: the end of a day in the reader's zone, or a moment with its zone. Raises Wrong."""
    try:
        day = parse_date(raw)
        at = None if day is not None else parse_datetime(raw.replace(" ", "+"))
    except ValueError:
        day = at = None
    if day is not None:
        zone = Reading.of(current_actor()).zone
        if day > now().astimezone(zone).date():
            raise Wrong(fields={"as_of": [_("This day has not come yet.")]})
        at = datetime.datetime.combine(day, datetime.time.max, zone)
        return min(at.astimezone(datetime.UTC), now())
    if at is None or at.tzinfo is None:
        raise Wrong(fields={"as_of": [_("Write a day as 2026-11-17, or a moment as 2026-11-17T09:30:00Z.")]})
    if at > now():
        raise Wrong(fields={"as_of": [_("This day has not come yet.")]})
    return at.astimezone(datetime.UTC)


@contextmanager
def as_of(when: datetime.datetime) -> Iterator[None]:
    """Reads records as they stood at a moment. Nothing can be written inside, and query sets must be read inside."""
    with reading_as_of(when), connection.execute_wrapper(_shadowed):
        yield


def _shadowed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    when = moment()
    if when is None:
        return execute(sql, params, many, context)
    if not isinstance(sql, str) or _WRITES.match(sql):
        raise RuntimeError("nothing is written while a past day is read")
    tables = _tables(sql)
    if tables and not sql.lstrip().upper().startswith("EXPLAIN"):
        before, given = _shadows(tables, sql, when)
        sql, params = f"WITH {before} {sql}", [*given, *(params or ())]
    return execute(sql, params, many, context)


def _tables(sql: str) -> list[str]:
    """The tables in a statement that are kept as of any moment."""
    known = {entity.model._meta.db_table for entity in registry.all()} | {LINKS_TABLE}
    return [one for one in dict.fromkeys(_READS.findall(sql)) if one in known]


def _shadows(tables: Iterable[str], sql: str, when: datetime.datetime) -> tuple[str, list[Any]]:
    """(the members of a WITH that stand for these tables as they were, their parameters).

    What asks for rights comes first: a member sees the shadows of those before it, and rights are today's.
    """
    rights: list[str] = []
    rows: list[str] = []
    given_rights: list[Any] = []
    given_rows: list[Any] = []
    named = frozenset(_WORDS.findall(sql))
    for table in tables:
        if table == LINKS_TABLE:
            rows.append(links_as_they_stood(LINKS_TABLE))
            given_rows += [when]
            continue
        pointed = re.search(_POINTED % table, sql) is not None
        seen, values = _seen(table)
        rights += [f'"seen {table}" AS {"NOT " if pointed else ""}MATERIALIZED ({seen})'] if seen else []
        given_rights += values
        columns = {name: type_ for name, type_ in _every_column(table).items() if name in named}
        then = Standing(table, columns, pointed, f'now.id IN (SELECT * FROM "seen {table}")' if seen else "")  # noqa: S608
        rows.append(then.members)
        given_rows += [when] * then.moments
    return ", ".join([*rights, *rows]), [*given_rights, *given_rows]


def _every_column(table: str) -> dict[str, str]:
    """{column: SQL type} of a table but its id, spare ones too."""
    return {name: slots.sql for name, slots in slot_columns()} | columns_of(entity.model for entity in _kinds_of(table))


def _seen(table: str) -> tuple[str, list[Any]]:
    """The ids that the actor may see today, bin included; "" for all."""
    parts: list[str] = []
    given: list[Any] = []
    with today():
        kinds = [(entity, rows_for(entity, current_actor())) for entity in _kinds_of(table)]
        if not any(condition for _entity, condition in kinds):
            return "", []
        for entity, condition in kinds:  # a workspace's own kinds share a table
            try:
                sql, params = entity.model._default_manager.filter(condition).order_by().values("pk").query.sql_with_params()
            except EmptyResultSet:
                continue
            parts.append(sql)
            given += params
    return " UNION ALL ".join(parts) or "SELECT NULL::uuid AS id WHERE false", given


def _kinds_of(table: str) -> Sequence[Entity[Any]]:
    return [entity for entity in registry.all() if entity.model._meta.db_table == table]
