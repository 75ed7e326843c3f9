"""What customers do about news."""

from crm.customers.events import ReminderSet
from crm.kernel.notify.actions import replace_reminder
from crm.kernel.outbox.events import handles


@handles(ReminderSet)
def remind_owner(news: ReminderSet) -> None:
    """The activity's owner is reminded at that moment, and at no other any more."""
    if news.user is not None:
        replace_reminder(news.user, news.record, news.at, news.text)
