"""The history of a record, from the audit log, in the words of its fields."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import history
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.reading import acts, names_of
from crm.kernel.tenancy.scope import current_actor


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, when, why, and field by field what it was and became."""

    at: Any
    who: str
    what: str
    reason: str
    icon: str
    changes: list[Change]


def entries(entity: Entity[Any], record: Any, limit: int = 60) -> list[Entry]:
    """Newest first; entries which touch only fields that the actor may not see are left out."""
    found = acts(history(record.pk, limit))
    seen = policy_for(entity).fields(current_actor())
    fields = [one for one in seen.values() if one.type != "computed" and not one.readonly]
    names = _names(fields, found, entity)
    reading = Reading.of(current_actor())
    made = [_entry(entity, fields, entry, names, reading) for entry in found]
    return [one for one in made if one is not None]


def _entry(entity: Entity[Any], fields: list[Fact], entry: AuditEntry, names: dict[UUID, str], reading: Reading) -> Entry | None:
    changes = []
    for one in fields:
        pair = _pair(entity, one, entry.changes, names, reading)
        if pair is not None and pair[0] != pair[1]:
            changes.append(Change(str(one.label), *pair))
    created = entry.op == AuditEntry.INSERTED
    gone = entry.changes.get("deleted_at")
    if gone:
        what, icon = (_("put it into the bin"), "trash") if gone[1] else (_("took it out of the bin"), "undo")
    elif created:
        what, icon = _("created it"), "plus"
    elif changes:
        what, icon = _("changed it"), "edit"
    else:
        return None
    return Entry(entry.at, entry.actor_label or "Kith", what, entry.reason or "", icon, [] if created else changes)


def _pair(entity: Entity[Any], one: Fact, changes: dict[str, Any], names: dict[UUID, str], reading: Reading) -> tuple[str, str] | None:
    """(before, after) in words; None where the entry did not touch the field."""
    if one.type == "links":
        return _link_names(changes[one.name], names) if one.name in changes else None
    columns = one.columns()
    touched = {column: changes[column] for column in columns if column in changes}
    if not touched or (one.part_of and one.type == "currency"):
        return None
    if one.type == "link":
        before, after = touched[columns[0]]
        return tuple(names.get(as_uuid(value), "") if value else "" for value in (before, after))  # type: ignore[return-value,arg-type]
    if len(touched) < len(columns) and len(columns) > 1 and columns[0] not in touched:
        return None
    return tuple(_said(entity, one, columns, touched, side, reading) for side in (0, 1))  # type: ignore[return-value]


def _link_names(pair: Sequence[Sequence[str]], names: dict[UUID, str]) -> tuple[str, str]:
    """(the names of links taken away, of links added)"""
    before, after = (", ".join(names.get(as_uuid(one), "") or _("Not shared with you") for one in side) for side in pair)  # type: ignore[arg-type]
    return before, after


def _said(entity: Entity[Any], one: Fact, columns: list[str], touched: dict[str, Any], side: int, reading: Reading) -> str:
    raw = [_python(entity, column, touched[column][side]) if column in touched else None for column in columns]
    try:
        return str(one.display(one.from_row(*raw), reading))
    except (FieldError, TypeError, ValueError, AttributeError):
        return " ".join(str(value) for value in raw if value is not None)


def _python(entity: Entity[Any], column: str, value: Any) -> Any:
    """What the audit log keeps as JSON, as the model's column holds it."""
    if value is None:
        return None
    held: Any = entity.model._meta.get_field(column)
    convert = getattr(held, "from_db_value", None)
    if convert is not None and isinstance(value, int) and not isinstance(value, bool):
        return convert(value, None, None)
    return value if isinstance(value, list) else held.to_python(value)


def _listed(side: Any) -> list[str]:
    return side if isinstance(side, list) else [side] if side else []


def _names(fields: Iterable[Fact], found: Iterable[AuditEntry], entity: Entity[Any]) -> dict[UUID, str]:
    """Names of everything that links in these entries point or pointed to: one query per target."""
    wanted: dict[Any, set[UUID]] = {}
    entries_ = list(found)
    for one in fields:
        if one.type in ("link", "links"):
            column = one.name if one.type == "links" else one.columns()[0]
            values = [value for entry in entries_ for side in entry.changes.get(column, ()) for value in _listed(side)]
            wanted.setdefault(one.target, set()).update(pk for pk in map(as_uuid, values) if pk)
    named: dict[UUID, str] = {}
    for target, ids in wanted.items():
        named |= names_of(target, ids)
    return named
