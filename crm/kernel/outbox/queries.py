"""Reading the outbox."""

from uuid import UUID

from django.db import connection

from crm.kernel.outbox.events import all_events
from crm.kernel.outbox.models import OutboxEvent

#: The head of each record's queue, oldest transaction first. What committed is below the snapshot's xmin, so nothing
#: older can still appear. Behind an event that waits or is dead nothing of the same record moves.
_NEXT = """
SELECT * FROM outbox_event e
 WHERE state = 'pending' AND next_at <= clock_timestamp() AND name = ANY (%s)
   AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
   AND NOT EXISTS (SELECT 1 FROM outbox_event before
                    WHERE before.workspace_id = e.workspace_id AND before.record = e.record
                      AND before.number < e.number AND before.state IN ('pending', 'dead'))
 ORDER BY xid, number LIMIT 1
"""

_DUE = """
SELECT count(*) FROM outbox_event e
 WHERE state = 'pending' AND next_at <= clock_timestamp() AND name = ANY (%s)
   AND NOT EXISTS (SELECT 1 FROM outbox_event before
                    WHERE before.workspace_id = e.workspace_id AND before.record = e.record
                      AND before.number < e.number AND before.state IN ('pending', 'dead'))
"""


def next_event() -> OutboxEvent | None:
    """The event of the ambient workspace that is delivered next.

    Events that this version of the program does not know are left to the one that published them.
    """
    return next(iter(OutboxEvent.objects.raw(_NEXT, [list(all_events())])), None)


def feed(after: tuple[int, int] = (0, 0), limit: int = 500) -> list[OutboxEvent]:
    """Events of the workspace behind the place (xid, number), in an order in which none is ever passed over."""
    return list(
        OutboxEvent.objects.raw(
            "SELECT * FROM outbox_event WHERE (xid, number) > (%s, %s) "
            "AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xid, number LIMIT %s",
            [*after, limit],
        )
    )


def waiting_workspaces() -> list[UUID]:
    """Crosses workspaces: those that have something to deliver now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kith_outbox_workspaces() AS id")
        return [row[0] for row in cursor.fetchall()]


def adopt() -> int:
    """Crosses workspaces: events restored from another cluster are told here, before all new ones. Answers how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_outbox_adopt()")
        return int(cursor.fetchone()[0])


def dead_letters(limit: int = 100) -> list[OutboxEvent]:
    """Events that could not be delivered, oldest first. Their records tell nothing more until somebody decides."""
    return list(OutboxEvent.objects.filter(state=OutboxEvent.DEAD).order_by("number")[:limit])


def waiting() -> int:
    """How many events of the workspace are not delivered yet."""
    return OutboxEvent.objects.filter(state=OutboxEvent.PENDING).count()


def due() -> int:
    """How many of them could be delivered now: not those that wait for another try, nor what stands behind those."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [list(all_events())])
        return int(cursor.fetchone()[0])
