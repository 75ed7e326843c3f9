"""The one port: probes, built files, pages and what strange requests meet there."""

import http.client
import json

import pytest

from config.launcher.commands import ROOT
from tests.harness.servers import LiveServer


def ask(
    server: LiveServer, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


@pytest.mark.parametrize(("path", "said"), [("/healthz", b"ok\n"), ("/readyz", b"ready\n")])
def test_probes_need_no_sign_in(live_server: LiveServer, path: str, said: bytes) -> None:
    status, headers, body = ask(live_server, path)
    assert (status, body) == (200, said)
    assert "set-cookie" not in headers


def test_head_has_the_length_and_no_body(live_server: LiveServer) -> None:
    status, headers, body = ask(live_server, "/healthz", "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", "3")


def test_built_files_may_be_kept_for_ever(live_server: LiveServer) -> None:
    name = json.loads((ROOT / "built/manifest.json").read_text())["app.js"]
    status, headers, plain = ask(live_server, f"/static/{name}")
    assert status == 200
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in headers["cache-control"]
    assert headers["x-content-type-options"] == "nosniff"
    _, zipped, small = ask(live_server, f"/static/{name}", accept_encoding="gzip, br")
    assert zipped["content-encoding"] == "gzip"
    assert len(small) < len(plain)


@pytest.mark.parametrize("path", ["/static/../manage.py", "/static/%2e%2e/manage.py", "/static/nothing.js", "/static/"])
def test_nothing_but_built_files_is_served(live_server: LiveServer, path: str) -> None:
    status, _, body = ask(live_server, path)
    assert status == 404
    assert b"django" not in body


def test_every_page_carries_the_policy(live_server: LiveServer) -> None:
    status, headers, _ = ask(live_server, "/sign-in")
    assert status == 200
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in?next=%ff%fe",
        "/sign-in?x=%00",
        "/%ff%fe",
        "/%00",
        "/sign-in?" + "a=1&" * 1500,
        "/accounts?filter=%ed%a0%80",
    ],
)
def test_strange_addresses_are_no_fault_of_ours(live_server: LiveServer, path: str) -> None:
    status, _, _ = ask(live_server, path)
    assert status < 500, live_server.log("web")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(live_server: LiveServer) -> None:
    status, _, body = ask(live_server, "/sign-in", "POST", content_length=str(2**33))
    assert (status, body) == (413, b"This is too large.\n")


def test_a_wrong_host_or_header_is_no_fault_of_ours(live_server: LiveServer) -> None:
    status, _, _ = ask(live_server, "/sign-in", x_forwarded_proto="https", x_forwarded_host="evil.example")
    assert status == 200
    status, _, _ = ask(live_server, "/sign-in", cookie="kith_session=garbage; kith_session=more")
    assert status < 500
