"""Notifying, reminding, and reading what came."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Words, Wrong
from crm.kernel.identity.models import User
from crm.kernel.notify.models import Notification, Reminder
from crm.kernel.queue.live import tell
from crm.kernel.queue.words import storable

LONGEST = 500


def notify(user: User | UUID, text: Words, record: UUID | None = None, url: str | None = None) -> Notification:
    """Puts a line behind somebody's bell and rings it in their open windows when the transaction commits.

    A lazy text is put into the language of that person. `record`: the id of a record; `url`: an address within Kith.
    Raises NotFound for a person who is not in this workspace.
    """
    person = user if isinstance(user, User) else User.objects.filter(id=user).first()
    if person is None:
        raise NotFound
    if url and not url_has_allowed_host_and_scheme(url, allowed_hosts=None):
        raise ValueError("a notification leads to an address within Kith")
    with translation.override(person.language):
        made = Notification(user_id=person.id, text=storable(str(text), LONGEST), record_id=record, url=url or "")
    made.save(force_insert=True)
    tell(person.id, "notification", made.id)
    return made


def mark_read(user_id: UUID, ids: Iterable[UUID] | None = None) -> int:
    """Marks a person's notifications as read, all of them without `ids`; answers how many were not."""
    unread = Notification.objects.filter(user_id=user_id, read_at=None)
    if ids is not None:
        unread = unread.filter(id__in=list(ids))
    count = unread.update(read_at=now())
    if count:
        tell(user_id, "notifications-read", user_id)
    return count


def remind(user_id: UUID, at: datetime.datetime, text: str, record: UUID | None = None) -> Reminder:
    """Reminds somebody of something at a moment. Raises Wrong for an empty text."""
    said = storable(text, LONGEST).strip()
    if not said:
        raise Wrong(fields={"text": [_("Say what to be reminded of.")]})
    made = Reminder(user_id=user_id, at=at, text=said, record_id=record)
    made.save(force_insert=True)
    return made


def replace_reminder(user_id: UUID, record: UUID, at: datetime.datetime | None, text: str) -> Reminder | None:
    """The one reminder a person has on a record from now on; None as `at` takes it away."""
    Reminder.objects.filter(user_id=user_id, record_id=record, fired_at=None).delete()
    return remind(user_id, at, text, record) if at is not None else None


def forget_reminder(reminder_id: UUID, user_id: UUID) -> None:
    """Takes one of a person's own reminders away. Raises NotFound."""
    deleted, _rows = Reminder.objects.filter(id=reminder_id, user_id=user_id).delete()
    if not deleted:
        raise NotFound
