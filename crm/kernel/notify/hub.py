"""One LISTEN connection for all open windows of a process.

What comes from the database is a person and an id. Each window has a bounded queue; one that does not keep up is told
that it missed something and asks anew, so a sleeping laptop costs no memory. Windows that show a record hear who else does
(see `presence`).
"""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection

from crm.kernel.identity.actor import Actor
from crm.kernel.notify.presence import BEAT, Place, Presence, Seen
from crm.kernel.queue.live import CHANNEL

logger = logging.getLogger("kith.live")

QUEUE = 64
MOST_WINDOWS = 2000
MOST_OF_ONE = 20
MISSED = ("missed", "")

Person = tuple[str, str]
Message = tuple[str, Any]
"""(kind of event, what it says)"""


@dataclass(frozen=True, slots=True)
class Sight:
    """The record that a window shows, and to whom; `editing`: in its form."""

    place: Place
    name: str
    editing: bool = False


class Window:
    """One open stream: the messages that wait to be sent to it."""

    def __init__(self, person: Person, sight: Sight | None = None) -> None:
        self.person = person
        self.sight = sight
        self.key = uuid4().hex
        self.queue: asyncio.Queue[Message] = asyncio.Queue(QUEUE)

    def put(self, message: Message) -> None:
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
        self._speaker: asyncio.Task[None] | None = None
        self._to_say: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._watching: dict[Place, set[Window]] = {}
        self._id = uuid4().hex
        self.presence = Presence()
        self.listening = asyncio.Event()

    def join(self, actor: Actor, sight: Sight | None = None) -> Window | None:
        """A window for this person, which may show a record; None where this process or this person has too many."""
        if actor.id is None:
            return None
        person = (actor.workspace_id.hex, actor.id.hex)
        theirs = self._windows.setdefault(person, set())
        if self._count >= MOST_WINDOWS or len(theirs) >= MOST_OF_ONE:
            return None
        window = Window(person, sight)
        theirs.add(window)
        self._count += 1
        if self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen(), name="kith live")
        if sight is not None:
            self._watching.setdefault(sight.place, set()).add(window)
            if self._speaker is None or self._speaker.done():
                self._speaker = asyncio.create_task(self._speak(), name="kith presence")
            self._say(window, "came")
        return window

    def leave(self, window: Window) -> None:
        theirs = self._windows.get(window.person, set())
        theirs.discard(window)
        if not theirs:
            self._windows.pop(window.person, None)
        self._count -= 1
        if window.sight is not None:
            self._watching[window.sight.place].discard(window)
            if not self._watching[window.sight.place]:
                del self._watching[window.sight.place]
            self._say(window, "left")
        if self._count == 0 and self._listener is not None:
            self._listener.cancel()
            self._listener = None
            self.listening.clear()

    def _say(self, window: Window, what: str) -> None:
        """Tells all processes that a window came to its record, left it, or (`here`) is there still."""
        if window.sight is not None:
            (workspace, record), sight = window.sight.place, window.sight
            said = {"p": what, "w": workspace, "r": record, "x": window.key, "u": window.person[1], "n": sight.name, "e": sight.editing}
            self._to_say.put_nowait(said)

    async def _speak(self) -> None:
        """Says what is to be said, over a connection that is open only while windows show records or their going is to be told."""
        while self._watching or not self._to_say.empty():
            try:
                async with await psycopg.AsyncConnection.connect(**_params(), autocommit=True) as link:
                    if self._watching:  # what one says oneself comes back by the channel, so it must be heard
                        await asyncio.wait_for(self.listening.wait(), 10)
                    await self._say_all(link)
            except (psycopg.Error, OSError, TimeoutError):
                await asyncio.sleep(2)

    async def _say_all(self, link: "psycopg.AsyncConnection[Any]") -> None:
        while self._watching or not self._to_say.empty():
            try:
                said = await asyncio.wait_for(self._to_say.get(), BEAT)
            except TimeoutError:
                said = {"p": "beat"}
                for place in self.presence.forget():
                    self._show(place)
            await link.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(said | {"h": self._id})])

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
            said: dict[str, Any] = json.loads(payload)
            if "p" in said:
                self._noted(said)
                return
            person, message = (said["w"], said["u"]), (said["k"], said["i"])
        except (ValueError, KeyError, TypeError):
            logger.warning("a message on the live channel is not understood")
            return
        for window in self._windows.get(person, ()):
            window.put(message)

    def _noted(self, said: dict[str, Any]) -> None:
        """Somebody came to a record or left it, or opened one of its cells."""
        if said["p"] == "beat":
            self.presence.beat(said["h"])
            return
        place: Place = (said["w"], said["r"])
        if said["p"] == "edits":
            self.presence.edits(place, said["u"], said["e"])
        elif said["p"] == "left":
            self.presence.left(place, said["x"])
        else:
            seen = Seen(said["h"], said["u"], said["n"], said["e"])
            if self.presence.came(place, said["x"], seen) and said["p"] == "came" and said["h"] != self._id:
                for window in self._watching.get(place, ()):
                    self._say(window, "here")
        self._show(place)

    def _show(self, place: Place) -> None:
        for window in self._watching.get(place, ()):
            window.put(("presence", self.presence.others(place, window.person[1])))

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
