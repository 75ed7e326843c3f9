"""Many rows in one statement, whatever their columns' types.

The rows travel as one JSON parameter which the database types by the table itself. The ORM's own bulk insert falls back
to a parameter for each cell as soon as a table has an array column; that costs four times as much.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from django.db import connection, models
from django.db.models.base import ModelState
from psycopg import sql

BATCH = 1_000

Convert = Callable[[Any], Any]


@lru_cache(maxsize=200)
def _columns(model: type[models.Model]) -> tuple[tuple[str, str, Convert | None], ...]:
    """(column, attribute, conversion) of every stored field; only our own fields store another form than they hold."""
    found: list[tuple[str, str, Convert | None]] = []
    for field in model._meta.concrete_fields:
        own = not str(type(field).get_prep_value.__module__).startswith("django.")
        found.append((str(field.column), field.attname, field.get_prep_value if own else None))
    return tuple(found)


@lru_cache(maxsize=200)
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """What every new row holds, and what is made anew for each."""
    still: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for field in model._meta.concrete_fields:
        if callable(field.default) and field.has_default():
            made.append((field.attname, field.default))
        else:
            still[field.attname] = field.get_default()
    return still, tuple(made)


M = TypeVar("M", bound=models.Model)


def new(model: type[M], **held: Any) -> M:
    """A row that is not written yet, as `model(**held)` makes it, by the attributes' names (`owner_id`).

    It goes past Django's constructor, which takes 40 µs for a wide model: that counts where rows come by the thousand.
    """
    still, made = _defaults(model)
    row = model.__new__(model)
    kept = row.__dict__
    kept["_state"] = ModelState()
    kept.update(still)
    for name, make in made:
        if name not in held:
            kept[name] = make()
    kept.update(held)
    return row


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


@contextmanager
def ahead() -> Iterator[None]:
    """Inside, `insert` and `update` do not wait: the database works on one statement while the next is being put together.

    What goes wrong is raised at the end of the block. A read in between waits for all that was sent before it.
    """
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


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
