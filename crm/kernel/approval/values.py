"""Values of one field, composite ones whole, as a pending change keeps them: {column: value} in the form of the audit log."""

import datetime
from typing import Any
from uuid import UUID

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.kept import held
from crm.kernel.records.pipeline import Write
from crm.kernel.records.reading import links_of, names_of

Kept = dict[str, Any]


def before(write: Write, name: str) -> Kept:
    """The value of a field that is in force as a write begins."""
    return {key: _plain(write.entity, key, write.was(key)) for key in _columns(write.entity, name)}


def after(write: Write, name: str) -> Kept:
    """The one that the write would give it."""
    return {key: _plain(write.entity, key, write.now(key)) for key in _columns(write.entity, name)}


def present(entity: Entity[Any], record: Any, name: str) -> Kept:
    """The value in force of a record at hand."""
    if isinstance(entity.fields[name], Links):
        return {name: [str(one) for one in links_of(record.pk, name)]}
    return {key: _plain(entity, key, getattr(record, key)) for key in _columns(entity, name)}


def same(one: Kept, other: Kept) -> bool:
    """Whether two kept values say the same; the order of links means nothing, and an empty text is none."""
    return all(_compared(one.get(key)) == _compared(other.get(key)) for key in one.keys() | other.keys())


def given(entity: Entity[Any], name: str, kept: Kept) -> dict[str, Any]:
    """The kept value as it is handed to a write."""
    field = entity.fields[name]
    if isinstance(field, Links):
        return {name: [UUID(one) for one in kept.get(name) or ()]}
    values = {key: held(entity, key, raw) for key, raw in kept.items()}
    if field.type == "money":
        return {name: field.from_row(*(values[key] for key in field.columns()))}
    return values


def shown(entity: Entity[Any], name: str, kept: Kept, reading: Reading) -> str:
    """The kept value in words; "" for none. What it links to is named as far as the ambient actor may see it."""
    field = entity.fields[name]
    if isinstance(field, (Link, Links)):
        raw = kept.get(name) if isinstance(field, Links) else [kept.get(field.attname)]
        ids = [UUID(str(one)) for one in raw or () if one]
        names = names_of(field.target, ids)
        return ", ".join(names.get(one, "…") for one in ids)
    try:
        values = {key: held(entity, key, raw) for key, raw in kept.items()}
        return str(field.display(field.from_row(*(values.get(key) for key in field.columns())), reading))
    except (FieldError, TypeError, ValueError, AttributeError):
        return " ".join(str(one) for one in kept.values() if one is not None)


def as_json(entity: Entity[Any], name: str, kept: Kept) -> Any:
    """The kept value as the API tells it."""
    field = entity.fields[name]
    if isinstance(field, Links):
        return list(kept.get(name) or ())
    values = {key: held(entity, key, raw) for key, raw in kept.items()}
    return field.to_json(field.from_row(*(values.get(key) for key in field.columns())))


def _columns(entity: Entity[Any], name: str) -> list[str]:
    """The names under which writes and records hold the value: columns, for many links the field."""
    field: Fact = entity.fields[name]
    if isinstance(field, Links):
        return [name]
    there = {known for one in entity.model._meta.concrete_fields for known in (one.name, one.attname)}
    names = [field.attname] if isinstance(field, Link) else [*field.columns(), *field.names()]
    return [one for one in dict.fromkeys(names) if one in there]


def _plain(entity: Entity[Any], column: str, value: Any) -> Any:
    """A value of a column as JSON, in the form that the database keeps."""
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return [str(one) for one in value]
    found: Any = next((one for one in entity.model._meta.concrete_fields if column in (one.name, one.attname)), None)
    raw = value if found is None or found.is_relation else found.get_prep_value(value)
    if isinstance(raw, (datetime.date, datetime.datetime)):
        return raw.isoformat()
    return raw if isinstance(raw, (bool, int, str)) else str(raw)


def _compared(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else "" if value is None else value
