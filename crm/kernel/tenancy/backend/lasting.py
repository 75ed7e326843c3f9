"""Statements that are asked on nearly every page: put together once in a process, planned once on a connection.

What the record page reads is found by its keys in two milliseconds; Django spent twenty times as long on putting the statements
together, and the database as long again on planning them. So a statement is kept under a key that says all that decides its
text, with holes for the values that differ each time, and prepared by the server (see `lasting` cursors of the backend).

Prepared is only what is found through an index whatever the values are: that plan is made before they are known. A list in
the order of a field is planned each time: whether to walk that order or to look up what little one sees depends on who asks.
"""

import datetime
from collections.abc import Callable, Hashable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

from crm.kernel.tenancy import scope

M = TypeVar("M", bound=models.Model)

#: So many statements are kept (about 1 kB each beside the shapes they share); then all are put together anew.
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What statements of one text have in common: how their rows become what the query set answers."""

    sql: str
    rows: QuerySet[Any]
    compiler: SQLCompiler

    def filled(self, sql: str, params: Sequence[Any], prepared: bool) -> QuerySet[Any]:
        """A query set that asks this statement, to be read and not changed further."""
        compiler = copy(self.compiler)
        compiler.connection = _Lasting(connection) if prepared else connection  # type: ignore[assignment]
        compiler.as_sql = lambda *args, **kwargs: (sql, params)  # type: ignore[method-assign,assignment]
        query = copy(self.rows.query)
        query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        found = type(self.rows)(self.rows.model, query, DEFAULT_DB_ALIAS)
        found._iterable_class, found._fields = self.rows._iterable_class, self.rows._fields  # type: ignore[attr-defined]
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """One statement: `places` are (where in params, which of the given values). No shape: it finds nothing, ever."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    shape: Shape | None

    def given(self, values: Sequence[Any]) -> list[Any]:
        params = list(self.params)
        for where, which in self.places:
            params[where] = values[which]
        return params


class _Lasting:
    """The connection as compilers see it, whose cursors have their statements prepared."""

    def __init__(self, behind: Any) -> None:
        self._behind = behind

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    def cursor(self) -> Any:
        return self._behind.lasting_cursor()


_kept: dict[Hashable, Kept] = {}
_shapes: dict[Hashable, Shape] = {}


def lasting(
    key: Hashable, make: Callable[..., QuerySet[M, Any]], *given: Any, prepared: bool = True, **whose: Any
) -> QuerySet[M, Any]:
    """`make(*given)`, kept under `key`: everything that decides the statement but the given values and somebody's rights.

    The values are UUIDs, texts, moments or lists, which `make` must hand to the query as they are (a list with `among`).
    Not `prepared`: the statement is kept, but planned each time for its own values. `whose`: see `_statement`.
    """
    kept, values = _statement(key, make, given, **whose)
    if kept.shape is None:
        return make(*given).none()
    return kept.shape.filled(kept.sql, kept.given(values), prepared)


def statement(key: Hashable, make: Callable[..., QuerySet[Any]], *given: Any, **whose: Any) -> tuple[str, list[Any]]:
    """The text and parameters of the same, to be put into a larger statement; "" where it finds nothing, ever."""
    kept, values = _statement(key, make, given, **whose)
    return kept.sql, kept.given(values)


def unkept(make: Callable[..., QuerySet[Any]], *given: Any) -> tuple[str, list[Any]]:
    """The same of a statement that may not be kept."""
    try:
        sql, params = make(*given).query.sql_with_params()
    except EmptyResultSet:
        return "", []
    return sql, list(params)


def ask(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement written by hand, prepared by the server."""
    with connection.lasting_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


Standing = Callable[..., tuple[UUID, QuerySet[Any]]]


def _statement(
    key: Hashable, make: Callable[..., QuerySet[Any]], given: Sequence[Any], rights: Hashable = None, me: UUID | None = None,
    standing_in: Standing | None = None,
) -> tuple[Kept, Sequence[Any]]:
    """(the statement, the values for its holes). `rights` are those of all who share it; `standing_in` puts it together for
    none of them and answers the id that stands for `me`."""
    values = (*given, me) if standing_in is not None else given
    rights = (rights, scope.shape_token())
    found = _kept.get((rights, key))
    if found is None:
        if len(_kept) >= MOST:
            _kept.clear()
            _shapes.clear()
        found = _kept[rights, key] = _made(key, make, [_hole(one) for one in given], me, standing_in)
    return found, values


def _made(key: Hashable, make: Callable[..., QuerySet[Any]], holes: list[Any], me: UUID | None, standing_in: Standing | None) -> Kept:
    needed = set(range(len(holes)))
    if standing_in is None:
        rows = make(*holes)
    else:
        anybody, rows = standing_in(*holes)
        holes = [*holes, anybody]
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return Kept("", (), (), None)
    compiler.connection = None  # each use has its own; this thread's may end
    places = tuple((where, which) for where, param in enumerate(params) for which, hole in enumerate(holes) if _same(param, hole))
    if needed - {which for _where, which in places}:
        raise RuntimeError(f"a given value does not reach the statement as it is: {sql}")
    if standing_in is not None:
        filled = {where for where, _which in places}
        _nobody_in(sql, [param for where, param in enumerate(params) if where not in filled], (me, holes[-1]))
    shape = _shapes.setdefault((scope.shape_token(), key, sql), Shape(sql, rows, compiler))
    return Kept(shape.sql, tuple(params), places, shape)


def _nobody_in(sql: str, params: Sequence[Any], people: Sequence[UUID | None]) -> None:
    """Refuses a statement for many in which one person stands for good."""
    said = sql + "".join(map(str, params))
    if any(one is not None and (str(one) in said or one.hex in said) for one in people):
        raise RuntimeError(f"somebody's own id stands in what many share: {sql}")


def _same(param: Any, hole: Any) -> bool:
    """By identity, never by value; Django copies lists, but not what is in them."""
    if isinstance(hole, list):
        return isinstance(param, list) and len(param) == 1 and param[0] is hole[0]
    return param is hole


def _hole(value: Any) -> Any:
    """A new object of the value's type, to be recognised among the parameters by its identity."""
    match value:
        case UUID():
            return uuid4()
        case datetime.datetime():
            return datetime.datetime(2000, 1, 1, microsecond=uuid4().int % 10**6, tzinfo=value.tzinfo)
        case str():
            return str(uuid4())
        case list():
            return [uuid4()]
    raise TypeError(f"no hole for {type(value).__name__}")
