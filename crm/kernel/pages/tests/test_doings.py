"""What can be done with a record from wherever it is listed: the menu under the pointer, the palette, assigning, the bin."""

import re
from typing import Any

from crm.kernel.pages.tests.test_screens import HTMX, account, kind, now_of, toast_of
from crm.kernel.testing.cast import Company

LINE = re.compile(r'role="menuitem"[^>]*?(?:href|hx-get|hx-post)="([^"]+)"')


def told(client: Any, url: str, there: str = "") -> list[str]:
    """The addresses of the menu's lines, from the record's own down."""
    page = client.get(f"{url}menu", headers=HTMX | ({"HX-Current-URL": f"http://testserver{there}"} if there else {}))
    assert page.status_code == 200
    return [found.replace("&amp;", "&").removeprefix(url) for found in LINE.findall(page.content.decode())]


def test_the_menu_holds_what_the_person_may_do(north: Company) -> None:
    theirs = account(north, by="ada")
    deal = north.make("opportunity", {"name": "UV", "account": theirs.pk}, by="ada")
    assert "do/lose" in told(north.browser("ada"), f"/opportunities/{deal.pk}/")
    mine = told(north.browser("ada"), f"/accounts/{theirs.pk}/")
    assert mine[0] == "edit" and mine[-1] == "delete" and "print" in mine and "take" not in mine
    managers = told(north.browser("bo"), f"/accounts/{theirs.pk}/")
    assert "take" in managers
    assert not {"edit", "take", "delete", "shares"} & set(told(north.browser("vi"), f"/accounts/{theirs.pk}/"))


def test_nobody_gets_a_menu_for_what_they_do_not_see(north: Company, south: Company) -> None:
    theirs = account(south, by="ada")
    assert north.browser("admin").get(f"/accounts/{theirs.pk}/menu").status_code == 404
    assert north.browser("admin").post(f"/accounts/{theirs.pk}/take").status_code == 404


def test_a_manager_takes_a_record_over_and_gives_it_back(north: Company) -> None:
    one = account(north, by="ada")
    bo = north.browser("bo")
    there = "/accounts/?filter=status+%3D+customer"
    taken = bo.post(f"/accounts/{one.pk}/take", headers=HTMX | {"HX-Current-URL": f"http://testserver{there}"})
    assert taken.status_code == 204 and taken["HX-Redirect"] == there
    assert now_of(north, one).owner_id == north.people["bo"].pk
    assert bo.post(f"/accounts/{one.pk}/take").status_code == 404, "it is theirs already"
    assert bo.post(toast_of(taken)["undo"], headers=HTMX).status_code == 204
    assert now_of(north, one).owner_id == north.people["ada"].pk
    assert north.browser("vi").post(f"/accounts/{one.pk}/take").status_code in (403, 404)
    assert now_of(north, one).owner_id == north.people["ada"].pk


def test_an_activity_is_added_from_the_list_and_one_is_back_there(north: Company) -> None:
    one = account(north, by="ada")
    ada = north.browser("ada")
    new = next(url for url in told(ada, f"/accounts/{one.pk}/", "/accounts/?sort=city") if url.startswith("/activities/new"))
    assert str(one.pk) in ada.get(new, headers=HTMX).content.decode()
    made = ada.post("/activities/new", {"type": "call", "subject": "Asked", "record": one.pk, "back": "/accounts/?sort=city"}, headers=HTMX)
    assert made["HX-Redirect"] == "/accounts/?sort=city"
    with north.as_("ada"):
        assert kind("activity").model._default_manager.filter(record_id=one.pk, subject="Asked").exists()


def test_the_bin_leaves_the_list_as_it_was(north: Company) -> None:
    one, other = account(north), account(north, "Other")
    ada = north.browser("ada")
    there = "/accounts/?filter=city+%3D+Ulm"
    gone = ada.post(f"/accounts/{one.pk}/delete", headers=HTMX | {"HX-Current-URL": f"http://testserver{there}"})
    assert gone["HX-Redirect"] == there
    own = f"http://testserver/accounts/{other.pk}/"
    assert ada.post(f"/accounts/{other.pk}/delete", headers=HTMX | {"HX-Current-URL": own})["HX-Redirect"] == "/accounts/"


def test_the_palette_lists_the_same_for_the_open_record(north: Company) -> None:
    one = account(north, by="ada")
    page = north.browser("bo").get("/palette", headers=HTMX | {"HX-Current-URL": f"http://testserver/accounts/{one.pk}/"}).content.decode()
    for url in told(north.browser("bo"), f"/accounts/{one.pk}/"):
        if not url.startswith("/activities"):
            assert f"/accounts/{one.pk}/{url}" in page, url
