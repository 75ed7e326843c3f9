"""Reading notifications and reminders. `user_id`: whose; nobody reads another one's."""

from uuid import UUID

from crm.kernel.notify.models import Notification, Reminder
from crm.kernel.tenancy.backend.lasting import lasting


def unread(user_id: UUID, limit: int = 20) -> list[Notification]:
    """What a person has not read yet, newest first, each with its `record` row."""
    found = Notification.objects.filter(user_id=user_id, read_at=None).select_related("record")
    return list(found.order_by("-created_at", "-id")[:limit])


def unread_count(user_id: UUID, most: int = 100) -> int:
    """How many are unread, counted up to `most`."""
    waiting = lasting(
        ("unread", most), lambda who: Notification.objects.filter(user_id=who, read_at=None).order_by().values_list("pk")[:most], user_id
    )
    return len(waiting)


def recent(user_id: UUID, limit: int = 50) -> list[Notification]:
    """The last notifications, read or not, newest first, each with its `record` row."""
    found = Notification.objects.filter(user_id=user_id).select_related("record")
    return list(found.order_by("-created_at", "-id")[:limit])


def reminders(user_id: UUID, limit: int = 50) -> list[Reminder]:
    """A person's reminders to come, the next one first."""
    found = Reminder.objects.filter(user_id=user_id, fired_at=None).select_related("record")
    return list(found.order_by("at", "id")[:limit])


def reminders_on(record_id: UUID, user_id: UUID) -> list[Reminder]:
    """A person's reminders to come on one record."""
    return list(Reminder.objects.filter(record_id=record_id, user_id=user_id, fired_at=None).order_by("at", "id"))
