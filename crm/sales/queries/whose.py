"""Whose figures the sales page tells: everybody's, a team's with the teams below it, or one person's."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.kernel.access.lasting import lasting
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity.models import Team, User
from crm.kernel.identity.queries import tree_ids


@dataclass(frozen=True, slots=True)
class Whose:
    """`name` is "" for everybody. `conditions` are the same narrowing for the filter of a list."""

    key: str = ""
    name: str = ""
    column: str = ""
    ids: frozenset[UUID] = frozenset()
    conditions: list[dict[str, Any]] = field(default_factory=list)

    def rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the records that belong to them."""
        return rows.filter(**{f"{self.column}__in": self.ids}) if self.column else rows


EVERYBODY = Whose()


def of_key(key: str) -> Whose:
    """What a `key` of `choices` names; everybody for any other text."""
    kind, _colon, raw = key.partition(":")
    pk = as_uuid(raw)
    person = User.objects.filter(pk=pk).first() if pk and kind == "person" else None
    team = Team.objects.filter(pk=pk).first() if pk and kind == "team" else None
    if person is not None:
        return _made(key, person.name, "owner", frozenset({person.pk}))
    if team is not None:
        return _made(key, team.name, "team", tree_ids(team))
    return EVERYBODY


def _made(key: str, name: str, field_: str, ids: frozenset[UUID]) -> Whose:
    return Whose(key, name, f"{field_}_id", ids, [{"field": field_, "op": "in", "value": sorted(map(str, ids))}])


def choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(teams, people), each [(key, name)]."""
    teams = lasting(("teams",), lambda: Team.objects.order_by("name", "id").values_list("pk", "name"))
    people = lasting(("people",), lambda: User.objects.filter(is_active=True).order_by("name", "id").values_list("pk", "name"))
    return [(f"team:{pk}", name) for pk, name in teams], [(f"person:{pk}", name) for pk, name in people]
