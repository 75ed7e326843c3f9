"""Many rows in one statement, whatever their columns' types.

The rows travel as one JSON parameter which the database types by the table itself. The ORM's own bulk insert falls back
to a parameter for each cell as soon as a table has an array column; that costs four times as much.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection, models
from psycopg import sql

BATCH = 1_000

Convert = Callable[[Any], Any]


@lru_cache(maxsize=200)
def _columns(model: type[models.Model]) -> tuple[tuple[str, str, Convert | None], ...]:
    """(column, attribute, conversion) of every stored field; only our own fields store another form than they hold."""
    found: list[tuple[str, str, Convert | None]] = []
    for field in model._meta.concrete_fields:
        own = type(field).get_prep_value.__module__.startswith("crm.")
        found.append((str(field.column), field.attname, field.get_prep_value if own else None))
    return tuple(found)


def _json(model: type[models.Model], rows: Iterable[models.Model]) -> str:
    columns = _columns(model)
    plain = []
    for row in rows:
        held = row.__dict__
        found = {}
        for column, name, convert in columns:
            value = held.get(name)
            if value is not None:
                found[column] = convert(value) if convert else value
        plain.append(found)
    return msgspec.json.encode(plain).decode()


def insert(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Inserts new rows. Every column of the model is written: None as NULL."""
    names = sql.SQL(", ").join(sql.Identifier(column) for column, _name, _convert in _columns(model))
    table = sql.Identifier("public", model._meta.db_table)  # qualified: "record" alone is a type of PostgreSQL
    statement = sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"
    )
    _run(statement.format(table=table, names=names), model, rows)


def update(model: type[models.Model], rows: Sequence[models.Model], attributes: Iterable[str]) -> None:
    """Writes the given attributes of existing rows, found by their id."""
    wanted = set(attributes)
    columns = [column for column, name, _convert in _columns(model) if name in wanted]
    table = sql.Identifier("public", model._meta.db_table)
    statement = sql.SQL(
        "UPDATE {table} old SET ({names}) = ROW({new}) FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb) new "
        "WHERE old.id = new.id"
    )
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    new = sql.SQL(", ").join(sql.Identifier("new", column) for column in columns)
    _run(statement.format(table=table, names=names, new=new), model, rows)


def _run(statement: sql.Composed, model: type[models.Model], rows: Sequence[models.Model]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.execute(statement, [_json(model, rows[start : start + BATCH])])
    for row in rows:
        row._state.adding = False
