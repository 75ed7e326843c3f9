"""What leaves of a list: which columns, under which heads, and the cells of its rows, as the person who asks may see them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, Wrong
from crm.kernel.base.money import Money
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry
from crm.kernel.quality.queries import Standings
from crm.kernel.records import listing
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.scope import current_actor

BATCH = 500
ID = "id"
FORMATS = {"xlsx": "xlsx", "csv": "csv", "csv-gbk": "csv"}
"""Format → ending of the file."""


def entity_of(kind: str) -> Entity[Any]:
    """The kind, if the actor may export it. Raises NotAllowed."""
    entity = registry.kind(kind)
    if entity is None or not policy_for(entity).may(current_actor(), "export"):
        raise NotAllowed(_("Your roles do not allow you to export these records."))
    return entity


def columns_of(entity: Entity[Any], wanted: Sequence[str]) -> list[str]:
    """The wanted columns which the actor may see, money with its currency; all that can be written when none is named.

    Raises Wrong for a name that is no field.
    """
    seen = policy_for(entity).fields(current_actor())
    unknown = [name for name in wanted if name != ID and name not in seen]
    if unknown:
        raise Wrong(fields={"columns": [_("There is no field “%(name)s”.") % {"name": unknown[0]}]})
    names: list[str] = []
    for name in wanted or [ID, *(n for n, one in seen.items() if one.type not in ("address", "computed") and not one.worked)]:
        names.append(name)
        if name != ID and seen[name].type == "money":
            names.append(f"{name}_currency")
    return [name for name in dict.fromkeys(names) if name == ID or name in seen]


def heading(entity: Entity[Any], name: str) -> str:
    """The column's title: the label, for a part that of its whole before it."""
    if name == ID:
        return "ID"
    field = entity.fields[name]
    whole = entity.fields.get(field.part_of or "")
    if whole is None or whole.type == "person_name":
        return str(field.label)
    return f"{whole.label} {field.label}"


def headings(entity: Entity[Any], names: Sequence[str]) -> list[str]:
    """Titles of all columns; where two are alike, the field's name is added."""
    titles = [heading(entity, name) for name in names]
    return [f"{title} ({name})" if titles.count(title) > 1 else title for title, name in zip(titles, names, strict=True)]


def add_rows(
    writer: Any, entity: Entity[Any], names: Sequence[str], rows: Sequence[listing.Row], known: Standings | None = None
) -> None:
    """Writes rows of a list into a file, values as people read them; where it is `known` why there is none, that."""
    for cells in cells_of(entity, names, rows, known):
        writer.add([cell.decimal if isinstance(cell, Money) else cell for cell in cells])


def cells_of(
    entity: Entity[Any], names: Sequence[str], rows: Sequence[listing.Row], known: Standings | None = None
) -> list[list[Any]]:
    """The cells of rows, values as people read them, money with its currency; where it is `known` why there is no value, that."""
    many = {name: _names_of_links(entity.fields[name], rows) for name in names if name != ID and isinstance(entity.fields[name], Links)}
    found = []
    for row in rows:
        why = {name: Reason(one.reason).label for name, one in (known or {}).get(row.id, {}).items() if one.reason}
        cells = [_cell(entity, name, row, many) for name in names]
        found.append([str(why[name]) if cell in (None, "") and name in why else cell for name, cell in zip(names, cells, strict=True)])
    return found


def _names_of_links(field: Fact, rows: Sequence[listing.Row]) -> dict[Any, str]:
    return names_of(field.target, {one for row in rows for one in row.values.get(field.name) or ()})


def _cell(entity: Entity[Any], name: str, row: listing.Row, many: dict[str, dict[Any, str]]) -> Any:
    if name == ID:
        return str(row.id)
    field, value = entity.fields[name], row.values.get(name)
    if value is None or value == []:
        return None
    if isinstance(field, Links):
        return "; ".join(many[name].get(one, str(one)) for one in value)
    if isinstance(field, Link):
        return row.names.get(name, "")
    if field.type == "datetime":
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    return value if isinstance(value, Money) else field.to_cell(value)
