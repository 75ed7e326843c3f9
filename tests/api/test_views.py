"""Saved views by API: listed as the asker has them, and as the filter, order and columns of a list."""

from crm.kernel.testing.cast import Company

HTMX = {"HX-Request": "true"}


def test_listed_read_and_exported(north: Company, south: Company) -> None:
    north.make("account", {"name": "Alder", "industry": "Signs"}, by="ada")
    north.make("account", {"name": "Birch", "industry": "Print"}, by="ada")
    north.make("account", {"name": "Cedar", "industry": "Signs"}, by="ada")
    values = {"name": "签名 & Co", "filter": "industry = Signs", "sort": "-name", "columns": "name,industry", "pinned": "on"}
    where = north.browser("ada").post("/accounts/views/save", values, headers=HTMX)["HX-Redirect"]
    pk = where.partition("view=")[2]
    ada = north.api("ada")
    (one,) = ada.get("/api/v1/accounts/views").json()["items"]
    assert (one["id"], one["name"], one["sort"], one["pinned"]) == (pk, "签名 & Co", "-name", True)
    rows = ada.get(one["url"]).json()["items"]
    assert [row["name"] for row in rows] == ["Cedar", "Alder"] and "phone" not in rows[0]
    assert [row["name"] for row in ada.get(f"{one['url']}&filter=name+%5E+A").json()["items"]] == ["Alder"]
    assert "phone" in ada.get(f"{one['url']}&fields=name,phone&sort=name").json()["items"][0]
    run = ada.post("/api/v1/exports", {"kind": "account", "view": pk}, content_type="application/json")
    assert run.status_code == 202, run.content
    for other in (north.api("bo"), south.api("admin")):
        assert other.get("/api/v1/accounts/views").json()["items"] == []
        assert other.get(f"/api/v1/accounts?view={pk}").status_code == 404
        assert other.post("/api/v1/exports", {"kind": "account", "view": pk}, content_type="application/json").status_code == 404
    assert ada.get(f"/api/v1/contacts?view={pk}").status_code == 404
    assert ada.get("/api/v1/accounts?view=x").status_code == 400
