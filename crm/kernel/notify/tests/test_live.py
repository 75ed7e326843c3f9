"""The live stream over ASGI: the right person gets ids, nobody else gets anything, and no connection is held."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connections

from crm.kernel.identity.actions.keys import open_session
from crm.kernel.identity.attempts import Origin
from crm.kernel.identity.models import Session
from crm.kernel.notify import hub as hubs
from crm.kernel.notify import live as lives
from crm.kernel.notify.actions import notify
from crm.kernel.notify.hub import QUEUE, Window, hub
from crm.kernel.notify.live import live
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company


class Stream:
    """One client of the ASGI application."""

    def __init__(self, cookie: str) -> None:
        self.cookie = cookie
        self.status = 0
        self.text = ""
        self.closed = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.closed.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        self.status = message.get("status", self.status)
        self.text += message.get("body", b"").decode()

    async def until(self, words: str, seconds: float = 10) -> None:
        for _ in range(int(seconds * 50)):
            if words in self.text:
                return
            await asyncio.sleep(0.02)
        pytest.fail(f"{words!r} did not come; what came: {self.text!r}")

    def scope(self) -> dict[str, Any]:
        headers = [(b"cookie", f"theme=dark; kith_session={self.cookie}".encode())]
        return {"type": "http", "method": "GET", "path": "/live", "headers": headers}


@asynccontextmanager
async def opened(cookie: str) -> AsyncIterator[Stream]:
    stream = Stream(cookie)
    task = asyncio.create_task(live(stream.scope(), stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.closed.set()
        await asyncio.wait_for(task, 5)


def cookie_of(company: Company, name: str) -> str:
    with company.as_(name):
        return open_session(company.people[name], Origin())


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await work()
        await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as own:  # a browser that an earlier test used keeps its event loop in this thread
        own.submit(asyncio.run, main()).result()


def ring(company: Company, name: str) -> str:
    try:
        with company.as_("bo"):
            return str(notify(company.people[name].id, "a secret text").id)
    finally:
        connections.close_all()


def test_a_notification_reaches_its_person_and_nobody_else(north: Company, south: Company) -> None:
    ada, bo, other = cookie_of(north, "ada"), cookie_of(north, "bo"), cookie_of(south, "ada")

    async def work() -> None:
        async with opened(ada) as mine, opened(bo) as theirs, opened(other) as foreign:
            await asyncio.gather(*(stream.until("retry") for stream in (mine, theirs, foreign)))
            await asyncio.wait_for(hub().listening.wait(), 10)
            item = await asyncio.to_thread(ring, north, "ada")
            await mine.until("event: notification\n" + f"data: {json.dumps({'id': item})}\n\n")
            await asyncio.sleep(0.2)
            assert item not in theirs.text + foreign.text
            assert "secret" not in mine.text
            assert mine.status == 200

    run(work)


def test_a_wrong_or_missing_session_is_refused(north: Company) -> None:
    async def work() -> None:
        for cookie in ("", f"{north.id.hex}.{'x' * 43}", "nonsense"):
            stream = Stream(cookie)
            await live(stream.scope(), stream.receive, stream.send)
            assert (stream.status, stream.text) == (401, "")

    run(work)


def test_a_revoked_session_ends_its_stream(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = cookie_of(north, "ada")
    monkeypatch.setattr(lives, "HEARTBEAT", 0.1)
    monkeypatch.setattr(lives, "CHECK_EVERY", 0.1)

    def revoke() -> None:

        try:
            with north.as_("admin"):
                Session.objects.filter(user_id=north.people["ada"].id).delete()
                bump_permissions()
        finally:
            connections.close_all()

    async def work() -> None:
        stream = Stream(cookie)
        task = asyncio.create_task(live(stream.scope(), stream.receive, stream.send))
        await stream.until("still here")
        await asyncio.to_thread(revoke)
        await asyncio.wait_for(task, 10)

    run(work)


def test_a_window_that_sleeps_gets_one_word_instead_of_a_backlog() -> None:
    async def work() -> None:
        window = Window(("w", "u"))
        for number in range(QUEUE + 1):
            window.put(("task", str(number)))
        assert window.queue.qsize() == 1
        assert window.queue.get_nowait() == hubs.MISSED

    run(work)


def test_one_person_cannot_take_all_windows(north: Company) -> None:
    cookie = cookie_of(north, "ada")

    async def work() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hubs, "MOST_OF_ONE", 1)
            async with opened(cookie) as first:
                await first.until("retry")
                second = Stream(cookie)
                await live(second.scope(), second.receive, second.send)
                assert second.status == 503
        assert hub()._count == 0
        assert hub()._listener is None

    run(work)
