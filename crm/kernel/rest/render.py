"""Kernel objects as JSON, fields hidden from the actor left out."""

import datetime
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse

from crm.kernel.access.policy import policy_for
from crm.kernel.approval.models import PendingChange
from crm.kernel.approval.values import as_json
from crm.kernel.audit.moment import moment as moment_of_reading
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.quality.models import ValueStanding
from crm.kernel.quality.queries import standings
from crm.kernel.records import reads
from crm.kernel.records.listing import Row
from crm.kernel.records.pipeline import held_of
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


def rows(entity: Entity[Any], many: Sequence[Row]) -> list[dict[str, Any]]:
    """The records of a list; they hold only fields that the actor may see."""
    known = standings([one.id for one in many]) if many and moment_of_reading() is None else None
    return [_row(entity, one, None if known is None else known.get(one.id, {})) for one in many]


def _row(entity: Entity[Any], one: Row, known: Mapping[str, ValueStanding] | None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": one.id, "version": one.version}
    for name, value in one.values.items():
        found[name] = entity.fields[name].to_json(value)
    return found if known is None else _standing(entity, one.values, known) | found


def _standing(entity: Entity[Any], values: Mapping[str, Any], known: Mapping[str, ValueStanding]) -> dict[str, Any]:
    """Why fields in sight are missing, and which of them are verified; fields of a workspace's own by these names come first."""
    missing: dict[str, Any] = {}
    verified: dict[str, Any] = {}
    for name, one in known.items():
        if name not in values:
            continue
        empty = values[name] in (None, "", [])
        if one.reason and empty:
            missing[name] = {"reason": one.reason, "at": moment(one.at), "by": one.by_id}
        elif one.method and not empty:
            facts = {"method": one.method, "note": one.note, "at": moment(one.at), "by": one.by_id, "until": moment(one.expires_at)}
            verified[name] = facts | {"holds": one.holds}
    return {"missing": missing, "verified": verified}


def record(entity: Entity[Any], one: Any, actor: Actor) -> dict[str, Any]:
    """One record with every field that the actor may see."""
    found: dict[str, Any] = {"id": one.pk, "version": one.version}
    seen = policy_for(entity).fields(actor)
    reads.note_record(entity, one, seen.values())
    values = {name: value_of(one, field) for name, field in seen.items()}
    found |= {name: field.to_json(values[name]) for name, field in seen.items()}
    if moment_of_reading() is not None:
        return found
    return _standing(entity, values, standings([one.pk]).get(one.pk, {})) | found


def record_answer(entity: Entity[Any], one: Any, actor: Actor, status: int = 200) -> HttpResponse:
    """One record as an answer, with its ETag; a new one also says where it lives."""
    headers = {"ETag": etag(one)}
    if status == 201:
        headers["Location"] = address(entity, one.pk)
    told, held = record(entity, one, actor), held_of(one)
    if held:
        told.setdefault("pending", {name: pending(change) for name, change in held.items() if name in told})
    return answer(told, status, headers)


def pending(change: PendingChange) -> dict[str, Any]:
    """A change that waits; called only for who may see its field."""
    entity = registry.kind(change.kind)
    assert entity is not None
    return {
        "id": change.pk,
        "kind": change.kind,
        "record": change.record_id,
        "field": change.field,
        "old": as_json(entity, change.field, change.old),
        "new": as_json(entity, change.field, change.new),
        "state": change.state,
        "by": change.asked_by_id,
        "asked_at": moment(change.asked_at),
        "expires_at": moment(change.expires_at),
        "closed_at": moment(change.closed_at),
        "closed_by": change.closed_by_id,
        "comment": change.comment,
    }


def address(entity: Entity[Any], record_id: UUID) -> str:
    """Where a record lives in the API."""
    return f"/api/v1/{entity.plural}/{record_id}"
