"""Kernel objects as JSON, fields hidden from the actor left out."""

import datetime
import decimal
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor
from crm.kernel.records import reads
from crm.kernel.records.listing import Row
from crm.kernel.records.reading import value_of


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, decimal.Decimal):
        return str(value)
    return str(value)


_encoder = msgspec.json.Encoder(enc_hook=_plain, decimal_format="string")


def moment(value: datetime.datetime | None) -> str | None:
    """A time in UTC, written with Z."""
    return None if value is None else value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def encoded(body: Any) -> bytes:
    """JSON as all of the API writes it."""
    return _encoder.encode(body)


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer."""
    return HttpResponse(
        encoded(body), status=status, content_type="application/json", headers=dict(headers or {})
    )


def page(items: Iterable[Any], following: str | None = None) -> HttpResponse:
    """What every list answers."""
    return answer({"items": list(items), "next": following})


def etag(record: Any) -> str:
    return f'"{record.version}"'


def row(entity: Entity[Any], one: Row) -> dict[str, Any]:
    """One record of a list; `one` holds only fields that the actor may see."""
    found: dict[str, Any] = {"id": one.id, "version": one.version}
    for name, value in one.values.items():
        found[name] = entity.fields[name].to_json(value)
    return found


def record(entity: Entity[Any], one: Any, actor: Actor) -> dict[str, Any]:
    """One record with every field that the actor may see."""
    found: dict[str, Any] = {"id": one.pk, "version": one.version}
    seen = policy_for(entity).fields(actor)
    reads.note_record(entity, one, seen.values())
    for name, field in seen.items():
        found[name] = field.to_json(value_of(one, field))
    return found


def record_answer(entity: Entity[Any], one: Any, actor: Actor, status: int = 200) -> HttpResponse:
    """One record as an answer, with its ETag; a new one also says where it lives."""
    headers = {"ETag": etag(one)}
    if status == 201:
        headers["Location"] = address(entity, one.pk)
    return answer(record(entity, one, actor), status, headers)


def address(entity: Entity[Any], record_id: UUID) -> str:
    """Where a record lives in the API."""
    return f"/api/v1/{entity.plural}/{record_id}"
