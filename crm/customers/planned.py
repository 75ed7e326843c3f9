"""What a person has planned, as a calendar that other programs fetch."""

import datetime
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from crm.customers.models import Activity
from crm.customers.models.activity import ActivityType
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base import ics
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.notify.bell import plain
from crm.kernel.records.reading import names_of

#: How far back a calendar goes, and how much it holds at most.
BACK = datetime.timedelta(days=90)
MOST = 2000
#: Minutes of a meeting or visit that says none.
USUAL = 60
_MEETINGS = frozenset({ActivityType.MEETING, ActivityType.VISIT})


def calendar(actor: Actor, tasks: str, address: Callable[[UUID], str]) -> str:
    """The actor's own activities that have a day, as he may see them now. `tasks`: "event" or "todo"."""
    entity = registry.of(Activity)
    assert entity is not None
    seen = policy_for(entity).fields(actor)
    if not {"due", "owner"} <= seen.keys():
        return ics.calendar("Kith", [])
    rows = list(visible(entity, actor=actor).filter(owner_id=actor.id, due__gte=now() - BACK).order_by("due", "pk")[:MOST])
    accounts = {one.account_id for one in rows if one.account_id} if "account" in seen else set()
    names = names_of(entity.fields["account"].target, accounts)
    parts = [_part(one, tasks, names.get(one.account_id, ""), seen, address(one.pk)) for one in rows]
    return ics.calendar(_("Kith: %(name)s") % {"name": actor.name}, parts)


def _part(one: Any, tasks: str, account: str, seen: dict[str, Any], address: str) -> list[str]:
    subject = (one.subject if "subject" in seen else "") or _("Activity")
    meeting = one.type in _MEETINGS
    body = plain(one.body) if one.body and "body" in seen else None
    facts: dict[str, ics.Value | None] = {
        "UID": f"{one.pk}@kith",
        "DTSTAMP": one.updated_at,
        "LAST-MODIFIED": one.updated_at,
        "SEQUENCE": one.version,
        "SUMMARY": f"{subject} · {account}" if account else subject,
        "DESCRIPTION": body,
        "URL": address,
    }
    if not meeting and tasks == "todo":
        state = {"STATUS": "COMPLETED", "COMPLETED": one.done_at} if one.done_at else {"STATUS": "NEEDS-ACTION"}
        return ics.component("VTODO", {**facts, "DUE": one.due, **state})
    minutes = one.duration if "duration" in seen and one.duration else USUAL if meeting else 30
    times = {"DTSTART": one.due, "DTEND": one.due + datetime.timedelta(minutes=minutes)}
    return ics.component("VEVENT", {**facts, **times, "TRANSP": "OPAQUE" if meeting else "TRANSPARENT"})


def changed_at(actor: Actor) -> datetime.datetime | None:
    """When anything of the actor's was last written, what went into the bin with it."""
    found: datetime.datetime | None = Activity._default_manager.filter(owner_id=actor.id).aggregate(last=Max("updated_at"))["last"]
    return found
