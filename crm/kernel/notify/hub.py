"""One LISTEN connection for all open windows of a process.

What comes from the database is a person and an id. Each window has a bounded queue; one that does not keep up is told
that it missed something and asks anew, so a sleeping laptop costs no memory.
"""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

from crm.kernel.identity.actor import Actor
from crm.kernel.queue.live import CHANNEL

logger = logging.getLogger("kith.live")

QUEUE = 64
MOST_WINDOWS = 2000
MOST_OF_ONE = 20
MISSED = ("missed", "")

Person = tuple[str, str]


class Window:
    """One open stream: the messages that wait to be sent to it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(QUEUE)

    def put(self, message: tuple[str, str]) -> None:
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            message = MISSED
        self.queue.put_nowait(message)


class Hub:
    """The windows of one event loop and the connection that feeds them; it is open while there are windows."""

    def __init__(self) -> None:
        self._windows: dict[Person, set[Window]] = {}
        self._count = 0
        self._listener: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()

    def join(self, actor: Actor) -> Window | None:
        """A window for this person; None where this process or this person has too many."""
        if actor.id is None:
            return None
        person = (actor.workspace_id.hex, actor.id.hex)
        theirs = self._windows.setdefault(person, set())
        if self._count >= MOST_WINDOWS or len(theirs) >= MOST_OF_ONE:
            return None
        window = Window(person)
        theirs.add(window)
        self._count += 1
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="kith live")
        return window

    def leave(self, window: Window) -> None:
        theirs = self._windows.get(window.person, set())
        theirs.discard(window)
        if not theirs:
            self._windows.pop(window.person, None)
        self._count -= 1
        if self._count == 0 and self._listener is not None:
            self._listener.cancel()
            self._listener = None
            self.listening.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._follow()
            except (psycopg.Error, OSError) as problem:
                logger.warning("The live stream waits for the database (%s).", str(problem).strip())
            self.listening.clear()
            await asyncio.sleep(2)

    async def _follow(self) -> None:
        async with await psycopg.AsyncConnection.connect(**_params(), autocommit=True) as link:
            await link.execute(f"LISTEN {CHANNEL}")
            for window in self._all():
                window.put(MISSED)
            self.listening.set()
            async for said in link.notifies():
                self._pass_on(said.payload)

    def _pass_on(self, payload: str) -> None:
        try:
            said: dict[str, str] = json.loads(payload)
            person, message = (said["w"], said["u"]), (said["k"], said["i"])
        except (ValueError, KeyError, TypeError):
            logger.warning("a message on the live channel is not understood")
            return
        for window in self._windows.get(person, ()):
            window.put(message)

    def _all(self) -> Iterator[Window]:
        return (window for theirs in list(self._windows.values()) for window in list(theirs))


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def _params() -> dict[str, Any]:
    params = dict(connection.get_connection_params())
    for django_only in ("cursor_factory", "context"):
        params.pop(django_only, None)
    return params
