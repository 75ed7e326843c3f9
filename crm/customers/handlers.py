"""What customers do about news."""

import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.customers.events import ActivitiesGiven, PeopleMentioned, ReminderSet
from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.notify.actions import replace_reminder
from crm.kernel.notify.bell import bundle, plain, ring
from crm.kernel.notify.following import FEW, follow_by_writing, listeners, may_see
from crm.kernel.notify.models import Mention
from crm.kernel.outbox.events import handles
from crm.kernel.records.events import RecordCreated
from crm.kernel.records.models import RecordRow

#: Older ones are history that was taken in, no news.
NEWS = datetime.timedelta(days=1)


@handles(ReminderSet)
def remind_owner(news: ReminderSet) -> None:
    """The activity's owner is reminded at that moment, and at no other any more."""
    if news.user is not None:
        replace_reminder(news.user, news.record, news.at, news.text)


@handles(ActivitiesGiven)
def tell_who_is_to_do_it(news: ActivitiesGiven) -> None:
    """One line leads to the activity, several to the list of what that person has to do."""
    person = User.objects.filter(pk=news.user).first()
    if person is None:
        return
    if news.many == 1:
        ring("given", person, format_lazy(_("{by} gave you: {text}"), by=news.by, text=news.text), record=news.record)
        return
    todo = urlencode({"filter": "owner = me and done_at is empty"})
    address = f"{reverse('pages.list', kwargs={'entity': 'activities'})}?{todo}"
    ring("given", person, format_lazy(_("{by} gave you {many} things to do"), by=news.by, many=news.many), url=address)


@handles(PeopleMentioned)
def tell_who_is_mentioned(news: PeopleMentioned) -> None:
    """Rings for each who may see the activity now; the line leads to the record it is about."""
    entity = registry.kind("activity")
    activity = Activity.objects.filter(pk=news.record, deleted_at=None).first()
    if entity is None or activity is None:
        return
    about = activity.record_id or activity.pk
    for person in User.objects.filter(pk__in=news.users, is_active=True):
        if not may_see(entity, activity.pk, person.pk):
            continue
        row = Mention(user_id=person.pk, record_id=activity.pk, about_id=about, by_id=activity.created_by_id)
        if Mention.objects.filter(user_id=person.pk, record_id=activity.pk).exists():
            continue
        row.save(force_insert=True)
        text = plain(activity.subject)
        ring("mention", person, format_lazy(_("{by} mentioned you: {text}"), by=news.by, text=text), record=about)


@handles(RecordCreated, when=lambda news: news.kind == "activity" and news.many <= FEW)
def tell_of_new_activities(news: RecordCreated) -> None:
    """Whoever writes on a record follows it, has answered what he was asked there; its other followers hear of it."""
    activity = Activity.objects.filter(pk=news.record, deleted_at=None).first()
    if activity is None or activity.record_id is None or (activity.done_at or now()) < now() - NEWS:
        return
    writer = activity.created_by_id
    if writer is not None:
        follow_by_writing(activity.record_id, writer)
        Mention.objects.filter(user_id=writer, about_id=activity.record_id, answered_at=None).update(answered_at=now())
    kind = RecordRow.objects.filter(pk=activity.record_id, deleted_at=None).values_list("kind", flat=True).first()
    entity, own = registry.kind(kind or ""), registry.kind("activity")
    about = entity.model._default_manager.filter(pk=activity.record_id).first() if entity is not None else None
    if entity is None or own is None or about is None:
        return
    for person in listeners(entity, about):
        if may_see(own, activity.pk, person.pk) and not Mention.objects.filter(user_id=person.pk, record_id=activity.pk).exists():
            bundle(person, about.pk, entity.name_of(about), "activity", plain(activity.subject))
