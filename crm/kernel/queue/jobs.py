"""The queue's own periodic work."""

import datetime

from crm.kernel.base.clock import now
from crm.kernel.queue.models import Task
from crm.kernel.queue.registry import periodic

KEPT = datetime.timedelta(days=30)


@periodic("17 3 * * *", "queue.forget_tasks")
def forget_tasks() -> None:
    """Removes tasks that ended more than 30 days ago."""
    Task.objects.filter(finished_at__lt=now() - KEPT).delete()
