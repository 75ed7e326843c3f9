"""What the kinds that a workspace made are compared by: whatever of their fields tells who somebody is."""

from typing import Any

from crm.kernel.dedupe.rules import Rule, address, company, email, person, phone, tax, web
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry

_BY_TYPE = (("person_name", person), ("phone", phone), ("email", email), ("url", web), ("tax_id", tax), ("address", address))


def rules_of(entity: Entity[Any], alike: bool) -> tuple[Rule, ...]:
    """The rules of a workspace's own kind. `alike`: its names are compared, too; numbered things have names that are alike by nature."""
    found = [company(entity.title)] if alike else []
    for type_, rule in _BY_TYPE:
        names = [one.name for one in entity.fields.values() if one.type == type_ and not one.part_of]
        if names:
            found.append(rule(*names))
    return tuple(found)


registry.duplicates_of_own = rules_of
