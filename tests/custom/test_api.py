"""Making kinds and fields by the API: they answer at once, are refused with what is right, and nothing that is retired is lost."""

import json
from typing import Any

import pytest

from crm.kernel.testing.cast import Company


def send(client: Any, method: str, url: str, body: Any = None, **headers: str) -> Any:
    return client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json", headers=headers)


@pytest.fixture
def api(north: Company) -> Any:
    return north.api("admin")


def vehicle(api: Any) -> None:
    sent = {"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}}
    assert send(api, "POST", "/api/v1/kinds", sent).status_code == 201


def test_a_kind_answers_at_once_and_everywhere(api: Any, north: Company) -> None:
    vehicle(api)
    field = send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": {"en": "Seats", "zh-hans": "座位"}, "type": "integer", "least": 1})
    assert field.status_code == 201 and field.json()["name"] == "seats"
    made = send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "seats": "52"})
    assert made.status_code == 201 and made.json()["seats"] == 52
    assert "vehicle" in {one["kind"] for one in api.get("/api/v1/kinds").json()["items"]}
    document = api.get("/api/openapi.json").json()
    assert document["paths"]["/api/v1/vehicles"] and "seats" in document["components"]["schemas"]["VehicleNew"]["properties"]
    assert [hit["title"] for hit in api.get("/api/v1/search", {"q": "Bus"}).json()["items"]] == ["Bus"]
    browser = north.browser("admin")
    assert "Seats" in browser.get("/vehicles/").content.decode()
    assert "Bus" in browser.get(f"/vehicles/{made.json()['id']}/").content.decode()


def test_a_field_of_a_shipped_kind(api: Any) -> None:
    made = send(api, "POST", "/api/v1/kinds/account/fields", {"label": {"zh-hans": "客户星级"}, "type": "choice", "options": "一星\n二星"})
    assert made.status_code == 201, made.content
    name = made.json()["name"]
    assert name == "ke_hu_xing_ji"
    one = send(api, "POST", "/api/v1/accounts", {"name": "Buyer", name: "二星"}).json()
    assert one[name] == "er_xing"
    assert [row["name"] for row in api.get("/api/v1/accounts", {"filter": f"{name} = 二星"}).json()["items"]] == ["Buyer"]
    history = api.get(f"/api/v1/accounts/{one['id']}/history").json()["items"]
    assert history[0]["changes"][name] == [None, "er_xing"]


def test_what_is_taken_or_unreadable_is_refused_by_name(api: Any) -> None:
    vehicle(api)
    for sent, field in (
        ({"label": ""}, "label"),
        ({"label": {"xx": "Car"}}, "label"),
        ({"label": "Vehicle"}, "code"),
        ({"label": "Truck", "plural": "vehicles"}, "plural"),
        ({"label": "Truck", "plural": "settings"}, "plural"),
        ({"label": "Truck", "plural": "jobs"}, "plural"),
        ({"label": "Truck", "plural": "sign-in"}, "plural"),
        ({"label": "Account"}, "code"),
        ({"label": "Truck", "icon": "<svg>"}, "icon"),
        ({"label": "x" * 81}, "label"),
    ):
        answer = send(api, "POST", "/api/v1/kinds", sent)
        assert answer.status_code == 422 and field in answer.json()["fields"], (sent, answer.content)
    for sent, field in (
        ({"label": "Name", "type": "text"}, "name"),
        ({"label": "Owner", "type": "text"}, "name"),
        ({"label": "Save", "type": "text"}, "name"),
        ({"label": "X", "name": "a__b", "type": "text"}, "name"),
        ({"label": "X", "name": "owner_id", "type": "text"}, "name"),
        ({"label": "X", "type": "blob"}, "type"),
        ({"label": "X", "type": "choice", "options": []}, "options"),
        ({"label": "X", "type": "choice", "options": "A\na"}, "options"),
        ({"label": "X", "type": "link", "target": "spaceship"}, "target"),
        ({"label": "X", "type": "decimal", "places": 40}, "places"),
        ({"label": "X", "type": "computed", "formula": "__import__('os')"}, "formula"),
        ({"label": "X", "type": "computed", "formula": "nothing * 2"}, "formula"),
        ({"label": "X", "type": "computed", "formula": "(1"}, "formula"),
        ({"label": "X", "type": "date", "unique": True}, "unique"),
    ):
        answer = send(api, "POST", "/api/v1/kinds/vehicle/fields", sent)
        assert answer.status_code == 422 and field in answer.json()["fields"], (sent, answer.content)
    assert api.get("/api/v1/kinds/vehicle/fields").json()["items"] == []
    assert send(api, "POST", "/api/v1/kinds/spaceship/fields", {"label": "X", "type": "text"}).status_code == 404


def test_only_who_may_shape_the_workspace_does(north: Company) -> None:
    for person in ("ada", "vi"):
        assert send(north.api(person), "POST", "/api/v1/kinds", {"label": "Vehicle"}).status_code == 403
        assert send(north.api(person), "POST", "/api/v1/kinds/account/fields", {"label": "X", "type": "text"}).status_code == 403


def test_another_company_sees_nothing_of_it(api: Any, south: Company) -> None:
    vehicle(api)
    send(api, "POST", "/api/v1/kinds/account/fields", {"label": "Stars", "type": "integer"})
    other = south.api("admin")
    assert other.get("/api/v1/vehicles").status_code == 404
    assert "stars" not in {one["name"] for one in other.get("/api/v1/accounts/schema").json()["fields"]}
    assert send(other, "POST", "/api/v1/accounts", {"name": "X", "stars": 5}).status_code == 422
    assert send(other, "PATCH", "/api/v1/kinds/vehicle", {"label": "Mine"}).status_code == 404


def test_what_is_retired_comes_back_whole(api: Any) -> None:
    vehicle(api)
    send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Colour", "type": "text"})
    made = send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "colour": "Red"}).json()
    url = f"/api/v1/vehicles/{made['id']}"
    assert api.delete("/api/v1/kinds/vehicle/fields/colour").status_code == 204
    assert "colour" not in api.get(url).json()
    assert send(api, "PATCH", url, {"name": "Red bus"}).status_code == 200
    taken = send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Colour", "type": "text"})
    assert taken.status_code == 422, "the name is that of the retired field"
    assert send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Paint", "type": "text"}).status_code == 201
    assert api.get(url).json()["paint"] is None, "a new field gets no column that another one had"
    assert send(api, "POST", "/api/v1/kinds/vehicle/fields/colour/restore").status_code == 200
    assert api.get(url).json()["colour"] == "Red"
    assert api.delete("/api/v1/kinds/vehicle").status_code == 204
    assert api.get(url).status_code == 404 and api.get("/api/v1/vehicles").status_code == 404
    assert send(api, "POST", "/api/v1/kinds/vehicle/restore").status_code == 200
    assert api.get(url).json() == {**api.get(url).json(), "name": "Red bus", "colour": "Red"}


def test_options_are_renamed_and_added_but_not_taken_from_records(api: Any) -> None:
    vehicle(api)
    field = "/api/v1/kinds/vehicle/fields/fuel"
    send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Fuel", "type": "choice", "options": ["Diesel", "Petrol"]})
    send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "fuel": "Diesel"})
    gone = send(api, "PATCH", field, {"options": ["Petrol"]})
    assert gone.status_code == 422 and "options" in gone.json()["fields"]
    better = [{"value": "diesel", "labels": {"en": "Diesel oil", "zh-hans": "柴油"}}, "Electric"]
    assert send(api, "PATCH", field, {"options": better, "label": {"en": "Energy", "zh-hans": "能源"}}).status_code == 200
    one = next(one for one in api.get("/api/v1/vehicles/schema").json()["fields"] if one["name"] == "fuel")
    assert one["label"] == "Energy" and [choice["value"] for choice in one["choices"]] == ["diesel", "electric"]
    assert send(api, "PATCH", field, {"target": "account"}).status_code == 422


def test_a_kind_has_no_more_fields_than_columns(api: Any) -> None:
    vehicle(api)
    for number in range(6):
        assert send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": f"T{number}", "type": "tags"}).status_code == 201
    full = send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "T7", "type": "tags"})
    assert full.status_code == 422 and "type" in full.json()["fields"]


def test_links_lead_both_ways(api: Any, north: Company) -> None:
    vehicle(api)
    send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": "Keeper", "type": "link", "target": "account"})
    send(api, "POST", "/api/v1/kinds/account/fields", {"label": "Usual vehicle", "type": "link", "target": "vehicle"})
    account = send(api, "POST", "/api/v1/accounts", {"name": "Buyer"}).json()
    bus = send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "keeper": account["id"]}).json()
    assert send(api, "PATCH", f"/api/v1/accounts/{account['id']}", {"usual_vehicle": bus["id"]}).status_code == 200
    assert [one["name"] for one in api.get("/api/v1/vehicles", {"filter": 'keeper.name = "Buyer"'}).json()["items"]] == ["Bus"]
    assert [one["name"] for one in api.get("/api/v1/accounts", {"filter": 'vehicles.name = "Bus"'}).json()["items"]] == ["Buyer"]
    assert [one["name"] for one in api.get("/api/v1/accounts", {"filter": 'usual_vehicle.name = "Bus"'}).json()["items"]] == ["Buyer"]
    page = north.browser("admin").get(f"/accounts/{account['id']}/").content.decode()
    assert "Vehicles" in page and "Usual vehicle" in page
    wrong = send(api, "PATCH", f"/api/v1/vehicles/{bus['id']}", {"keeper": bus["id"]})
    assert wrong.status_code == 422 and "keeper" in wrong.json()["fields"]


def test_a_shipped_kind_is_called_what_the_company_calls_it(api: Any, north: Company) -> None:
    renamed = send(api, "PATCH", "/api/v1/kinds/account", {"label": {"en": "Client", "zh-hans": "甲方"}, "labels": {"en": "Clients"}})
    assert renamed.status_code == 200, renamed.content
    assert "Clients" in north.browser("admin").get("/accounts/").content.decode()


def test_rules_across_fields_hold_on_every_path(api: Any, north: Company) -> None:
    vehicle(api)
    for label in ("Price", "Cost"):
        send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": label, "type": "money"})
    rule = {"formula": "price >= cost", "field": "price", "message": {"en": "Sell above cost.", "zh-hans": "售价不能低于成本。"}}
    assert send(api, "PATCH", "/api/v1/kinds/vehicle", {"rules": [rule]}).status_code == 200
    refused = send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "price": "5.00", "cost": "7.00"})
    assert refused.status_code == 422 and refused.json()["fields"] == {"price": ["Sell above cost."]}
    made = send(api, "POST", "/api/v1/vehicles", {"name": "Bus", "cost": "7.00"})
    assert made.status_code == 201, "what is missing breaks no rule"
    url = f"/api/v1/vehicles/{made.json()['id']}"
    assert send(api, "PATCH", url, {"price": "6.99"}).status_code == 422
    assert send(api, "PATCH", url, {"price": "7.00"}).status_code == 200
    form = north.browser("admin").post("/vehicles/new", {"name": "Van", "price": "1", "cost": "2"})
    assert form.status_code == 422 and "Sell above cost." in form.content.decode()
    shipped = {"formula": "employees > 0 or empty(employees)", "field": "employees", "message": "Somebody works there."}
    assert send(api, "PATCH", "/api/v1/kinds/account", {"rules": [shipped]}).status_code == 200
    assert send(api, "POST", "/api/v1/accounts", {"name": "X", "employees": 0}).status_code == 422
    assert send(api, "POST", "/api/v1/accounts", {"name": "X", "employees": 3}).status_code == 201
    for wrong in ({"formula": "nothing > 1", "message": "x"}, {"formula": "price >", "message": "x"}, {"formula": "price > 1"}):
        answer = send(api, "PATCH", "/api/v1/kinds/vehicle", {"rules": [wrong]})
        assert answer.status_code == 422 and "rules" in answer.json()["fields"], wrong


def test_what_is_alike_is_found_while_it_is_typed(api: Any) -> None:
    vehicle(api)
    for label, type_ in (("Mail", "email"), ("Phone", "phone")):
        send(api, "POST", "/api/v1/kinds/vehicle/fields", {"label": label, "type": type_})
    send(api, "POST", "/api/v1/vehicles", {"name": "Transit 1", "mail": "fleet.one@example.com"})
    alike = send(api, "POST", "/api/v1/vehicles/duplicates", {"name": "Another", "mail": "Fleet.One@example.com"}).json()["items"]
    assert [one["title"] for one in alike] == ["Transit 1"] and alike[0]["reasons"] == ["The same e-mail address"]
    numbered = send(api, "POST", "/api/v1/vehicles/duplicates", {"name": "Transit 2"}).json()["items"]
    assert numbered == [], "names of numbered things are alike"
    assert send(api, "PATCH", "/api/v1/kinds/vehicle", {"alike": True}).status_code == 200
    send(api, "POST", "/api/v1/vehicles", {"name": "Harbour crane, blue"})
    assert [one["title"] for one in send(api, "POST", "/api/v1/vehicles/duplicates", {"name": "Harbour crane blu"}).json()["items"]] == [
        "Harbour crane, blue"
    ]
