"""The public data sets, taken in through the API as a program would: upload, map, dry run, run, result."""

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.exchange.tests.test_reading import real
from crm.kernel.testing.work import run_jobs
from tests.api.stock import Stocked, stocked
from tests.api.test_every_kind import send

pytestmark = pytest.mark.real


@pytest.fixture
def acme() -> Stocked:
    """A company for each test: two files of the same companies in one workspace would make each other's keys ambiguous."""
    return stocked("Acme")


def take_in(
    acme: Stocked, kind: str, folder: str, name: str, mapping: dict[str, str | None] | None = None, content: bytes = b"", **options: Any
) -> dict[str, Any]:
    """The result of a whole import; the dry run before it promised the same figures."""
    file = SimpleUploadedFile(name, content or real(folder, name).read_bytes())
    made = acme.api().post("/api/v1/imports", {"kind": kind, "file": file})
    assert made.status_code == 201, made.content
    url, found = made["Location"], made.json()
    body = {"mapping": found["mapping"] | (mapping or {}), "options": found["options"] | options}
    mapped = send(acme.api(), "PATCH", url, body)
    assert mapped.status_code == 200, mapped.content
    counts = []
    for act in ("dry-run", "run"):
        assert send(acme.api(), "POST", f"{url}/{act}").status_code == 202
        run_jobs(acme.company.id)
        counts.append(acme.api().get(f"{url}/result").json())
    promised, done = counts
    assert promised["counts"]["reject"] == done["counts"]["reject"], (promised["rejected"][:3], done["rejected"][:3])
    assert done["state"] == "done", done["error"]
    return done


def amount(acme: Stocked, kind: str, text: str) -> list[dict[str, Any]]:
    """All records of a kind that match a filter, page by page."""
    query: dict[str, Any] = {"filter": text, "limit": 200, "fields": "name,amount"}
    found: list[dict[str, Any]] = []
    while True:
        page = acme.api().get(f"/api/v1/{kind}", query).json()
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def test_the_sales_pipeline_of_another_system(acme: Stocked) -> None:
    folder = "crm_sales_opportunities"
    accounts = take_in(acme, "account", folder, "accounts.csv")
    assert (accounts["counts"]["create"], accounts["counts"]["reject"]) == (85, 0), accounts["rejected"][:3]
    fields = {"filter": "kind = open", "sort": "position", "fields": "name,position"}
    stages = [item["name"] for item in acme.api().get("/api/v1/stages", fields).json()["items"]]
    values = {"account": {"GTXPro": "GTX Pro"}, "stage": {"Prospecting": stages[0], "Engaging": stages[1]}}
    mapping = {"product": "name", "opportunity_id": "external_id"}
    deals = take_in(acme, "opportunity", folder, "sales_pipeline.csv", mapping, values=values)
    assert (deals["counts"]["create"], deals["counts"]["reject"]) == (8800, 0), deals["rejected"][:3]
    won = amount(acme, "opportunities", "stage.kind = won and external_id is filled")
    lost = amount(acme, "opportunities", "stage.kind = lost and external_id is filled")
    assert (len(won), len(lost)) == (4238, 2473)
    assert sum(float(item["amount"]) for item in won) == 10_005_534


def test_northwind_customers(acme: Stocked) -> None:
    found = take_in(acme, "account", "northwind", "customers.csv", {"ContactName": None, "ContactTitle": None})
    assert (found["counts"]["create"], found["counts"]["reject"]) == (91, 0), found["rejected"][:3]
    items = acme.api().get("/api/v1/accounts", {"filter": "external_id = BERGS"}).json()["items"]
    assert [item["address_city"] for item in items] == ["Luleå"]


def test_adventureworks_customers(acme: Stocked) -> None:
    found = take_in(acme, "contact", "adventureworks", "AdventureWorks_Customers.csv")
    assert (found["counts"]["create"], found["counts"]["reject"]) == (18_148, 0), found["rejected"][:3]
    item = acme.api().get("/api/v1/contacts", {"filter": "external_id = 11000"}).json()["items"][0]
    assert (item["email"], item["birthday"], item["annual_income"]) == ("jon24@adventure-works.com", "1966-04-08", "90000.00")


def test_chinese_listed_companies(acme: Stocked) -> None:
    """The whole name stands beside the short one; the file is lines of JSON, given as a table."""
    lines = [json.loads(line) for line in real("cn_listed_companies_give", "company.jsonl").read_text("utf-8").splitlines()]
    text = io.StringIO()
    csv.writer(text).writerows([list(lines[0]), *(line.values() for line in lines)])
    found = take_in(acme, "account", "", "company.csv", {"location": "description"}, text.getvalue().encode())
    assert (found["counts"]["reject"], found["counts"]["rows"]) == (0, 2321), found["rejected"][:3]
    items = acme.api().get("/api/v1/accounts", {"filter": "external_id = 301083"}).json()["items"]
    assert [(item["name"], item["other_name"]) for item in items] == [("江西百胜智能科技股份有限公司", "百胜智能")]


@pytest.mark.parametrize("name", ["listed_companies_gb18030.csv", "listed_companies_utf16le_tab.txt"])
def test_chinese_listed_companies_in_old_encodings(acme: Stocked, name: str) -> None:
    found = take_in(acme, "account", "cn_encodings_derived", name, key=None)
    assert (found["counts"]["create"], found["counts"]["reject"]) == (2321, 0), found["rejected"][:3]
    items = acme.api().get("/api/v1/accounts", {"filter": "name = 湖南华联瓷业股份有限公司"}).json()["items"]
    assert {(item["other_name"], item["external_id"]) for item in items} == {("华瓷股份", "001216")}
