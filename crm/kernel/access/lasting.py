"""Statements under an actor's rights, kept between requests (see `tenancy.backend.lasting`).

People of one team with the same roles share their statements: these are put together for somebody who stands in for all of them,
and the id of whoever asks takes the stand-in's place. Whoever holds shares, or looks after an absent colleague's records, has
statements of their own. What begins and ends by a date is part of the key: the shares that ran out and the absences that hold
at the moment of the request, so that nothing kept outlives its day.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import QuerySet

from crm.kernel.access.delegated import agreed, delegated
from crm.kernel.access.moment import past
from crm.kernel.access.shared import ANYBODY, ended, kinds_shared
from crm.kernel.audit.moment import moment
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor, once, standing_in, versions

M = TypeVar("M", bound=models.Model)


def rights_of(actor: Actor) -> Hashable | None:
    """All that decides the conditions which policies answer; None where they may differ from moment to moment."""
    return _known(actor)[0]


def _known(actor: Actor) -> tuple[Hashable | None, Hashable | None]:
    """(the actor's own rights, those that all share who differ in nothing but who they are)."""
    found: tuple[Actor, tuple[Hashable | None, Hashable | None]] = once(("rights", id(actor)), lambda: (actor, _rights_of(actor)))
    return found[1]


def _rights_of(actor: Actor) -> tuple[Hashable | None, Hashable | None]:
    if actor.grants.filtered or moment() is not None or past() is not None:
        return None, None  # the filter of a role may say "this month"; what is read or asked as of a past moment is kept for nobody
    common = (actor.workspace_id, actor.team_id, actor.team_ids, actor.tree_ids, versions())
    own = (actor.grants.said, actor.id, *common, ended(actor), tuple(one.id for one in delegated(actor)))
    return own, own if actor.id is None or kinds_shared(actor) or agreed(actor) else (actor.grants.said, *common)


def lasting(
    key: Hashable, make: Callable[..., QuerySet[M, Any]], *given: Any, prepared: bool = True, own: bool = False
) -> QuerySet[M, Any]:
    """`make(*given)` for the ambient actor, kept under `key`: all that decides it beside rights and given values.

    `make` must ask `current_actor()` whose rights count: it may be somebody who stands in for whoever asks. `own`: it is kept for
    this one person, whose id or rights stand in `make` already.
    """
    whose = _whose(make, own)
    return make(*given) if whose is None else kept.lasting(key, make, *given, prepared=prepared, **whose)


def statement(key: Hashable, make: Callable[..., QuerySet[Any]], *given: Any) -> tuple[str, list[Any]]:
    """Text and parameters of the same; "" where it finds nothing, ever."""
    whose = _whose(make)
    return kept.unkept(make, *given) if whose is None else kept.statement(key, make, *given, **whose)


def _whose(make: Callable[..., QuerySet[Any]], own: bool = False) -> dict[str, Any] | None:
    """Whose the statement is, as `tenancy.backend.lasting` is told; None where it may not be kept."""
    mine, shared = _known(current_actor())
    if mine is None:
        return None
    if own or shared == mine:
        return {"rights": mine}
    return {"rights": shared, "me": current_actor().id, "standing_in": _for_all(make)}


def _for_all(make: Callable[..., QuerySet[M, Any]]) -> Callable[..., tuple[UUID, QuerySet[M, Any]]]:
    def made(*given: Any) -> tuple[UUID, QuerySet[M, Any]]:
        with standing_in(replace(current_actor(), id=ANYBODY)):
            return ANYBODY, make(*given)

    return made
