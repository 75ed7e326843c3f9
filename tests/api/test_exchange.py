"""Imports and exports through the API, from the upload to the undo."""

import csv
import datetime
import io
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked
from tests.api.test_every_kind import send

IMPORTS = "/api/v1/imports"


def upload(acme: Stocked, text: str, name: str = "customers.csv", who: str = "admin", encoding: str = "utf-8") -> Any:
    file = SimpleUploadedFile(name, text.encode(encoding), "text/csv")
    return acme.api(who).post(IMPORTS, {"kind": "account", "file": file})


def step(acme: Stocked, url: str, act: str) -> Any:
    """One step of an import, its job done."""
    started = send(acme.api(), "POST", f"{url}/{act}")
    assert started.status_code == 202, started.content
    job = started.json()["job"]
    assert acme.api().get(f"/api/v1/jobs/{job}").json()["state"] == "waiting"
    run_jobs(acme.company.id)
    done = acme.api().get(f"/api/v1/jobs/{job}").json()
    assert done["state"] == "done", done
    return acme.api().get(url).json()


def names(acme: Stocked, start: str) -> set[str]:
    answer = acme.api().get("/api/v1/accounts", {"filter": f"name ^ {start}", "limit": 200})
    return {item["name"] for item in answer.json()["items"]}


def test_an_import_from_upload_to_undo(acme: Stocked) -> None:
    mark = uuid4().hex[:8]
    text = f"客户名称,员工人数,备注\n{mark}晨光照明,120,2/4\n{mark}南港贸易,many,007\n"
    made = upload(acme, text, encoding="gb18030")
    assert made.status_code == 201, made.content
    url, found = made["Location"], made.json()
    assert found["columns"][0]["field"] == "name"
    assert found["reading"]["rows"] == 2
    mapping = {"客户名称": "name", "员工人数": "employees", "备注": "description"}
    mapped = send(acme.api(), "PATCH", url, {"mapping": mapping})
    assert mapped.status_code == 200, mapped.content
    tried = step(acme, url, "dry-run")
    assert (tried["counts"]["create"], tried["counts"]["reject"]) == (1, 1), tried
    assert names(acme, mark) == set()
    assert step(acme, url, "run")["state"] == "done"
    assert names(acme, mark) == {f"{mark}晨光照明"}
    result = acme.api().get(f"{url}/result").json()
    assert [row["row"] for row in result["rejected"]] == [3]
    assert result["rejected"][0]["reasons"]
    rejects = acme.api().get(f"{url}/rejects")
    rows = list(csv.reader(io.StringIO(b"".join(rejects.streaming_content).decode("utf-8-sig"))))
    rejects.close()
    assert rows[1][:3] == [f"{mark}南港贸易", "many", "007"]
    assert step(acme, url, "undo")["state"] == "undone"
    assert names(acme, mark) == set()


def test_an_export_keeps_what_looks_like_a_number_or_a_formula(acme: Stocked) -> None:
    mark = uuid4().hex[:8]
    for name in (f"{mark} 2/4", f"{mark} =1+1"):
        send(acme.api(), "POST", "/api/v1/accounts", {"name": name, "external_id": f"007{name[-3:]}"})
    asked = {"kind": "account", "format": "csv", "filter": f"name ^ {mark}", "sort": "name"}
    asked |= {"fields": ["name", "external_id"]}
    started = send(acme.api(), "POST", "/api/v1/exports", asked)
    assert started.status_code == 202, started.content
    assert acme.api().get(f"{started['Location']}/file").status_code == 404
    run_jobs(acme.company.id)
    found = acme.api().get(started["Location"]).json()
    assert (found["state"], found["rows"]) == ("done", 2), found
    file = acme.api().get(found["file"])
    text = b"".join(file.streaming_content).decode("utf-8-sig")
    file.close()
    assert f"{mark} 2/4,0072/4" in text


def test_broken_files_are_refused_with_a_sentence(acme: Stocked) -> None:
    for name, body in (("a.xlsx", b"PK\x03\x04 nonsense"), ("a.csv", b""), ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00")):
        answer = acme.api().post(IMPORTS, {"kind": "account", "file": SimpleUploadedFile(name, body)})
        assert answer.status_code == 422, (name, answer.content)
        assert answer.json()["detail"]


def test_what_cannot_be_mapped_is_named(acme: Stocked) -> None:
    url = upload(acme, "name\nx\n")["Location"]
    for body, named in (
        ({"mapping": {"name": "nonsense"}}, None),
        ({"mapping": "name"}, "mapping"),
        ({"mapping": {"name": 1}}, "mapping"),
        ({"nonsense": 1}, "nonsense"),
        ({"header_row": "x"}, "header_row"),
    ):
        answer = send(acme.api(), "PATCH", url, body)
        assert answer.status_code == 422, (body, answer.content)
        assert named is None or named in answer.json()["fields"]


def test_imports_exports_and_jobs_are_seen_by_their_owner_and_administrators(acme: Stocked, other: Stocked) -> None:
    url = upload(acme, "name\nx\n", who="bo")["Location"]
    started = send(acme.api("bo"), "POST", f"{url}/dry-run").json()
    export = send(acme.api("bo"), "POST", "/api/v1/exports", {"kind": "account"})
    run_jobs(acme.company.id)
    job = f"/api/v1/jobs/{started['job']}"
    for address in (url, f"{url}/result", f"{url}/rejects", export["Location"], f"{export['Location']}/file", job):
        for who in ("bo", "admin"):
            answer = acme.api(who).get(address)
            assert answer.status_code == 200, address
            answer.close()
        assert acme.api("cleo").get(address).status_code == 404, address
        assert other.api().get(address).status_code == 404, address
    for act in ("dry-run", "run", "undo"):
        assert send(other.api(), "POST", f"{url}/{act}").status_code == 404
    assert send(other.api(), "PATCH", url, {"mapping": {}}).status_code == 404
    assert other.api().delete(url).status_code == 404
    assert acme.api("bo").delete(url).status_code == 204


def test_who_may_not_import_or_export_is_refused(acme: Stocked) -> None:
    assert upload(acme, "name\nx\n", who="vi").status_code == 403
    assert send(acme.api("vi"), "POST", "/api/v1/exports", {"kind": "account"}).status_code == 403


def test_dates_are_read_as_each_column_shows_or_as_chosen(acme: Stocked) -> None:
    """`dates` tells what a column's values show; what they leave open is chosen for each column."""
    mark = uuid4().hex[:8]
    text = f"name,created at,code\n{mark}A,3/4/2019,{mark}1\n{mark}B,05/12/2019,{mark}2\n"
    made = upload(acme, text)
    url, found = made["Location"], made.json()
    assert [column["dates"] for column in found["columns"]] == [None, "open", None]
    wrong = send(acme.api(), "PATCH", url, {"options": {"date_orders": {"created at": "american"}}})
    assert wrong.status_code == 422 and "ymd, mdy or dmy" in wrong.content.decode()
    chosen = send(acme.api(), "PATCH", url, {"options": found["options"] | {"date_orders": {"created at": "dmy"}}})
    assert chosen.status_code == 200, chosen.content
    assert step(acme, url, "run")["counts"]["create"] == 2
    assert made_on(acme, f"{mark}A") == "2019-04-03"
    decided = upload(acme, text.replace("3/4/2019", "3/14/2019").replace("code", "ref").replace(mark, f"x{mark}")).json()
    assert [column["dates"] for column in decided["columns"]] == [None, "mdy", None]
    assert step(acme, f"{IMPORTS}/{decided['id']}", "run")["counts"]["create"] == 2
    assert made_on(acme, f"x{mark}B") == "2019-05-12"


def made_on(acme: Stocked, name: str) -> str:
    """The day of creation of the account of that name, in Shanghai."""
    item = acme.api().get("/api/v1/accounts", {"filter": f"name = {name}"}).json()["items"][0]
    moment = datetime.datetime.fromisoformat(item["created_at"])
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()


def test_a_mapping_is_remembered_for_the_same_header(acme: Stocked) -> None:
    mark = uuid4().hex[:8]
    text = f"name,{mark}\n{mark}one,likes tea\n"
    first = upload(acme, text)
    mapped = send(acme.api(), "PATCH", first["Location"], {"mapping": {"name": "name", mark: "description"}})
    assert mapped.status_code == 200 and mapped.json()["remembered"] is None
    step(acme, first["Location"], "run")
    again = upload(acme, text.replace("one", "two")).json()
    assert (again["mapping"], again["remembered"]) == ({"name": "name", mark: "description"}, first.json()["id"])
    assert again["columns"][1]["field"] is None  # the guess stays told, to go back to
