"""Publishing events: in the transaction of the change they tell of."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from crm.kernel.base.clock import now
from crm.kernel.outbox.events import Event, handlers_of, name_of, pack
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current


def publish(happened: Event) -> UUID:
    """Stores the event in the open transaction: it is told if that commits and never else. Answers its id."""
    return publish_many([happened])[0]


def publish_many(events: Iterable[Event]) -> list[UUID]:
    """Stores several events, in their order."""
    told = list(events)
    if not told:
        return []
    xid, numbers = _places(len(told))
    same = _of_all(xid)
    rows = [_row(happened, number, same) for happened, number in zip(told, numbers, strict=True)]
    bulk.insert(OutboxEvent, rows)
    return [row.id for row in rows]


def _places(count: int) -> tuple[int, list[int]]:
    """The open transaction's id, and the next numbers in the order of all events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_current_xact_id()::text::bigint, ARRAY(SELECT nextval('outbox_event_number') FROM generate_series(1, %s))",
            [count],
        )
        xid, numbers = cursor.fetchone()
    return xid, sorted(numbers)


def _of_all(xid: int) -> dict[str, Any]:
    """What events that are told in one go have in common."""
    ambient, at = current(), now()
    by = ambient.actor.id if ambient.actor is not None else None
    return {"workspace_id": ambient.workspace_id, "xid": xid, "by_id": by, "reason": ambient.reason, "next_at": at, "created_at": at}


def _row(happened: Event, number: int, same: dict[str, Any]) -> OutboxEvent:
    """An event that nobody listens to counts as delivered; it stays in the feed all the same."""
    heard = bool(handlers_of(happened))
    return bulk.new(
        OutboxEvent,
        **same,
        number=number,
        name=name_of(happened),
        record=happened.record,
        payload=pack(happened),
        state=OutboxEvent.PENDING if heard else OutboxEvent.DONE,
        done_at=None if heard else same["created_at"],
    )
