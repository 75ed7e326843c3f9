"""Notices that the database is away or hangs, so that nobody waits for it.

A query on a connection whose server is stopped would wait for ever; with the server gone each request would wait for the pool.
So a thread of each process looks at the connections: where a query has been under way for a while, it asks the server for a
sign of life over a connection of its own. Without one, the waiting queries are cut off, and further requests are refused at
once until the server answers again. A query that is merely slow is left alone: the server answers meanwhile.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg.pq import TransactionStatus

logger = logging.getLogger("kith.database")

LOOK_EVERY = 0.5
#: How often a server that is away is asked whether it is back.
KNOCK_EVERY = 0.3
#: Seconds after a sign of life in which a long query raises no new doubt.
TRUSTED = 1.0
#: Seconds that the server has for a sign of life (libpq takes no less).
PATIENCE = 2
AWAY = "the database does not answer"
#: What a server says that is well, but has no connection left for a newcomer.
_CROWDED = ("too many clients", "too many connections", "connection slots")

_lock = threading.Lock()
_open: "WeakSet[Watched]" = WeakSet()


class Watched(psycopg.Connection[Any]):
    """A connection of the pool that the watch can see. `heard`: when the server last answered on any of them."""

    heard = 0.0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        with _lock:
            _open.add(self)

    def wait(self, *given: Any, **named: Any) -> Any:
        """Waits for an answer, and notes that one came."""
        answer = super().wait(*given, **named)
        Watched.heard = time.monotonic()
        return answer


class Watch:
    """One a process. `params`: how to connect; `returned` is called once the server is back, before requests are let in."""

    def __init__(self, params: Mapping[str, Any], returned: Callable[[], None]) -> None:
        self._params = {**params, "connect_timeout": PATIENCE, "autocommit": True}
        self._returned = returned
        self._asking = threading.Lock()
        self._seen = 0.0
        self._away = False

    def start(self) -> "Watch":
        threading.Thread(target=self._run, name="kith database watch", daemon=True).start()
        return self

    def need(self) -> None:
        """Raises psycopg.OperationalError at once while the database is known to be away."""
        if self._away:
            raise psycopg.OperationalError(AWAY)

    def answers(self) -> bool:
        """Whether the server gives a sign of life. Threads that ask together share one answer."""
        asked = time.monotonic()
        with self._asking:
            if self._away or self._seen >= asked:
                return not self._away
            # on a machine that is overloaded a newcomer may wait long, while others get their answers
            self._set(self._knock() or Watched.heard > asked)
            return not self._away

    def _set(self, there: bool) -> None:
        if there:
            self._seen = time.monotonic()
        elif not self._away:
            logger.warning("The database gives no sign of life: nothing is asked of it until it does.")
        self._away = not there

    def _knock(self) -> bool:
        try:
            with psycopg.connect(**self._params) as link:
                link.execute("SELECT 1")
        except psycopg.Error as problem:
            return any(words in str(problem) for words in _CROWDED)
        return True

    def _run(self) -> None:
        before: set[Watched] = set()
        while True:
            time.sleep(KNOCK_EVERY if self._away else LOOK_EVERY)
            try:
                before = self._look(before)
            except Exception:
                logger.exception("Looking after the database failed; it goes on.")

    def _look(self, before: set[Watched]) -> set[Watched]:
        """One look; `before`: what was under way at the last one. Answers what is now."""
        if self._away:
            self._come_back()
            return set()
        busy = under_way()
        doubt = time.monotonic() - max(self._seen, Watched.heard) > TRUSTED
        if doubt and busy & before and not self.answers():
            cut(under_way())
        return busy

    def _come_back(self) -> None:
        cut(under_way())  # a request between two queries when the server went has begun to wait meanwhile
        if self._knock():
            tidying = threading.Thread(target=self._tidy, name="kith database return", daemon=True)
            tidying.start()  # beside the watch, which must not wait for a server that holds still again
            tidying.join(PATIENCE)
            with self._asking:
                self._set(True)
            logger.warning("The database gives signs of life again.")

    def _tidy(self) -> None:
        with suppress(psycopg.Error):
            self._returned()


def under_way() -> "set[Watched]":
    """The connections that wait for an answer now."""
    with _lock:
        return {each for each in _open if each.pgconn.transaction_status == TransactionStatus.ACTIVE}


def cut(waiting: "set[Watched]") -> None:
    """Ends the wait of these connections: their queries fail as if the server had closed them."""
    for each in waiting:
        with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(each.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
