"""Edited workbooks by HTTP: a kind of the workspace's own, in Chinese, brought back by page and by API."""

import io
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs
from tests.custom.test_api import send


def boats(company: Company) -> None:
    api = company.api("admin")
    assert send(api, "POST", "/api/v1/kinds", {"label": "Boat", "labels": "Boats"}).status_code == 201
    for label, type_ in (("Berth", "text"), ("Length", "decimal"), ("Bought", "date"), ("Engine", "yes_no")):
        assert send(api, "POST", "/api/v1/kinds/boat/fields", {"label": label, "type": type_}).status_code == 201
    for name, berth, length in (("海燕", "007", "12.50"), ("Möwe", "2/4", "7")):
        given = {"name": name, "berth": berth, "length": length, "bought": "2024-02-04", "engine": True}
        made = send(api, "POST", "/api/v1/boats", given)
        assert made.status_code == 201, made.content


def exported(company: Company, **more: Any) -> bytes:
    api = company.api("admin")
    started = send(api, "POST", "/api/v1/exports", {"kind": "boat", "sort": "name", **more})
    assert started.status_code == 202, started.content
    run_jobs(company.id)
    found = api.get(started["Location"]).json()
    assert found["state"] == "done", found
    answer = api.get(found["file"])
    return b"".join(answer.streaming_content)


def with_cell(data: bytes, sheet: int, head: str, row: int, value: Any) -> SimpleUploadedFile:
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[sheet]
    page.cell(row, next(cell.column for cell in page[1] if cell.value == head)).value = value
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("boats.xlsx", out.getvalue())


def in_chinese(company: Company) -> None:
    with company.as_("admin"):
        User.objects.filter(pk=company.people["admin"].pk).update(language="zh-hans")


def test_by_api_in_chinese_with_a_sheet_for_each_berth(north: Company, south: Company) -> None:
    boats(north)
    in_chinese(north)
    data = exported(north, sheets_by="berth")
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["目录", "007", "2 4", "kith"]
    api = north.api("admin")
    sent = api.post("/api/v1/workbooks", {"file": with_cell(data, 1, "Length", 2, "13,5 m")})
    assert sent.status_code == 201, sent.content
    run_jobs(north.id)
    place = sent["Location"]
    assert api.get(place).json()["cells"] == {"mine": 0, "conflict": 0, "theirs": 0, "refused": 1}
    sent = api.post("/api/v1/workbooks", {"file": with_cell(data, 1, "Length", 2, 13.5)})
    run_jobs(north.id)
    place = sent["Location"]
    (cell,) = api.get(f"{place}/cells?state=mine").json()["items"]
    told = [cell[name] for name in ("title", "field", "was", "now", "mine", "taken")]
    assert told == ["海燕", "length", "12.5", "12.5", "13.5", True]
    assert send(api, "POST", f"{place}/choose", {"take": False, "cell": cell["id"]}).json()["taken"]["cells"] == 0
    assert send(api, "POST", f"{place}/write").status_code == 422, "nothing is taken"
    for wrong in ({"take": "yes", "all": "mine"}, {"take": True}, {"take": True, "all": "refused"}, {"take": True, "cell": 1}):
        assert send(api, "POST", f"{place}/choose", wrong).status_code == 422, wrong
    assert send(api, "POST", f"{place}/choose", {"take": True, "column": "length"}).json()["taken"]["cells"] == 1
    assert send(api, "POST", f"{place}/write").status_code == 202
    run_jobs(north.id)
    after = api.get(place).json()
    assert (after["written"], after["state"], after["cells"]["mine"]) == (1, "ready", 0)
    assert api.get("/api/v1/boats?filter=name is 海燕").json()["items"][0]["length"] == "13.50"
    assert send(api, "POST", f"/api/v1/acts/{after['act']}/undo").status_code == 200
    assert api.get("/api/v1/boats?filter=name is 海燕").json()["items"][0]["length"] == "12.50"
    for stranger in (south.api("admin"), north.api("bo")):
        for address in (place, f"{place}/cells", f"{place}/rows"):
            assert stranger.get(address).status_code in (403, 404), address
    assert api.delete(place).status_code == 204 and api.get(place).status_code == 404
    assert api.delete("/api/v1/kinds/boat").status_code == 204
    assert api.post("/api/v1/workbooks", {"file": SimpleUploadedFile("b.xlsx", data)}).status_code == 404, "its kind is retired"


def test_in_the_browser(north: Company) -> None:
    boats(north)
    page = north.browser("admin")
    asked = page.get("/export/?kind=boat").content.decode()
    assert "One sheet for each" in asked and 'value="berth"' in asked
    assert "2 sheets" in page.get("/export/sheets?kind=boat&sheets_by=berth").content.decode()
    assert "/workbook/" in page.get("/boats/").content.decode()
    refused = page.post("/workbook/", {"file": SimpleUploadedFile("a.csv", b"name\nx\n")})
    assert refused.status_code == 422 and "CSV" in refused.content.decode()
    data = exported(north)
    book = openpyxl.load_workbook(io.BytesIO(data))
    book.worksheets[0].append(["", "Albatros", "9"])
    out = io.BytesIO()
    book.save(out)
    sent = page.post("/workbook/", {"file": with_cell(out.getvalue(), 0, "Berth", 2, "<b>8</b>")})
    place = sent["Location"]
    assert "Comparing with today" in page.get(place).content.decode() or "Waiting" in page.get(place).content.decode()
    run_jobs(north.id)
    assert page.get(f"{place}/progress")["HX-Refresh"] == "true"
    shown = page.get(place).content.decode()
    assert "&lt;b&gt;8&lt;/b&gt;" in shown and "<b>8</b>" not in shown and "1 cell" in shown
    assert "Albatros" in page.get(f"{place}?show=new").content.decode()
    taken = page.post(f"{place}/choose", {"all": "new", "take": "yes", "at_show": "new"})
    assert taken["Location"] == f"{place}?show=new"
    part = page.post(f"{place}/choose", {"column": "berth", "take": "no"}, headers={"HX-Request": "true"}).content.decode()
    assert "1 new row" in part and "1 cell" not in part
    page.post(f"{place}/choose", {"all": "mine", "take": "yes"})
    assert page.post(f"{place}/write").status_code == 302
    run_jobs(north.id)
    done = page.get(place).content.decode()
    assert "2 records were changed" in done and "Nothing is left to decide" in done and "/undo/" in done
    names = {one["name"]: one["berth"] for one in north.api("admin").get("/api/v1/boats").json()["items"]}
    assert names == {"Albatros": "9", "海燕": "<b>8</b>", "Möwe": "2/4"}
    assert page.post(f"{place}/discard").status_code == 302 and page.get(place).status_code == 404
