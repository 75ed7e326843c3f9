"""The database gone, or taken ill: a clear answer at once, and everything goes on by itself when it is back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from tests.faults.installation import Installation, until

pytestmark = pytest.mark.xdist_group("faults")

#: Seconds. A server that says nothing is given some time before it is taken for gone; after that nobody waits.
NOTICED, AT_ONCE = 6.0, 1.0
SAID = "If it was not saved yet, send it again in a moment."

TELL = """
SELECT pg_notify('kith_live', json_build_object(
         'w', replace(workspace_id::text, '-', ''), 'u', replace(id::text, '-', ''), 'k', 'task', 'i', %s::text)::text)
  FROM member
"""


def timed(client: httpx.Client, method: str, path: str, **sent: Any) -> tuple[httpx.Response, float]:
    begun = time.monotonic()
    answer = client.request(method, path, **sent)
    return answer, time.monotonic() - begun


class Stream:
    """An open event stream; `lines` is what came."""

    def __init__(self, installation: Installation) -> None:
        self.lines: list[str] = []
        self.over = False
        self.thread = threading.Thread(target=self._listen, args=(installation,), daemon=True)
        self.thread.start()

    def hears(self, installation: Installation) -> None:
        """What the database tells this person's windows comes through."""

        def heard() -> bool:
            installation.ask(TELL, "afterwards")
            time.sleep(0.3)
            return any("afterwards" in line for line in self.lines)
        until(heard, 15)
        self.over = True
        installation.ask(TELL, "over")
        self.thread.join(5)
        assert not self.thread.is_alive()

    def _listen(self, installation: Installation) -> None:
        with suppress(httpx.HTTPError), installation.client() as client, client.stream("GET", "/live", timeout=60) as stream:
            for line in stream.iter_lines():
                self.lines.append(line)
                if self.over:
                    return


def told_clearly(installation: Installation) -> None:
    """Page, part of a page, API, probe and stream say what is the matter, without delay."""
    with installation.client(Accept="text/html") as client:
        page, took = timed(client, "GET", "/accounts/")
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert took < NOTICED
        assert "The database does not answer" in page.text
        assert '<meta http-equiv="refresh" content="5">' in page.text
        for path in ("/", "/accounts/", "/opportunities/board"):
            page, took = timed(client, "GET", path)
            assert (page.status_code, took < AT_ONCE) == (503, True), (path, took)
        form, took = timed(client, "POST", "/accounts/new", data={"name": "typed"})
        assert (form.status_code, took < AT_ONCE) == (503, True)
        assert "what you typed is still there" in form.text
        part, took = timed(client, "POST", "/accounts/new", data={"name": "typed"}, headers={"HX-Request": "true"})
        assert (part.status_code, part.text, took < AT_ONCE) == (503, "", True)
        assert SAID in part.headers["HX-Trigger"]
        called, took = timed(client, "POST", "/api/v1/accounts", json={"name": "typed"})
        assert (called.status_code, took < AT_ONCE) == (503, True)
        assert (called.headers["Content-Type"], called.json()["code"]) == ("application/problem+json", "unavailable")
        assert SAID in called.json()["detail"]
        probe, took = timed(client, "GET", "/readyz")
        assert (probe.status_code, probe.text, took < AT_ONCE) == (503, "the database does not answer\n", True)
        assert client.get("/healthz").status_code == 200
        assert client.get("/live").status_code == 503


@contextmanager
def recovers(installation: Installation, seconds: float) -> Iterator[None]:
    """Afterwards web, worker and event stream work as before, within so many seconds and without help."""
    stream = Stream(installation)
    until(lambda: stream.lines)
    yield
    assert until(lambda: all(installation.ready() for _ in range(12)), 40) < seconds, "both processes of the web"
    with installation.client() as client:
        for _ in range(12):
            assert client.get("/accounts/").status_code == 200
        at = "2031-03-01T09:00:00Z"
        values = {"type": "task", "subject": "afterwards", "reminder_at": at}
        made = client.post("/api/v1/activities", json=values)
        assert made.status_code == 201, made.text
        count = "SELECT count(*) FROM reminder WHERE record_id = %s"
        until(lambda: installation.ask(count, made.json()["id"]) == [(1,)], 30)
    stream.hears(installation)


def test_the_database_is_killed_and_stays_away(installation: Installation) -> None:
    with recovers(installation, 15), installation.without_database():
        told_clearly(installation)
        time.sleep(3)
        told_clearly(installation)


def test_the_database_holds_still(installation: Installation) -> None:
    """Connections are open and new ones are taken, but no query is answered."""
    with recovers(installation, 5), installation.database_asleep():
        told_clearly(installation)


def test_a_slow_query_is_not_cut_off(installation: Installation) -> None:
    """A write that waits six seconds for a lock is slow, but the server gives signs of life: the write succeeds."""
    with installation.client() as client:
        pk = client.post("/api/v1/accounts", json={"name": "Slow"}).json()["id"]
        hold = "SELECT pg_sleep(6) FROM (SELECT 1 FROM account WHERE id = %s FOR UPDATE) held"
        holder = threading.Thread(target=installation.ask, args=(hold, pk))
        holder.start()
        time.sleep(0.5)
        answer, took = timed(client, "PATCH", f"/api/v1/accounts/{pk}", json={"phone": "021 1234 5678"})
        holder.join()
    assert answer.status_code == 200, answer.text
    assert took > 4
