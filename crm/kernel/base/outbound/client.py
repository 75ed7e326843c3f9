"""HTTP with limits: one resolution of the name, the connection to an IP that was checked, a deadline for all of it.

Redirects are not followed and no proxy of the environment is used: both would lead elsewhere than what was checked.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

import httpcore

from crm.kernel.base.outbound.addresses import Forbidden, Ip, Target, check_ip


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that a receiver gets: `connect` for name, connection and handshake, `whole` for the request in all."""

    connect: float = 5.0
    whole: float = 15.0
    answer: int = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` holds at most the limit's bytes; `cut` says that there was more. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool


class Unreachable(Exception):
    """No answer came. `why`: "name", "connect", "tls", "time", "broken"; the text says it for a log."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


def resolve(host: str, port: int, seconds: float) -> list[Ip]:
    """The IPs of a host. Raises Unreachable. The system's resolver knows no time limit: it is left alone where it takes longer."""
    answers: queue.Queue[list[Any] | OSError | UnicodeError] = queue.Queue(1)

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as problem:
            answers.put(problem)

    threading.Thread(target=ask, name="kith-resolve", daemon=True).start()
    try:
        found = answers.get(timeout=max(0.01, seconds))
    except queue.Empty:
        raise Unreachable("time", f"the name {host} was not resolved in time") from None
    if not isinstance(found, list) or not found:
        raise Unreachable("name", f"the name {host} is not known")
    return list(dict.fromkeys(ip_address(str(one[4][0]).partition("%")[0]) for one in found))


class _Clock:
    """How much of the deadlines is left."""

    def __init__(self) -> None:
        self.ends = self.connected_by = 0.0

    def begin(self, limits: Limits) -> None:
        at = time.monotonic()
        self.ends, self.connected_by = at + limits.whole, at + min(limits.connect, limits.whole)

    def left(self, connecting: bool = False) -> float:
        found = (self.connected_by if connecting else self.ends) - time.monotonic()
        if found <= 0:
            raise Unreachable("time", "it took too long")
        return found


class _Stream(httpcore.NetworkStream):
    """A stream each of whose steps gets what is left of the deadline: one byte a second keeps nobody waiting for hours."""

    def __init__(self, inner: httpcore.NetworkStream, clock: _Clock) -> None:
        self._inner, self._clock = inner, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._clock.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._clock.left(connecting=True)), self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Guarded(httpcore.NetworkBackend):
    """Connects to the IP that was checked. All that a name resolves to must be allowed: a name with two faces gets no call."""

    def __init__(self, clock: _Clock) -> None:
        self._plain, self._clock = httpcore.SyncBackend(), clock

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        found = resolve(host, port, self._clock.left(connecting=True))
        for ip in found:
            check_ip(host, ip)
        last: Exception | None = None
        for ip in found:
            try:
                return _Stream(self._plain.connect_tcp(str(ip), port, self._clock.left(connecting=True)), self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                last = problem
        raise last or Unreachable("name", f"the name {host} is not known")

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None) -> Any:
        raise Forbidden


_trust: list[ssl.SSLContext] = []


def _context() -> ssl.SSLContext:
    """Certificates of the system and of the usual authorities; made once, for it takes 20 ms."""
    if not _trust:
        made = httpcore.default_ssl_context()
        made.load_default_certs()
        _trust.append(made)
    return _trust[0]


class Wire:
    """Calls to one receiver, one after the other over one connection where the receiver keeps it. Use it with `with`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits, self._clock = limits or Limits(), _Clock()
        self._pool = httpcore.ConnectionPool(
            ssl_context=_context(), max_connections=1, keepalive_expiry=20.0, network_backend=_Guarded(self._clock)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()

    def post(self, target: Target, headers: Mapping[str, str], content: bytes) -> Answer:
        """Sends and answers what came back, whatever its status. Raises Unreachable or Forbidden."""
        return self._request("POST", target, headers, content)

    def get(self, target: Target, headers: Mapping[str, str]) -> Answer:
        """Fetches. Raises Unreachable or Forbidden."""
        return self._request("GET", target, headers, None)

    def _request(self, method: str, target: Target, headers: Mapping[str, str], content: bytes | None) -> Answer:
        self._clock.begin(self._limits)
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode("ascii")
        )
        lines = [("Host", target.authority), ("Accept-Encoding", "identity"), *headers.items()]
        lines += [("Content-Length", str(len(content)))] if content is not None else []
        try:
            with self._pool.stream(method, url, headers=lines, content=content) as response:
                body, cut = self._body(response)
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(response.status, found, body, cut)
        except (httpcore.TimeoutException, TimeoutError):
            raise Unreachable("time", "it took too long") from None
        except httpcore.ConnectError as problem:
            why = "tls" if isinstance(problem.__cause__ or problem.__context__, ssl.SSLError) or "SSL" in str(problem) else "connect"
            raise Unreachable(why, f"no connection: {problem}") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as problem:
            raise Unreachable("broken", f"the connection broke: {problem}") from None

    def _body(self, response: httpcore.Response) -> tuple[bytes, bool]:
        found = bytearray()
        for piece in response.iter_stream():
            found += piece
            if len(found) > self._limits.answer:
                return bytes(found[: self._limits.answer]), True
        return bytes(found), False
