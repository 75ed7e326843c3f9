"""Letters typed over a list and into a link: what the search box finds, sorted and filtered like any list."""

import csv
import io
import json
from typing import Any

import pytest

from crm.kernel.exchange import queries
from crm.kernel.exchange.models import ExportRun
from crm.kernel.search import listed
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


def names(page: Any) -> list[str]:
    """The titles of the rows, in their order."""
    parts = page.content.decode().split('data-main href="')[1:]
    return [part.split('title="', 1)[1].split('"', 1)[0] for part in parts]


def made(north: Company) -> dict[str, Any]:
    return {
        name: north.make("account", {"name": name, **more}, by="ada")
        for name, more in {
            "上海盈晟标牌有限公司": {"industry": "Signs"},
            "Zenith Harbour": {"phone": "+862164882107", "industry": "Signs"},
            "Harbour Lights": {"industry": "Lamps"},
            "Elsewhere": {},
        }.items()
    }


def test_a_list_finds_by_what_the_search_box_finds_by(north: Company) -> None:
    made(north)
    ada = north.browser("ada")
    for words, wanted in {
        "harb": ["Harbour Lights", "Zenith Harbour"],
        "syb": [],
        "shanghaiying": ["上海盈晟标牌有限公司"],
        "標牌": ["上海盈晟标牌有限公司"],
        "82107": ["Zenith Harbour"],
        "nothing of the kind": [],
    }.items():
        assert names(ada.get("/accounts/", {"q": words, "sort": "name"})) == wanted, words
    both = {"q": "harbour", "filter": "industry = Signs"}
    assert names(ada.get("/accounts/", both)) == ["Zenith Harbour"]
    assert names(ada.get("/accounts/", {"q": "harbour", "sort": "-name"})) == ["Zenith Harbour", "Harbour Lights"]


def test_others_records_are_not_among_them(north: Company, south: Company) -> None:
    made(north)
    south.make("account", {"name": "Harbour of the South"})
    hidden = north.make("account", {"name": "Harbour Hidden"}, by="cleo")
    ada = north.browser("ada")
    assert names(ada.get("/accounts/", {"q": "harbour"})) == ["Harbour Lights", "Zenith Harbour"]
    found = ada.get("/lookup/accounts", {"q": "harbour"}).json()["items"]
    assert {one["label"] for one in found} == {"Harbour Lights", "Zenith Harbour"}
    assert str(hidden.pk) not in json.dumps(ada.get("/lookup/any", {"q": "harbour"}).json())


def test_the_file_holds_the_rows_of_the_list(north: Company) -> None:
    made(north)
    admin = north.browser("admin")
    given = {"kind": "account", "q": "harbour", "filter": "industry = Signs", "columns": ["name"], "format": "csv"}
    assert admin.post("/export/", given).status_code == 302
    run_jobs(north.id)
    with north.as_("admin"):
        path = queries.export_file(ExportRun.objects.get())
    assert [row[0] for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))][1:] == ["Zenith Harbour"]


def test_what_is_left_out_is_said(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    made(north)
    monkeypatch.setattr(listed, "LISTED", 2)
    monkeypatch.setattr("crm.kernel.pages.filters.LISTED", 2)
    ada = north.browser("ada")
    assert "these are the best of them" in ada.get("/accounts/", {"q": "harbour"}).content.decode()
    assert "these are the best of them" not in ada.get("/accounts/", {"q": "lights"}).content.decode()


def test_links_find_over_all_kinds_and_within_one(north: Company) -> None:
    made(north)
    ada = north.browser("ada")
    north.make("contact", {"name": "Harriet Bourne", "email": "harriet@harbour.example"}, by="ada")
    notes = {one["label"]: one["note"] for one in ada.get("/lookup/any", {"q": "har"}).json()["items"]}
    assert notes == {"Harbour Lights": "Account", "Zenith Harbour": "Account", "Harriet Bourne": "Contact"}
    assert [one["label"] for one in ada.get("/lookup/contacts", {"q": "harbour"}).json()["items"]] == ["Harriet Bourne"]
    assert ada.get("/lookup/accounts", {"q": ""}).json()["items"]
    assert [one["label"] for one in ada.get("/lookup/stages", {"q": "prop"}).json()["items"]] == ["Proposal"]
