"""Which fields an import may fill, and from which column."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.exchange.mapping.match import RECORD_ID
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import current_actor

CARRIED = ("created_at",)
"""Bookkeeping fields that keep their original value when a column is matched to them."""


def importable(entity: Entity[Any], actor: Actor | None = None) -> dict[str, Fact]:
    """{name: field} that the actor may fill by an import, in the order of declaration."""
    who = actor or current_actor()
    policy = policy_for(entity)
    closed = policy.readonly(who)
    return {
        name: field for name, field in policy.fields(who).items() if name in CARRIED or (name not in closed and field.type != "computed")
    }


def checked(entity: Entity[Any], columns: tuple[str, ...], mapping: Mapping[str, str | None]) -> dict[str, str]:
    """The mapping without its empty entries. Raises Wrong for what is not there or is named twice."""
    fields = importable(entity)
    kept: dict[str, str] = {}
    wrong: dict[str, list[Any]] = {}
    for column, name in mapping.items():
        if not name:
            continue
        if column not in columns:
            wrong[column] = [_("The file has no such column.")]
        elif name != RECORD_ID and name not in fields:
            wrong[column] = [_("%(kind)s has no field “%(name)s” that you may fill.") % {"kind": entity.label, "name": name}]
        elif name in kept.values():
            other = next(one for one, taken in kept.items() if taken == name)
            wrong[column] = [_("“%(other)s” is matched to this field already.") % {"other": other}]
        else:
            kept[column] = name
    if wrong:
        raise Wrong(fields=wrong)
    return kept


def usual_key(entity: Entity[Any], mapping: Mapping[str, str], tells_apart: Callable[[str], bool]) -> str | None:
    """By which field existing records are found unless the person says otherwise.

    The first of the kind's `match` fields that is mapped to a column which `tells_apart` the rows of the file.
    """
    if RECORD_ID in mapping.values():
        return RECORD_ID
    column_of = {name: column for column, name in mapping.items()}
    for name in entity.match:
        field = entity.fields.get(name)
        if field is None or name not in column_of or field.type in ("person_name", "phone"):
            continue
        if tells_apart(column_of[name]):
            return name
    return None


def keys_of(entity: Entity[Any], mapping: Mapping[str, str]) -> list[str]:
    """The mapped fields by which existing records can be found."""
    fields = entity.fields
    fit = ("text", "email", "phone", "tax_id", "handle", "url", "integer", "person_name")
    return [
        name
        for name in mapping.values()
        if name == RECORD_ID or (fields[name].type in fit and fields[name].filterable and not fields[name].part_of)
    ]
