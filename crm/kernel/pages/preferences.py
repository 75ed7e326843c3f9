"""Keeping what a person set: columns of lists; theme, rows and language of the interface."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.custom.laid import layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.models.people import Density, Language, Theme, User
from crm.kernel.saved import queries as saved
from crm.kernel.saved.actions import keep_plain
from crm.kernel.tenancy.scope import bump_permissions, current_actor

_ALLOWED: dict[str, Any] = {"theme": Theme, "density": Density, "language": Language}


def columns_of(entity: Entity[Any]) -> list[str]:
    """The chosen columns that still exist for this actor, else the kind's own; the title always leads."""
    chosen = saved.plain(entity)
    wanted = list(chosen.columns) if chosen and chosen.columns else list(layout_for(entity, current_actor()).columns)
    seen = policy_for(entity).fields(current_actor())
    return list(dict.fromkeys([entity.title, *(name for name in wanted if name in seen)]))


def keep_columns(entity: Entity[Any], names: Sequence[str]) -> None:
    """Stores the columns in this order; an empty list means the kind's own again."""
    keep_plain(entity, names)


def keep_own(values: Mapping[str, str]) -> None:
    """Stores theme, density or language of the person; raises Wrong for any other value."""
    kept = {name: value for name, value in values.items() if name in _ALLOWED}
    for name, value in kept.items():
        if value not in _ALLOWED[name].values:
            raise Wrong(fields={name: [", ".join(_ALLOWED[name].values)]})
    if kept:
        User.objects.filter(pk=current_actor().id).update(**kept)
        bump_permissions()
