"""From the event loop to Django in threads: an ASGI application around a WSGI one.

One hop there and one back for each request: the body is read first (to disk past a megabyte, refused past the limit), the
answer is sent as a whole. Only streamed answers (exports, downloads) are sent piece by piece, the thread waiting
for the slower client.
"""

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_IN_MEMORY = 2**20
_PLAIN = [(b"content-type", b"text/plain; charset=utf-8")]
_QUERY_SAFE = "/?:@!$&'()*+,;=-._~%[]{}|\\^`\"<>#"


class TooLarge(Exception):
    """The request's body is larger than any upload may be."""


class Bridge:
    """`threads` requests at a time; bodies of at most `limit` bytes."""

    def __init__(self, application: Wsgi, threads: int, limit: int) -> None:
        self.application = application
        self.limit = limit
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="django")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live_and_die(receive, send)
            return
        loop = asyncio.get_running_loop()
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            try:
                if not await self._read(scope, receive, body):
                    return
            except TooLarge:
                await _send_whole(send, 413, _PLAIN, b"This is too large.\n")
                return
            except OSError:  # the folder for large bodies is full
                await _send_whole(send, 507, _PLAIN, b"The storage is full: nothing was saved.\n")
                return
            environ = environ_of(scope, body)
            run = contextvars.copy_context().run
            whole = await loop.run_in_executor(self.pool, run, self._answer, environ, send, loop)
        if whole is not None:
            await _send_whole(send, *whole)

    async def _read(self, scope: Scope, receive: Receive, body: "SpooledTemporaryFile[bytes]") -> bool:
        """Reads the body to its end; False when the client went away."""
        size = 0
        if any(name == b"content-length" and int(value or 0) > self.limit for name, value in scope["headers"]):
            raise TooLarge
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return False
            part = message.get("body", b"")
            size += len(part)
            if size > self.limit:
                raise TooLarge
            body.write(part)
            if not message.get("more_body", False):
                body.seek(0)
                return True

    def _answer(
        self, environ: dict[str, Any], send: Send, loop: asyncio.AbstractEventLoop
    ) -> tuple[int, Headers, bytes] | None:
        """In a thread: the whole answer, or None after a streamed one was sent."""
        start: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            named = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
            start.append((int(status[:3]), named))

        pieces = self.application(environ, start_response)
        try:
            status, headers = start[-1]
            if not getattr(pieces, "streaming", False):
                return status, headers, b"".join(pieces)

            async def sent(message: dict[str, Any]) -> None:
                await send(message)  # what granian gives back can be awaited, but is no coroutine

            def push(message: dict[str, Any]) -> None:
                asyncio.run_coroutine_threadsafe(sent(message), loop).result()

            push({"type": "http.response.start", "status": status, "headers": headers})
            for piece in pieces:
                push({"type": "http.response.body", "body": piece, "more_body": True})
            push({"type": "http.response.body", "body": b""})
            return None
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()


async def _live_and_die(receive: Receive, send: Send) -> None:
    """The server's greeting and farewell; nothing is opened before the first request."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    if not any(name == b"content-length" for name, _ in headers) and status not in {204, 304}:
        headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def environ_of(scope: Scope, body: Any) -> dict[str, Any]:
    """The WSGI environment of an ASGI scope. Bytes that are no text are kept: Django answers those with 400 or 404."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw.split(b"?", 1)[0]).decode("latin-1"),
        "QUERY_STRING": quote_from_bytes(scope["query_string"], safe=_QUERY_SAFE),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper()
        if "_" in key:
            continue  # X_Real and X-Real would be the same to Django
        key = key.replace("-", "_")
        key = key if key in {"CONTENT_LENGTH", "CONTENT_TYPE"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    if "CONTENT_LENGTH" not in environ:
        body.seek(0, 2)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
    return environ
