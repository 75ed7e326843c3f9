"""Recent and pinned records of the ambient person."""

import datetime
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.queue.registry import periodic
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import visible_ids
from crm.kernel.search.models import Pin, Visit
from crm.kernel.search.queries import Hit
from crm.kernel.tenancy.backend.lasting import lasting
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: Visits that are kept for each person.
KEPT = 60
#: Opening the same record again within this time is the same visit.
SAME_VISIT = datetime.timedelta(minutes=1)


def visited(record_id: UUID) -> None:
    """Notes that the ambient person opened a record; nothing for a program."""
    actor = current_actor()
    if actor.id is None or actor.kind != "user":
        return
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visit (id, workspace_id, user_id, record_id, at) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (workspace_id, user_id, record_id) DO UPDATE SET at = excluded.at WHERE visit.at < %s",
            [uuid7(), current_workspace_id(), actor.id, record_id, at, at - SAME_VISIT],
        )


def recent(most: int = 8) -> list[Hit]:
    """What the person opened lately, newest first."""
    visits = Visit.objects.filter(user_id=current_actor().id).order_by("-at")
    return _hits(list(visits.values_list("record_id", flat=True)[: most * 2]))[:most]


def pinned() -> list[Hit]:
    """What the person keeps at hand, oldest pin first."""
    pins = Pin.objects.filter(user_id=current_actor().id).order_by("at")
    return _hits(list(pins.values_list("record_id", flat=True)))


def is_pinned(record_id: UUID) -> bool:
    me = current_actor().id
    return me is not None and bool(
        lasting(("pinned",), lambda who, one: Pin.objects.filter(user_id=who, record_id=one).values_list("pk"), me, record_id)
    )


def pin(record_id: UUID, on: bool) -> None:
    """Keeps a record (which the caller has fetched) at hand, or no longer."""
    mine = Pin.objects.filter(user_id=current_actor().id, record_id=record_id)
    if not on:
        mine.delete()
    elif not mine.exists():
        Pin.objects.create(user_id=current_actor().id, record_id=record_id)


def _hits(ids: Sequence[UUID]) -> list[Hit]:
    """In the order of the ids, those that may (still) be seen."""
    seen = visible_ids(RecordRow, ids)
    rows = RecordRow.objects.filter(pk__in=seen).values_list("pk", "kind", "title", "updated_at")
    there = {pk: Hit(pk, kind, title, at) for pk, kind, title, at in rows}
    return [there[pk] for pk in ids if pk in there]


@periodic("23 2 * * *", "search.forget_visits")
def forget_visits() -> None:
    """Keeps the latest visits of each person."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM visit v USING (SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY at DESC) AS place FROM visit) old "
            "WHERE old.id = v.id AND old.place > %s",
            [KEPT],
        )
