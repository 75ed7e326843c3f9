"""The loop that tells webhooks, and forgetting what was told."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Lock
from uuid import UUID

from django.db import connections

from crm.integration import queries
from crm.integration.actions.feed import read_feed
from crm.integration.actions.sending import let_rest, take_turn
from crm.integration.models import WebhookDelivery, WebhookSecret
from crm.kernel.base.clock import now
from crm.kernel.queue.registry import periodic, service

logger = logging.getLogger("kith.webhooks")

KEPT = timedelta(days=30)
POLL_SECONDS = 0.5
#: Calls at one time, in all and for one workspace: threads of their own, so no receiver holds up jobs, events or another company.
THREADS, THREADS_A_WORKSPACE = 8, 3


class Switchboard:
    """Hands webhooks that have something to send to the threads, one turn at a time each."""

    def __init__(self, stop: Event) -> None:
        self._stop, self._lock = stop, Lock()
        self._busy: set[tuple[UUID, UUID]] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kith-webhook")

    def offer(self, due: list[tuple[UUID, UUID]]) -> None:
        """Begins the turns for which there is room; the others are offered again."""
        for workspace, webhook in due:
            with self._lock:
                mine = sum(1 for one in self._busy if one[0] == workspace)
                if len(self._busy) >= THREADS or mine >= THREADS_A_WORKSPACE or (workspace, webhook) in self._busy:
                    continue
                self._busy.add((workspace, webhook))
            self._threads.submit(self._turn, workspace, webhook)

    def close(self) -> None:
        """Waits for calls that are being made; each has its time limit."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _turn(self, workspace: UUID, webhook: UUID) -> None:
        try:
            take_turn(workspace, webhook, self._stop)
        except Exception:
            logger.exception("the turn of webhook %s failed", webhook)
            let_rest(workspace, webhook)
        finally:
            connections.close_all()
            with self._lock:
                self._busy.discard((workspace, webhook))


@service("integration.webhooks")
def tell_webhooks(stop: Event) -> None:
    """Turns events into deliveries and sends them until `stop` is set. Raises where the database is away; it is started again."""
    queries.adopt()
    board = Switchboard(stop)
    try:
        while not stop.is_set():
            more = [workspace for workspace in queries.with_news() if read_feed(workspace)]
            board.offer(queries.due())
            if not more:
                stop.wait(POLL_SECONDS)
    finally:
        board.close()


@periodic("47 3 * * *", "integration.forget_deliveries")
def forget_deliveries() -> None:
    """Removes deliveries, with what was sent and answered, after 30 days, and secrets that no longer sign."""
    WebhookDelivery.objects.filter(created_at__lt=now() - KEPT).delete()
    WebhookSecret.objects.filter(until__lt=now()).delete()
