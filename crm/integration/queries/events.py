"""The documentation of webhooks, made from the events as they are declared: what each tells, its values, a sample of its body."""

import dataclasses
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast, get_args, get_type_hints
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.events import Event, all_events, told
from crm.kernel.rest import render
from crm.kernel.rest.openapi.samples import Samples
from crm.kernel.rest.openapi.shapes import Schema, readable
from crm.kernel.tenancy.scope import current_actor

#: What every workspace starts with; the others stand below them.
USUAL = ("records.record-created", "records.record-changed", "records.record-removed", "records.record-restored")
PARTS: dict[str, Promise] = {
    "records": _("Records"), "sales": _("Sales"), "customers": _("Customers"), "access": _("Rights"), "integration": _("Integrations"),
}  # fmt: skip
TEST = "integration.ping"
_ENDS = re.compile(r"[;；:：]|(?<=[.。])")
_ID = UUID("01a20000-0000-7000-8000-000000000001")
_MOMENT = datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC)
_BY_TYPE: dict[Any, Any] = {
    UUID: str(_ID), str: "Example", int: 1, float: 1.5, bool: False, Decimal: "12.50", datetime.date: "2026-11-22",
    datetime.datetime: "2026-11-22T09:30:00Z", dict: {},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Described:
    """One event: `text` tells in the reader's language what happened, `values` is the JSON schema of its own values."""

    name: str
    text: str
    about_record: bool
    values: Schema
    sample: dict[str, Any]

    @property
    def short(self) -> str:
        """The first thing that the text says, without what is only of use to a program."""
        return _ENDS.split(self.text)[0].replace("`", "").rstrip(".。") + ("。" if "。" in self.text else ".")

    @property
    def part(self) -> str:
        return self.name.partition(".")[0]


def described() -> list[Described]:
    """All events that a webhook may be told of, those of records first."""
    order = {name: place for place, name in enumerate(USUAL)}
    return sorted(map(_describe, _offered()), key=lambda one: (order.get(one.name, len(order)), one.name))


def offered() -> set[str]:
    """The names of events that may be asked for: all but the test, which is sent to one webhook."""
    return {name for name, _cls in _offered()}


def _offered() -> Iterator[tuple[str, type[Event]]]:
    return ((name, cls) for name, cls in all_events().items() if name != TEST)


def one(name: str) -> Described:
    """One event, the test too. Raises KeyError."""
    return _describe((name, all_events()[name]))


def _describe(found: tuple[str, type[Event]]) -> Described:
    name, cls = found
    hints = get_type_hints(cls)
    record = type(None) not in get_args(hints["record"]) and hints["record"] is UUID
    own = {field.name: hints[field.name] for field in dataclasses.fields(cls) if field.name not in ("record", "kind")}
    values: Schema = {
        "type": "object", "properties": {key: _schema(kind) for key, kind in own.items()}, "additionalProperties": False,
    }  # fmt: skip
    return Described(name, told(cls), record, values, _sample(name, record, {key: _value(kind) for key, kind in own.items()}))


def _schema(kind: Any) -> Schema:
    """The JSON schema of a type, with what it is made of in its place: it stands within another document."""
    (found,), parts = msgspec.json.schema_components([kind])
    return cast(Schema, _whole(found, parts))


def _whole(node: Any, parts: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_whole(one, parts) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _whole(parts[node["$ref"].rpartition("/")[2]], parts)
    return {name: _whole(one, parts) for name, one in node.items()}


def _value(kind: Any) -> Any:
    inner = [one for one in get_args(kind) if one is not type(None) and one is not Ellipsis]
    if inner:
        found = _value(inner[0])
        return [found] if getattr(kind, "__origin__", None) in (tuple, list) else found
    return _BY_TYPE.get(kind, "Example")


def _sample(name: str, about_record: bool, own: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {"event": own, "actor": {"id": str(_ID), "name": "Ada Whitfield"}}
    entity = _entity(name) if about_record else None
    if entity is not None:
        record = {"id": str(_ID), "version": 2, **_record(entity)}
        title = entity.title
        changed = {title: ["Example before", record.get(title, "Example")]} if "fields" in own else {}
        own |= {"fields": [title]} if "fields" in own else {}
        address = settings.BASE_URL + render.address(entity, _ID)
        data = {"kind": entity.kind, "id": str(_ID), "version": 2, "changes": changed, "record": record, "address": address, **data}
    return {"type": name, "timestamp": render.moment(_MOMENT), "data": data}


def _entity(name: str) -> Entity[Any] | None:
    """The kind that an event seems to be of by its name, else the first of the registry that the reader may see."""
    word = name.partition(".")[2].partition("-")[0]
    word = word.removesuffix("s") if registry.kind(word.removesuffix("s")) else word
    seen = [entity for entity in registry.all() if readable(entity, current_actor())]
    return next((entity for entity in seen if entity.kind == word), next(iter(seen), None))


def _record(entity: Entity[Any]) -> dict[str, Any]:
    """Values for the columns of the kind's list, as far as a type says what one looks like."""
    fields, samples = readable(entity, current_actor()), Samples.none()
    found = {name: samples.value(fields[name]) for name in entity.columns if name in fields}
    return {name: value for name, value in found.items() if value is not None}
