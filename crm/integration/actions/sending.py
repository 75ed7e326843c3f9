"""Calling receivers. One turn of one webhook: its deliveries that are due, in order, each in two short transactions around the call.

No transaction and no connection to the database is held while a receiver takes its time. Whoever takes a turn leases the webhook;
a process that is killed leaves the delivery waiting, and the next one sends it with the same id.
"""

import email.utils
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone, translation

from crm.integration.actions.body import body_of
from crm.integration.actions.ending import switch_off
from crm.integration.actions.signing import headers
from crm.integration.models import Webhook, WebhookDelivery, WebhookState
from crm.integration.queries import RIGHT, next_delivery, signing_secrets
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.base.outbound import Forbidden, Target, Unreachable, Wire, read_target
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.queries import actor_of
from crm.kernel.queue.words import storable
from crm.kernel.rest import render
from crm.kernel.tenancy.scope import scope

logger = logging.getLogger("kith.webhooks")

#: Seconds between the tries of a delivery: ten tries in about two and a half days, spread by `_spread`.
PAUSES = (5, 60, 300, 1800, 7200, 18_000, 36_000, 57_600, 86_400)
#: A webhook whose calls are not taken for so long is switched off.
FAILING_FOR = timedelta(days=3)
#: A turn ends after so many deliveries or seconds, so that others get theirs.
TURN, TURN_SECONDS = 50, 20.0
#: What the owner may not know is passed over so many times in one transaction.
PASSED_OVER = 200
LEASE = timedelta(seconds=60)
#: A receiver that does not answer at all is left alone for so many seconds at most.
LONGEST_REST = 300
LONGEST_WAIT = 86_400
KEPT_ANSWER, KEPT_REQUEST = 2048, 65_536
KEPT_TRIES = 20
_random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Call:
    """One call, ready to be made."""

    delivery: UUID
    target: Target
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Outcome:
    """What came of it. `status` None: no answer; `after`: seconds that the receiver asks for; `reached`: whether it is there at all."""

    status: int | None = None
    error: str = ""
    answer: str = ""
    milliseconds: int = 0
    after: int | None = None
    reached: bool = True
    at: datetime = field(default_factory=now)

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def take_turn(workspace_id: UUID, webhook_id: UUID, stopping: Any = None) -> int:
    """Sends what is due to one webhook; answers how many calls were made. 0 where another worker is at it."""
    if not _lease(workspace_id, webhook_id):
        return 0
    made, began = 0, time.monotonic()
    try:
        with Wire() as wire:
            while made < TURN and time.monotonic() - began < TURN_SECONDS and not (stopping is not None and stopping.is_set()):
                call = _prepare(workspace_id, webhook_id)
                if call is None:
                    break
                connections.close_all()  # a receiver that takes its time shall not keep a connection busy
                outcome = _call(wire, call)
                made += 1
                if not _note(workspace_id, webhook_id, call, outcome):
                    break
    finally:
        _release(workspace_id, webhook_id)
    return made


@contextmanager
def _home(workspace_id: UUID) -> Iterator[None]:
    with scope(workspace_id, system_actor(workspace_id), "webhooks"):
        yield


def _lease(workspace_id: UUID, webhook_id: UUID) -> bool:
    with _home(workspace_id):
        state = WebhookState.objects.select_for_update(skip_locked=True).filter(webhook_id=webhook_id).first()
        if state is None or (state.leased_until is not None and state.leased_until > now()):
            return False
        state.leased_until, state.served_at = now() + LEASE, now()
        state.save(update_fields=["leased_until", "served_at"])
        return True


def _release(workspace_id: UUID, webhook_id: UUID) -> None:
    with _home(workspace_id):
        WebhookState.objects.filter(webhook_id=webhook_id).update(leased_until=None)


def let_rest(workspace_id: UUID, webhook_id: UUID) -> None:
    """After a turn that failed inside Kith: it is not tried again at once, and again."""
    with _home(workspace_id):
        WebhookState.objects.filter(webhook_id=webhook_id).update(rests_until=now() + LEASE, leased_until=None)


def _prepare(workspace_id: UUID, webhook_id: UUID) -> Call | None:
    """The next call of the webhook, or None. What its owner may not know is passed over."""
    with _home(workspace_id):
        hook = Webhook.objects.filter(pk=webhook_id, active=True, removed_at=None).first()
        if hook is None:
            return None
        owner = actor_of(hook.by_id)
        if owner is None or not owner.may(RIGHT):
            switch_off(hook, "owner")
            return None
        for _turn in range(PASSED_OVER):
            row = next_delivery(webhook_id)
            if row is None:
                return None
            content = _content(row, hook, owner)
            if content is not None:
                row.request = storable(content.decode(), KEPT_REQUEST)
                row.save(update_fields=["request"])
                seconds = int(now().timestamp())
                signed = headers(row.pk, seconds, content, signing_secrets(hook.pk))
                return _addressed(hook, row, Call(row.pk, _NOWHERE, signed, content))
    return None


_NOWHERE = Target("https", "invalid", 443, "/")


def _addressed(hook: Webhook, row: WebhookDelivery, call: Call) -> Call:
    """The call with its target. An address that is no longer allowed is found out at the call, like one that cannot be reached."""
    try:
        return Call(call.delivery, read_target(hook.address), call.headers, call.body)
    except Forbidden as refusal:
        logger.warning("webhook %s: its address is not allowed any more (%s)", hook.pk, refusal.message)
        return call


def _content(row: WebhookDelivery, hook: Webhook, owner: Actor) -> bytes | None:
    """The body as the owner may see it; None, and the delivery is over, where there is nothing that they may."""
    try:
        with (
            scope(hook.home, owner, "webhooks"),
            translation.override(owner.language),
            timezone.override(owner.time_zone),
        ):
            found = body_of(row, hook, owner)
    except Refusal as refusal:
        logger.warning("webhook %s: nothing to tell of %s: %s", hook.pk, row.pk, refusal)
        found = None
    except Exception:  # one event that cannot be put together must not keep the others
        logger.exception("webhook %s: the body of %s could not be made", hook.pk, row.pk)
        _note_try(row, Outcome(error="kith"))
        return None
    if found is None:
        row.state, row.done_at, row.request = WebhookDelivery.SKIPPED, now(), ""
        row.save(update_fields=["state", "done_at", "request"])
        return None
    return render.encoded(found)


def _call(wire: Wire, call: Call) -> Outcome:
    """Makes the call and says what came of it; it raises nothing that a receiver could cause."""
    began = time.monotonic()
    outcome = Outcome()
    try:
        if call.target == _NOWHERE:
            raise Forbidden
        answer = wire.post(call.target, call.headers, call.body)
        outcome.status = answer.status
        outcome.answer = storable(answer.body[:KEPT_ANSWER].decode("utf-8", "replace"), KEPT_ANSWER)
        outcome.error = "redirect" if 300 <= answer.status < 400 else ""
        outcome.after = _after(answer.headers.get("retry-after", ""))
    except Forbidden:
        outcome.error, outcome.reached = "forbidden", False
    except Unreachable as problem:
        outcome.error, outcome.reached = problem.why, False
        outcome.answer = storable(str(problem), KEPT_ANSWER)
    outcome.milliseconds = int((time.monotonic() - began) * 1000)
    return outcome


def _after(text: str) -> int | None:
    """Retry-After in seconds, whether it is a number or a date; at most a day. None where there is none."""
    if text.isascii() and text.strip().isdigit():
        return min(LONGEST_WAIT, int(text.strip()[:9]))
    try:
        moment = email.utils.parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    left = (moment.replace(tzinfo=moment.tzinfo or UTC) - now()).total_seconds()
    return max(0, min(LONGEST_WAIT, int(left)))


def _note(workspace_id: UUID, webhook_id: UUID, call: Call, outcome: Outcome) -> bool:
    """Writes down what came of a call; whether the turn may go on."""
    with _home(workspace_id):
        row = WebhookDelivery.objects.select_for_update().filter(pk=call.delivery).first()
        state = WebhookState.objects.select_for_update().filter(webhook_id=webhook_id).first()
        if row is None or state is None:
            return False
        _note_try(row, outcome)
        if outcome.good:
            state.failing_since, state.failures, state.last_ok_at = None, 0, outcome.at
            state.save()
            return True
        state.failing_since = state.failing_since or outcome.at
        state.failures = 0 if outcome.reached else state.failures + 1
        rest = _rest(state.failures, outcome)
        state.rests_until = now() + timedelta(seconds=rest) if rest else None
        state.save()
        hook = Webhook.objects.select_for_update().get(pk=webhook_id)
        if outcome.status == 410:
            switch_off(hook, "gone")
        elif outcome.at - state.failing_since >= FAILING_FOR:
            switch_off(hook, "failing")
        return hook.active and not rest


def _rest(failures: int, outcome: Outcome) -> int:
    """Seconds for which the whole webhook rests: where nobody answers, or the receiver asks for it. One bad event rests alone."""
    if not outcome.reached:
        return int(min(LONGEST_REST, 5 * 2 ** min(failures - 1, 10)))
    return outcome.after or 0 if outcome.status in (429, 503) else 0


def _note_try(row: WebhookDelivery, outcome: Outcome) -> None:
    row.attempts += 1
    row.status, row.error, row.answer = outcome.status, outcome.error, outcome.answer
    one = {"at": render.moment(outcome.at), "status": outcome.status, "error": outcome.error, "ms": outcome.milliseconds}
    row.tries = [*row.tries, one][-KEPT_TRIES:]
    if outcome.good:
        row.state, row.done_at = WebhookDelivery.DONE, outcome.at
    elif row.attempts > len(PAUSES):
        row.state, row.done_at = WebhookDelivery.FAILED, outcome.at
    else:
        row.next_at = now() + timedelta(seconds=max(_spread(PAUSES[row.attempts - 1]), outcome.after or 0))
    row.save()


def _spread(seconds: int) -> float:
    """Up to a fifth more, so that what failed together does not come back together."""
    return seconds * (1 + _random.random() / 5)
