"""From the feed of events to deliveries: one row for each webhook that wants the event.

It reads the feed behind a place of its own, so events that no handler of Kith wants are told too, and neither a handler that fails nor a
receiver that does not answer holds the other up. Rows and place are written in one transaction: none is lost or made twice.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from crm.integration.models import Webhook, WebhookDelivery, WebhookPlace
from crm.kernel.identity.actor import system_actor
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.outbox.queries import feed
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import scope

BATCH = 500


def read_feed(workspace_id: UUID) -> bool:
    """Writes the deliveries of the next events of a workspace; whether more may follow. One worker at a time does it."""
    with scope(workspace_id, system_actor(workspace_id)):
        place = WebhookPlace.objects.select_for_update(skip_locked=True).first()
        events = feed((place.xid, place.number), BATCH) if place is not None else []
        if place is None or not events:
            return False
        hooks = list(Webhook.objects.filter(active=True, removed_at=None).order_by("id"))
        kinds = _kinds(events, hooks)
        rows = [_row(one, kinds, hook) for one in events for hook in hooks if _wants(hook, one, kinds)]
        bulk.insert(WebhookDelivery, rows)
        place.xid, place.number = events[-1].xid, events[-1].number
        place.save(update_fields=["xid", "number"])
        return len(events) == BATCH


def _kinds(events: Iterable[OutboxEvent], hooks: Iterable[Webhook]) -> dict[UUID, str]:
    """{record: its kind} of the events that some webhook asks for and that do not say it themselves."""
    wanted = {name for hook in hooks for name in hook.events}
    asked = {one.record for one in events if one.record and one.name in wanted and "kind" not in one.payload}
    return dict(RecordRow.objects.filter(pk__in=asked).values_list("pk", "kind")) if asked else {}


def _kind(happened: OutboxEvent, kinds: dict[UUID, str]) -> str:
    return str(happened.payload.get("kind") or kinds.get(happened.record, "") if happened.record else "")


def _wants(hook: Webhook, happened: OutboxEvent, kinds: dict[UUID, str]) -> bool:
    return happened.name in hook.events and (not hook.kinds or _kind(happened, kinds) in hook.kinds)


def _row(happened: OutboxEvent, kinds: dict[UUID, str], hook: Webhook) -> Any:
    return bulk.new(
        WebhookDelivery, webhook_id=hook.pk, event=happened.pk, number=happened.number, xid=happened.xid, name=happened.name,
        record=happened.record, kind=_kind(happened, kinds), payload=happened.payload, by_id=happened.by_id,
        happened_at=happened.created_at,
    )  # fmt: skip


def begin_here() -> None:
    """The workspace's first active webhook is told of what happens from this transaction on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        xid = cursor.fetchone()[0]
    place = WebhookPlace.objects.select_for_update().first() or WebhookPlace()
    place.xid, place.number = xid, 0
    place.save()
