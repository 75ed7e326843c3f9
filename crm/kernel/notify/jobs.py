"""Reminders that fire, and old notifications that go."""

import datetime

from django.db.models import F
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import administrators
from crm.kernel.notify.actions import notify
from crm.kernel.notify.bell import SECOND, spoken_day
from crm.kernel.notify.models import Notification, Reminder
from crm.kernel.queue.registry import periodic

#: So long before somebody's access ends it is told.
WARNED = datetime.timedelta(days=7)
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


@periodic("12 * * * *", "notify.warn_of_ends")
def warn_of_ends() -> None:
    """Tells whoever invited somebody whose access ends within a week, once for each end; without such a person the
    administrators."""
    moment = now()
    ending = User.objects.filter(is_active=True, access_until__gt=moment, access_until__lte=moment + WARNED)
    for person in ending.exclude(access_warned=F("access_until")).select_related("invited_by").select_for_update(of=("self",)):
        User.objects.filter(pk=person.pk).update(access_warned=person.access_until)
        host, end = person.invited_by, person.access_until
        assert end is not None
        for told in [host] if host is not None and host.let_in(moment) else administrators():
            words = {"name": person.name, "last": spoken_day(end - SECOND, told)}
            notify(told, format_lazy(_("The access of {name} ends with {last}"), **words), url=f"/settings/users/{person.pk}")


@periodic("47 3 * * *", "notify.forget_notifications")
def forget_notifications() -> None:
    """Removes what was read more than 90 days ago."""
    Notification.objects.filter(read_at__lt=now() - KEPT).delete()
