"""Rights that owner, team and shares decide alone, as one condition of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Expression, F, Q

NOTHING = Q(pk__in=[])


def is_nothing(q: Q) -> bool:
    """Whether a condition is `NOTHING`: cheaper than comparing, which takes both apart."""
    return q is NOTHING or len(q.children) == 1 and isinstance(q.children[0], tuple) and q.children[0] == ("pk__in", [])


def either(one: Q, other: Q) -> Q:
    """Either condition. An empty Q stands for every row here, which Django's own `|` would leave out."""
    if not one or not other:
        return Q()
    if is_nothing(one):
        return other
    return one if is_nothing(other) else one | other


class Within(Expression):
    """`owner = … OR owner = ANY (…) OR team = ANY (…) OR id = ANY (…)`, each part where it is given.

    A list is one parameter, however long, and the whole is compiled at once: as lookups the same condition took most of the
    time of a page that asks for twenty kinds.
    """

    conditional = True

    def __init__(
        self, path: str, owner: UUID | None, teams: tuple[UUID, ...], shared: tuple[UUID, ...], absent: tuple[UUID, ...] = ()
    ) -> None:
        super().__init__(output_field=BooleanField())
        given = ((f"{path}owner_id", owner), (f"{path}owner_id", absent), (f"{path}team_id", teams), (f"{path}pk", shared))
        self.columns: list[Any] = [F(name) for name, value in given if value]
        self.values: list[Any] = [array(value) if isinstance(value, tuple) else value for _name, value in given if value]

    def get_source_expressions(self) -> list[Any]:
        return self.columns

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.columns = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, params = [], []
        for column, value in zip(self.columns, self.values, strict=True):
            sql, given = compiler.compile(column)
            parts.append(f"{sql} = ANY (%s::uuid[])" if isinstance(value, str) else f"{sql} = %s")
            params += [*given, value]
        return f"({' OR '.join(parts)})", params


@lru_cache(maxsize=4096)
def array(ids: tuple[UUID, ...]) -> str:
    """Ids as PostgreSQL writes an array: hundreds of shares would else be put into letters again in every statement."""
    return "{" + ",".join(map(str, ids)) + "}"


@dataclass(frozen=True, slots=True)
class Reach:
    """Rights over rows that owner, team and shares decide alone: these columns stand on each kind's table and, mirrored, on
    the record table, so a condition on whatever links there needs no look into the kind. `absent`: owners for whom one stands in."""

    whole: bool = False
    owner: UUID | None = None
    teams: tuple[UUID, ...] = ()
    shared: tuple[UUID, ...] = ()
    absent: tuple[UUID, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it reaches no row at all."""
        return not (self.whole or self.owner or self.teams or self.shared or self.absent)

    def q(self, path: str = "") -> Q:
        """The condition on the rows to which `path` leads ("" the rows themselves); an empty Q is every row."""
        if self.whole:
            return Q()
        return NOTHING if self.empty else Q(Within(path, self.owner, self.teams, self.shared, self.absent))

    def joined(self, other: "Reach") -> "Reach":
        """What either of two reaches that are one actor's."""
        if self.whole or other.whole:
            return Reach(whole=True)
        return Reach(
            False, self.owner or other.owner, _both(self.teams, other.teams), _both(self.shared, other.shared),
            _both(self.absent, other.absent),
        )  # fmt: skip

    def holds(self, record: Any) -> bool:
        """The same of a record that is at hand."""
        if self.whole:
            return True
        mine = record.owner_id is not None and (record.owner_id == self.owner or record.owner_id in self.absent)
        return mine or record.team_id in self.teams or record.pk in self.shared


def _both(one: tuple[UUID, ...], other: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(sorted({*one, *other})) if one and other else one or other
