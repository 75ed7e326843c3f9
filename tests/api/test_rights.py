"""Rows, verbs and fields of a role, as the API shows them."""

from typing import Any
from uuid import uuid4

import pytest

from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from tests.api.stock import Stocked
from tests.api.test_every_kind import send

ACCOUNTS = "/api/v1/accounts"
TAX_ID = "91310000132212766M"


def give(acme: Stocked, who: str, grants: dict[str, Any]) -> None:
    """The person has this role and no other."""
    with acme.company.as_("admin"):
        role = save_role(None, f"Only {who} {uuid4().hex[:6]}", "", grants)
        change_roles(acme.company.people[who].pk, [role.pk])


@pytest.fixture(scope="module")
def deals(acme: Stocked) -> dict[str, str]:
    """One account of Ada's (team East) and one of Cleo's (team West)."""
    made = {"ada": {"name": "Account of ada", "tax_id": TAX_ID}, "cleo": {"name": "Account of cleo"}}
    answers = {who: send(acme.api(who), "POST", ACCOUNTS, values) for who, values in made.items()}
    assert all(answer.status_code == 201 for answer in answers.values()), [one.content for one in answers.values()]
    return {who: answer.json()["id"] for who, answer in answers.items()}


def test_not_visible_is_404_and_visible_without_the_verb_is_403(acme: Stocked, deals: dict[str, str]) -> None:
    hers, his = f"{ACCOUNTS}/{deals['ada']}", f"{ACCOUNTS}/{deals['cleo']}"
    for method, url, body in (("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("GET", "/history", None)):
        assert send(acme.api("ada"), method, his + url, body).status_code == 404
        if method != "GET":
            assert send(acme.api("vi"), method, his + url, body).status_code == 403
    assert acme.api("ada").get(his).status_code == 404
    assert acme.api("ada").get(hers).status_code == 200
    listed = acme.api("ada").get(ACCOUNTS, {"limit": 200}).json()["items"]
    assert deals["cleo"] not in {item["id"] for item in listed}
    assert acme.api().get(his).json()["name"] == "Account of cleo"


def test_a_link_to_a_record_one_may_not_see_is_refused(acme: Stocked, deals: dict[str, str]) -> None:
    answer = send(acme.api("ada"), "POST", "/api/v1/contacts", {"name": "Lin Tao", "account": deals["cleo"]})
    assert answer.status_code == 422
    assert "account" in answer.json()["fields"]


def test_a_hidden_field_does_not_exist_anywhere(acme: Stocked, deals: dict[str, str]) -> None:
    url = f"{ACCOUNTS}/{deals['ada']}"
    kinds = {"*": {"view": "all", "edit": "all", "create": True, "export": True}}
    kinds["account"] = {**kinds["*"], "fields": {"tax_id": "hidden", "industry": "readonly"}}
    kinds["lead"] = {**kinds["*"], "fields": {"tax_id": "hidden"}}
    give(acme, "bo", {"kinds": kinds, "does": []})
    bo = acme.api("bo")
    assert "tax_id" not in bo.get(url).json()
    assert all("tax_id" not in item for item in bo.get(ACCOUNTS).json()["items"])
    assert bo.get(ACCOUNTS, {"fields": "tax_id"}).status_code == 400
    assert bo.get(ACCOUNTS, {"sort": "tax_id"}).status_code == 400
    assert bo.get(ACCOUNTS, {"filter": "tax_id is filled"}).status_code == 400
    assert send(bo, "PATCH", url, {"tax_id": "1"}).status_code == 422
    assert TAX_ID not in bo.get(f"{url}/history").content.decode()
    assert "tax_id" not in {field["name"] for field in bo.get(f"{ACCOUNTS}/schema").json()["fields"]}
    assert "tax_id" not in bo.get("/api/openapi.json").content.decode().replace("tax_ids", "")
    assert acme.api().get(url).json()["tax_id"] == TAX_ID


def test_a_readonly_field_is_shown_and_not_written(acme: Stocked, deals: dict[str, str]) -> None:
    url = f"{ACCOUNTS}/{deals['ada']}"
    kinds = {"*": {"view": "all", "edit": "all"}}
    kinds["account"] = {**kinds["*"], "fields": {"phone": "readonly"}}  # type: ignore[dict-item]
    give(acme, "bo", {"kinds": kinds, "does": []})
    bo = acme.api("bo")
    assert "phone" in bo.get(url).json()
    assert send(bo, "PATCH", url, {"phone": "021 6488 2107"}).status_code == 422
    schemas = bo.get("/api/openapi.json").json()["components"]["schemas"]
    assert schemas["Account"]["properties"]["phone"]["readOnly"] is True
    assert "phone" not in schemas["AccountChange"]["properties"]


def test_a_revoked_right_is_refused_in_the_next_request(acme: Stocked) -> None:
    kinds: dict[str, Any] = {"account": {"view": "all", "create": True}}
    give(acme, "bo", {"kinds": kinds, "does": []})
    assert send(acme.api("bo"), "POST", ACCOUNTS, {"name": "Allowed"}).status_code == 201
    give(acme, "bo", {"kinds": {"account": {"view": "all"}}, "does": []})
    assert send(acme.api("bo"), "POST", ACCOUNTS, {"name": "Refused"}).status_code == 403
    assert send(acme.api("bo"), "GET", "/api/v1/contacts").json()["items"] == []


def test_actions_need_their_right_and_answer_the_record(acme: Stocked) -> None:
    deal = send(acme.api("ada"), "POST", "/api/v1/opportunities", {"name": "Lamps for the harbour", "amount": "1054.00"})
    assert deal.status_code == 201, deal.content
    url = f"{deal['Location']}/actions"
    assert deal.json()["amount"] == "1054.00"
    assert send(acme.api("vi"), "POST", f"{url}/win").status_code == 403
    assert send(acme.api("ada"), "POST", f"{url}/nonsense").status_code == 404
    assert send(acme.api("ada"), "POST", f"{url}/win", {"nonsense": 1}).status_code == 422
    assert send(acme.api("ada"), "POST", f"{url}/lose").json()["fields"].keys() == {"lost_reason"}
    won = send(acme.api("ada"), "POST", f"{url}/win", {"closed_on": "2026-11-20"})
    assert won.status_code == 200, won.content
    assert won.json()["closed_on"] == "2026-11-20"
    assert send(acme.api("ada"), "POST", f"{url}/win").status_code == 422


def test_every_kind_is_listed_only_to_who_may_see_it(acme: Stocked) -> None:
    give(acme, "bo", {"kinds": {"account": {"view": "all"}}, "does": []})
    kinds = {kind["kind"] for kind in acme.api("bo").get("/api/v1/kinds").json()["items"]}
    assert "account" in kinds
    assert "opportunity" not in kinds
    paths = acme.api("bo").get("/api/openapi.json").json()["paths"]
    assert "/api/v1/opportunities" not in paths
    assert len(registry.all()) > len(kinds)
