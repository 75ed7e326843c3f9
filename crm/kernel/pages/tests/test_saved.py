"""Saved views over HTTP: kept, shared, opened by others with their own eyes, changed, removed and brought back; groups with sums."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from crm.kernel.audit.models import AuditEntry
from crm.kernel.identity.actions import save_role
from crm.kernel.identity.models import Team
from crm.kernel.saved.models import SavedView
from crm.kernel.testing.cast import Company

HTMX = {"HX-Request": "true"}
HOSTILE = "<img src=x onerror=alert(1)> “O'Brien” 视图"


def account(company: Company, name: str, by: str = "ada", **values: Any) -> Any:
    return company.make("account", {"name": name, **values}, by=by)


def saved(client: Client, name: str, where: str = "accounts", **values: Any) -> Any:
    return client.post(f"/{where}/views/save", {"name": name, **values}, headers=HTMX)


def shared(company: Company, name: str = "Shared", **values: Any) -> tuple[Client, str]:
    """Ada's browser and the address of a view that she shared with her team."""
    client = company.browser("ada")
    with company.as_("ada"):
        team = Team.objects.get(name="East")
    made = saved(client, name, reach="some", **{"with": str(team.pk)}, **values)
    assert made.status_code == 204, made.content
    return client, made["HX-Redirect"]


def toast_of(response: Any) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(response.cookies["kith_said"].value)
    return raw


def names_in(page: Any) -> list[str]:
    return re.findall(r'data-main href="[^"]*" title="([^"]*)"', page.content.decode())


def test_a_view_keeps_filter_order_and_columns_and_opens_by_its_address(north: Company) -> None:
    account(north, "Alder", industry="Signs")
    account(north, "Birch", industry="Print")
    account(north, "Cedar", industry="Signs")
    client = north.browser("ada")
    made = saved(client, HOSTILE, filter="industry = Signs", sort="-name", columns="name,industry", pinned="on")
    assert made.status_code == 204
    page = client.get(made["HX-Redirect"])
    assert names_in(page) == ["Cedar", "Alder"]
    text = page.content.decode()
    assert "<img src=x" not in text and "&lt;img src=x" in text
    assert 'class="nav nav-sub"' in text, "pinned views stand in the menu"


def test_a_change_is_marked_saved_and_taken_back(north: Company) -> None:
    account(north, "Alder", industry="Signs")
    account(north, "Birch", industry="Print")
    client = north.browser("ada")
    where = saved(client, "Signs", filter="industry = Signs", form="table")["HX-Redirect"]
    assert "chip-warn" not in client.get(where).content.decode()
    changed = client.get(f"{where}&filter=industry+%3D+Print&sort=name")
    assert names_in(changed) == ["Birch"] and "chip-warn" in changed.content.decode()
    emptied = client.get(f"{where}&sort=name")
    assert names_in(emptied) == ["Alder", "Birch"], "a filter that was taken away stays away"
    pk = where.partition("view=")[2]
    kept = client.post(f"/accounts/views/{pk}/keep", {"filter": "industry = Print", "sort": "name", "form": "table"}, headers=HTMX)
    assert kept.status_code == 204 and names_in(client.get(where)) == ["Birch"]


def test_the_usual_view_opens_by_itself_and_all_is_still_there(north: Company) -> None:
    client = north.browser("ada")
    where = saved(client, "Mine", filter="owner = me", usual="on")["HX-Redirect"]
    assert client.get("/accounts/")["Location"] == where
    assert client.get("/accounts/?view=all").status_code == 200
    other = saved(client, "Other", filter="name ~ a", usual="on")["HX-Redirect"]
    assert client.get("/accounts/")["Location"] == other, "one usual view a person and kind"
    assert north.browser("bo").get("/accounts/").status_code == 200


def test_who_has_a_view_and_who_may_change_it(north: Company, south: Company) -> None:
    ada, where = shared(north, "Team view", filter="owner = me")
    pk = where.partition("view=")[2]
    assert north.browser("bo").get(where).status_code == 200
    assert north.browser("cleo").get(where).status_code == 404
    south_page = south.browser("admin").get(where)
    assert south_page.status_code == 404
    bo = north.browser("bo")
    assert bo.post(f"/accounts/views/{pk}/keep", {"filter": ""}, headers=HTMX).status_code == 403
    assert bo.post(f"/accounts/views/{pk}/remove", headers=HTMX).status_code == 403
    assert bo.post(f"/accounts/views/{pk}", {"name": "Mine now", "pinned": "on"}, headers=HTMX).status_code == 204
    with north.as_("ada"):
        assert SavedView.objects.get(pk=pk).name == "Team view", "a colleague pins, and does not rename"
    assert ada.post(f"/accounts/views/{pk}", {"name": "Private now", "reach": "private"}, headers=HTMX).status_code == 204
    assert bo.get(where).status_code == 404
    assert b"nav-sub" not in bo.get("/accounts/").content, "what is no longer shared leaves the menu"
    assert north.browser("cleo").post(f"/accounts/views/{pk}", {"name": "x"}, headers=HTMX).status_code == 404
    assert north.browser("ada").get("/contacts/?view=" + pk).status_code == 404, "a view belongs to its kind"


def test_one_person_or_everybody(north: Company) -> None:
    ada, cleo, bo = north.browser("ada"), north.browser("cleo"), north.browser("bo")
    one = saved(ada, "For Cleo", reach="some", **{"with": str(north.people["cleo"].pk)})["HX-Redirect"]
    assert cleo.get(one).status_code == 200 and bo.get(one).status_code == 404
    every = saved(ada, "For all", reach="all")["HX-Redirect"]
    assert cleo.get(every).status_code == 200 and bo.get(every).status_code == 200


@pytest.mark.parametrize(
    ("values", "said"),
    [({"name": ""}, "80 characters"), ({"name": "x" * 81}, "80"), ({"name": "View", "reach": "some", "with": ""}, "from the list"),
     ({"name": "View", "reach": "some", "with": "01980000-0000-7000-8000-000000000000"}, "no such person"),
     ({"name": "View", "filter": "name =="}, 'role="alert"')],
)  # fmt: skip
def test_what_cannot_be_saved_is_said(north: Company, values: dict[str, str], said: str) -> None:
    answer = north.browser("ada").post("/accounts/views/save", values, headers=HTMX)
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_name_is_taken_once(north: Company) -> None:
    client = north.browser("ada")
    assert saved(client, "Signs").status_code == 204 and saved(client, " signs".strip().title()).status_code == 422
    assert saved(north.browser("bo"), "Signs").status_code == 204, "by another person it is free"


def test_removed_with_undo_and_audited(north: Company) -> None:
    client, where = shared(north, "Gone soon")
    pk = where.partition("view=")[2]
    gone = client.post(f"/accounts/views/{pk}/remove", headers=HTMX)
    assert gone.status_code == 204 and client.get(where).status_code == 404
    back = toast_of(gone)["undo"]
    assert back.startswith("/undo/")
    assert north.browser("bo").post(back, headers=HTMX).status_code == 404
    assert client.post(back, headers=HTMX).status_code == 204 and client.get(where).status_code == 200
    with north.as_("admin"):
        assert AuditEntry.objects.filter(table_name="saved_view", record=pk).count() >= 3


def test_a_colleague_sees_only_what_they_may(north: Company) -> None:
    account(north, "Alder", industry="Signs", by="ada")
    account(north, "West firm", industry="Signs", by="cleo")
    _ada, where = shared(north, "Signs", filter="industry = Signs", columns="name,industry,phone", group="industry")
    pk = where.partition("view=")[2]
    with north.as_("admin"):
        role = north.roles["Manager"]
        kinds = role.grants["kinds"]
        kinds["account"] = {**kinds.get("account", kinds.get("*", {})), "fields": {"industry": "hidden"}}
        save_role(role.pk, role.name, role.description, role.grants)
    page = north.browser("bo").get(f"/accounts/?view={pk}").content.decode()
    assert "industry" in page and 'role="alert"' in page, "a filter on a hidden field is refused in words"
    assert '<option value="industry"' not in page and ">Industry</a>" not in page
    assert "without groups" in page


def test_select_all_of_a_view_means_the_view(north: Company) -> None:
    account(north, "Alder", industry="Signs")
    account(north, "Birch", industry="Print")
    client = north.browser("ada")
    where = saved(client, "Signs", filter="industry = Signs")["HX-Redirect"]
    page = client.get(where).content.decode()
    view = re.search(r'name="view" value="([^"]*filter[^"]*)"', page)
    assert view is not None, "the bulk bar carries the view's filter"
    asked = client.post("/accounts/bulk", {"act": "delete", "whole": "yes", "view": view[1].replace("&amp;", "&")}, headers=HTMX)
    assert asked.status_code == 200 and asked.content.count(b'name="ids"') == 1, asked.content


def groups_in(page: Any) -> list[tuple[str, str, str]]:
    """(label, count, sums) of each group."""
    text = page.content.decode()
    head = r'<span class="b cut">([^<]*)</span><span class="count">([^<]*)</span><span class="push grp-s num">(.*?)</summary>'
    found = re.findall(head, text)
    return [(label, count, " ".join(re.sub(r"<[^>]+>", " ", sums).split())) for label, count, sums in found]


def test_groups_count_and_add_up_each_currency_by_itself(north: Company) -> None:
    with north.as_("ada") as actor:
        ada = actor.id
    for name, amount, currency in (("One", "100", "CNY"), ("Two", "50.5", "CNY"), ("Three", "30", "USD")):
        north.make("opportunity", {"name": name, "amount": amount, "amount_currency": currency, "closes": "2026-03-05"}, by="ada")
    north.make("opportunity", {"name": "Bo's", "amount": "7", "amount_currency": "CNY", "closes": "2026-04-01"}, by="bo")
    north.make("opportunity", {"name": "Elsewhere", "amount": "9000", "amount_currency": "CNY"}, by="cleo")
    client = north.browser("ada")
    page = client.get("/opportunities/?group=owner")
    found = {label: (count, sums) for label, count, sums in groups_in(page)}
    assert found["Ada Whitfield"][0] == "3" and "150.5" in found["Ada Whitfield"][1] and "30" in found["Ada Whitfield"][1]
    assert found["周博"][0] == "1" and "Cleo Marsh" not in found, "what may not be seen is not counted"
    months = groups_in(client.get("/opportunities/?group=closes"))
    assert [(label, count) for label, count, _sums in months] == [("Mar 2026", "3"), ("Apr 2026", "1")]
    rows = client.get(f"/opportunities/group?group=owner&value={ada}", headers=HTMX)
    assert sorted(names_in(rows)) == ["One", "Three", "Two"]
    assert client.get("/opportunities/group?group=owner&value=nonsense", headers=HTMX).status_code == 200
    assert client.get("/opportunities/group?group=nothing&value=x", headers=HTMX).status_code == 404
    april = client.get("/opportunities/group?group=closes&value=2026-04", headers=HTMX)
    assert names_in(april) == ["Bo's".replace("'", "&#39;")]


def test_every_field_that_can_group_does(north: Company) -> None:
    account(north, "Alder", industry="Signs", status="customer")
    client = north.browser("admin")
    for kind in ("accounts", "contacts", "opportunities", "activities"):
        page = client.get(f"/{kind}/").content.decode()
        names = re.findall(r'<option value="([a-z_]+)"', page.partition('id="list-group"')[2].partition("</select>")[0])
        assert "owner" in names
        for name in names:
            assert client.get(f"/{kind}/?group={name}").status_code == 200, (kind, name)


def test_a_group_loads_its_next_rows_by_key(north: Company) -> None:
    for number in range(13):
        account(north, f"Firm {number:02}", industry="Signs")
    client = north.browser("ada")
    page = client.get("/accounts/?group=owner&sort=name").content.decode()
    more = re.search(r'hx-get="(/accounts/group\?[^"]*after=[^"]*)"', page)
    assert more is not None
    rest = client.get(more[1].replace("&amp;", "&"), headers=HTMX)
    assert names_in(rest) == ["Firm 10", "Firm 11", "Firm 12"]
