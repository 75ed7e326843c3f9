"""`/live`: server-sent events for one person's windows. An ASGI application of its own.

Who asks is looked up as for a page, and that database connection is given back before the stream begins: a stream holds
none. Events carry an id; the window then asks for what it may see.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import UUID

from django.db import Error, connections
from django.http import QueryDict, parse_cookie

from crm.kernel.base.errors import Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.entrance import who
from crm.kernel.identity.keys import COOKIE, Key, read_authorization, read_link
from crm.kernel.notify.hub import Sight, Window, hub
from crm.kernel.notify.presence import place_of
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.scope import scope as scope_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

HEARTBEAT = 20.0
#: A session that was revoked ends its streams within so many seconds.
CHECK_EVERY = 60.0
_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """Streams `event: <kind>` with `data: {"id": …}`; kinds are notification, notifications-read, task and missed.

    With `?on=<record>` the window shows a record (`&editing=1`: its form): it also gets `presence` with who else does, as
    `{"id": [{"name": …, "editing": …}]}`, as long as its person may see the record.
    """
    if scope["type"] != "http":
        return
    if scope["method"] != "GET":
        await _refuse(send, 405)
        return
    key = _key(scope)
    try:
        actor, sight = await asyncio.to_thread(_look_up, key, _asked(scope))
    except Error:
        await _refuse(send, 503)
        return
    if actor is None or key is None:
        await _refuse(send, 401)
        return
    window = hub().join(actor, sight)
    if window is None:
        await _refuse(send, 503)
        return
    gone = asyncio.create_task(_gone(receive))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        await _write(send, "retry: 3000\n\n")
        await _stream(window, key, gone, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except OSError:
        return  # the window was closed while we wrote to it
    finally:
        gone.cancel()
        hub().leave(window)


async def _stream(window: Window, key: Key, gone: "asyncio.Task[None]", send: Send) -> None:
    checked = time.monotonic()
    while not gone.done():
        getter = asyncio.create_task(window.queue.get())
        try:
            await asyncio.wait({getter, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not getter.done():
                getter.cancel()
        if gone.done():
            return
        if getter.done() and not getter.cancelled():
            kind, item = getter.result()
            await _write(send, f"event: {kind}\ndata: {json.dumps({'id': item})}\n\n")
        else:
            await _write(send, ": still here\n\n")
        if time.monotonic() - checked >= CHECK_EVERY:
            checked = time.monotonic()
            if not await _still_valid(key, window):
                return


async def _still_valid(key: Key, window: Window) -> bool:
    """Whether the session lives and may see the record it shows. While the database is away nobody is thrown out."""
    record = UUID(window.sight.place[1]) if window.sight is not None else None
    try:
        actor, sight = await asyncio.to_thread(_look_up, key, (record, False))
    except Error:
        return True
    return actor is not None and (record is None or sight is not None)


def _asked(scope: Scope) -> tuple[UUID | None, bool]:
    """(the record that the window shows, whether in its form)"""
    query = QueryDict(bytes(scope.get("query_string") or b""))
    return as_uuid(query.get("on", "")), query.get("editing") == "1"


def _look_up(key: Key | None, asked: tuple[UUID | None, bool]) -> tuple[Actor | None, Sight | None]:
    """(who it is, what they see)"""
    record, editing = asked
    try:
        actor = who(key)
        if actor is None or record is None:
            return actor, None
        with scope_of(actor.workspace_id, actor):
            try:
                fetch_any(record)
            except Refusal:
                return actor, None
        return actor, Sight(place_of(actor.workspace_id, record), actor.name, editing)
    finally:
        connections.close_all()


def _key(scope: Scope) -> Key | None:
    """The session of the cookie, or the API token of the Authorization header."""
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    for name, value in headers:
        if name == b"authorization":
            return read_authorization(value.decode("latin-1"))
    cookies = "; ".join(value.decode("latin-1") for name, value in headers if name == b"cookie")
    return read_link(parse_cookie(cookies).get(COOKIE))


async def _gone(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store"), (b"retry-after", b"5")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
