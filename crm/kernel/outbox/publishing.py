"""Publishing events: in the transaction of the change they tell of."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Func, TextField, Value
from django.db.models.functions import Cast

from crm.kernel.base.clock import now
from crm.kernel.outbox.events import Event, handlers_of, name_of, pack
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.tenancy.scope import current


def publish(happened: Event) -> UUID:
    """Stores the event in the open transaction: it is told if that commits and never else. Answers its id."""
    return publish_many([happened])[0]


def publish_many(events: Iterable[Event]) -> list[UUID]:
    """Stores several events, in their order."""
    rows = [_row(happened) for happened in events]
    OutboxEvent.objects.bulk_create(rows, batch_size=1000)
    return [row.id for row in rows]


def _row(happened: Event) -> OutboxEvent:
    """An event that nobody listens to counts as delivered; it stays in the feed all the same."""
    ambient, name = current(), name_of(happened)
    heard = bool(handlers_of(name))
    xid: Any = Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField())
    number: Any = Func(Value("outbox_event_number"), function="nextval", output_field=BigIntegerField())
    return OutboxEvent(
        xid=xid,
        number=number,
        name=name,
        record=happened.record,
        payload=pack(happened),
        by_id=ambient.actor.id if ambient.actor is not None else None,
        reason=ambient.reason,
        state=OutboxEvent.PENDING if heard else OutboxEvent.DONE,
        done_at=None if heard else now(),
    )
