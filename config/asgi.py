"""One port: live streams and built files by the event loop, everything else by Django in threads.

Django's sync views cost 3 ms more under its own ASGI handler; here they run as WSGI in a thread pool.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote_from_bytes

from a2wsgi import WSGIMiddleware

from config.database import refuse_strong_role
from config.wsgi import application

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

_STATIC = "/static/"
_FOR_EVER = b"public, max-age=31536000, immutable"

if os.environ.get("KITH_DATABASE_URL"):
    refuse_strong_role(os.environ["KITH_DATABASE_URL"])

from config.built import built_file  # noqa: E402  settings are ready only after the application is

django = WSGIMiddleware(application, workers=int(os.environ.get("KITH_THREADS", "8")))
live = import_module("crm.kernel.notify.live").live if find_spec("crm.kernel.notify.live") else None


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The application that granian serves."""
    if scope["type"] == "http":
        path: str = scope["path"]
        if path == "/live" and live is not None:
            await live(scope, receive, send)
            return
        if path.startswith(_STATIC) and scope["method"] in {"GET", "HEAD"}:
            await _static(path.removeprefix(_STATIC), scope, send)
            return
        scope = dict(scope)
        scope["path"] = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        scope["query_string"] = quote_from_bytes(
            scope["query_string"], safe="/?:@!$&'()*+,;=-._~%[]{}|\\^`\"<>#"
        ).encode()

    async def body() -> Any:
        """granian's receive answers a future; a2wsgi waits for coroutines only."""
        return await receive()

    await django(scope, body, send)  # type: ignore[arg-type]


async def _static(name: str, scope: Scope, send: Send) -> None:
    file = built_file(name)
    headers = [(b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]
    if file is None:
        await send(
            {"type": "http.response.start", "status": 404, "headers": [*headers, (b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})
        return
    accepted = next((value for key, value in scope["headers"] if key == b"accept-encoding"), b"")
    zipped = file.gzipped is not None and b"gzip" in accepted
    body = file.gzipped if zipped and file.gzipped is not None else file.plain
    headers += [
        (b"content-type", file.mime.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _FOR_EVER if file.hashed else b"no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    if zipped:
        headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
