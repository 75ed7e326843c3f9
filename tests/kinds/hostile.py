"""Text made to hurt, and the doors through which it is sent: every route of the product that is not the API."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock
from urllib.parse import quote_plus

from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

MARK = "<script>kith()</script>"
TEXTS: dict[str, str] = {
    "script": f'"\'>{MARK}<img src=x onerror=kith()>',
    "template": "{{ 7*7 }}{% include 'x' %}${7*7}%(name)s%s{0}",
    "rtl": "\u202eevil\u2066txt.exe\u2069",
    "surrogate": "a\ud800b",
    "nul": "a\x00b",
    "astral": "𝔘𝔫𝔦😀\U0010ffff𠮷",
    "long": "长x" * 33_000,
    "formula": "=cmd|' /C calc'!A0",
    "combining": "Z" + "\u0335\u0301" * 2_000,
    "lines": "one\r\nX-Injected: 1\u2028two\x0b\x85",
    "digits": "9" * 5_000,
    "figures": "٣²௧ⅷ-1e999",
    "quote": "'; DROP TABLE account; --\\\" and or ( not",
    "path": "../../../etc/passwd",
    "blank": "\u200b\u3000\xa0 ",
}


@dataclass(frozen=True)
class Route:
    """`template` is the address with its parameters in angle brackets."""

    template: str
    name: str
    names: tuple[str, ...]
    kinds: tuple[str, ...]


def routes() -> list[Route]:
    """Every address that Django knows, without those of the API."""
    return [one for one in _walk(get_resolver().url_patterns, "/") if not one.template.startswith("/api/")]


def _walk(patterns: list[Any], before: str) -> Iterator[Route]:
    for one in patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, here)
        elif isinstance(one, URLPattern):
            converters = one.pattern.converters
            yield Route(here, one.name or "", tuple(converters), tuple(type(c).__name__ for c in converters.values()))


@contextmanager
def asked() -> Iterator[set[str]]:
    """Collects the names of all parameters and fields which a view looks for; "file" where it looks for files."""
    found: set[str] = set()

    def watched(method: str) -> Callable[..., Any]:
        plain = getattr(QueryDict, method)

        def look(self: Any, key: Any, *rest: Any) -> Any:
            if isinstance(key, str):
                found.add(key)
            return plain(self, key, *rest)

        return look

    files = WSGIRequest.FILES.fget  # type: ignore[attr-defined]

    def looked(request: Any) -> Any:
        found.add("file")
        return files(request)

    patches: list[Any] = [mock.patch.object(QueryDict, name, watched(name)) for name in ("get", "getlist", "__getitem__", "__contains__")]
    patches.append(mock.patch.object(WSGIRequest, "FILES", property(looked)))
    for patch in patches:
        patch.start()
    try:
        yield found
    finally:
        for patch in patches:
            patch.stop()


def encoded(values: dict[str, Any]) -> str:
    """The body of a form; lone surrogates go out as the bytes that a broken program would send."""
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    return "&".join(f"{_quoted(name)}={_quoted(str(value))}" for name, value in pairs)


def _quoted(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def post(client: Client, url: str, values: dict[str, Any], **headers: str) -> Any:
    return client.generic("POST", url, encoded(values), content_type="application/x-www-form-urlencoded", headers=headers)


def upload(client: Client, url: str, field: str, name: str, values: dict[str, Any]) -> Any:
    """A file with this name, as the bytes of a multipart body."""
    edge = "kith-edge"
    lines = [f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in values.items()]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "%0D").replace("\n", "%0A")
    lines.append(f'--{edge}\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n\r\n')
    lines.append(f"name\r\nLamp\r\n\r\n--{edge}--\r\n")
    body = "".join(lines).encode("utf-8", "surrogatepass")
    return client.generic("POST", url, body, content_type=f"multipart/form-data; boundary={edge}")


def in_filter(text: str) -> str:
    """What the filter editor sends, with the text as its value: JSON can carry what a form cannot."""
    return json.dumps({"mode": "all", "rows": [{"field": "name", "operator": "contains", "value": text}]})
