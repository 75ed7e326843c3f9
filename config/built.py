"""The built front end: `built/manifest.json` names each file's hashed name, so every file may be cached for ever."""

import gzip
import json
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage

_TEXT = (".js", ".css", ".svg", ".json", ".map", ".txt")


class BuiltStorage(Storage):
    """Answers addresses only: `staticfiles_storage.url("app.js")` → `/static/app.4f2a.js`."""

    def url(self, name: str | None) -> str:
        return f"{settings.STATIC_URL}{manifest().get(name or '', name or '')}"

    def exists(self, name: str) -> bool:
        return name in manifest()


@cache
def manifest() -> dict[str, str]:
    """Plain name → hashed name; empty before the first build."""
    try:
        names = json.loads((settings.BUILT / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return {str(plain): str(hashed) for plain, hashed in names.items()}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One file, ready to be sent."""

    plain: bytes
    gzipped: bytes | None
    mime: str
    hashed: bool


@cache
def _files() -> dict[str, Path]:
    root: Path = settings.BUILT
    return {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}


@cache
def built_file(name: str) -> BuiltFile | None:
    """The file of this name, kept in memory (all of it is a few megabytes); None when there is none."""
    path = _files().get(name)
    if path is None:
        return None
    body = path.read_bytes()
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if path.suffix in {".js", ".mjs"}:
        mime = "text/javascript"
    if mime.startswith("text/"):
        mime += "; charset=utf-8"
    small = gzip.compress(body, 9, mtime=0) if path.suffix in _TEXT and len(body) > 1000 else None
    return BuiltFile(body, small, mime, name in set(manifest().values()))
