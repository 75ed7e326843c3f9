"""One port: live streams and built files by the event loop, everything else by Django in threads.

Django's sync views cost 3 ms more under its own ASGI handler; here they run as WSGI in a thread pool.
"""

import os

from config.bridge import Bridge, Receive, Scope, Send
from config.database import refuse_strong_role
from config.wsgi import application

if os.environ.get("KITH_DATABASE_URL"):
    refuse_strong_role(os.environ["KITH_DATABASE_URL"])

# ours only now: settings are ready once the application is
from config.built import built_file
from crm.kernel.notify.live import live

LARGEST_BODY = 256 * 2**20
_STATIC = "/static/"
_FOR_EVER = b"public, max-age=31536000, immutable"
_ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"cross-origin-resource-policy", b"same-origin")]

django = Bridge(application, threads=int(os.environ.get("KITH_THREADS", "8")), limit=LARGEST_BODY)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The application that granian serves."""
    path: str = scope.get("path", "")
    if scope["type"] == "http" and path == "/live":
        await live(scope, receive, send)
    elif scope["type"] == "http" and path.startswith(_STATIC) and scope["method"] in {"GET", "HEAD"}:
        await _static(path.removeprefix(_STATIC), scope, send)
    else:
        await django(scope, receive, send)


async def _static(name: str, scope: Scope, send: Send) -> None:
    file = built_file(name)
    if file is None:
        await send({"type": "http.response.start", "status": 404, "headers": [*_ALWAYS, (b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    accepted = b",".join(value for key, value in scope["headers"] if key == b"accept-encoding")
    zipped = file.gzipped if b"gzip" in accepted else None
    body = zipped or file.plain
    headers = [
        *_ALWAYS,
        (b"content-type", file.mime.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _FOR_EVER if file.hashed else b"no-cache"),
        (b"vary", b"accept-encoding"),
        *([(b"content-encoding", b"gzip")] if zipped else []),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
