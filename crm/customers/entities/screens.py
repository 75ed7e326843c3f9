"""What customers put on the generic screens: the composer, the next step, who knows whom, the timeline, my day."""

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.customers import queries
from crm.customers.entities.day import ICONS
from crm.customers.entities.graph import draw
from crm.customers.entities.letters import shown
from crm.customers.models import Activity
from crm.customers.models.activity import ActivityType, Direction
from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.notify.bell import plain
from crm.kernel.pages import timeline, wording
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.doings import DIALOG, Doing, doing
from crm.kernel.pages.links import query_of
from crm.kernel.pages.panels import panel
from crm.kernel.tenancy.scope import current_actor

#: So many relationships stand in the panel.
LISTS = 8


def _talked_about(record: Any) -> bool:
    entity = registry.of(type(record))
    return entity is not None and queries.talked_about(entity)


def _may_log(actor: Any) -> bool:
    entity = registry.kind("activity")
    return entity is not None and policy_for(entity).may(actor, "create")


@panel("*", "composer", label=_("Log"), template="customers/composer.jinja", where="composer", order=10)
def composer(record: Any, actor: Any) -> Mapping[str, Any] | None:
    """One line to log a call, a note, a task on the record in view."""
    if not _talked_about(record) or not _may_log(actor):
        return None
    return {"types": [(kind.value, str(kind.label), ICONS[kind.value]) for kind in ActivityType]}


@doing
def log_activity(entity: Entity[Any], record: Any, there: str) -> list[Doing]:
    """A call, a note, a task about the record, from wherever it is listed."""
    if not queries.talked_about(entity) or not _may_log(current_actor()):
        return []
    new = reverse("pages.new", kwargs={"entity": registry.kind("activity")})
    return [Doing("log", _t("Add an activity"), "phone", f"{new}{query_of({'record': str(record.pk), 'back': there})}", DIALOG)]


@panel("*", "next", label=_("Next step"), template="customers/next_step.jinja", where="right", order=10, icon="arrow")
def next_step(record: Any, actor: Any) -> Mapping[str, Any] | None:
    """What is to be done next here, and a line to add it."""
    if not _talked_about(record):
        return None
    steps = queries.next_steps(record)
    entity = registry.kind("activity")
    assert entity is not None
    may = {one.pk for one in steps if policy_for(entity).may(actor, "edit", one)}
    return {
        "steps": steps,
        "icons": ICONS,
        "may": may,
        "may_add": _may_log(actor),
        "urls": {one.pk: record_url(entity, one.pk) for one in steps},
        "late": {one.pk for one in steps if _late(one)},
        "days": [(0, _t("today")), (1, _t("tomorrow")), (3, _t("in 3 days")), (7, _t("in a week")), (30, _t("in a month"))],
    }


def _late(one: Activity) -> bool:
    return one.due is not None and one.due.astimezone(wording.reading().zone).date() < wording.today()


def _knows(record: Any, actor: Any) -> Mapping[str, Any] | None:
    entity = registry.kind("relationship")
    if entity is None or not policy_for(entity).may(actor, "view"):
        return None
    ties = queries.ties_of(record)
    picture = draw(record, ties)
    may_add = policy_for(entity).may(actor, "create")
    new = f"{reverse('pages.new', kwargs={'entity': entity})}?first={record.pk}"
    return {
        "ties": ties[:LISTS],
        "more": max(0, len(ties) - LISTS),
        "count": len(ties),
        "picture": picture,
        "new_url": new if may_add else "",
        "urls": {tie.id: record_url(registry.kind(tie.other_kind), tie.other) for tie in ties},  # type: ignore[arg-type]
    }


for _kind in ("account", "contact"):
    panel(_kind, "knows", label=_("Who knows whom"), template="customers/knows.jinja", where="right", order=20, icon="graph")(_knows)


@timeline.source("*")
def everything(record: Any, actor: Any, before: datetime.datetime | None, limit: int) -> list[timeline.Item]:
    """Activities, changes and files of a record and of what belongs to it."""
    moments = queries.timeline(record, before, limit)
    mails = shown([one.activity for one in moments if one.activity is not None and one.activity.type == ActivityType.EMAIL], actor)
    return [_item(moment, record, mails) for moment in moments]


@panel("activity", "mail", label=_("Mail"), template="customers/mail.jinja", where="composer", order=5, icon="mail")
def mail(record: Any, actor: Any) -> Mapping[str, Any] | None:
    """Who wrote to whom, the text, what was quoted, the files."""
    words = shown([record], actor).get(record.pk)
    return {**words, "whole": True} if words is not None else None


def _item(one: queries.Moment, record: Any, mails: Mapping[UUID, Mapping[str, Any]]) -> timeline.Item:
    elsewhere = one.record is not None and one.record != record.pk
    entity = registry.kind(one.record_kind)
    where = f"{entity.label} {one.record_title}" if elsewhere and entity else ""
    url = record_url(entity, one.record) if elsewhere and entity and one.record else ""
    if one.activity is not None:
        return _talk(one, one.activity, where, mails.get(one.activity.pk, {}))
    if one.file is not None:
        return timeline.Item(
            one.at, "clip", _t("File %(name)s") % {"name": one.file.name}, source=where, url=url, who=one.who, key=str(one.id)
        )
    if one.op == "I":
        name = f"{entity.label} {one.record_title}" if entity else one.record_title
        return timeline.Item(one.at, "plus", _t("%(name)s was added") % {"name": name}, url=url, who=one.who, key=str(one.id))
    fields = ", ".join(change.label for change in one.changes)
    said = "\n".join(f"{change.label}: {change.before} → {change.after}" for change in one.changes[:4])
    return timeline.Item(one.at, "edit", _t("%(fields)s changed") % {"fields": fields}, said, where, url, who=one.who, key=str(one.id))


def _talk(one: queries.Moment, talk: Activity, where: str, mail: Mapping[str, Any]) -> timeline.Item:
    kind = talk.type or ActivityType.NOTE.value
    facts = [str(ActivityType(kind).label)]
    if talk.direction == Direction.IN:
        facts.append(str(Direction.IN.label))
    if talk.duration:
        facts.append(_t("%(minutes)s min") % {"minutes": talk.duration})
    if talk.result:
        facts.append(talk.result)
    if where:
        facts.append(where)
    entity = registry.kind("activity")
    assert entity is not None
    tone = "listen" if talk.direction == Direction.IN else "ask" if kind in ("email", "meeting") else ""
    return timeline.Item(
        one.at,
        "phonein" if kind == "call" and tone else ICONS[kind],
        plain(talk.subject),
        talk.body or "",
        " · ".join(facts),
        record_url(entity, talk.pk),
        tone,
        one.who,
        str(one.id),
        template="customers/mail.jinja" if mail else "",
        words=mail,
    )
