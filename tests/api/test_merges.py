"""Merging and splitting through the API: rights, refusals, addresses that lead on."""

import json
from typing import Any

from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.testing.cast import Company


def send(api: Any, method: str, url: str, body: Any = None) -> Any:
    return api.generic(method, f"/api/v1{url}", json.dumps(body) if body is not None else "", content_type="application/json")


def test_a_merge_and_the_way_back(north: Company) -> None:
    one = north.make("account", {"name": "Harbour Cranes", "phone": "+44 20 7946 0958"}, by="ada").pk
    other = north.make("account", {"name": "Harbour Crane Ltd", "email": "a@harbour.com"}, by="ada").pk
    person = north.make("contact", {"name": "Mary Lee", "account": other, "email": "mary@harbour.com"}, by="ada").pk
    api = north.api("bo")
    stale = {"with": [str(other)], "versions": {str(one): 7}}
    assert send(api, "POST", f"/accounts/{one}/merge", stale).status_code == 409
    wanted = {"with": [str(other)], "values": {"name": str(one)}, "versions": {str(one): 1, str(other): 1}, "reason": "one company"}
    done = send(api, "POST", f"/accounts/{one}/merge", wanted)
    assert done.status_code == 200, done.content
    [made] = done.json()["merges"]
    assert (made["survivor"], made["loser"], made["reason"], made["undone_at"]) == (str(one), str(other), "one company", None)
    led = api.get(f"/api/v1/accounts/{other}")
    assert (led.status_code, led.json()["id"], led["Content-Location"]) == (200, str(one), f"/api/v1/accounts/{one}")
    assert led.json()["name"] == "Harbour Cranes" and led.json()["email"] == "a@harbour.com"
    assert [row["id"] for row in api.get("/api/v1/accounts").json()["items"]] == [str(one)]
    assert api.get("/api/v1/search?q=harbour+crane").json()["items"][0]["id"] in (str(one), str(person))
    assert send(api, "POST", f"/accounts/{other}/restore").status_code == 422
    late = send(api, "POST", "/contacts", {"name": "Late", "account": str(other)})
    assert (late.status_code, late.json()["account"]) == (201, str(one)), "a link to the old id goes to the one that stands for it"
    with north.as_("admin"):
        [news] = OutboxEvent.objects.filter(name="records.records-merged")
    assert news.reason == "one company"
    told = api.get(f"/api/v1/merges/{made['id']}").json()["open"]
    assert [(row["what"], row["title"]) for row in told] == [("record", "Late")]
    undone = send(api, "POST", f"/merges/{made['id']}/undo", {"choices": {told[0]["key"]: "loser"}})
    assert undone.status_code == 200 and undone.json()["open"] == [], undone.content
    assert send(api, "POST", f"/merges/{made['id']}/undo").status_code == 409
    assert api.get(f"/api/v1/accounts/{other}").json()["id"] == str(other)
    assert api.get(f"/api/v1/accounts/{one}").json()["email"] is None
    assert {api.get(f"/api/v1/contacts/{pk}").json()["account"] for pk in (person, late.json()["id"])} == {str(other)}


def test_what_is_refused_changes_nothing(north: Company, south: Company) -> None:
    one, other = (north.make("account", {"name": name}, by="ada").pk for name in ("Alpha Works", "Beta Works"))
    person = north.make("contact", {"name": "Mary Lee"}, by="ada").pk
    foreign = north.make("account", {"name": "Cleo's"}, by="cleo").pk
    theirs = south.make("account", {"name": "Alpha Works"}).pk
    bo = north.api("bo")
    for given, status in (
        ([other, other], 422), ([one], 422), ([], 422), ([person], 422), ([theirs], 404), ("x", 422),
        ([other, person], 422), ([str(n) * 8 + "-0000-7000-8000-000000000000" for n in range(1, 6)], 422),
    ):  # fmt: skip
        sent = {"with": [str(pk) for pk in given] if isinstance(given, list) else given}
        assert send(bo, "POST", f"/accounts/{one}/merge", sent).status_code == status, given
    for more in ({"values": {"nonsense": 1}}, {"more": 1}, {"values": []}, {"versions": {"x": 1}}, {"reason": 7}):
        assert send(bo, "POST", f"/accounts/{one}/merge", {"with": [str(other)], **more}).status_code == 422, more
    good = {"with": [str(other)]}
    assert send(north.api("vi"), "POST", f"/accounts/{one}/merge", good).status_code in (403, 404)
    assert send(north.api("cleo"), "POST", f"/accounts/{foreign}/merge", good).status_code in (403, 404)
    assert send(north.api("ada", ["read"]), "POST", f"/accounts/{one}/merge", good).status_code == 403
    assert send(south.api("admin"), "POST", f"/accounts/{one}/merge", good).status_code == 404
    assert bo.get(f"/api/v1/accounts/{other}").json()["version"] == 1
    [made] = send(bo, "POST", f"/accounts/{one}/merge", good).json()["merges"]
    assert send(bo, "POST", f"/accounts/{other}/merge", {"with": [str(one)]}).status_code == 409, "no circles"
    assert send(bo, "POST", f"/accounts/{one}/merge", good).status_code == 409, "and none twice"
    for who, status in (("vi", 403), ("cleo", 404)):
        assert send(north.api(who), "POST", f"/merges/{made['id']}/undo").status_code in (status, 404)
    assert send(south.api("admin"), "POST", f"/merges/{made['id']}/undo").status_code == 404
    assert send(bo, "POST", f"/merges/{made['id']}/settle", {"choices": {"value:name": "loser"}}).status_code == 409
    assert send(bo, "POST", f"/merges/{made['id']}/undo", {"choices": {"value:name": "loser"}}).status_code == 422
