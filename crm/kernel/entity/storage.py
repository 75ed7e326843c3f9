"""Where a field's value lives. The only module that touches instance attributes and ORM paths by name.

A `Field` is a declaration plus a storage: a column or nothing at all (computed). A field made in the interface has a spare column
of the table; the model of its workspace knows that column by the field's name, so that it reads like a declared one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Slots:
    """Spare columns of one sort: how many, their type in the database, whether lists are filtered and sorted by them, and the
    table that links point to ("" none)."""

    many: int
    sql: str
    indexed: bool = False
    target: str = ""


SLOTS: dict[str, Slots] = {
    "t": Slots(30, "text", indexed=True),
    "x": Slots(30, "text"),
    "n": Slots(20, "bigint", indexed=True),
    "b": Slots(10, "boolean"),
    "y": Slots(8, "date", indexed=True),
    "d": Slots(10, "timestamptz", indexed=True),
    "a": Slots(6, "text[]"),
    "l": Slots(10, "uuid", indexed=True, target="record"),
    "p": Slots(4, "uuid", indexed=True, target="member"),
    "q": Slots(2, "uuid", indexed=True, target="team"),
}
"""Spare columns of every record table by the letter of their names: s_t01 … Short texts that are compared (t), texts as they were
written (x), whole numbers and amounts (n), yes or no (b), days (y), moments (d), lists of words (a), links to records (l), people (p)
and teams (q)."""


def slot_columns() -> list[tuple[str, Slots]]:
    """[(column, its sort)] of the spare columns, for instance ("s_t01", …)."""
    return [(f"s_{letter}{n:02d}", slots) for letter, slots in SLOTS.items() for n in range(1, slots.many + 1)]


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
