"""Kith calls the open internet and what the installation names, and nothing else, whatever an address or a resolver says."""

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import override_settings

from crm.kernel.base.outbound import Forbidden, Limits, Unreachable, Wire, client, read_target

REFUSED = [
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://017700000001/",
    "https://0.0.0.0/", "https://10.1.2.3/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/", "https://100.100.100.200/", "https://168.63.129.16/", "https://192.0.0.192/", "https://198.18.0.1/",
    "https://224.0.0.1/", "https://255.255.255.255/", "https://240.0.0.1/", "https://[::1]/", "https://[::]/", "https://[fe80::1]/",
    "https://[fd00::1]/", "https://[fd00:ec2::254]/", "https://[::ffff:10.0.0.1]/", "https://[::ffff:8.8.8.8]/", "https://[::10.0.0.1]/",
    "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::8.8.8.8]/", "https://[2002:7f00:1::]/", "https://[2001:0:4136:e378::1]/",
    "https://[ff02::1]/", "https://[fec0::1]/", "https://[fe80::1%25eth0]/", "https://[2001:db8::1]/",
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com/", "example.com",
    "https://", "https:///x", "https://user@example.com/", "https://user:secret@example.com/", "https://@example.com/",
    "https://example.com:22/", "https://example.com:25/", "https://example.com:5432/", "https://example.com:6379/",
    "https://example.com:99999/", "https://example.com:0x50/", "https://exa mple.com/", "https://example.com/a b",
    "https://example.com\\@10.0.0.1/",
    "https://example.com/\r\nX-Injected: 1", "https://a..b/", "https://-a.com/", "https://" + "a" * 64 + ".com/",
    "https://e.com/" + "a" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_what_leads_elsewhere_is_refused_as_it_is_typed(address: str) -> None:
    with pytest.raises(Forbidden):
        read_target(address)


def test_what_is_allowed_is_read_whole() -> None:
    found = read_target("https://Bücher.Example:8443/a/ü?b=1#part")
    assert (found.host, found.port, found.path) == ("xn--bcher-kva.example", 8443, "/a/%C3%BC?b=1")
    assert found.authority == "xn--bcher-kva.example:8443"
    assert read_target("https://[2606:4700::1111]").authority == "[2606:4700::1111]"
    with override_settings(KITH_OUTBOUND_ALLOW="hooks.internal, 10.1.0.0/16"):
        assert read_target("http://hooks.internal:81/").port == 81
        assert read_target("http://10.1.2.3/").scheme == "http"
        for address in ("http://10.2.0.1/", "https://10.2.0.1/", "http://other.internal/", "http://x.hooks.internal/"):
            with pytest.raises(Forbidden):
                read_target(address)


class Connections:
    """A resolver that answers what it is told, one answer after the other, and a network that says whom it was to connect to."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.made = list(answers), list[str]()

    def resolve(self, host: str, port: int, **_facts: Any) -> list[Any]:
        found = self.answers.pop(0)
        return [(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    def connect(self, host: str, *_more: Any, **_facts: Any) -> Any:
        self.made.append(host)
        raise httpcore.ConnectError("nobody there")


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Connections]]:
    def install(*answers: list[str]) -> Connections:
        made = Connections(*answers)
        monkeypatch.setattr(socket, "getaddrinfo", made.resolve)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", made.connect)
        return made

    yield install


def get(address: str, limits: Limits | None = None) -> Any:
    with Wire(limits) as wire:
        return wire.get(read_target(address), {})


def test_a_name_that_changes_its_face_is_connected_to_where_it_was_checked(network: Callable[..., Connections]) -> None:
    seen = network(["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(Unreachable):
        get("https://rebinding.example/")
    assert seen.made == ["93.184.216.34"], "the name is not resolved a second time"
    with pytest.raises(Forbidden):
        get("https://rebinding.example/")
    assert seen.made == ["93.184.216.34"]


@pytest.mark.parametrize(
    "ips", [["10.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["64:ff9b::a00:1"]]
)
def test_a_name_of_a_private_network_gets_no_connection(network: Callable[..., Connections], ips: list[str]) -> None:
    seen = network(ips)
    with pytest.raises(Forbidden):
        get("https://inside.example/")
    assert seen.made == []


def test_the_installation_opens_a_name_or_a_network(network: Callable[..., Connections]) -> None:
    for allowed in ("inside.example", "10.0.0.0/8"):
        seen = network(["10.0.0.1"])
        with override_settings(KITH_OUTBOUND_ALLOW=allowed), pytest.raises(Unreachable):
            get("https://inside.example/")
        assert seen.made == ["10.0.0.1"]


def test_a_resolver_that_takes_its_time_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: waiting.wait(10))
    with pytest.raises(Unreachable, match="in time"):
        get("https://slow.example/", Limits(connect=0.05))
    waiting.set()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("X-Host", str(self.headers["Host"]))
        self.end_headers()
        if self.path == "/drip":
            for _byte in range(100):
                try:
                    self.wfile.write(b"x")
                except OSError:
                    return
                threading.Event().wait(0.05)
        self.wfile.write(b"a" * (200_000 if self.path == "/large" else 10))

    def log_message(self, *_words: Any) -> None:
        return


@pytest.fixture
def here() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with override_settings(KITH_OUTBOUND_ALLOW="127.0.0.1 hooks.test"):
        yield server
    server.shutdown()
    server.server_close()


def test_a_large_answer_is_cut_and_a_redirect_is_an_answer(here: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    base = f"http://127.0.0.1:{here.server_port}"
    large = get(f"{base}/large")
    assert large.cut and len(large.body) == Limits().answer
    away = get(f"{base}/away")
    assert away.status == 302 and away.headers["location"].startswith("http://169.254")


def test_an_answer_that_drips_ends_at_the_deadline(here: HTTPServer) -> None:
    with pytest.raises(Unreachable, match="too long"):
        get(f"http://127.0.0.1:{here.server_port}/drip", Limits(whole=0.2))


def test_the_certificate_is_checked_for_the_name_that_was_typed(
    here: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, asked = _certificate(tmp_path, "hooks.test"), list[str]()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    here.socket = context.wrap_socket(here.socket, server_side=True, do_handshake_on_connect=True)
    here_at = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, *_more, **_facts: [(*here_at, ("127.0.0.1", port))])
    address = f"https://hooks.test:{here.server_port}/"
    with pytest.raises(Unreachable) as refused:
        get(address)
    assert refused.value.why == "tls"
    trusting = ssl.create_default_context(cafile=str(chain))
    monkeypatch.setattr(client, "_trust", [trusting])
    answer = get(address)
    assert answer.status == 200 and answer.headers["x-host"] == f"hooks.test:{here.server_port}"
    assert asked[-1] == "hooks.test"
    with override_settings(KITH_OUTBOUND_ALLOW="127.0.0.1 hooks.test other.test"), pytest.raises(Unreachable) as wrong_name:
        get(address.replace("hooks.test", "other.test"))
    assert wrong_name.value.why == "tls"


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for a name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    day = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key()).serial_number(1)
        .not_valid_before(day - datetime.timedelta(days=1)).not_valid_after(day + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    form = serialization.PrivateFormat.PKCS8
    path = folder / "chain.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
