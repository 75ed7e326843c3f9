"""Merging on its pages: from ticked rows and from the menu to the record that stays, and back from the history."""

import re

from crm.kernel.testing.cast import Company


def test_from_ticked_rows_to_one_record_and_back(north: Company) -> None:
    one = north.make("account", {"name": "Harbour Cranes", "phone": "+44 20 7946 0958"}, by="ada").pk
    other = north.make("account", {"name": "Harbour Crane", "email": "a@harbour.com"}, by="ada").pk
    page = north.browser("bo")
    ticked = page.post("/accounts/bulk", {"act": "merge", "ids": [str(one), str(other)]})
    assert (ticked.status_code, ticked["HX-Redirect"]) == (204, f"/accounts/merge?ids={one}&ids={other}")
    assert page.post("/accounts/bulk", {"act": "merge", "ids": [str(one)]}).status_code == 422
    shown = page.get(ticked["HX-Redirect"]).content.decode()
    assert "<mark>s</mark>" in shown and "a@harbour.com" in shown and "data-merge" in shown
    menu = page.get(f"/accounts/{one}/merge").content.decode()
    assert f"/accounts/merge?ids={one}&amp;ids={other}" in menu, "what looks the same is offered first"
    given = {"ids": [str(one), str(other)], "survivor": str(one), "v-name": str(one), "v-email": str(other), f"n-{one}": "9"}
    stale = page.post("/accounts/merge", given)
    assert stale.status_code == 409 and "Look at it again" in stale.content.decode()
    done = page.post("/accounts/merge", given | {f"n-{one}": "1", "reason": "one company"})
    assert (done.status_code, done["HX-Redirect"]) == (204, f"/accounts/{one}/")
    led = page.get(f"/accounts/{other}/")
    assert (led.status_code, led["Location"]) == (302, f"/accounts/{one}/")
    assert page.get(f"/go/{other}")["Location"] == f"/accounts/{one}/"
    history = page.get(f"/accounts/{one}/tab/history").content.decode()
    assert "merged Harbour Crane into it" in history and "one company" in history
    assert "created it" in page.get(f"/accounts/{one}/tab/history?of={other}").content.decode()
    assert page.get(f"/accounts/{one}/tab/history?of={one}").status_code == 404
    assert "Harbour Crane<" not in page.get("/bin/").content.decode()
    found = re.search(r"/merges/[0-9a-f-]+/", history)
    assert found is not None
    north.make("activity", {"subject": "Lunch", "record": one}, by="ada")
    merged = page.get(found[0]).content.decode()
    key = re.search(r'name="(q-row:activity:[^"]+)"', merged)
    assert key is not None and "Lunch" in merged
    assert page.post(f"{found[0]}split", {key[1]: "nobody"}).status_code == 422
    assert page.post(f"{found[0]}split", {}).status_code == 204
    assert "Lunch" in page.get(found[0]).content.decode(), "what was left open is asked afterwards, too"
    assert page.post(f"{found[0]}settle", {key[1]: "loser"}).status_code == 204
    assert "Lunch" in page.get(f"/accounts/{other}/").content.decode()
    assert north.browser("cleo").get(found[0]).status_code == 404
