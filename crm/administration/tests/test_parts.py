"""A part that is switched off is away for everybody, and all of it is there again when it is switched on."""

import json
from typing import Any

import pytest

from crm.administration.actions import parts
from crm.kernel.entity.registry import registry
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


def send(client: Any, method: str, url: str, body: Any) -> Any:
    return client.generic(method, url, json.dumps(body), content_type="application/json")


def switch(office: Company, name: str, on: bool) -> Any:
    return office.browser("admin").post(f"/settings/parts/{name}", {"on": "1" if on else "0"})


@pytest.fixture
def selling(north: Company) -> tuple[Company, str, str]:
    """(company, account's id, deal's id)"""
    account = north.make("account", {"name": "Buyer"}, by="ada")
    deal = north.make("opportunity", {"name": "Hundred lamps", "account": account.pk, "amount": "5000"})
    north.make("lead", {"name": "Ada Lovelace", "email": "ada@example.com"})
    return north, str(account.pk), str(deal.pk)


def test_sales_is_away_and_back(selling: tuple[Company, str, str]) -> None:
    north, account, deal = selling
    assert switch(north, "sales", False).status_code == 302
    browser, api = north.browser("admin"), north.api("admin")
    for address in ("/opportunities/", "/opportunities/board", f"/opportunities/{deal}/", "/sales/", "/leads/", "/sales/pipelines/"):
        assert browser.get(address).status_code == 404, address
    assert api.get("/api/v1/opportunities").status_code == api.get(f"/api/v1/opportunities/{deal}").status_code == 404
    assert "opportunity" not in {one["kind"] for one in api.get("/api/v1/kinds").json()["items"]}
    assert not [path for path in api.get("/api/openapi.json").json()["paths"] if "opportunit" in path or "lead" in path]
    home = browser.get("/").content.decode()
    assert "/opportunities/" not in home and "/sales/" not in home and "/leads/" not in home
    page = browser.get(f"/accounts/{account}/")
    assert page.status_code == 200 and "Hundred lamps" not in page.content.decode()
    assert [hit["title"] for hit in api.get("/api/v1/search", {"q": "Hundred"}).json()["items"]] == []
    assert switch(north, "sales", True).status_code == 302
    assert api.get(f"/api/v1/opportunities/{deal}").json()["name"] == "Hundred lamps"
    assert "Hundred lamps" in browser.get(f"/accounts/{account}/").content.decode()
    assert "/sales/" in browser.get("/").content.decode()


def test_the_rest_goes_on_without_it(selling: tuple[Company, str, str]) -> None:
    north, account, _deal = selling
    switch(north, "sales", False)
    switch(north, "commerce", False)
    api, browser = north.api("ada"), north.browser("ada")
    made = send(api, "POST", "/api/v1/contacts", {"name": "Grace Hopper", "account": account, "email": "grace@example.com"})
    assert made.status_code == 201, made.content
    act = send(api, "POST", "/api/v1/activities", {"subject": "Call", "record": account, "type": "call", "due": "2026-01-05"})
    assert act.status_code == 201, act.content
    done = send(api, "POST", f"/api/v1/activities/{act.json()['id']}/actions/complete", {"result": "Spoke"})
    assert done.status_code == 200, done.content
    assert send(api, "PATCH", f"/api/v1/accounts/{account}", {"name": "Buyer two"}).status_code == 200
    assert send(api, "POST", "/api/v1/accounts/duplicates", {"name": "Buyer"}).status_code == 200
    run_jobs(north.id)
    with north.as_("admin"):
        kinds = [one.plural for one in registry.all()]
    assert "products" not in kinds and "accounts" in kinds
    for plural in kinds:
        assert browser.get(f"/{plural}/").status_code in (200, 403), plural
    for address in ("/", f"/accounts/{account}/", f"/accounts/{account}/tab/history", "/bin/", "/settings/profile", "/notices", "/help/"):
        assert browser.get(address).status_code == 200, address
    assert north.browser("admin").get("/settings/roles/new").status_code == 200


def test_what_others_need_cannot_go(north: Company) -> None:
    refused = switch(north, "commerce", False)
    assert refused.status_code == 409 and "Sales" in refused.content.decode()
    switch(north, "sales", False)
    assert switch(north, "commerce", False).status_code == 302
    assert switch(north, "sales", True).status_code == 409
    assert switch(north, "customers", False).status_code == 404
    assert switch(north, "spells", False).status_code == 404


def test_only_for_this_company_and_only_by_who_may(north: Company, south: Company) -> None:
    switch(north, "sales", False)
    assert south.api("admin").get("/api/v1/opportunities").status_code == 200
    assert north.browser("ada").post("/settings/parts/sales", {"on": "1"}).status_code in (403, 404)
    with north.as_("admin"):
        assert [one.on for one in parts.parts() if one.name == "sales"] == [False]
