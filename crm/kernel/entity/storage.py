"""Where a field's value lives. The only module that touches instance attributes and ORM paths by name.

A `Field` is a declaration plus a storage: a column of its own, a spare slot of the table, a key of the JSON column, or
nothing at all (computed). Every reader asks the storage, so that a field made in the interface reads like a declared one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models
from django.db.models.expressions import Col, Expression

SLOTS: dict[str, tuple[int, str]] = {"t": (30, "text"), "n": (20, "bigint"), "d": (10, "timestamptz"), "l": (10, "uuid")}
"""Spare columns of every record table: prefix → (how many, column type)."""


def slot_columns() -> list[tuple[str, str]]:
    """[(column, type)] of the spare columns, for instance ("s_t01", "text")."""
    return [(f"s_{kind}{n:02d}", sql) for kind, (many, sql) in SLOTS.items() for n in range(1, many + 1)]


class Storage(Protocol):
    """How a value is read from a record, written to it and named in a query."""

    @property
    def kind(self) -> str: ...
    @property
    def filterable(self) -> bool: ...
    def read(self, record: Any) -> Any: ...
    def write(self, record: Any, value: Any) -> None: ...
    def ref(self, path: str = "") -> Any: ...


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the kind's own table."""

    name: str
    kind: str = "column"
    filterable: bool = True

    def read(self, record: Any) -> Any:
        return getattr(record, self.name)

    def write(self, record: Any, value: Any) -> None:
        setattr(record, self.name, value)

    def ref(self, path: str = "") -> str:
        return path + self.name


_SLOT_FIELDS: dict[str, type[models.Field]] = {  # type: ignore[type-arg]
    "t": models.TextField, "n": models.BigIntegerField, "d": models.DateTimeField, "l": models.UUIDField,
}


class SlotRef(Expression):
    """A spare column in a query; the model knows nothing of it."""

    def __init__(self, column: str) -> None:
        field = _SLOT_FIELDS[column[2]](null=True)
        field.set_attributes_from_name(column)
        super().__init__(output_field=field)
        self.column = column

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Col:  # type: ignore[override]
        target = self.output_field
        return Col(query.get_initial_alias(), target, target)


@dataclass(frozen=True, slots=True)
class Slot:
    """A spare typed column of the kind's table (`s_t01` …), filtered and sorted by its partial index."""

    column: str
    kind: str = "slot"
    filterable: bool = True

    def read(self, record: Any) -> Any:
        return record.__dict__.get(self.column)

    def write(self, record: Any, value: Any) -> None:
        record.__dict__[self.column] = value

    def ref(self, path: str = "") -> SlotRef:
        return SlotRef(self.column)


@dataclass(frozen=True, slots=True)
class Computed:
    """Worked out from the record when it is read; never stored, never filtered."""

    compute: Callable[[Any], Any]
    kind: str = "computed"
    filterable: bool = False

    def read(self, record: Any) -> Any:
        return self.compute(record)

    def write(self, record: Any, value: Any) -> None:
        raise TypeError("a computed field cannot be written")

    def ref(self, path: str = "") -> str:
        raise TypeError("a computed field cannot be filtered or sorted")
