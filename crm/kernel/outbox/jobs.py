"""The outbox's periodic work, and the dispatcher that the worker runs."""

import datetime

from crm.kernel.base.clock import now
from crm.kernel.outbox.dispatch import dispatch
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.queue.registry import periodic

KEPT = datetime.timedelta(days=30)

__all__ = ["dispatch", "forget_events"]


@periodic("37 3 * * *", "outbox.forget_events")
def forget_events() -> None:
    """Removes events that were delivered or given up more than 30 days ago."""
    OutboxEvent.objects.filter(done_at__lt=now() - KEPT).delete()
