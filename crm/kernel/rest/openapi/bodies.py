"""What is sent: query parameters that depend on the kind, and request bodies with examples that work."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.conf import settings

from crm.kernel.access.policy import policy_for
from crm.kernel.approval.deciding import LONGEST_COMMENT
from crm.kernel.dedupe.actions import MOST_AT_ONCE
from crm.kernel.dedupe.merging.acts import MOST
from crm.kernel.entity.custom.actions import ICONS
from crm.kernel.entity.custom.checking import CODE, LONGEST_CODE, LONGEST_NAME
from crm.kernel.entity.custom.laid import VARIED
from crm.kernel.entity.custom.layout_parts import LISTS, ONES
from crm.kernel.entity.custom.protection import FACT, LONGEST_DAYS
from crm.kernel.entity.custom.types import TYPES
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.files.links import LONGEST, OFTENEST
from crm.kernel.identity.actor import Actor
from crm.kernel.quality.codes import Method
from crm.kernel.records.actions import Action
from crm.kernel.records.verifying import LONGEST_NOTE, verifiable
from crm.kernel.rest.openapi import shapes
from crm.kernel.rest.openapi.samples import Samples
from crm.kernel.rest.openapi.shapes import Schema, ref
from crm.kernel.rest.params import Param


@dataclass(frozen=True)
class About:
    """What an operation is about; kind and action are None where the address names none."""

    entity: Entity[Any] | None
    action: Action | None
    actor: Actor
    samples: Samples

    @property
    def kind(self) -> Entity[Any]:
        """The kind, for operations that always have one."""
        if self.entity is None:
            raise TypeError("this operation has no record kind")
        return self.entity


def parameter(param: Param, about: About) -> Schema:
    """Schema, style and example of one query parameter."""
    if about.entity is None or param.name not in ("sort", "fields", "filter"):
        return {"schema": param.schema}
    fields = shapes.readable(about.entity, about.actor)
    if param.name == "sort":
        names = [name for name, field in fields.items() if field.sortable]
        return {"schema": {"type": "string", "enum": [*names, *(f"-{name}" for name in names)]}}
    if param.name == "fields":
        schema = {"type": "array", "minItems": 1, "items": {"type": "string", "enum": ["id", *fields]}}
        return {"schema": schema, "style": "form", "explode": False}
    if about.entity.title in fields:
        tree = {"all": [{"field": about.entity.title, "op": "filled"}]}
        return {"schema": param.schema, "example": msgspec.json.encode(tree).decode()}
    return {"schema": param.schema}


def _new(about: About) -> Schema:
    sample = about.samples.record(shapes.writable(about.kind, about.actor), about.kind)
    return {"schema": ref(f"{shapes.component(about.kind)}New"), "example": sample}


def _change(about: About) -> Schema:
    fields = shapes.writable(about.kind, about.actor)
    sample = dict(list(about.samples.record(fields, about.kind).items())[:1])
    return {"schema": ref(f"{shapes.component(about.kind)}Change"), "example": sample}


def _similar(about: About) -> Schema:
    """Some fields of a record as far as they are known; also for those who may not change one."""
    if policy_for(about.kind).may(about.actor, "edit"):
        return _change(about)
    fields = shapes.writable(about.kind, about.actor)
    return {"schema": shapes.sent(fields, new=False), "example": dict(list(about.samples.record(fields, about.kind).items())[:1])}


def _different(about: About) -> Schema:
    ids = {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": MOST_AT_ONCE}
    schema = {"type": "object", "required": ["ids"], "additionalProperties": False, "properties": {"ids": ids}}
    one = about.samples.nth(about.kind, 5)
    return {"schema": schema, "example": {"ids": [one]} if one else {}}


_ONE_ID: Schema = {"type": "string", "format": "uuid"}
_CHOICES: Schema = {"type": "object", "additionalProperties": {"type": "string", "enum": ["survivor", "loser"]}}


def _merge(about: About) -> Schema:
    properties: dict[str, Schema] = {
        "with": {"type": "array", "items": _ONE_ID, "minItems": 1, "maxItems": MOST - 1},
        "values": {"type": "object"},
        "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
        "reason": {"type": "string"},
    }
    schema = {"type": "object", "required": ["with"], "additionalProperties": False, "properties": properties}
    one = about.samples.nth(about.kind, 6)
    return {"schema": schema, "example": {"with": [one]} if one else {}}


def _split(_about: About) -> Schema:
    properties: dict[str, Schema] = {"choices": _CHOICES, "different": {"type": "boolean"}}
    return {"schema": {"type": "object", "additionalProperties": False, "properties": properties}, "example": {"different": False}}


def _settle(_about: About) -> Schema:
    schema = {"type": "object", "required": ["choices"], "additionalProperties": False, "properties": {"choices": _CHOICES}}
    return {"schema": schema, "example": {"choices": {"value:phone": "survivor"}}}


def _which(about: About, number: int) -> tuple[dict[str, Schema], Schema]:
    properties: dict[str, Schema] = {
        "ids": {"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1, "maxItems": 1000},
        "filter": {"type": ["object", "string"]},
    }
    one = about.samples.nth(about.kind, number)
    return properties, ({"ids": [one]} if one else {})


def _bulk_change(about: About) -> Schema:
    properties, sample = _which(about, 7)
    change = shapes.given(about.kind, about.actor, new=False)
    schema = {
        "type": "object",
        "required": ["values"],
        "additionalProperties": False,
        "properties": {**properties, "values": change},
    }
    return {"schema": schema, "example": {**sample, "values": _change(about)["example"]}}


def _bulk_delete(about: About) -> Schema:
    properties, sample = _which(about, 8)
    return {"schema": {"type": "object", "additionalProperties": False, "properties": properties}, "example": sample}


def _action(about: About) -> Schema:
    fields = dict(about.action.arguments) if about.action is not None else {}
    return {"schema": shapes.sent(fields, new=True), "example": about.samples.record(fields)}


def _kinds(about: About, verb: str) -> list[str]:
    return [entity.kind for entity in registry.all() if policy_for(entity).may(about.actor, verb)]


def _upload(about: About) -> Schema:
    return {
        "schema": {
            "type": "object",
            "required": ["file", "kind"],
            "additionalProperties": False,
            "properties": {
                "file": {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"},
                "kind": {"type": "string", "enum": _kinds(about, "import")},
            },
        },
    }


def _mapping(about: About) -> Schema:
    return {
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "mapping": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
                "options": {
                    "type": "object",
                    "properties": {
                        "key": {"type": ["string", "null"]},
                        "only": {"type": "string", "enum": ["both", "create", "update"]},
                        "missing": {
                            "type": "object",
                            "additionalProperties": {"type": "string", "enum": ["reject", "create", "empty"]},
                        },
                        "values": {"type": "object"},
                        "fill": {"type": "object", "additionalProperties": {"type": "string"}},
                        "date_order": {"type": ["string", "null"], "enum": ["ymd", "mdy", "dmy", None]},
                        "date_orders": {"type": "object", "additionalProperties": {"type": "string", "enum": ["ymd", "mdy", "dmy"]}},
                        "decimal_mark": {"type": "string", "enum": [".", ","]},
                        "overwrite_empty": {"type": "boolean"},
                        "literal": {"type": "array", "items": {"type": "string"}},
                    },
                },
                "sheet": {"type": "string"},
                "header_row": {"type": "integer", "minimum": 0, "maximum": 1000},
                "encoding": {"type": "string"},
                "delimiter": {"type": "string", "enum": [",", ";", "\t", "|"]},
            },
        },
        "example": {},
    }


def _file(about: About) -> Schema:
    return {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
            },
        },
    }


def _file_link(about: About) -> Schema:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "hours": {"type": ["integer", "null"], "minimum": 1, "maximum": LONGEST, "default": 168},
            "most": {"type": ["integer", "null"], "minimum": 1, "maximum": OFTENEST},
        },
    }
    return {"schema": schema, "example": {"hours": 24, "most": 3}}


def _mail(about: About) -> Schema:
    """A mail as mail programs save it. The example is one, short."""
    file = {"type": "string", "format": "binary", "contentMediaType": "message/rfc822"}
    sample = "From: Jon Yang <jon@example.com>\r\nSubject: Order 4711\r\nMessage-ID: <4711@example.com>\r\n\r\nPlease send two.\r\n"
    return {"schema": {"type": "object", "required": ["file"], "properties": {"file": file}}, "example": {"file": sample}}


def _archive(_about: About) -> Schema:
    schema = {
        "type": "object",
        "required": ["why"],
        "additionalProperties": False,
        "properties": {"why": {"type": "string", "minLength": 1, "maxLength": 200}},
    }
    return {"schema": schema, "example": {"why": "Yearly copy for the auditors"}}


def _field_purpose(_about: About) -> Schema:
    schema = {
        "type": "object",
        "required": ["purpose"],
        "additionalProperties": False,
        "properties": {"purpose": {"type": "string", "maxLength": 300}},
    }
    return {"schema": schema, "example": {"purpose": "Decides which factory delivers"}}


def _export(about: About) -> Schema:
    kinds = _kinds(about, "export")
    schema = {
        "type": "object",
        "required": ["kind"],
        "additionalProperties": False,
        "properties": {
            "kind": {"type": "string", "enum": kinds},
            "format": {"type": "string", "enum": ["xlsx", "csv", "csv-gbk"], "default": "xlsx"},
            "filter": {"type": ["object", "string", "null"]},
            "sort": {"type": ["string", "null"]},
            "fields": {"type": "array", "items": {"type": "string"}},
            "view": {"type": ["string", "null"], "format": "uuid"},
            "reasons": {"type": ["boolean", "null"], "default": False},
            "sheets_by": {"type": ["string", "null"]},
        },
    }
    return {"schema": schema, "example": {"kind": kinds[0] if kinds else "", "format": "csv"}}


def _workbook(_about: About) -> Schema:
    file = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
    return {"schema": {"type": "object", "required": ["file"], "additionalProperties": False, "properties": {"file": file}}}


def _choice(_about: About) -> Schema:
    text: Schema = {"type": "string"}
    schema: Schema = {"type": "object", "required": ["take"], "additionalProperties": False}
    schema["properties"] = {
        "take": {"type": "boolean"},
        "cell": {"type": "string", "format": "uuid"},
        "row": {"type": "string", "format": "uuid"},
        "column": text,
        "all": {"type": "string", "enum": ["mine", "conflict", "new", "gone"]},
    }
    return {"schema": schema, "example": {"take": True, "all": "mine"}}


def _share(about: About) -> Schema:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "user": {"type": ["string", "null"], "format": "uuid"},
            "team": {"type": ["string", "null"], "format": "uuid"},
            "edit": {"type": "boolean", "default": False},
            "until": {"type": ["string", "null"], "format": "date-time"},
        },
    }
    team = about.samples.team()
    return {"schema": schema, "example": {"team": team, "edit": False} if team else {}}


_NAME: Schema = {"type": "string", "maxLength": LONGEST_NAME}
_NAMES: Schema = {**_NAME, "type": ["string", "object"], "additionalProperties": _NAME}
_CODE: Schema = {"type": "string", "pattern": CODE, "maxLength": LONGEST_CODE}


def _sent_object(required: list[str], example: dict[str, Any], properties: dict[str, Schema]) -> Schema:
    schema = {"type": "object", "required": required, "additionalProperties": False, "properties": properties}
    return {"schema": schema, "example": example}


def _own_kind(about: About) -> Schema:
    names = {"label": _NAMES, "labels": _NAMES, "title_label": _NAMES, "icon": {"type": "string", "enum": list(ICONS)}}
    example = {"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}}
    return _sent_object(["label"], example, {"code": _CODE, "plural": _CODE, **names})


def _own_kind_change(about: About) -> Schema:
    names: dict[str, Schema] = {"label": _NAMES, "labels": _NAMES, "title_label": _NAMES, "icon": {"type": "string", "enum": list(ICONS)}}
    names["alike"] = {"type": "boolean"}
    rule = {"type": "object", "properties": {"formula": {"type": "string"}, "field": {"type": "string"}, "message": _NAMES}}
    names["rules"] = {"type": "array", "items": {**rule, "required": ["formula", "message"]}}
    whole: Schema = {"type": "integer", "minimum": 0, "maximum": LONGEST_DAYS}
    yes_no: Schema = {"type": "boolean"}
    parts: dict[str, Schema] = {"on": yes_no, "by": {"type": "array", "items": {"type": "string"}}, "in_order": yes_no, "override": yes_no}
    parts |= {"days": whole, "remind": whole}
    approval: Schema = {"type": ["object", "boolean", "null"], "additionalProperties": False, "properties": parts}
    names[FACT] = {"type": "object", "additionalProperties": approval}
    return _sent_object([], {"label": {"en": "Car", "zh-hans": "轿车"}}, names)


def _layout(about: About) -> Schema:
    names: Schema = {"type": ["array", "null"], "items": {"type": "string"}}
    by_field: Schema = {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
    section: Schema = {"type": "object", "properties": {"labels": _NAMES, "fields": names, "when": {"type": ["string", "null"]}}}
    step: Schema = {"type": "object", "properties": {"at": {"type": "string"}, "later": {"type": "boolean"}, "fields": names}}
    parts: dict[str, Schema] = dict.fromkeys((*LISTS, "required"), names) | {name: {"type": ["string", "null"]} for name in ONES}
    parts |= {"form": {"type": ["array", "null"], "items": section}, "shown": by_field}
    varied: dict[str, Schema] = {name: parts[name] for name in VARIED}
    varied |= {"labels": _NAMES, "roles": names, "when": {"type": ["string", "null"]}}
    parts |= {
        "steps": {"type": ["array", "null"], "items": {**step, "required": ["at", "fields"]}},
        "variants": {"type": ["array", "null"], "items": {"type": "object", "properties": varied, "required": ["labels"]}},
    }
    return _sent_object([], {"highlights": ["owner"]}, parts)


_FIELD_FACTS: dict[str, Schema] = {
    "label": _NAMES,
    "help": _NAMES,
    "required": {"type": "boolean"},
    "unique": {"type": "boolean"},
    "search": {"type": "boolean"},
    "options": {"type": ["array", "string"], "items": {"type": ["string", "object"]}},
    "default": {"type": ["string", "null"]},
    "longest": {"type": ["integer", "null"]},
    "places": {"type": ["integer", "null"]},
    "least": {"type": ["integer", "null"]},
    "most": {"type": ["integer", "null"]},
    "service": {"type": ["string", "null"]},
    "formula": {"type": "string", "maxLength": 1000},
}


def _own_field(about: About) -> Schema:
    facts = {**_FIELD_FACTS, "target": {"type": "string"}, "type": {"type": "string", "enum": list(TYPES)}, "name": _CODE}
    example = {"label": {"en": "Colour", "zh-hans": "颜色"}, "type": "choice", "options": ["Red", "Blue"]}
    return _sent_object(["label", "type"], example, facts)


def _own_field_change(about: About) -> Schema:
    return _sent_object([], {"label": {"en": "Paint", "zh-hans": "漆色"}}, {**_FIELD_FACTS, "place": {"type": "integer"}})


def _configuration(about: About) -> Schema:
    properties: dict[str, Schema] = {
        "document": {"type": "string"}, "why": {"type": "string", "maxLength": 200}, "dry_run": {"type": "boolean", "default": False},
    }  # fmt: skip
    return _sent_object(["document"], {"document": "kith: 1\n", "dry_run": True}, properties)


def _undo(about: About) -> Schema:
    one: Schema = {"type": "object", "required": ["record", "field"], "additionalProperties": False}
    one["properties"] = {"record": {"type": "string", "format": "uuid"}, "field": {"type": "string"}}
    return _sent_object([], {"also": []}, {"also": {"type": "array", "items": one}})


def _fields_to_verify(about: About) -> tuple[Schema, list[str]]:
    """The fields whose values can be verified, and one that a sample has a value of."""
    names = list(verifiable(about.kind))
    some = [about.kind.title] if about.kind.title in names else names[:1]
    return {"type": "array", "minItems": 1, "items": {"type": "string", "enum": names}}, some


def _verify(about: About) -> Schema:
    fields, some = _fields_to_verify(about)
    properties: dict[str, Schema] = {
        "fields": fields,
        "method": {"type": "string", "enum": Method.values},
        "note": {"type": ["string", "null"], "maxLength": LONGEST_NOTE},
        "until": {"type": ["string", "null"], "format": "date-time"},
    }
    return _sent_object(["fields", "method"], {"fields": some, "method": "call"}, properties)


def _unverify(about: About) -> Schema:
    fields, some = _fields_to_verify(about)
    return _sent_object(["fields"], {"fields": some}, {"fields": fields})


def _comment(about: About) -> Schema:
    return _sent_object([], {"comment": "Confirmed on the phone"}, {"comment": {"type": "string", "maxLength": LONGEST_COMMENT}})


def _code(about: About) -> Schema:
    properties: dict[str, Schema] = {"code": {"type": "string"}, "comment": {"type": "string", "maxLength": LONGEST_COMMENT}}
    return _sent_object(["code"], {"code": "123456"}, properties)


def _ask_customer(about: About) -> Schema:
    languages = [code for code, _label in settings.LANGUAGES]
    properties: dict[str, Schema] = {"address": {"type": "string"}, "language": {"type": "string", "enum": languages}}
    return _sent_object(["address"], {"address": "ada@example.com"}, properties)


BODIES: dict[str, Callable[[About], Schema]] = {
    "new": _new,
    "change": _change,
    "similar": _similar,
    "different": _different,
    "verify": _verify,
    "unverify": _unverify,
    "merge": _merge,
    "split": _split,
    "settle": _settle,
    "bulk_change": _bulk_change,
    "bulk_delete": _bulk_delete,
    "action": _action,
    "upload": _upload,
    "file": _file,
    "file_link": _file_link,
    "mail": _mail,
    "mapping": _mapping,
    "export": _export,
    "workbook": _workbook,
    "choice": _choice,
    "share": _share,
    "kind": _own_kind,
    "kind_change": _own_kind_change,
    "layout_change": _layout,
    "own_field": _own_field,
    "configuration": _configuration,
    "field_purpose": _field_purpose,
    "archive": _archive,
    "undo": _undo,
    "comment": _comment,
    "code": _code,
    "ask_customer": _ask_customer,
    "own_field_change": _own_field_change,
}
UPLOADS = frozenset({"upload", "workbook", "file", "mail"})
