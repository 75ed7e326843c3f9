"""Reminders that fire, and old notifications that go."""

import datetime

from crm.kernel.base.clock import now
from crm.kernel.notify.actions import notify
from crm.kernel.notify.models import Notification, Reminder
from crm.kernel.queue.registry import periodic

KEPT = datetime.timedelta(days=90)
AT_ONCE = 500


@periodic("* * * * *", "notify.fire_reminders", where="kith_reminder_workspaces")
def fire_reminders() -> None:
    """Rings for what is due. The mark and the notification commit together, so each fires exactly once."""
    due = Reminder.objects.filter(fired_at=None, at__lte=now()).select_related("user", "record")
    for reminder in due.order_by("at", "id").select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]:
        reminder.fired_at = now()
        reminder.save(update_fields=["fired_at"])
        gone = reminder.record is not None and reminder.record.deleted_at is not None
        if reminder.user.is_active and not gone:
            notify(reminder.user, reminder.text, record=reminder.record_id)


@periodic("47 3 * * *", "notify.forget_notifications")
def forget_notifications() -> None:
    """Removes what was read more than 90 days ago."""
    Notification.objects.filter(read_at__lt=now() - KEPT).delete()
