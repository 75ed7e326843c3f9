"""The level "by filter" of a role: edited in the matrix, refused with a sentence, in force at the next request."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.kernel.identity.actions import change_roles, save_role
from crm.kernel.identity.models import Role
from crm.kernel.testing.cast import Company

ACCOUNTS = "/api/v1/accounts"
ELECTRONICS: dict[str, Any] = {
    "view": "filter", "edit": "filter", "delete": "none", "create": True,
    "filter": {"field": "industry", "op": "is", "value": "electronics"},
}  # fmt: skip


def held(north: Company, who: str, **kinds: Any) -> Role:
    with north.as_("admin"):
        role = save_role(None, f"Desk of {who}", "", {"kinds": kinds, "does": []})
        change_roles(north.people[who].pk, [role.pk])
    return role


@pytest.mark.journey
def test_a_filter_is_chosen_in_the_matrix_and_holds_for_one_of_two(live_server: Any, page: Page, north: Company) -> None:
    inside = north.make("account", {"name": "Lamps", "industry": "electronics"})
    outside = north.make("account", {"name": "Bread", "industry": "food"})
    role = held(north, "cleo", account={"view": "none"})
    session = north.browser("admin").cookies["kith_session"].value
    page.context.add_cookies([{"name": "kith_session", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/settings/roles/{role.pk}")
    expect(page.locator("#rf-account")).to_be_hidden()
    page.get_by_label("Accounts: See").select_option("filter")
    page.locator("#rf-account").get_by_role("button").click()
    row = page.locator("dialog .frow").first
    row.get_by_label("Field").select_option("industry")
    row.get_by_label("Comparison").select_option("is")
    row.locator("[data-part=value]").fill("electronics")
    page.get_by_role("button", name="Use this filter").click()
    expect(page.locator("#rf-account code")).to_have_text("industry = electronics")
    page.get_by_role("button", name="Save role").click()
    expect(page).to_have_url(re.compile("/settings/roles$"))
    cleo, ada = north.api("cleo"), north.api("admin")
    assert [one["name"] for one in cleo.get(ACCOUNTS).json()["items"]] == ["Lamps"]
    assert cleo.get(f"{ACCOUNTS}/{outside.pk}").status_code == 404
    assert {one["name"] for one in ada.get(ACCOUNTS).json()["items"]} >= {"Lamps", "Bread"}
    with north.as_("admin"):
        save_role(role.pk, role.name, "", {"kinds": {}, "does": []})
    assert cleo.get(f"{ACCOUNTS}/{inside.pk}").status_code == 404


def _deep(levels: int) -> str:
    return "not (name ~ a and " * levels + "name ~ b" + ")" * levels


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "choose which records"), ("colour = red", "colour"), ("industry > 3", "industry"), ("industry =", "cannot be used"),
        (_deep(40), "levels deep"), ("(" * 400 + "name ~ a" + ")" * 400, "Accounts"), ("employees = many", "Employees"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_is_refused_by_name(north: Company, text: str, said: str) -> None:
    admin = north.browser("admin")
    form = {"name": "Desk", "account.view": "filter", "account.filter": text}
    answer = admin.post("/settings/roles/new", form)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Accounts" in page and said in page, page[:3000]
    if text:
        dialog = admin.post("/settings/roles/filter/account", {"use": "text", "text": text})
        assert dialog.status_code == 422 and said in dialog.content.decode()
    with north.as_("admin"):
        assert not Role.objects.filter(name="Desk").exists()
    assert north.browser("ada").get("/settings/roles/filter/account").status_code == 404
    assert admin.get("/settings/roles/filter/nothing").status_code == 404


def test_what_leaves_the_filter_leaves_sight_without_an_error(north: Company) -> None:
    held(north, "cleo", account=ELECTRONICS)
    record = north.make("account", {"name": "Lamps", "industry": "electronics"})
    cleo = north.browser("cleo")
    saved = cleo.post(f"/accounts/{record.pk}/edit", {"name": "Lamps", "industry": "food", "version": "1"})
    assert saved.status_code == 302 and saved["Location"] == "/accounts/", saved.content
    assert "no longer among" in cleo.cookies["kith_said"].value
    assert cleo.get(f"/accounts/{record.pk}/").status_code == 404
    made = cleo.post("/accounts/new?whole=1", {"name": "Bread", "industry": "food"})
    assert made.status_code == 302 and made["Location"] == "/accounts/"
    back = north.make("account", {"name": "Wires", "industry": "electronics"})
    patched = north.api("cleo").generic("PATCH", f"{ACCOUNTS}/{back.pk}", json.dumps({"industry": "food"}), content_type="application/json")
    assert patched.status_code == 200
    again = north.api("cleo").generic("PATCH", f"{ACCOUNTS}/{back.pk}", json.dumps({"name": "x"}), content_type="application/json")
    assert again.status_code == 404


def test_editing_by_filter_never_reaches_what_may_not_be_seen(north: Company) -> None:
    """See own, change by filter: only own rows of the filter; and a role by filter adds to another by owner."""
    record = north.make("account", {"name": "Lamps", "industry": "electronics"})
    held(north, "cleo", account=ELECTRONICS | {"view": "own"})
    url, body = f"{ACCOUNTS}/{record.pk}", json.dumps({"name": "x"})
    assert north.api("cleo").generic("PATCH", url, body, content_type="application/json").status_code == 404
    with north.as_("admin"):
        reading = save_role(None, "Reader of food", "", {"kinds": {"account": {"view": "filter", "filter": {"field": "name", "op": "is", "value": "Lamps"}}}, "does": []})  # fmt: skip # noqa: E501
        change_roles(north.people["cleo"].pk, [reading.pk, *[one.pk for one in Role.objects.filter(name="Desk of cleo")]])
    assert north.api("cleo").get(url).status_code == 200
    assert north.api("cleo").generic("PATCH", url, body, content_type="application/json").status_code == 200


def test_what_is_changed_in_a_line_counts_though_its_own_rule_is_not_ticked(north: Company) -> None:
    role = north.roles["Seller"]
    admin, url = north.browser("admin"), f"/settings/roles/{north.roles['Seller'].pk}"
    general = {"*.view": "team", "*.edit": "own", "*.delete": "own", "*.create": "on", "*.export": "on"}
    lines = {f"{kind}{key[1:]}": value for kind in ("account", "contact") for key, value in general.items()}
    assert admin.post(url, {"name": "Seller", **general, **lines, "account.view": "all"}).status_code == 302
    with north.as_("admin"):
        kinds = Role.objects.get(pk=role.pk).grants["kinds"]
    assert kinds["account"]["view"] == "all" and "contact" not in kinds
    assert admin.post(url, {"name": "Seller", **general, **lines, "account.view": "all", "account.own": "on", "*.view": "own"})
    with north.as_("admin"):
        kinds = Role.objects.get(pk=role.pk).grants["kinds"]
    assert (kinds["*"]["view"], kinds["account"]["view"], "contact" in kinds) == ("own", "all", False)


def test_built_in_roles_are_called_in_the_readers_language(north: Company) -> None:
    client = north.browser("admin")
    client.post("/settings/profile", {"name": "Admin Lee", "language": "zh-hans", "time_zone": "UTC", "currency": "CNY", "country": "CN",
                                      "theme": "light", "density": "normal"})  # fmt: skip
    page = client.get("/settings/roles").content.decode()
    assert "Seller" not in page and "销售</a>" in page
    with north.as_("admin"):
        save_role(north.roles["Seller"].pk, "Hunters", "", {"kinds": {}})
    assert "Hunters" in client.get("/settings/roles").content.decode()
