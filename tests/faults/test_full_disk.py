"""The disk full: reading goes on, writing is refused in words, nothing acknowledged is lost, and room is all that is needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from config.database import embedded
from tests.faults.installation import Installation, until
from tests.faults.load import Load, nothing_is_lost
from tests.faults.test_kill import ROWS, upload

pytestmark = pytest.mark.xdist_group("faults")

SAID = "The storage is full"


@pytest.fixture
def small(installation: Installation) -> Installation:
    if not installation.small:
        pytest.skip("needs a file system of its own, which only root may mount")
    return installation


@contextmanager
def full(folder: Path) -> Iterator[Path]:
    """Somebody else fills the file system to its last byte; answers the file that does."""
    filler = folder / "filler"
    try:
        fill(filler)
        yield filler
    finally:
        filler.unlink()


def fill(filler: Path) -> None:
    step = 2**26
    with filler.open("ab", buffering=0) as file:
        while step >= 4096:
            try:
                os.posix_fallocate(file.fileno(), file.seek(0, 2), step)
            except OSError:
                step //= 4


def write_until_it_stops(small: Installation) -> None:
    """Fills PostgreSQL's log past the files that it has at hand: then it gives up and starts anew, or ends."""
    with suppress(psycopg.OperationalError), psycopg.connect(embedded(small.data).admin_url, autocommit=True) as link:
        while True:
            link.execute("SELECT pg_logical_emit_message(false, 'full', repeat('x', 4000000))")


def refuses_to_write(client: httpx.Client) -> None:
    form = client.post("/accounts/new", data={"name": "typed"})
    assert (form.status_code, SAID in form.text) == (507, True), form.text
    assert "what you typed is still there" in form.text
    part = client.post("/accounts/new", data={"name": "typed"}, headers={"HX-Request": "true"})
    assert (part.status_code, part.text) == (507, "")
    assert SAID in part.headers["HX-Trigger"]
    called = client.post("/api/v1/accounts", json={"name": "typed"})
    assert (called.status_code, called.headers["Content-Type"]) == (507, "application/problem+json")
    assert (called.json()["code"], SAID in called.json()["detail"]) == ("storage-full", True)
    assert called.headers["Retry-After"] == "30"


def reads(client: httpx.Client, pk: str) -> None:
    for path in ("/", "/accounts/", f"/accounts/{pk}/", "/api/v1/accounts", "/find?q=before", "/opportunities/board"):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])


def test_a_full_disk_refuses_writers_and_lets_readers_in(small: Installation) -> None:
    with small.client(Accept="text/html") as client:
        pk = client.post("/api/v1/accounts", json={"name": "before"}).json()["id"]
        load = Load(small.url, small.token)
        load.start()
        try:
            until(lambda: len(load.accounts) > 5)
            with full(small.data.parent):
                until(lambda: client.get("/accounts/").status_code == 200)
                refuses_to_write(client)
                reads(client, pk)
                file = {"file": ("note.txt", b"kept or not " * 200_000)}
                sent = client.post(f"/accounts/{pk}/files", files=file)
                assert (sent.status_code, SAID in sent.text) == (507, True)
                kept = len(load.accounts)
                assert small.ready()
            assert until(lambda: len(load.accounts) > kept + 5, 60) < 15
        finally:
            load.stop()
        assert load.problems == []
        nothing_is_lost(small, load)
        sent = client.post(f"/accounts/{pk}/files", files=file)
        assert sent.status_code in (200, 204, 302)


def test_the_database_that_stopped_for_want_of_room_is_started_again(small: Installation) -> None:
    """No reserve, no warning: its log cannot be written, it stops, and nothing is said but that the storage is full."""
    with small.client(Accept="text/html") as client:
        load, run = Load(small.url, small.token), upload(client, "full")
        load.start()
        try:
            until(lambda: len(load.accounts) > 5)
            with full(small.data.parent) as filler:
                reserve = next(small.data.rglob("reserve"), None)
                until(lambda: reserve is None or not reserve.exists())
                fill(filler)  # what the reserve left is taken too
                write_until_it_stops(small)
                page = client.get("/accounts/")
                assert page.status_code in (200, 507)
                refuses_to_write(client)
            until(small.ready)
            kept = len(load.accounts)
            assert until(lambda: len(load.accounts) > kept + 5, 60) < 30
            until(lambda: client.get(run).json()["state"] not in {"running", "waiting"}, 90)
            assert client.get(run).json()["counts"]["create"] == ROWS
        finally:
            load.stop()
        assert load.problems == []
        nothing_is_lost(small, load)
