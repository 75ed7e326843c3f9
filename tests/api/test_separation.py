"""Another company's records do not exist: on no address, with no method, as no link."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.records.actions import actions_of
from crm.kernel.rest.routes import ROUTES
from tests.api.stock import Stocked
from tests.api.test_every_kind import every_kind, send

LINKS = [
    pytest.param(entity, name, id=f"{entity.kind}.{name}")
    for entity in registry.all()
    for name, field in entity.fields.items()
    if field.type in ("link", "links") and not field.readonly
]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def _addresses(entity: Entity[Any], their_id: str) -> Iterator[tuple[str, set[str]]]:
    for route in ROUTES:
        if "{plural}" in route.template and "{id}" in route.template:
            url = route.template.replace("{plural}", entity.plural).replace("{id}", their_id).replace("{share}", their_id)
            names = [action.name for action in actions_of(entity)] if "{action}" in url else [""]
            for name in names:
                yield url.replace("{action}", name), set(route.methods)


def _written(company: Stocked) -> int:
    with company.company.as_("admin"):
        return AuditEntry.objects.count()


@every_kind
def test_no_address_and_no_method_reaches_their_record(
    acme: Stocked, other: Stocked, entity: Entity[Any]
) -> None:
    theirs = str(other.records[entity.kind].pk)
    before = _written(other)
    for url, known in _addresses(entity, theirs):
        for method in METHODS:
            answer = send(acme.api(), method, url, {})
            wanted = 404 if method in known or (method == "HEAD" and "GET" in known) else 405
            assert answer.status_code == wanted, (method, url, answer.content)
    upload = SimpleUploadedFile("a.txt", b"x")
    assert acme.api().post(f"/api/v1/{entity.plural}/{theirs}/files", {"file": upload}).status_code == 404
    assert _written(other) == before


@every_kind
def test_bulk_acts_leave_their_records_alone(acme: Stocked, other: Stocked, entity: Entity[Any]) -> None:
    theirs = str(other.records[entity.kind].pk)
    before = _written(other)
    change = dict(list(acme.values(entity).items())[:1])
    for act, body in (("change", {"values": change}), ("delete", {})):
        answer = send(acme.api(), "POST", f"/api/v1/{entity.plural}/bulk/{act}", {"ids": [theirs], **body})
        assert answer.json()["done"] == 0, answer.content
        assert answer.json()["refused"][0]["code"] == "not-found"
    tree = json.dumps({"field": entity.title, "op": "filled"})
    answer = acme.api().get(f"/api/v1/{entity.plural}", {"filter": tree, "limit": 200})
    if answer.status_code == 200:
        assert theirs not in answer.content.decode()
    assert _written(other) == before


@pytest.mark.parametrize(("entity", "name"), LINKS)
def test_no_link_points_at_their_record(
    acme: Stocked, other: Stocked, entity: Entity[Any], name: str
) -> None:
    theirs = _target(other, entity, name)
    value: Any = [theirs] if entity.fields[name].multiple else theirs
    made = send(acme.api(), "POST", f"/api/v1/{entity.plural}", {**acme.values(entity), name: value})
    if made.status_code == 201:  # the kind has a rule that leaves the field empty in a new record
        assert not made.json()[name]
    else:
        assert made.status_code == 422, made.content
        assert name in made.json()["fields"], made.content
    before = acme.api().get(acme.url(entity)).json()
    changed = send(acme.api(), "PATCH", acme.url(entity), {name: value})
    assert changed.status_code in (200, 422), changed.content
    assert changed.status_code == 422 or not changed.json()[name]
    if changed.status_code == 200:
        return
    assert acme.api().get(acme.url(entity)).json() == before


def _target(other: Stocked, entity: Entity[Any], name: str) -> str:
    """An id of the other company that would fit the link."""
    field = entity.fields[name]
    if field.multiple:
        return str(next(iter(other.records.values())).pk)
    model = field.target
    assert model is not None
    target = registry.of(model)
    if target is not None:
        return str(other.records[target.kind].pk)
    with other.company.as_("admin"):
        found = model._default_manager.values_list("pk", flat=True).first()
    return str(found)


def test_their_files_jobs_imports_and_exports_do_not_exist(acme: Stocked, other: Stocked) -> None:
    account = next(entity for entity in registry.all() if entity.kind in other.records)
    made = other.api().post(other.url(account, "/files"), {"file": SimpleUploadedFile("a.txt", b"secret")})
    file_id = made.json()["id"]
    for method in ("GET", "DELETE"):
        assert send(acme.api(), method, f"/api/v1/files/{file_id}").status_code == 404
    fetched = other.api().get(f"/api/v1/files/{file_id}")
    assert b"".join(fetched.streaming_content) == b"secret"
    fetched.close()


def test_a_token_of_one_company_is_nothing_in_another(acme: Stocked, other: Stocked) -> None:
    token = acme.company.token("admin")
    forged = token.replace(acme.company.id.hex, other.company.id.hex)
    answer = acme.api("ada").get("/api/v1/me", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
