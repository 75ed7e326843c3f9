"""What holds for the API of every record kind."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from tests.api.stock import Stocked

KINDS = registry.all()
every_kind = pytest.mark.parametrize("entity", KINDS, ids=lambda entity: entity.kind)


def send(client: Any, method: str, url: str, body: Any = None, **headers: str) -> Any:
    raw = json.dumps(body) if body is not None else ""
    return client.generic(method, url, raw, content_type="application/json", headers=headers)


@every_kind
def test_a_list_answers_items_and_next(acme: Stocked, entity: Entity[Any]) -> None:
    answer = acme.api().get(f"/api/v1/{entity.plural}", {"limit": 200})
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"items", "next"}
    assert str(acme.records[entity.kind].pk) in {item["id"] for item in answer.json()["items"]}


@every_kind
def test_a_record_lives_its_whole_life(acme: Stocked, entity: Entity[Any]) -> None:
    values = acme.values(entity)
    made = send(acme.api(), "POST", f"/api/v1/{entity.plural}", values)
    assert made.status_code == 201, made.content
    url = made["Location"]
    read = acme.api().get(url)
    assert read.status_code == 200
    assert read.json() == made.json()
    assert read["ETag"] == made["ETag"] == f'"{made.json()["version"]}"'
    change = dict(list(values.items())[:1])
    assert send(acme.api(), "PATCH", url, change, **{"If-Match": read["ETag"]}).status_code == 200
    assert acme.api().get(f"{url}/history").json()["items"][-1]["op"] == "create"
    assert acme.api().delete(url).status_code == 204
    assert acme.api().get(url).status_code == 404
    assert send(acme.api(), "POST", f"{url}/restore").status_code == 200
    assert acme.api().get(url).status_code == 200


@every_kind
def test_every_field_can_be_asked_for_alone(acme: Stocked, entity: Entity[Any]) -> None:
    for name in entity.fields:
        answer = acme.api().get(f"/api/v1/{entity.plural}", {"fields": name, "limit": 1})
        assert answer.status_code == 200, (name, answer.content)
        beside = {"missing", "verified"}  # what is known of that field
        assert set(answer.json()["items"][0]) - (beside - {name}) == {"id", "version", name}


@every_kind
def test_every_sortable_field_sorts_and_every_filter_operator_answers(
    acme: Stocked, entity: Entity[Any]
) -> None:
    for name, field in entity.fields.items():
        if field.sortable:
            for sort in (name, f"-{name}"):
                assert acme.api().get(f"/api/v1/{entity.plural}", {"sort": sort}).status_code == 200, sort
        for op in field.operators if field.filterable else ():
            for value in ("1", ["1", "2"], {"a": 10**30}):
                tree = json.dumps({"field": name, "op": op, "value": value})
                answer = acme.api().get(f"/api/v1/{entity.plural}", {"filter": tree})
                assert answer.status_code in (200, 400), (name, op, value, answer.content)


@every_kind
def test_files_of_a_record(acme: Stocked, entity: Entity[Any]) -> None:
    upload = SimpleUploadedFile("晨光 quote.txt", b"4,000 lamps", "text/plain")
    made = acme.api().post(acme.url(entity, "/files"), {"file": upload})
    assert made.status_code == 201, made.content
    assert [item["id"] for item in acme.api().get(acme.url(entity, "/files")).json()["items"]] == [
        made.json()["id"]
    ]
    fetched = acme.api().get(made["Location"])
    assert b"".join(fetched.streaming_content) == b"4,000 lamps"
    fetched.close()
    assert fetched["Content-Disposition"].startswith("attachment")
    assert acme.api().delete(made["Location"]).status_code == 204
    assert acme.api().get(made["Location"]).status_code == 404


@every_kind
def test_bulk_change_and_delete_can_be_tried_first(acme: Stocked, entity: Entity[Any]) -> None:
    url, pk = f"/api/v1/{entity.plural}/bulk", str(acme.records[entity.kind].pk)
    stranger = str(uuid4())
    change = dict(list(acme.values(entity).items())[:1])
    tried = send(acme.api(), "POST", f"{url}/change?dry_run=true", {"ids": [pk, stranger], "values": change})
    assert tried.status_code == 200, tried.content
    assert tried.json()["dry_run"] is True
    assert (tried.json()["matched"], tried.json()["done"]) == (2, 1)
    assert [one["id"] for one in tried.json()["refused"]] == [stranger]
    gone = send(acme.api(), "POST", f"{url}/delete?dry_run=true", {"ids": [pk]})
    assert gone.json()["done"] == 1, gone.content
    assert acme.api().get(acme.url(entity)).status_code == 200


@every_kind
def test_a_viewer_reads_and_changes_nothing(acme: Stocked, entity: Entity[Any]) -> None:
    before = acme.api().get(acme.url(entity)).json()
    vi = acme.api("vi")
    assert vi.get(acme.url(entity)).status_code == 200
    assert send(vi, "POST", f"/api/v1/{entity.plural}", acme.values(entity)).status_code == 403
    assert send(vi, "PATCH", acme.url(entity), {}).status_code == 403
    assert vi.delete(acme.url(entity)).status_code == 403
    assert acme.api().get(acme.url(entity)).json() == before


@every_kind
def test_the_schema_names_every_field(acme: Stocked, entity: Entity[Any]) -> None:
    answer = acme.api().get(f"/api/v1/{entity.plural}/schema").json()
    assert [field["name"] for field in answer["fields"]] == list(entity.fields)
    assert all(field["label"] for field in answer["fields"])
