"""Search by the API: what is found, by whom, and what is wrong with a question."""

from crm.kernel.testing.cast import Company


def test_all_kinds_by_one_question(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "上海盈牌贸易有限公司", "address_city": "上海"}, by="ada")
    contact = north.make("contact", {"name": "陆盈", "account": account.pk, "mobile": "13800001234"}, by="ada")
    south.make("account", {"name": "盈盈"})
    api = north.api("ada")
    found = api.get("/api/v1/search", {"q": "盈"}).json()
    assert {item["id"] for item in found["items"]} == {str(account.pk), str(contact.pk)}
    assert found["next"] is None
    hit = api.get("/api/v1/search", {"q": "1234", "kinds": "contact"}).json()["items"][0]
    assert (hit["kind"], hit["title"], hit["note"]) == ("contact", "陆盈", "上海盈牌贸易有限公司")
    assert api.get(hit["url"]).json()["id"] == str(contact.pk)
    assert north.api("cleo").get("/api/v1/search", {"q": "盈"}).json()["items"] == []


def test_a_scope_that_does_not_read_a_kind_does_not_find_it(north: Company) -> None:
    north.make("account", {"name": "Harbour"}, by="ada")
    assert north.api("ada", ["contact:read"]).get("/api/v1/search", {"q": "harbour"}).json()["items"] == []


def test_what_is_wrong_is_said(north: Company) -> None:
    api = north.api("ada")
    assert api.get("/api/v1/search", {"q": "a", "kinds": "ship"}).json()["fields"] == {"kinds": ["ship"]}
    assert api.get("/api/v1/search", {"q": "a", "limit": "0"}).status_code == 400
    assert api.get("/api/v1/search").json() == {"items": [], "next": None}


def test_a_limit_holds(north: Company) -> None:
    for number in range(9):
        north.make("account", {"name": f"Harbour {number}"}, by="ada")
    assert len(north.api("ada").get("/api/v1/search", {"q": "harbour", "limit": "4"}).json()["items"]) == 4
