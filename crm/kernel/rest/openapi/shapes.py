"""JSON schemas of records, written from the fields of a kind as one actor sees them."""

from collections.abc import Iterator, Mapping
from typing import Any

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Field
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor

Schema = dict[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "fields"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "examples": ["wrong-values"]},
        "fields": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "values": {"type": "object", "additionalProperties": {"type": "object"}},
        "candidates": {"type": "array", "items": {"$ref": "#/components/schemas/Duplicate"}},
    },
}


#: Why fields are empty, as it is sent: null takes a reason back.
MISSING: Schema = {"type": "object", "additionalProperties": {"type": ["string", "null"], "enum": [*Reason.values, None]}}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(items: Schema) -> Schema:
    """What every list answers: exactly these two keys."""
    return {
        "type": "object",
        "required": ["items", "next"],
        "additionalProperties": False,
        "properties": {"items": {"type": "array", "items": items}, "next": {"type": ["string", "null"]}},
    }


def nullable(schema: Schema) -> Schema:
    """The same schema, `null` allowed too."""
    kind = schema.get("type")
    wide = dict(schema)
    if isinstance(kind, str):
        wide["type"] = [kind, "null"]
    if "enum" in schema:
        wide["enum"] = [*schema["enum"], None]
    return wide


def field_schema(field: Field) -> Schema:
    """One field, with its label as the title."""
    schema = field.schema() if field.required and not field.readonly else nullable(field.schema())
    described = {**schema, "title": str(field.label)}
    if field.help:
        described["description"] = str(field.help)
    return described


def component(entity: Entity[Any]) -> str:
    """Name of a kind's schema in the document: account -> Account."""
    return "".join(part.capitalize() for part in entity.kind.split("_"))


def record(entity: Entity[Any], actor: Actor) -> Schema:
    """A record as it is answered. Lists with `fields` answer a part of it, hence only `id` is promised."""
    policy = policy_for(entity)
    hidden, readonly = policy.hidden(actor), policy.readonly(actor)
    properties: dict[str, Schema] = {"id": {"type": "string", "format": "uuid", "readOnly": True}}
    for name, field in entity.fields.items():
        if name in hidden or name in properties:
            continue
        properties[name] = answered(field)
        if field.readonly or name in readonly:
            properties[name]["readOnly"] = True
    properties.setdefault("version", {"type": "integer", "minimum": 1, "readOnly": True})
    for name, one in (("missing", "Missing"), ("verified", "Verified")):
        properties.setdefault(name, {"type": "object", "readOnly": True, "additionalProperties": ref(one)})
    if entity.protected:
        properties.setdefault("pending", {"type": "object", "additionalProperties": ref("PendingChange"), "readOnly": True})
    return {
        "type": "object",
        "title": str(entity.label),
        "required": ["id"],
        "additionalProperties": False,
        "properties": properties,
    }


def answered(field: Field) -> Schema:
    """The schema of a field's value in an answer: always nullable, since old rows may lack what is required today."""
    schema = {**nullable(field.schema()), "title": str(field.label)}
    for limit in ("pattern", "maxLength", "minimum", "maximum", "maxItems"):
        schema.pop(limit, None)
    return schema


def writable(entity: Entity[Any], actor: Actor) -> dict[str, Field]:
    """The fields this actor may send."""
    policy = policy_for(entity)
    closed = policy.hidden(actor) | policy.readonly(actor)
    return {name: field for name, field in entity.fields.items() if not field.readonly and name not in closed}


def given(entity: Entity[Any], actor: Actor, *, new: bool) -> Schema:
    """A record as it is sent: to create (`new`) or to change."""
    found = sent(writable(entity, actor), new=new)
    found["properties"].setdefault("missing", MISSING)
    return found


def sent(fields: Mapping[str, Field], *, new: bool) -> Schema:
    """An object of these fields; a `new` one must hold what is required."""
    required = [name for name, field in fields.items() if field.required] if new else []
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: field_schema(field) for name, field in fields.items()},
    }
    if required:
        schema["required"] = required
    return schema


def readable(entity: Entity[Any], actor: Actor) -> dict[str, Field]:
    """The fields this actor may see."""
    hidden = policy_for(entity).hidden(actor)
    return {name: field for name, field in entity.fields.items() if name not in hidden}


def kinds_of(actor: Actor) -> Iterator[Entity[Any]]:
    """The kinds of which this actor may see at least some rows."""
    return (entity for entity in registry.all() if policy_for(entity).may(actor, "view"))
