"""Every member of every JSON body of the API, sent in every wrong shape: no answer is a 5xx.

The bodies come from the live OpenAPI document, so that a new operation is covered by itself. Of what is the same for every kind, one
kind stands for all.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.stock import Stocked
from tests.api.test_every_kind import send

#: One of each JSON type, empty and filled, and what names something nowhere.
SHAPES: tuple[Any, ...] = (None, True, -1.5, "", "name", "x" * 300, [], {}, [None], [[]], [{}], ["name", "owner"], {"": None}, {"x": {}})
KIND = "account"
DEPTH = 4


def places(schema: dict[str, Any], depth: int = 0) -> Iterator[tuple[Any, ...]]:
    """The ways to each member that the schema of a body tells of; 0 is the first of a list, "x" any name."""
    if depth == DEPTH:
        return
    inner = dict(schema.get("properties") or {})
    if isinstance(schema.get("additionalProperties"), dict):
        inner["x"] = schema["additionalProperties"]
    for name, one in inner.items():
        yield (name,)
        yield from ((name, *rest) for rest in places(one, depth + 1))
    if isinstance(schema.get("items"), dict):
        yield (0,)
        yield from ((0, *rest) for rest in places(schema["items"], depth + 1))


def filled(schema: dict[str, Any], depth: int = 0) -> Any:
    """Something of the right shape, all members in it."""
    if "example" in schema:
        return schema["example"]
    types = schema.get("type", "object")
    type_ = types if isinstance(types, str) else next((one for one in types if one in ("array", "object")), types[0])
    if depth > DEPTH or type_ not in ("array", "object"):
        return (schema.get("enum") or [{"boolean": True, "integer": 1, "number": 1}.get(type_, "x")])[0]
    if type_ == "array":
        one = filled(schema.get("items") or {"type": "string"}, depth + 1)
        return [one, one]  # what is said twice is a case of its own
    return {name: filled(one, depth + 1) for name, one in (schema.get("properties") or {}).items()}


def broken(value: Any, way: tuple[Any, ...], shape: Any) -> Any:
    """The value with something else at one place; everything on the way is made where it is not there."""
    if not way:
        return shape
    if isinstance(way[0], int):
        known = value if isinstance(value, list) else []
        return [broken(known[0] if known else None, way[1:], shape), *known[1:]]
    whole = dict(value) if isinstance(value, dict) else {}
    return whole | {way[0]: broken(whole.get(way[0]), way[1:], shape)}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], Any]]:
    """(method, address with its examples, schema of the body, example of it), one kind for all that are the same for each."""
    plurals = {path.split("/")[3] for path in document["paths"] if "{id}" in path}
    for path, item in document["paths"].items():
        shared = item.get("parameters") or []
        if path.split("/")[3] in plurals and not path.startswith(f"/api/v1/{KIND}s"):
            continue
        for method, told in item.items():
            content = (told.get("requestBody") or {}).get("content") if isinstance(told, dict) else None
            if not content or "application/json" not in content:
                continue
            body, address = content["application/json"], path
            for one in (*shared, *(told.get("parameters") or ())):
                example = one.get("example", (one.get("schema") or {}).get("example"))
                if one.get("in") == "path":
                    address = address.replace(f"{{{one['name']}}}", KIND if one["name"] == "kind" else str(example))
            yield method.upper(), address, body["schema"], body.get("example")


def resolved(schema: Any, document: dict[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [resolved(one, document) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return resolved(found, document)
    return {name: resolved(one, document) for name, one in schema.items()}


def test_no_wrong_shape_breaks_anything(acme: Stocked) -> None:
    api = acme.api("admin")
    document = json.loads(api.get("/api/openapi.json").content)
    asked, failed = 0, []
    for method, address, schema, example in operations(document):
        whole = resolved(schema, document)
        for start in (example or {}, filled({name: one for name, one in whole.items() if name != "example"})):
            for way in dict.fromkeys(places(whole)):
                for shape in SHAPES:
                    sent = broken(start, way, shape)
                    answer = send(api, method, address, sent)
                    asked += 1
                    if answer.status_code >= 500:
                        failed.append(f"{method} {address} {'.'.join(map(str, way))}: {json.dumps(shape)[:40]}")
    assert asked > 1000, asked
    if failed:
        pytest.fail("\n".join(failed))
