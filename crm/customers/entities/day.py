"""My day: one ranked list of what to do next, and what is planned for the days after."""

import datetime
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.customers.entities.policies import Activities
from crm.customers.entities.ranking import Candidate, Day, Names, finds, ranked, ready, written
from crm.customers.models import Activity
from crm.customers.models.activity import ActivityType
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.entity.registry import registry
from crm.kernel.notify.bell import plain
from crm.kernel.notify.models import Mention
from crm.kernel.pages import myday, wording
from crm.kernel.pages.cells import record_url
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of, visible_ids
from crm.kernel.tenancy.scope import current_actor

ICONS = {"call": "phone", "meeting": "people", "visit": "pin", "email": "mail", "note": "edit", "task": "check"}
#: So many lines stand on my day; the list holds the others.
SHOWN = 12
SOON = 8
MOST_STEPS, MOST_WORDS, MOST_MENTIONS, MOST_BIRTHDAYS = 300, 4000, 20, 20
_DAY = datetime.timedelta(days=1)
_WORDS = (ActivityType.CALL, ActivityType.MEETING, ActivityType.VISIT, ActivityType.EMAIL)


@myday.contribute(order=20)
def next_acts(actor: Any, moment: datetime.datetime) -> myday.Section | None:
    """What to do next, with the reason beside each line."""
    entity = _planned(actor)
    if entity is None:
        return None
    found = ranked(actor, moment)
    shown = found[:SHOWN]
    late = sum(one.reason == "late" for one in found)
    today = sum(one.reason == "today" for one in found)
    summary = [ngettext("%(num)s step is late.", "%(num)s steps are late.", late) % {"num": late}] if late else []
    if today:
        summary.append(ngettext("%(num)s step is due today.", "%(num)s steps are due today.", today) % {"num": today})
    return myday.Section(
        "todo",
        _("What to do next"),
        [_with_menu(one, item) for one, item in zip(shown, written(shown), strict=True)],
        empty=_("Nothing is due today. Plan the next call from any customer."),
        count=len(found),
        more_url=f"{reverse('pages.list', kwargs={'entity': entity})}?filter=owner+%3D+me+and+done_at+is+empty",
        more_label=_("All steps"),
        summary=" ".join(summary),
    )


def _with_menu(one: Candidate, item: myday.Item) -> myday.Item:
    later = reverse("customers.day_later", kwargs={"record": one.record, "reason": one.reason})
    move = reverse("customers.day_move", kwargs={"pk": one.record})
    menu: list[tuple[Any, str, str]] = []
    if one.reason in ("late", "today", "closes"):
        menu += [(_("Move to tomorrow"), move, '{"days": 1}'), (_("Move by a week"), move, '{"days": 7}')]
    menu += [
        (_("Remind me tomorrow"), later, '{"days": 1}'),
        (_("Remind me in 3 days"), later, '{"days": 3}'),
        (_("Remind me in a week"), later, '{"days": 7}'),
        (_("Not useful"), later, '{"days": 90, "useless": 1}'),
    ]
    return myday.replaced(item, menu=tuple(menu), key=f"{one.record.hex}-{one.reason}")


@finds(10)
def steps(day: Day) -> Iterator[Candidate]:
    """My activities that are late or due today; all open ones count as planned."""
    entity = registry.kind("activity")
    assert entity is not None
    today = wording.today()

    def rows() -> Any:
        return _mine(entity, current_actor()).filter(done_at=None).order_by("due", "id").values_list(*_STEP, named=True)[:MOST_STEPS]

    for one in lasting(("my steps",), rows, prepared=False):
        day.planned |= {pk for pk in (one.record_id, one.account_id) if pk}
        due = one.due.astimezone(wording.reading().zone).date() if one.due else None
        if due is None or due > today:
            continue
        days = (today - due).days
        about = (one.account_id, one.record_id)
        yield Candidate("late" if days else "today", one.pk, "activity", partial(_late, entity, one, due, days), days / 14, about)


_STEP = ("pk", "subject", "type", "due", "account_id", "record_id")


def _mine(entity: Any, actor: Any) -> QuerySet[Activity]:
    return Activity.objects.filter(Activities(entity).own(actor), deleted_at=None)


def _late(entity: Any, one: Any, due: datetime.date, days: int, names: Names) -> myday.Item:
    why = ngettext("%(num)s day late", "%(num)s days late", days) % {"num": days} if days else _t("Due today")
    item = _step(entity, one, " · ".join(filter(None, [why, _about(one, names)])))
    return myday.replaced(item, due=wording.date(due)) if days else item  # how late it is stands in the reason


@finds(20)
def mentions(day: Day) -> Iterator[Candidate]:
    """Where a colleague named me and waits."""
    activities = registry.kind("activity")
    assert activities is not None

    def rows() -> Any:
        seen = visible(activities).values("pk")
        found = Mention.objects.filter(user_id=current_actor().id, answered_at=None, record_id__in=seen).order_by("-at")
        return found.select_related("record", "about", "by")[:MOST_MENTIONS]

    found = list(lasting(("mentions of me",), rows))
    abouts = visible_ids(RecordRow, [one.about_id for one in found]) if found else set()
    for one in found:
        entity = registry.kind(one.about.kind)
        if entity is None or one.about_id not in abouts:
            continue
        name = one.by.name if one.by else "Kith"
        item = myday.Item(
            title=plain(one.record.title),
            url=record_url(entity, one.about.pk),
            why=_t("%(name)s asked you, on %(title)s") % {"name": name, "title": one.about.name},
            due=str(wording.ago(one.at)),
            icon="person",
            kind="listen",
            act_label=_("Answer"),
        )
        yield Candidate("mention", one.about.pk, one.about.kind, ready(item), (day.moment - one.at) / (7 * _DAY))


@finds(30)
def silent(day: Day) -> Iterator[Candidate]:
    """My customers of whom nothing was heard for twice their own usual time, and for whom nothing is planned."""
    entity, accounts = registry.kind("activity"), registry.kind("account")
    assert entity is not None and accounts is not None

    def latest(moment: datetime.datetime) -> Any:
        found = Activity.objects.filter(owner_id=current_actor().id, done_at__lt=moment, account_id__isnull=False, deleted_at=None)
        return found.order_by("-done_at").values_list("account_id", flat=True)[:600]

    def words(some: list[UUID], since: datetime.datetime, until: datetime.datetime) -> Any:
        found = visible(entity).filter(
            account_id__among=some, account_id__in=visible(accounts).values("pk"),
            account__owner_id=current_actor().id, account__deleted_at=None, type__in=_WORDS,
            done_at__gte=since, done_at__lt=until,
        )  # fmt: skip
        return found.order_by("-done_at").values_list("account_id", "account__name", "done_at")[:MOST_WORDS]

    # Asked for first: within the other question the database would walk through all accounts of this person to find these few.
    some = list(set(lasting(("lately",), latest, day.moment, prepared=False)))
    heard: dict[UUID, tuple[str, list[datetime.datetime]]] = {}
    for pk, name, at in lasting(("words",), words, some, day.moment - 400 * _DAY, day.moment, prepared=False) if some else ():
        heard.setdefault(pk, (name, []))[1].append(at)
    for pk, (name, times) in heard.items():
        usual, since = rhythm(times, day.moment)
        if pk in day.planned or usual is None or since < max(2 * usual, 7):
            continue
        why = _t("No word for %(days)s days; usually every %(usual)s") % {"days": since, "usual": usual}
        item = _call(name, record_url(accounts, pk), why, pk)
        yield Candidate("silent", pk, "account", ready(item), (since / usual - 2) / 4)


def rhythm(times: list[datetime.datetime], moment: datetime.datetime) -> tuple[int | None, int]:
    """(the usual days between two talks, the days since the last); fewer than four talks have no rhythm. Newest first."""
    days = sorted({at.date() for at in times}, reverse=True)
    since = (moment.date() - days[0]).days if days else 0
    if len(days) < 4:
        return None, since
    return max(1, round(median((newer - older).days for newer, older in zip(days, days[1:], strict=False)))), since


@finds(40)
def birthdays(day: Day) -> Iterator[Candidate]:
    """My contacts whose birthday is within a week."""
    entity = registry.kind("contact")
    if entity is None or "birthday" in policy_for(entity).hidden(day.actor) or not policy_for(entity).may(day.actor, "view"):
        return
    coming = [wording.today() + at * _DAY for at in range(8)]
    wanted = Q(pk__in=[])
    for one in coming:
        wanted |= Q(birthday__month=one.month, birthday__day=one.day)

    def rows() -> Any:
        found = visible(entity).filter(wanted, owner_id=current_actor().id, birthday__isnull=False)
        return found.values_list("pk", "name", "birthday")[:MOST_BIRTHDAYS]

    for pk, name, birthday in lasting(("birthdays", coming[0]), rows, prepared=False):
        on = next(one for one in coming if (one.month, one.day) == (birthday.month, birthday.day))
        why = _t("Birthday today") if on == coming[0] else _t("Birthday on %(date)s") % {"date": wording.date(on)}
        item = _call(name, record_url(entity, pk), why, pk, icon="cake")
        yield Candidate("birthday", pk, "contact", ready(item))


def _call(title: str, url: str, why: str, pk: UUID, icon: str = "phone") -> myday.Item:
    """A line whose act is to log a call."""
    return myday.Item(
        title=title, url=url, why=why, icon=icon, kind="call", act_label=_("Log call"), act_url=new_step(pk, "call")
    )


def new_step(record: UUID, kind: str) -> str:
    """The form of a new activity on a record, which comes back to my day."""
    entity = registry.kind("activity")
    return f"{reverse('pages.new', kwargs={'entity': entity})}?record={record}&type={kind}&back=/"


@myday.contribute(order=30)
def coming(actor: Any, moment: datetime.datetime) -> myday.Section | None:
    """What I have planned for the seven days after today."""
    entity = _planned(actor)
    if entity is None:
        return None
    tomorrow = datetime.datetime.combine(wording.today() + _DAY, datetime.time(), wording.reading().zone)

    def rows(first: datetime.datetime, after: datetime.datetime) -> Any:
        return _mine(entity, current_actor()).filter(done_at=None, due__gte=first, due__lt=after)

    def soon(first: datetime.datetime, after: datetime.datetime) -> Any:
        return rows(first, after).order_by("due", "id").values_list(*_STEP, named=True)[:SOON]

    shown = list(lasting(("coming",), soon, tomorrow, tomorrow + 7 * _DAY, prepared=False))
    names = names_of(RecordRow, (pk for one in shown for pk in (one.account_id, one.record_id) if pk))
    return myday.Section(
        "coming",
        _("The next seven days"),
        [_step(entity, one, _about(one, names)) for one in shown],
        where="side",
        count=rows(tomorrow, tomorrow + 7 * _DAY).count() if len(shown) == SOON else len(shown),
        empty=_("Nothing is planned for the next seven days."),
    )


def _planned(actor: Any) -> Any:
    """The kind of activities, where this person has a day with them."""
    entity = registry.kind("activity")
    return entity if entity is not None and actor.id is not None and policy_for(entity).may(actor, "view") else None


def _step(entity: Any, one: Any, why: str) -> myday.Item:
    return myday.Item(
        title=plain(one.subject),
        url=record_url(entity, one.pk),
        why=why,
        due=str(wording.due(one.due)),
        tone="bad" if one.due and one.due.astimezone(wording.reading().zone).date() < wording.today() else "",
        icon=ICONS.get(one.type or "task", "check"),
        kind=one.type or "task",
        act_label=_("Done"),
        act_url=reverse("customers.done", kwargs={"pk": one.pk}),
        act_post=True,
    )


def _about(one: Any, names: Names) -> str:
    said = [names.get(one.account_id, ""), names.get(one.record_id, "")]
    return " · ".join(dict.fromkeys(name for name in said if name))
