"""Statements under an actor's rights, kept between requests (see `tenancy.backend.lasting`)."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.db import models
from django.db.models import QuerySet

from crm.kernel.access.shared import ended
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor, once, versions

M = TypeVar("M", bound=models.Model)


def rights_of(actor: Actor) -> Hashable | None:
    """All that decides the conditions which policies answer; None where they may differ from moment to moment."""
    return once(("rights", id(actor)), lambda: (actor, _rights_of(actor)))[1]


def _rights_of(actor: Actor) -> Hashable | None:
    if actor.grants.filtered:
        return None  # the filter of a role may say "this month"
    # Grants are compared by identity, and each version of the rights makes new ones.
    return (actor.grants, actor.id, actor.workspace_id, actor.team_id, actor.team_ids, actor.tree_ids, versions(), ended(actor))


def lasting(key: Hashable, make: Callable[..., QuerySet[M, Any]], *given: Any, prepared: bool = True) -> QuerySet[M, Any]:
    """`make(*given)` for the ambient actor, kept under `key`: all that decides it beside rights and given values."""
    rights = rights_of(current_actor())
    return make(*given) if rights is None else kept.lasting(key, make, *given, rights=rights, prepared=prepared)


def statement(key: Hashable, make: Callable[..., QuerySet[Any]], *given: Any) -> tuple[str, list[Any]]:
    """Text and parameters of the same; "" where it finds nothing, ever."""
    rights = rights_of(current_actor())
    return kept.statement(key, make, *given, rights=rights) if rights is not None else kept.unkept(make, *given)
