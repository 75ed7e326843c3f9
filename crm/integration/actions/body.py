"""What a webhook is told: the event, and the record as the API shows it to the webhook's owner at this moment.

A record that the owner may not see is not told of at all; a field that the owner may not see is absent, from the record, from what
changed and from the event's own values.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from crm.integration.models import Webhook, WebhookDelivery
from crm.kernel.access.policy import asker, policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.filter import compile_filter, from_json
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User
from crm.kernel.records.acts import deeds
from crm.kernel.records.reads import API, through
from crm.kernel.rest import render
from crm.kernel.rest.views.history import value_of_entry

#: Values of events that are a record's title, whatever its kind calls that.
_TITLES = ("text", "title", "name", "label")
_CHANGED = "records.record-changed"


def body_of(row: WebhookDelivery, hook: Webhook, owner: Actor) -> dict[str, Any] | None:
    """The body for one event; None where its owner may not know of it, or the webhook's condition is not met."""
    if row.record is None:
        own = row.event is None or row.by_id == owner.id or owner.is_admin
        return _whole(row, {"event": _own_values(row)}) if own else None
    entity = registry.kind(row.kind) if row.kind else None
    if entity is None or not policy_for(entity).may(owner, "view"):
        return None
    record: Any = entity.model._default_manager.filter(policy_for(entity).rows(owner), pk=row.record).first()
    if record is None or not _meets(hook, entity, record.pk, owner):
        return None
    with through(API):
        shown = render.record(entity, record, owner)
    seen = policy_for(entity).fields(owner)
    return _whole(row, {
        "kind": entity.kind, "id": record.pk, "version": record.version, "changes": _changes(row, entity, record, seen),
        "record": shown, "address": settings.BASE_URL + render.address(entity, record.pk), "event": _own_values(row, entity, seen),
    })  # fmt: skip


def _whole(row: WebhookDelivery, data: dict[str, Any]) -> dict[str, Any]:
    by = User.objects.filter(pk=row.by_id).values_list("name", flat=True).first() if row.by_id else None
    return {
        "type": row.name,
        "timestamp": render.moment(row.happened_at),
        "data": {**data, "actor": {"id": row.by_id, "name": by or "Kith"}},
    }


def _meets(hook: Webhook, entity: Entity[Any], pk: UUID, owner: Actor) -> bool:
    """Whether the record matches the webhook's condition; one that names a field which is no longer there matches nothing."""
    if not hook.condition:
        return True
    try:
        condition = compile_filter(from_json(hook.condition), entity, asker(owner))
    except Refusal:
        return False
    return bool(entity.model._default_manager.filter(condition, pk=pk).exists())


def _own_values(row: WebhookDelivery, entity: Entity[Any] | None = None, seen: Mapping[str, Fact] | None = None) -> dict[str, Any]:
    """The event's own values, but for those of fields that the owner does not see."""
    if entity is None or seen is None:
        return dict(row.payload)
    closed = set(entity.fields) - set(seen)
    closed |= {one for name in closed for one in (f"{name}_id", name.removeprefix("lost_"))}
    closed |= set(_TITLES) if entity.title not in seen else set()
    found = {name: value for name, value in row.payload.items() if name not in closed and name != "kind"}
    if "fields" in found:
        columns = entity.named({column: [None, None] for column in found["fields"]})
        found["fields"] = [name for name, field in seen.items() if (f"{name}_id" if isinstance(field, Link) else name) in columns]
    return found


def _changes(row: WebhookDelivery, entity: Entity[Any], record: Any, seen: Mapping[str, Fact]) -> dict[str, list[Any]]:
    """{field: [before, after]} of what the event's transaction did to the record, from the audit log, as the API writes values."""
    if row.name != _CHANGED:
        return {}
    entries = AuditEntry.objects.filter(txid=row.xid, record=record.pk).order_by("at", "id")
    deed = next((one for one in deeds(entries) if one.record == record.pk), None)
    if deed is None:
        return {}
    columns, found = entity.named(deed.changes), dict[str, list[Any]]()
    for name, field in seen.items():
        pair = columns.get(f"{name}_id" if isinstance(field, Link) else name)
        if name in deed.links:
            found[name] = deed.links[name]
        elif pair is not None:
            found[name] = [value_of_entry(field, raw, record, columns) for raw in pair]
    return found
