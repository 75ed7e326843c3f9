"""What sales does about news."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.identity.models import User
from crm.kernel.notify.actions import notify
from crm.kernel.outbox.events import handles
from crm.sales.events import LeadsGiven, LeadsPooled

#: A team's members hear of its pool up to so many; a bell for a hundred people helps nobody.
MOST_TOLD = 50


@handles(LeadsGiven)
def tell_new_owner(news: LeadsGiven) -> None:
    """One lead leads to its page, several to the list of one's new leads."""
    if news.many > 1:
        mine = urlencode({"filter": "owner = me and status = new"})
        address = f"{reverse('pages.list', kwargs={'entity': 'leads'})}?{mine}"
        notify(news.user, format_lazy(_("{many} new leads are yours"), many=news.many), url=address)
    elif news.rule:
        notify(news.user, format_lazy(_("New lead for you: {text} (rule “{rule}”)"), text=news.text, rule=news.rule), record=news.record)
    else:
        notify(news.user, format_lazy(_("{by} gave you the lead {text}"), by=news.by, text=news.text), record=news.record)


@handles(LeadsPooled)
def tell_team(news: LeadsPooled) -> None:
    """Everybody of the team hears that something waits in its pool."""
    pool = urlencode({"filter": "owner is empty and status = new"})
    address = f"{reverse('pages.list', kwargs={'entity': 'leads'})}?{pool}"
    said = format_lazy(_("New in your team's pool: {text}"), text=news.text)
    if news.many > 1:
        said = format_lazy(_("{many} new leads in your team's pool"), many=news.many)
    for user in User.objects.filter(team_id=news.team, is_active=True).order_by("pk")[:MOST_TOLD]:
        notify(user, said, url=address)
