"""The live stream through the real server, and a reminder that the real worker fires."""

import http.client
import json
from collections.abc import Iterator

import pytest

from crm.kernel.base.clock import now
from crm.kernel.identity.actions.keys import open_session
from crm.kernel.identity.attempts import Origin
from crm.kernel.notify import queries
from crm.kernel.notify.actions import notify, remind
from crm.kernel.queue.tests.processes import until
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer


@pytest.fixture
def stream(north: Company, live_server: LiveServer) -> Iterator[http.client.HTTPResponse]:
    """Ada's open window."""
    with north.as_("ada"):
        cookie = open_session(north.people["ada"], Origin())
    link = http.client.HTTPConnection("127.0.0.1", live_server.port, timeout=20)
    link.request("GET", "/live", headers={"Cookie": f"kith_session={cookie}", "Accept": "text/event-stream"})
    answer = link.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        link.close()


def test_a_browser_window_is_told_within_the_second(north: Company, stream: http.client.HTTPResponse) -> None:
    assert (stream.status, stream.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    assert stream.readline() == b"retry: 3000\n"
    assert stream.readline() == b"\n"
    assert stream.readline() == b"event: missed\n", "the first window waits until the process listens"
    assert (stream.readline(), stream.readline()) == (b'data: {"id": ""}\n', b"\n")
    with north.as_("bo"):
        item = notify(north.people["ada"].id, "Look here").id
    assert stream.readline() == b"event: notification\n"
    assert json.loads(stream.readline().removeprefix(b"data: ")) == {"id": str(item)}


def test_without_a_session_there_is_no_stream(live_server: LiveServer) -> None:
    link = http.client.HTTPConnection("127.0.0.1", live_server.port, timeout=20)
    link.request("GET", "/live")
    answer = link.getresponse()
    assert (answer.status, answer.read()) == (401, b"")
    link.close()


def test_the_worker_fires_reminders_at_the_full_minute(north: Company, live_server: LiveServer) -> None:
    ada = north.people["ada"].id
    with north.as_("ada"):
        remind(ada, now(), "Call Harbour")

    def fired() -> bool:
        with north.as_("ada"):
            return [line.text for line in queries.unread(ada)] == ["Call Harbour"]

    until(fired, 75)
