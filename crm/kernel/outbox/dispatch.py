"""Delivers events to their handlers.

One event and one handler is one transaction. It holds the workspace's lock, so that there is one dispatcher for a
workspace at a time however many workers run, and it marks the handler as done together with what the handler did.
"""

import logging
import traceback
from datetime import timedelta
from threading import Event as Signal
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone, translation

from crm.kernel.base.clock import now
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.queries import actor_of
from crm.kernel.outbox import queries
from crm.kernel.outbox.events import Event, Handler, handlers_of, unpack
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.queue.registry import service
from crm.kernel.queue.words import storable
from crm.kernel.tenancy.parts import in_use
from crm.kernel.tenancy.scope import current, scope

logger = logging.getLogger("kith.outbox")

#: After so many failed tries an event is a dead letter: about four hours after the first.
TRIES = 8
#: Events of one workspace that are delivered before it is another one's turn.
TURN = 50
POLL_SECONDS = 0.5
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('kith.outbox:' || %s, 0))"


def deliver_next(workspace_id: UUID) -> bool:
    """Delivers one event to one of its handlers. False where nothing is due or another dispatcher is at it.

    Whatever goes wrong, also at the commit, puts the event off; that raises in turn where the database is away.
    """
    row = None
    try:
        with scope(workspace_id, system_actor(workspace_id)):
            row = queries.next_event() if _locked() else None
            if row is not None:
                _hand_over(row)
    except Exception as problem:
        if row is None:
            raise
        _put_off(row, problem)
    return row is not None


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(current().workspace_id)])
        return bool(cursor.fetchone()[0])


def _hand_over(row: OutboxEvent) -> None:
    """Calls one handler that is left. After a failed try it is another one's turn: a bad one stops no other."""
    happened = unpack(row.name, row.record, row.payload)
    handlers = {name: handler for name, handler in handlers_of(happened).items() if in_use(handler)}
    left = [name for name in handlers if name not in row.handled]
    if left:
        chosen = left[row.attempts % len(left)]
        _call(row, handlers[chosen], happened)
        row.handled.append(chosen)
    if len(left) <= 1:
        row.state, row.done_at, row.error = OutboxEvent.DONE, now(), ""
    row.save(update_fields=["handled", "state", "done_at", "error"])


def _call(row: OutboxEvent, handler: Handler, happened: Event) -> None:
    actor = _actor_of(row)
    with (
        scope(row.home, actor, row.reason or row.name),
        translation.override(actor.language),
        timezone.override(actor.time_zone),
    ):
        handler(happened)


def _actor_of(row: OutboxEvent) -> Actor:
    found = actor_of(row.by_id) if row.by_id is not None else None
    return found or system_actor(row.home)


def _put_off(row: OutboxEvent, problem: Exception) -> None:
    """Counts the failed try in a transaction of its own; the last one makes the event a dead letter."""
    with scope(row.home, system_actor(row.home)):
        kept = OutboxEvent.objects.select_for_update().get(id=row.id)
        if kept.state != OutboxEvent.PENDING:
            return
        kept.attempts += 1
        kept.error = storable("".join(traceback.format_exception_only(problem)).strip())
        kept.next_at = now() + pause(kept.attempts)
        if kept.attempts >= TRIES:
            kept.state = OutboxEvent.DEAD
        kept.save(update_fields=["attempts", "error", "next_at", "state"])
    lost = isinstance(problem, (InterfaceError, OperationalError))
    logger.warning(
        "event %s (%s) failed, try %s: %s",
        row.id,
        row.name,
        kept.attempts,
        kept.error,
        exc_info=None if lost else problem,
    )


def pause(attempts: int) -> timedelta:
    """How long an event waits after so many failed tries: 2 s, 8 s, 32 s … an hour and a half at most."""
    return timedelta(seconds=min(5400, 2 * 4 ** (attempts - 1)))


def deliver_due(stop: Signal | None = None) -> int:
    """One round: every workspace gets its turn until nothing is due. Answers how many deliveries were tried."""
    tried = 0
    moved = True
    while moved and not (stop is not None and stop.is_set()):
        moved = False
        for workspace_id in queries.waiting_workspaces():
            for _ in range(TURN):
                if stop is not None and stop.is_set():
                    return tried
                if not deliver_next(workspace_id):
                    break
                tried += 1
                moved = True
    return tried


@service("outbox.dispatcher")
def dispatch(stop: Signal) -> None:
    """Delivers until `stop` is set. Raises where the database is away; the worker starts it again."""
    queries.adopt()
    while not stop.is_set():
        deliver_due(stop)
        stop.wait(POLL_SECONDS)
