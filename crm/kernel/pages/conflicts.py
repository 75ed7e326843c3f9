"""Two people changed the same record: both values side by side, and what was chosen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import history
from crm.kernel.base.errors import Conflict, Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages.links import name_of_link
from crm.kernel.tenancy.scope import current_actor

TAKE = "take:"


@dataclass(frozen=True, slots=True)
class Clash:
    name: str
    label: str
    mine: str
    theirs: str
    who: str = ""


def _words(entity: Entity[Any], name: str, raw: Any) -> str:
    one = entity.fields[name]
    if raw in (None, "", []):
        return "–"
    if one.type in ("link", "links"):
        ids = [as_uuid(str(part)) for part in (raw if isinstance(raw, list) else [raw])]
        return ", ".join(name_of_link(one, pk) or _("Not shared with you") for pk in ids if pk) or str(raw)
    try:
        reading = Reading.of(current_actor())
        return str(one.display(one.clean(raw, reading), reading)) or str(raw)
    except (FieldError, TypeError, ValueError):
        return str(raw)


def clashes(entity: Entity[Any], refusal: Conflict, record: UUID | None = None) -> list[Clash]:
    """One for each field which both changed; of a record at hand with who gave it the value that is there."""
    last = history(record, 100) if record is not None and refusal.values else []
    return [
        Clash(
            name,
            str(entity.fields[name].label),
            _words(entity, name, both["mine"]),
            _words(entity, name, both["theirs"]),
            _who(entity, entity.fields[name], last),
        )
        for name, both in refusal.values.items()
        if name in entity.fields
    ]


def _who(entity: Entity[Any], one: Fact, last: Iterable[AuditEntry]) -> str:
    """Who wrote a field last."""
    linked = one.type == "links"
    columns = {one.name} if linked else set(one.columns())
    written = ((entry, (entry.changes.get("field") or ()) if linked else entity.named(entry.changes)) for entry in last)
    return next((entry.actor_label or "Kith" for entry, names in written if columns.intersection(names)), "")


def settled(entity: Entity[Any], given: QueryDict, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without those for which "theirs" was chosen."""
    left = {name.removeprefix(TAKE) for name in given if name.startswith(TAKE) and given[name] == "theirs"}
    return {name: value for name, value in values.items() if name not in left}


def as_errors(refusal: Refusal) -> Mapping[str, list[Any]]:
    """A refusal as words under an input; of two values the editor itself lets one choose."""
    return {} if isinstance(refusal, Conflict) else refusal.fields or {"": [refusal.message]}
