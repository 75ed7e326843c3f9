"""The values of a record in the form of the API, so that they can be written back as they were."""

from collections.abc import Iterable
from typing import Any

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Links
from crm.kernel.records.reading import links_of


def snapshot(entity: Entity[Any], record: Any, names: Iterable[str]) -> dict[str, Any]:
    """{field: JSON value} of the named fields, and of everything that is stored together with them."""
    wanted: dict[str, None] = {}
    for name in names:
        field = entity.fields.get(name)
        if field is None:
            continue
        whole = field.part_of if field.part_of in entity.fields else None
        together = [one for one, part in entity.fields.items() if part.part_of == (whole or name)]
        for one in (whole or name, *together):
            wanted[one] = None
    found: dict[str, Any] = {}
    for name in wanted:
        field = entity.fields[name]
        if isinstance(field, Links):
            found[name] = [str(one) for one in links_of(record.pk, name)]
        elif field.storage.kind != "computed":
            found[name] = field.to_json(field.value(record))
    return found
