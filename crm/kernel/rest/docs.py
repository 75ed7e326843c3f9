"""`/api/openapi.json` and the documentation page that is written from it."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as render_page
from django.views.decorators.http import require_safe

from crm.kernel.base.errors import NotFound
from crm.kernel.rest import render
from crm.kernel.rest.openapi.document import document
from crm.kernel.rest.openapi.samples import Samples

Json = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One operation as the page shows it. `fields` are (name, type, required, title) of the body."""

    name: str
    method: str
    path: str
    summary: str
    parameters: list[Json]
    fields: list[tuple[str, str, bool, str]]
    curl: str
    good: str
    bad: list[tuple[str, str]]
    tone: str


_TONES = {"GET": "chip-info", "POST": "chip-ok", "PATCH": "chip-warn", "DELETE": "chip-bad"}


_HELLO = """export KITH_TOKEN=kith_…
curl '%(host)s/api/v1/me' -H "Authorization: Bearer $KITH_TOKEN\""""


@require_safe
def openapi_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document of the asker's workspace, holding what the asker may do."""
    actor = request.actor  # type: ignore[attr-defined]
    return render.answer(document(actor, Samples(actor)))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """One chapter of the documentation; `?chapter=` names a tag of the document."""
    actor = request.actor  # type: ignore[attr-defined]
    whole = document(actor, Samples(actor))
    headings = {tag["name"]: tag["description"] for tag in whole["tags"]}
    first = next(iter(headings))
    chapter = request.GET.get("chapter", first)
    if chapter not in headings:
        raise NotFound()
    host = f"{request.scheme}://{request.get_host()}"
    context = {
        "tags": whole["tags"],
        "chapter": chapter,
        "heading": headings[chapter],
        "first": chapter == first,
        "entries": entries(whole, chapter, host),
        "hello": _HELLO % {"host": host},
    }
    return render_page(request, "api/docs.jinja", context)


def entries(whole: Json, chapter: str, host: str) -> list[Entry]:
    """The operations of one chapter."""
    return [
        _entry(whole, path, method, facts, host)
        for path, item in whole["paths"].items()
        for method, facts in item.items()
        if chapter in facts["tags"]
    ]


def _entry(whole: Json, path: str, method: str, facts: Json, host: str) -> Entry:
    good = next(status for status in facts["responses"] if status.startswith("2"))
    return Entry(
        name=facts["operationId"],
        method=method.upper(),
        path=path,
        summary=facts["summary"],
        parameters=facts.get("parameters", []),
        fields=_fields(whole, facts),
        curl=_curl(whole, path, method.upper(), facts, host),
        good=good,
        bad=[
            (status, resolved(whole, answer)["description"])
            for status, answer in facts["responses"].items()
            if status != good
        ],
        tone=_TONES[method.upper()],
    )


def resolved(whole: Json, schema: Json) -> Json:
    """The schema or answer behind a `$ref`."""
    while "$ref" in schema:
        found: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _fields(whole: Json, facts: Json) -> list[tuple[str, str, bool, str]]:
    content = facts.get("requestBody", {}).get("content", {})
    schema = next((resolved(whole, body["schema"]) for body in content.values()), {})
    required = schema.get("required", [])
    return [
        (name, type_of(one), name in required, str(one.get("title", "")))
        for name, one in schema.get("properties", {}).items()
    ]


def type_of(schema: Json) -> str:
    """A type in a few words: `string · date`, `integer`, `won | lost`."""
    if "enum" in schema:
        values = [str(value) for value in schema["enum"] if value is not None]
        return " | ".join(values[:8]) + (" | …" if len(values) > 8 else "")
    kind = schema.get("type", "object")
    words = [word for word in ([kind] if isinstance(kind, str) else kind) if word != "null"]
    return " · ".join([*words, *([schema["format"]] if "format" in schema else [])])


def _curl(whole: Json, path: str, method: str, facts: Json, host: str) -> str:
    for parameter in facts.get("parameters", []):
        if parameter["in"] == "path" and "example" in parameter:
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    lines = [f"curl -X {method} '{host}{path}'", '-H "Authorization: Bearer $KITH_TOKEN"']
    for media, body in facts.get("requestBody", {}).get("content", {}).items():
        if media == "multipart/form-data":
            names = resolved(whole, body["schema"])["properties"]
            lines += [f"-F '{name}={'@customers.xlsx' if name == 'file' else '…'}'" for name in names]
            continue
        sample = json.dumps(body.get("example", {}), ensure_ascii=False).replace("'", "'\\''")
        lines += [f"-H 'Content-Type: {media}'", f"-d '{sample}'"]
    return " \\\n  ".join(lines)
