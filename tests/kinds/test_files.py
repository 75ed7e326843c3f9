"""Every field type out into a file and back in again."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.testing.work import run_jobs
from tests.kinds.box import Box

#: What a file does not carry: who and when, and what is worked out.
LEFT = {"id", "version", "created_at", "created_by", "updated_at", "updated_by", "label"}


def exported(box: Box, form: str) -> bytes:
    asked = {"kind": box.entity.kind, "format": form, "filter": 'name ^ "Crate"', "sort": "name"}
    started = box.send("POST", "/api/v1/exports", asked)
    assert started.status_code == 202, started.content
    run_jobs(box.company.id)
    file = box.api.get(f"{started['Location']}/file")
    body = b"".join(file.streaming_content)
    file.close()
    return body


def step(box: Box, url: str, act: str) -> dict[str, Any]:
    started = box.send("POST", f"{url}/{act}")
    assert started.status_code == 202, started.content
    run_jobs(box.company.id)
    found: dict[str, Any] = box.api.get(url).json()
    return found


def crates(box: Box) -> list[dict[str, Any]]:
    items = box.api.get(box.url, {"filter": 'name ^ "Crate"', "sort": "name", "limit": "50"}).json()["items"]
    return [{name: sorted(value) if isinstance(value, list) else value for name, value in one.items()} for one in items]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_imported_as_it_was(box: Box, form: str) -> None:
    for old in crates(box):
        assert box.api.delete(f"{box.url}/{old['id']}").status_code == 204
    held, other = {n: one.held for n, one in box.given.items()}, {n: one.other for n, one in box.given.items()}
    for number, values in enumerate((held, other, {"rare": False, "pieces": 0})):
        box.make(values | {"name": f"Crate {number}", "code": f"{form}-{number}"})
    before = crates(box)
    body = exported(box, form)
    for old in before:
        assert box.api.delete(f"{box.url}/{old['id']}").status_code == 204
    upload = box.api.post("/api/v1/imports", {"kind": box.entity.kind, "file": SimpleUploadedFile(f"crates.{form}", body)})
    assert upload.status_code == 201, upload.content
    url, columns = upload["Location"], upload.json()["columns"]
    not_data = {"ID", "Changed", "Changed by", "Created by", "Open in Kith", "kith:key"}
    missed = {one["column"] for one in columns if not one["field"]} - not_data
    assert missed == set(), "every exported column is known by its title again"
    mapping = {one["column"]: one["field"] for one in columns if one["field"] and one["column"] != "ID"}
    mapped = box.send("PATCH", url, {"mapping": mapping})
    assert mapped.status_code == 200, mapped.content
    tried = step(box, url, "dry-run")
    assert tried["counts"]["reject"] == 0, box.api.get(f"{url}/result").json()
    assert step(box, url, "run")["state"] == "done"
    after = crates(box)
    assert [{n: v for n, v in one.items() if n not in LEFT} for one in after] == [
        {n: v for n, v in one.items() if n not in LEFT} for one in before
    ], json.dumps(mapping, ensure_ascii=False)
    assert step(box, url, "undo")["state"] == "undone"
    assert crates(box) == []


def test_an_import_changes_records_and_its_undo_gives_the_values_back(box: Box) -> None:
    made = box.make({n: one.held for n, one in box.given.items()} | {"name": "Kept as it was", "code": "K-1"})
    text = (
        "code,grade,colours,tags,pieces,weight,purity,price,rare,account,contacts\n"
        'K-1,Raw,"Green; Blue, deep",dull,9,2.5,1%,9.99,no,Mine 矿,Grace Hopper; 周博\n'
    )
    upload = box.api.post("/api/v1/imports", {"kind": box.entity.kind, "file": SimpleUploadedFile("a.csv", text.encode())})
    url = upload["Location"]
    names = {one["column"]: one["column"] for one in upload.json()["columns"]}
    chosen = box.send("PATCH", url, {"mapping": names, "options": {"key": "code"}})
    assert chosen.status_code == 200, chosen.content
    tried = step(box, url, "dry-run")
    assert tried["counts"]["update"] == 1, (tried["counts"], box.api.get(f"{url}/result").json()["rejected"])
    assert step(box, url, "run")["state"] == "done"
    changed = box.read(made["id"])
    assert changed["colours"] == ["green", "blue"] and changed["weight"] == "2.500" and changed["rare"] is False
    assert len(changed["contacts"]) == 2 and changed["contacts"] != made["contacts"]
    assert step(box, url, "undo")["state"] == "undone"
    back = box.read(made["id"])
    moved = {"version", "updated_at", "contacts"}
    assert {n: v for n, v in back.items() if n not in moved} == {n: v for n, v in made.items() if n not in moved}
    assert sorted(back["contacts"]) == sorted(made["contacts"])
