"""What kinds are compared by besides what parts declare: fields of the workspace's own that tell who somebody is."""

from collections.abc import Collection
from typing import Any

from crm.kernel.dedupe.jobs import index_anew
from crm.kernel.dedupe.rules import Rule, address, company, email, own, person, phone, tax, web
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.queue.actions import defer

_BY_TYPE = (("person_name", person), ("phone", phone), ("email", email), ("url", web), ("tax_id", tax), ("address", address))
#: Types that are compared by the rules that shipped fields of these types have; a marked text or number is compared as it is.
_LIKE_SHIPPED = (("phone", phone), ("email", email), ("url", web), ("tax_id", tax))


def rules_of(entity: Entity[Any], alike: bool, marked: Collection[str]) -> tuple[Rule, ...]:
    """The rules that a workspace adds to a kind; `marked` are the fields of which it says that they tell who somebody is.

    In its own kinds every field of a telling type counts. `alike`: their names are compared, too; numbered things have names
    that are alike by nature.
    """
    found = [company(entity.title)] if alike else []
    for type_, rule in _BY_TYPE if entity.own else _LIKE_SHIPPED:
        names = [one.name for one in entity.fields.values() if one.type == type_ and not one.part_of]
        names = names if entity.own else [name for name in names if name in marked]
        if names:
            found.append(rule(*names))
    told = {name for rule in found for name in rule.fields}
    plain = [name for name in entity.fields if name in marked and name not in told]
    return (*found, own(*plain)) if plain else tuple(found)


def compared_anew(kind: str) -> None:
    """What a kind is compared by has changed: the keys of its records are made anew."""
    defer(index_anew, kind=kind)


registry.duplicates_of_own = rules_of
registry.compared_anew = compared_anew
