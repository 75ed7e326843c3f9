"""What customers do about news."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customers.events import ActivitiesGiven, ReminderSet
from crm.kernel.notify.actions import notify, replace_reminder
from crm.kernel.outbox.events import handles


@handles(ReminderSet)
def remind_owner(news: ReminderSet) -> None:
    """The activity's owner is reminded at that moment, and at no other any more."""
    if news.user is not None:
        replace_reminder(news.user, news.record, news.at, news.text)


@handles(ActivitiesGiven)
def tell_who_is_to_do_it(news: ActivitiesGiven) -> None:
    """One line leads to the activity, several to the list of what that person has to do."""
    if news.many == 1:
        notify(news.user, format_lazy(_("{by} gave you: {text}"), by=news.by, text=news.text), record=news.record)
        return
    todo = urlencode({"filter": "owner = me and done_at is empty"})
    address = f"{reverse('pages.list', kwargs={'entity': 'activities'})}?{todo}"
    notify(news.user, format_lazy(_("{by} gave you {many} things to do"), by=news.by, many=news.many), url=address)
