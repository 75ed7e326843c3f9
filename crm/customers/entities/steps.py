"""What a write of customers brings about: the account an activity belongs to, reminders, circles refused."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.customers.events import ActivitiesGiven, ActivityDone, PeopleMentioned, ReminderSet
from crm.customers.models import Account, Activity, ContactPoint, Relationship, RelationshipType
from crm.customers.models.activity import ActivityType
from crm.customers.models.contact_point import PointType
from crm.customers.models.relationship import Party
from crm.kernel.base.clock import now
from crm.kernel.entity import fields as f
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.notify.bell import mark, marked, names, plain
from crm.kernel.outbox.publishing import publish, publish_many
from crm.kernel.records.models import RecordRow
from crm.kernel.records.pipeline import CREATE, Write, after_batch, contribute

DEEPEST = 30
MOST_NAMED = 50


@contribute("check", Account)
def no_circles(write: Write) -> None:
    """A company cannot be part of one that is part of it."""
    above: UUID | None = write.values.get("parent_id") if write.changed("parent_id") else None
    for _step in range(DEEPEST):
        if above is None:
            return
        if above == write.record.pk:
            write.wrong("parent", _("That company is itself part of this one. Choose another."))
            return
        above = Account.objects.filter(pk=above).values_list("parent_id", flat=True).first()


@contribute("default", Activity)
def activity_defaults(write: Write) -> None:
    """A note or a mail is written when it is done; everything else waits until somebody says so."""
    kind = write.values.get("type") or ActivityType.NOTE
    write.values["type"] = kind
    planned = write.values.get("due") is not None
    if kind in (ActivityType.NOTE, ActivityType.EMAIL) and not planned and "done_at" not in write.given:
        write.values["done_at"] = now()


@contribute("check", Activity)
def activity_account(write: Write) -> None:
    """The account follows from the record it is about, so that one timeline shows all of a customer."""
    told = write.actor.kind == "system" and write.values.get("account_id") is not None
    if not told and (write.changed("record_id") or write.op == CREATE):
        write.values["account_id"] = account_of(write.values.get("record_id"))


def account_of(record_id: UUID | None) -> UUID | None:
    """The account a record is, or belongs to by its link `account`; None where there is none."""
    if record_id is None:
        return None
    kind = RecordRow.objects.filter(pk=record_id).values_list("kind", flat=True).first()
    entity = registry.kind(kind) if kind else None
    if entity is None or entity.kind == "account":
        return record_id if entity is not None else None
    link = entity.fields.get("account")
    if not isinstance(link, f.Link):
        return None
    found: UUID | None = entity.model._default_manager.filter(pk=record_id).values_list("account_id", flat=True).first()
    return found


@contribute("after", Activity)
def activity_news(write: Write) -> None:
    """Tells of reminders that were set, moved or taken back, and of what was done."""
    record: Activity = write.record
    if write.changed("reminder_at") or (record.reminder_at and (write.changed("done_at") or write.changed("owner_id"))):
        wanted = record.reminder_at if record.done_at is None and record.deleted_at is None else None
        if wanted is not None or write.op != CREATE:
            publish(ReminderSet(record=record.pk, user=record.owner_id, at=wanted, text=record.subject))
    if write.op != CREATE and record.done_at is not None and write.changed("done_at"):
        publish(ActivityDone(record=record.pk, type=record.type, about=record.record_id, account=record.account_id))


@contribute("check", Activity)
def plain_subject(write: Write) -> None:
    """A subject is a title, in lists, calendars and mails: people named in it stand there as "@Name"."""
    if write.changed("subject"):
        write.values["subject"] = plain(write.values["subject"] or "")


@contribute("check", Activity)
def still_named(write: Write) -> None:
    """Who was named in the text stays so when a form, which shows "@Name", brings it back."""
    there = marked(write.old.get("body") or "")
    if there and write.changed("body") and write.values["body"]:
        write.values["body"] = mark(write.values["body"], {pk: name for pk, name in names().items() if pk in there})


@contribute("after", Activity)
def mentions(write: Write) -> None:
    """Tells those who are named in the text, and were not before."""
    named = marked(str(write.given.get("subject") or "")) if write.changed("subject") else []
    if write.changed("body"):
        named += [one for one in marked(write.values["body"] or "") if one not in marked(write.old.get("body") or "")]
    named = list(dict.fromkeys(named))
    if named and write.record.deleted_at is None:
        publish(PeopleMentioned(record=write.record.pk, users=tuple(named[:MOST_NAMED]), by=write.actor.name))


@after_batch(Activity)
def activities_given(writes: list[Write]) -> None:
    """Tells people what a colleague has given them to do."""
    given: dict[UUID, list[Activity]] = {}
    for write in writes:
        record: Activity = write.record
        owner: UUID | None = record.owner_id
        open_ = record.done_at is None and record.deleted_at is None
        if owner is None or write.actor.id in (None, owner) or not open_:
            continue
        if write.op == CREATE or write.changed("owner_id"):
            given.setdefault(owner, []).append(record)
    publish_many(
        [
            ActivitiesGiven(record=some[0].pk, user=user, by=writes[0].actor.name, text=some[0].subject, many=len(some))
            for user, some in given.items()
        ]
    )


_FORMS: dict[str, f.Fact] = {
    PointType.PHONE: f.Phone(),
    PointType.MOBILE: f.Phone(),
    PointType.FAX: f.Phone(),
    PointType.EMAIL: f.Email(),
    PointType.WECHAT: f.Handle(service="wechat"),
    PointType.QQ: f.Handle(service="qq"),
    PointType.WHATSAPP: f.Handle(service="whatsapp"),
    PointType.WEB: f.Url(),
}


@contribute("check", ContactPoint)
def point_form(write: Write) -> None:
    """A phone is kept as a phone, a mail as a mail: each value in the normal form of its type."""
    if not (write.changed("value") or write.changed("type")):
        return
    kind = write.values.get("type", write.old.get("type"))
    value = write.values.get("value", write.old.get("value"))
    form = _FORMS.get(kind or "")
    if form is not None and value:
        try:
            write.values["value"] = form.clean(value, Reading.of(write.actor))
        except f.FieldError as error:
            write.wrong("value", error.message)


@contribute("check", Relationship)
def relationship_ends(write: Write) -> None:
    """Two different parties, of the kinds which the type is for."""
    if not (write.changed("first_id") or write.changed("second_id") or write.changed("type_id")):
        return
    first, second = _now(write, "first_id"), _now(write, "second_id")
    if first is not None and first == second:
        write.wrong("second", _("Choose another record: nobody has a relationship with himself."))
        return
    wanted = _ends(_now(write, "type_id"))
    kinds = dict(RecordRow.objects.filter(pk__in=[one for one in (first, second) if one]).values_list("pk", "kind"))
    for name, end, party in (("first", first, wanted[0]), ("second", second, wanted[1])):
        kind = kinds.get(end)
        if kind not in (None, Party.ACCOUNT, Party.CONTACT):
            write.wrong(name, _("A relationship is between accounts and contacts."))
        elif kind is not None and party not in (Party.ANY, kind):
            label = dict(Party.choices)[party]
            write.wrong(name, _("This relationship needs here: %(kind)s.") % {"kind": label})


def _ends(type_id: UUID | None) -> tuple[str, str]:
    if type_id is None:
        return Party.ANY, Party.ANY
    found = RelationshipType.objects.filter(pk=type_id).values_list("first", "second").first()
    return (found[0] or Party.ANY, found[1] or Party.ANY) if found else (Party.ANY, Party.ANY)


def _now(write: Write, name: str) -> Any:
    return write.values.get(name, write.old.get(name))
