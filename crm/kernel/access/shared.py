"""What is shared with somebody, as the policies ask for it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Q

from crm.kernel.access.models import Share
from crm.kernel.access.moment import past
from crm.kernel.base.clock import now
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import versions


@dataclass(frozen=True, slots=True)
class Held:
    """One share in somebody's hands. `until` None: for good; `limits` as `Share` has them."""

    record: UUID
    edit: bool
    until: datetime.datetime | None
    limits: Mapping[str, str]


#: Stands in for all of one team who hold no shares (see `lasting`): it holds none either.
ANYBODY = uuid4()


@lru_cache(maxsize=4096)
def _held(workspace: UUID, person: UUID, teams: frozenset[UUID], version: int) -> dict[str, tuple[Held, ...]]:
    """{kind: shares}, the ended ones too: they end between two versions of the rights."""
    if person is ANYBODY:
        return {}
    rows = Share.objects.filter(Q(user_id=person) | Q(team_id__in=teams))
    found: dict[str, list[Held]] = {}
    for kind, *facts in rows.values_list("record__kind", "record_id", "edit", "until", "limits"):
        found.setdefault(kind, []).append(Held(*facts))
    return {kind: tuple(held) for kind, held in found.items()}


def _of(actor: Actor) -> Mapping[str, tuple[Held, ...]]:
    """{kind: shares} of the actor, now or at the past moment that is asked about."""
    if actor.id is None:
        return {}
    then = past()
    return then.held if then is not None else _held(actor.workspace_id, actor.id, actor.team_ids, versions()[1])


def held(actor: Actor, kind: str, verb: str = "view") -> list[Held]:
    """The shares of a kind that hold now and give the verb; the database is asked once per version of the rights."""
    if actor.id is None or verb not in ("view", "edit") or not actor.grants.in_scope(kind, verb):
        return []
    everything: Any = _of(actor).get(kind, ())
    return [one for one in everything if (one.edit or verb == "view") and (one.until is None or one.until > now())]


def shared_ids(actor: Actor, kind: str, verb: str = "view") -> list[UUID]:
    """The records of a kind that are shared with the actor for the verb."""
    return list(dict.fromkeys(one.record for one in held(actor, kind, verb)))


def kinds_shared(actor: Actor) -> list[str]:
    """The kinds of which something is, or was, shared with the actor."""
    return list(_of(actor))


def ended(actor: Actor) -> frozenset[UUID]:
    """The records whose share with the actor ran out since the rights were last changed."""
    moment = now()
    return frozenset(one.record for held in _of(actor).values() for one in held if one.until is not None and one.until <= moment)


def limits(actor: Actor, kind: str, wanted: str) -> frozenset[str]:
    """The fields that no share of a kind may open ("hidden") or let write ("readonly")."""
    return frozenset(name for one in held(actor, kind) for name, said in one.limits.items() if said == wanted)
