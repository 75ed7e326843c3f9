"""Deciding about events that could not be delivered."""

from uuid import UUID

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.outbox.models import OutboxEvent


def retry(event_id: UUID) -> None:
    """Gives a dead letter all its tries again. Raises NotFound."""
    row = _dead(event_id)
    row.state, row.attempts, row.next_at, row.error = OutboxEvent.PENDING, 0, now(), ""
    row.save()


def discard(event_id: UUID) -> None:
    """Gives a dead letter up: what its record has to tell since then is delivered. Raises NotFound."""
    row = _dead(event_id)
    row.state, row.done_at = OutboxEvent.DISCARDED, now()
    row.save()


def _dead(event_id: UUID) -> OutboxEvent:
    row = OutboxEvent.objects.select_for_update().filter(id=event_id, state=OutboxEvent.DEAD).first()
    if row is None:
        raise NotFound
    return row
