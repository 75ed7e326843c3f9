"""Of every field type, of declared kinds and of those made in the interface: why a value is missing and who verified one, on every path."""

from typing import Any

import jsonschema_rs
import pytest

from crm.kernel.entity.reasons import Reason
from tests.kinds.box import GIVEN, Box

#: A record has a name; of an amount's currency nothing is said by itself.
FIELDS = [name for name in (*GIVEN, "account", "contacts", "address") if name not in ("name", "price_currency")]
every_field = pytest.mark.parametrize("name", FIELDS)


def bare(box: Box, **more: Any) -> dict[str, Any]:
    """A specimen with nothing but its name."""
    return box.make({"name": "Bare", "code": None, "grade": None, **more})


def value(box: Box, name: str, other: bool = False) -> Any:
    if name == "address":
        return "上海市徐汇区漕溪北路 18 号" if not other else "北京市朝阳区建国路 1 号"
    return box.given[name].other if other else box.given[name].held


def found(box: Box, pk: str, text: str) -> bool:
    answer = box.api.get(box.url, {"filter": text, "limit": 200})
    assert answer.status_code == 200, (text, answer.content)
    return pk in {item["id"] for item in answer.json()["items"]}


@every_field
def test_a_reason_stands_until_a_value_comes(box: Box, name: str) -> None:
    pk = bare(box, missing={name: "refused"})["id"]
    url = f"{box.url}/{pk}"
    told = box.read(pk)["missing"]
    assert told[name]["reason"] == "refused" and told[name]["by"] and told[name]["at"]
    for code in Reason.values:
        assert found(box, pk, f"{name} is missing because {code}") == (code == "refused")
    listed = next(one for one in box.api.get(box.url, {"limit": 200, "fields": f"id,{name}"}).json()["items"] if one["id"] == pk)
    assert listed["missing"] == told
    if name not in ("address",):
        assert found(box, pk, f"{name} is empty")
    changed = box.send("PATCH", url, {"missing": {name: "not_yet"}}).json()
    assert changed["missing"][name]["reason"] == "not_yet" and changed["version"] == 2
    if name in ("family_name", "given_name"):
        return
    if name == "code":
        _free(box)
    filled = box.send("PATCH", url, {name: value(box, name)})
    assert filled.status_code == 200, filled.content
    assert filled.json()["missing"] == {}
    again = box.send("PATCH", url, {"missing": {name: "unknown"}})
    assert again.status_code == 422 and set(again.json()["fields"]) == {name}


def _free(box: Box) -> None:
    for holder in box.api.get(box.url, {"filter": "code is filled"}).json()["items"]:
        box.send("PATCH", f"{box.url}/{holder['id']}", {"code": None})


@every_field
def test_emptied_with_a_reason_in_one_go_and_told_in_the_history(box: Box, name: str) -> None:
    if name == "code":
        _free(box)
    pk = bare(box, **{name: value(box, name)})["id"]
    emptied = box.send("PATCH", f"{box.url}/{pk}", {name: [] if isinstance(value(box, name), list) else None, "missing": {name: "unknown"}})
    if name in ("family_name", "given_name", "address"):
        return
    assert emptied.status_code == 200, emptied.content
    assert emptied.json()["missing"][name]["reason"] == "unknown"
    entries = box.api.get(f"{box.url}/{pk}/history").json()["items"]
    assert {name: [None, "unknown"]} in [one["changes"] for one in entries if one["op"] == "standing"]
    shown = box.page.get(f"/{box.plural}/{pk}/tab/history").content.decode()
    assert "Unknown" in shown


@every_field
def test_a_verification_ends_with_its_value(box: Box, name: str) -> None:
    if name == "code":
        _free(box)
    pk = bare(box, **{name: value(box, name)})["id"]
    url = f"{box.url}/{pk}"
    done = box.send("POST", f"{url}/verify", {"fields": [name], "method": "document", "note": "Seen"})
    assert done.status_code == 200, done.content
    told = done.json()["verified"][name]
    assert (told["method"], told["note"], told["holds"], told["until"]) == ("document", "Seen", True, None)
    assert found(box, pk, f"{name} is verified") and not found(box, pk, f"{name} is not verified")
    assert not found(box, pk, f"not {name} is verified")
    renamed = box.send("PATCH", url, {"name": "Bare again"}).json()
    assert renamed["verified"] == done.json()["verified"]
    another = {"address_street": "1 Elsewhere"} if name == "address" else {name: value(box, name, True)}
    changed = box.send("PATCH", url, another)
    assert changed.status_code == 200, changed.content
    assert changed.json()["verified"] == {}
    assert found(box, pk, f"{name} is not verified") and not found(box, pk, f"{name} is verified")
    assert box.send("POST", f"{url}/verify", {"fields": [name], "method": "call"}).status_code == 200
    assert box.send("POST", f"{url}/unverify", {"fields": [name]}).json()["verified"] == {}
    assert box.send("POST", f"{url}/unverify", {"fields": [name]}).status_code == 422


def test_what_cannot_be_said_is_refused_by_name(box: Box) -> None:
    pk = bare(box, phone="+862164882107")["id"]
    url = f"{box.url}/{pk}"
    for missing, field in (
        ({"name": "refused"}, "name"), ({"colour": "refused"}, "colour"), ({"label": "refused"}, "label"), ({"phone": "refused"}, "phone"),
        ({"pieces": "lost"}, "pieces"), ({"pieces": 7}, "pieces"), ("refused", "missing"),
    ):  # fmt: skip
        answer = box.send("PATCH", url, {"missing": missing})
        assert answer.status_code == 422 and set(answer.json()["fields"]) == {field}, (missing, answer.content)
    for body, field in (
        ({"fields": ["label"], "method": "call"}, "label"), ({"fields": ["pieces"], "method": "call"}, "pieces"),
        ({"fields": ["phone"], "method": "guess"}, "method"), ({"fields": "phone", "method": "call"}, "fields"),
        ({"fields": ["phone"], "method": "call", "until": "2020-01-01T00:00:00Z"}, "until"),
        ({"fields": ["phone"], "method": "call", "until": "tomorrow"}, "until"), ({"fields": ["phone"], "method": "call", "x": 1}, "x"),
    ):  # fmt: skip
        answer = box.send("POST", f"{url}/verify", body)
        assert answer.status_code == 422 and set(answer.json()["fields"]) == {field}, (body, answer.content)
    assert box.read(pk)["missing"] == {} and box.read(pk)["verified"] == {}
    stale = box.send("PATCH", url, {"phone": "+862164882108"})
    assert stale.status_code == 200
    unseen = box.send("POST", f"{url}/verify", {"fields": ["phone"], "method": "call"}, **{"If-Match": '"1"'})
    assert unseen.status_code == 412


def test_many_get_a_reason_at_once_and_it_is_undone(box: Box) -> None:
    ids = [bare(box)["id"], bare(box, pieces=3)["id"]]
    done = box.send("POST", f"{box.url}/bulk/change", {"ids": ids, "values": {"missing": {"pieces": "not_applicable"}}}).json()
    assert done["done"] == 1 and [one["id"] for one in done["refused"]] == [ids[1]] and "pieces" in done["refused"][0]["fields"]
    assert box.read(ids[0])["missing"]["pieces"]["reason"] == "not_applicable"
    undone = box.send("POST", f"/api/v1/acts/{done['act']}/undo", {})
    assert undone.status_code == 200, undone.content
    assert box.read(ids[0])["missing"] == {}


def test_what_is_known_fits_its_schema(box: Box) -> None:
    pk = bare(box, phone="+862164882107", missing={"pieces": "refused"})["id"]
    box.send("POST", f"{box.url}/{pk}/verify", {"fields": ["phone"], "method": "call", "until": "2099-01-01T00:00:00Z"})
    whole = box.api.get("/api/openapi.json").json()
    validator = jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{box.component}", "components": whole["components"]})
    assert [error.message for error in validator.iter_errors(box.read(pk))] == []
