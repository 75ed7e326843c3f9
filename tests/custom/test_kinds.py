"""Kinds and fields made without code: whatever a declared kind can do, they can."""

import json
from typing import Any

import pytest

from crm.kernel.entity.custom import actions
from crm.kernel.testing.cast import Company

#: Type → (what it is told, as typed, as the API holds it).
GIVEN: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "text": ({}, " Red ", "Red"),
    "long_text": ({}, "One\r\ntwo ", "One\ntwo"),
    "choice": ({"options": "Diesel\nElectric"}, "electric", "electric"),
    "multi_choice": ({"options": [{"value": "abs", "labels": {"en": "ABS", "zh-hans": "防抱死"}}, "Towbar"]}, ["防抱死"], ["abs"]),
    "tags": ({}, ["rare", "晶体"], ["rare", "晶体"]),
    "yes_no": ({}, "yes", True),
    "integer": ({"least": 0, "most": 9000}, "1,200", 1200),
    "decimal": ({"places": 3}, "1,234.5", "1234.500"),
    "percent": ({}, "12.5 %", "12.50"),
    "money": ({}, "1,054.50", "1054.50"),
    "date": ({}, "2026-02-04", "2026-02-04"),
    "datetime": ({}, "2026-02-04T09:30", "2026-02-04T01:30:00Z"),
    "email": ({}, "Ada@Example.COM", "ada@example.com"),
    "phone": ({}, "021 6488 2107", "+862164882107"),
    "url": ({}, "example.com/a", "https://example.com/a"),
    "handle": ({"service": "wechat"}, "ada_lovelace", "ada_lovelace"),
    "tax_id": ({}, "91310000132212766m", "91310000132212766M"),
    "country": ({}, "德国", "DE"),
}


def vehicle(office: Company) -> None:
    """Vehicle, with a field of every type."""
    with office.as_("admin"):
        actions.make_kind({"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}})
        for name, (facts, _typed, _held) in GIVEN.items():
            label = {"en": f"The {name}", "zh-hans": f"字段{name}"}
            actions.make_field("vehicle", {"name": f"f_{name}", "label": label, "type": name, **facts})
        actions.make_field("vehicle", {"name": "keeper", "label": "Keeper", "type": "link", "target": "account"})
        actions.make_field("vehicle", {"name": "driver", "label": "Driver", "type": "link", "target": "person"})
        actions.make_field("vehicle", {"name": "spares", "label": "Spares", "type": "links", "target": "vehicle"})
        actions.make_field("vehicle", {"name": "home", "label": "Home", "type": "address"})
        actions.make_field("vehicle", {"name": "twice", "label": "Twice", "type": "computed", "formula": "f_integer * 2"})


@pytest.fixture
def fleet(north: Company) -> Company:
    vehicle(north)
    return north


def test_a_field_of_every_type_is_written_read_filtered_and_sorted(fleet: Company) -> None:
    account = fleet.make("account", {"name": "Buyer"})
    client = fleet.api("admin")
    sent = {f"f_{name}": typed for name, (_facts, typed, _held) in GIVEN.items()}
    sent |= {"name": "沪A 12345", "keeper": str(account.pk), "home_city": "上海市"}
    answer = client.post("/api/v1/vehicles", sent, content_type="application/json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert {name: made[f"f_{name}"] for name in GIVEN} == {name: held for name, (_facts, _typed, held) in GIVEN.items()}
    assert made["twice"] == "2400"
    client.post("/api/v1/vehicles", {"name": "empty"}, content_type="application/json")
    schema = client.get("/api/v1/vehicles/schema").json()["fields"]
    for one in schema:
        for op in one["operators"]:
            if op in ("is", "has", "filled", "empty"):
                value = made[one["name"]]
                value = value[0] if isinstance(value, list) and value else value
                said = {"field": one["name"], "op": op} | ({"value": value} if op in ("is", "has") else {})
                if op in ("is", "has") and value in (None, []):
                    continue
                found = client.get("/api/v1/vehicles", {"filter": json.dumps(said)})
                assert found.status_code == 200, (one["name"], op, found.content)
                if one["name"].startswith("f_") and op != "empty":
                    assert [row["name"] for row in found.json()["items"]] == ["沪A 12345"], (one["name"], op)
        if one["sortable"]:
            for sort in (one["name"], f"-{one['name']}"):
                found = client.get("/api/v1/vehicles", {"sort": sort})
                assert found.status_code == 200 and len(found.json()["items"]) == 2, (sort, found.content)
