"""The OpenAPI document: whole, according to rights, and unchanged unless somebody means it.

`KITH_WRITE_SNAPSHOT=1` writes `openapi.json` anew; look at its difference before committing it.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
from django.utils import translation

from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import system_actor
from crm.kernel.rest.openapi.document import document
from crm.kernel.rest.openapi.samples import Samples
from crm.kernel.rest.operation import OPERATIONS
from crm.kernel.rest.routes import ROUTES
from crm.kernel.tenancy.scope import scope
from tests.api.stock import Stocked

SNAPSHOT = Path(__file__).with_name("openapi.json")


def _current(acme: Stocked) -> str:
    actor = system_actor(acme.company.id)
    with scope(acme.company.id, actor), translation.override("en"):
        whole = document(actor, Samples.none())
    plain = msgspec.json.decode(msgspec.json.encode(whole, enc_hook=str))
    plain = _shipped(plain)
    return json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _shipped(node: Any) -> Any:
    """The document without the kind that only the tests have."""
    if isinstance(node, dict):
        return {name: _shipped(value) for name, value in node.items() if "specimen" not in name.lower()}
    if isinstance(node, list):
        kept = (one for one in node if "specimen" not in str(one.get("name", "") if isinstance(one, dict) else one).lower())
        return [_shipped(one) for one in kept]
    return node


def test_the_document_of_the_built_in_kinds_is_as_committed(acme: Stocked) -> None:
    current = _current(acme)
    if os.environ.get("KITH_WRITE_SNAPSHOT"):
        SNAPSHOT.write_text(current)
    old, new = json.loads(SNAPSHOT.read_text()), json.loads(current)
    assert list(_differences(old, new, "")) == []


def _differences(old: Any, new: Any, place: str) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            if name not in new:
                yield f"{place}/{name} is gone"
            elif name not in old:
                yield f"{place}/{name} is new"
            else:
                yield from _differences(old[name], new[name], f"{place}/{name}")
    elif old != new:
        yield f"{place}: {old!r} became {new!r}"


def test_every_address_is_in_the_document(acme: Stocked) -> None:
    paths = acme.api().get("/api/openapi.json").json()["paths"]
    for route in ROUTES:
        if "{action}" in route.template:
            continue
        for entity in registry.all() if "{plural}" in route.template else [None]:
            path = route.template.replace("{plural}", entity.plural) if entity else route.template
            fitting = {method.lower() for method, handler in route.methods.items() if entity is None or OPERATIONS[handler].fits(entity)}
            assert fitting == set(paths.get(path, {})), path


def test_every_reference_leads_somewhere(acme: Stocked) -> None:
    for name in ("admin", "ada", "vi"):
        whole = acme.api(name).get("/api/openapi.json").json()
        for reference in set(_references(whole)):
            found = whole
            for part in reference.removeprefix("#/").split("/"):
                found = found[part]


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_a_viewer_is_told_only_of_what_a_viewer_may_do(acme: Stocked) -> None:
    whole = acme.api("vi").get("/api/openapi.json").json()
    for entity in registry.all():
        assert set(whole["paths"][f"/api/v1/{entity.plural}"]) == {"get"}
        assert set(whole["paths"][f"/api/v1/{entity.plural}/{{id}}"]) == {"get"}


def test_the_documentation_page_shows_every_operation_of_a_chapter(acme: Stocked) -> None:
    browser = acme.company.browser("admin")
    for entity in registry.all():
        page = browser.get("/api/docs", {"chapter": entity.plural})
        assert page.status_code == 200
        text = page.content.decode()
        assert f"/api/v1/{entity.plural}/bulk/change" in text
        assert "style=" not in text
        assert "<script>" not in text
    assert browser.get("/api/docs", {"chapter": "nonsense"}).status_code == 404
