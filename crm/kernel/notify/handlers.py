"""What the bell does about news."""

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.models import Share
from crm.kernel.identity.models import User
from crm.kernel.notify.actions import notify
from crm.kernel.outbox.events import handles
from crm.kernel.records.events import RecordShared


@handles(RecordShared)
def tell_who_it_is_shared_with(news: RecordShared) -> None:
    """The person, or everybody in the team but whoever shared. A share that is gone already is not told."""
    share = Share.objects.filter(pk=news.share).select_related("record", "by", "user").first()
    if share is None:
        return
    who = Q(pk=share.user.pk) if share.user is not None else Q(team_id=share.team_id)
    by = share.by.name if share.by is not None else "Kith"
    text = _("{by} shared “{title}” with you: you may edit it") if share.edit else _("{by} shared “{title}” with you: you may see it")
    for person in User.objects.filter(who, is_active=True):
        if person.pk != share.by_id:
            notify(person, format_lazy(text, by=by, title=share.record.title), record=news.record)
