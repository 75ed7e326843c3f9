"""The people of `just soak-users`: what each of them does, and what must be in the answers."""

import asyncio
import html
import json
import random
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

THINK = 15.0
TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in colleague. `accounts`: (id, name) of records that the person's team sees; nobody else edits `own`."""

    name: str
    cookie: str
    csrf: str
    accounts: list[tuple[str, str]]
    own: list[str]

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Cookie": f"kith_session={self.cookie}; kith_csrf={self.csrf}",
            "X-CSRFToken": self.csrf,
            "Accept-Encoding": "gzip",
            "Accept-Language": "en",
        }


@dataclass(slots=True)
class Record:
    """What was asked: milliseconds by kind of request, and in words what went wrong. Counts only while `open`."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    streams: int = 0
    dropped: int = 0
    open: bool = False


class Wrong(Exception):
    """An answer that is not what it should be."""


class Desk:
    """One person at work: one act, a pause of 15 s on average (exponential), the next act, until `over` is set."""

    def __init__(self, client: httpx.AsyncClient, person: Person, record: Record, seed: int) -> None:
        self.client, self.person, self.record = client, person, record
        self.dice = random.Random(seed)  # noqa: S311
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (24, self.open_record), (18, self.list), (16, self.find), (12, self.my_day), (8, self.call),
            (7, self.cell), (6, self.board), (5, self.deals), (4, self.api),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in acts]
        self.acts = [act for _, act in acts]

    async def work(self, over: asyncio.Event) -> None:
        await self.pause(over)
        while not over.is_set():
            act = self.dice.choices(self.acts, self.weights)[0]
            try:
                await act()
            except (httpx.HTTPError, Wrong, ValueError) as problem:
                if self.record.open:
                    self.record.errors.append(f"{act.__name__}: {type(problem).__name__} {problem}"[:400])
            await self.pause(over)

    async def pause(self, over: asyncio.Event) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), self.dice.expovariate(1 / THINK))

    async def watch(self, over: asyncio.Event) -> None:
        """The window's event stream, opened again like a browser does."""
        while not over.is_set():
            try:
                async with self.client.stream("GET", "/live", headers=self.person.headers, timeout=None) as stream:
                    if stream.status_code != 200:
                        raise Wrong(f"/live answers {stream.status_code}")
                    self.record.streams += 1
                    async for _line in stream.aiter_lines():
                        if over.is_set():
                            return
            except (httpx.HTTPError, Wrong) as problem:
                if self.record.open:
                    self.record.errors.append(f"stream: {type(problem).__name__} {problem}"[:400])
            self.record.dropped += not over.is_set()
            await asyncio.sleep(3)

    async def ask(self, kind: str, path: str, *says: str, **sent: Any) -> httpx.Response:
        """One request; raises Wrong where status or text are not as they should be."""
        begun = time.perf_counter()
        method = "POST" if "data" in sent else "GET"
        headers = {**self.person.headers, **({"HX-Request": "true"} if sent.pop("htmx", False) else {})}
        answer = await self.client.request(method, path, headers=headers, **sent)
        if self.record.open:
            self.record.taken.setdefault(kind, []).append((time.perf_counter() - begun) * 1000)
        if answer.status_code not in (200, 204):
            raise Wrong(f"{method} {path} answers {answer.status_code}: {answer.text[:200]}")
        missing = [text for text in says if text not in answer.text and text not in html.unescape(answer.text)]
        if missing:
            raise Wrong(f"{method} {path} does not say {missing[0]!r}")
        return answer

    def one(self) -> tuple[str, str]:
        return self.dice.choice(self.person.accounts)

    async def my_day(self) -> None:
        await self.ask("my day", "/", self.person.name)

    async def list(self) -> None:
        await self.ask("list of accounts", "/accounts/", self.person.name, "/accounts/")

    async def deals(self) -> None:
        await self.ask("list of deals", "/opportunities/", self.person.name, "/opportunities/")

    async def board(self) -> None:
        await self.ask("board", "/opportunities/board", self.person.name, "data-board")

    async def api(self) -> None:
        answer = await self.ask("API list", "/api/v1/accounts?limit=50")
        if not json.loads(answer.text)["items"]:
            raise Wrong("the API lists nothing")

    async def open_record(self) -> None:
        pk, name = self.one()
        await self.ask("record", f"/accounts/{pk}/", name)

    async def find(self) -> None:
        """Three looks while the name is typed; the last one must find the record."""
        pk, name = self.one()
        marks = sorted({max(1, len(name) // 4), max(1, len(name) // 2), len(name)})
        for end in marks:
            says = (pk,) if end == len(name) else ('"items"',)
            await self.ask("search as one types", "/find", *says, params={"q": name[:end]})
            await asyncio.sleep(0.2)

    async def call(self) -> None:
        """A call is logged; the record then tells it."""
        pk, _name = self.one()
        subject = f"Call {uuid4().hex[:12]}"
        sent = {"type": "call", "subject": subject, "body": "Asked for the new price list."}
        await self.ask("log a call", f"/activities/log/{pk}", data=sent, htmx=True)
        await self.ask("record", f"/accounts/{pk}/", subject)

    async def cell(self) -> None:
        """A cell of a record that nobody else edits."""
        pk, number = self.dice.choice(self.person.own), self.dice.randrange(10, 990)
        path = f"/accounts/{pk}/cell/employees"
        editor = await self.ask("open a cell", path, "data-cell", htmx=True)
        version = re.search(r'name="version" value="(\d+)"', editor.text)
        if version is None:
            raise Wrong("the cell's editor names no version")
        await self.ask("save a cell", path, str(number), data={"version": version[1], "employees": str(number)}, htmx=True)
