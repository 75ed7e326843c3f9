"""Webhooks are made, watched and sent again by the API, and its document says what receivers get."""

import json
from typing import Any

from django.test import Client

from crm.integration.tests.at_work import adopt, hook, rows, tell
from crm.integration.tests.receiver import Receiver, signed_by
from crm.kernel.outbox.events import all_events
from crm.kernel.rest.models import KeptAnswer
from crm.kernel.testing.cast import Company

HOME = "/api/v1/webhooks"


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return client.generic(method, path, json.dumps(body) if body is not None else "", "application/json", headers=headers)


def test_a_webhook_from_its_making_to_its_removal(north: Company, ear: Receiver) -> None:
    api = north.api("admin")
    made = send(api, "POST", HOME, {"name": "Shop", "address": ear.url, "events": ["records.record-created"], "kinds": ["account"]})
    assert made.status_code == 201, made.content
    one, address = made.json(), made["Location"]
    adopt(north)
    assert one["secret"].startswith("whsec_") and "secret" not in api.get(address).json()
    assert send(api, "POST", f"{address}/test").status_code == 202
    north.make("account", {"name": "Lamps"})
    tell(north)
    assert sorted(ear.names()) == ["integration.ping", "records.record-created"] and signed_by(ear.got[0], one["secret"])
    first = api.get(f"{address}/deliveries", {"limit": 1}).json()
    second = api.get(f"{address}/deliveries", {"limit": 1, "cursor": first["next"]}).json()
    assert second["next"] is None and first["items"] != second["items"]
    assert api.get(f"{address}/deliveries", {"state": "failed"}).json()["items"] == []
    assert len(api.get(f"{address}/deliveries", {"event": "integration.ping"}).json()["items"]) == 1
    delivery = f"/api/v1/webhook-deliveries/{first['items'][0]['id']}"
    assert '"type"' in api.get(delivery).json()["request"]
    assert send(api, "POST", f"{delivery}/redeliver").json()["state"] == "waiting"
    assert send(api, "POST", f"{address}/redeliver", {"since": "2026-01-01T00:00:00Z"}).json() == {"sent": 0}
    rotated = send(api, "POST", f"{address}/secret").json()
    assert rotated["secret"] != one["secret"] and rotated["old_secret_until"]
    changed = send(api, "PATCH", address, {"active": False, "condition": "name = Lamps"}).json()
    assert (changed["active"], changed["condition"]["field"]) == (False, "name")
    assert send(api, "POST", f"{address}/test").status_code == 409
    assert api.delete(address).status_code == 204 and api.get(address).status_code == 404
    assert send(api, "POST", f"{address}/restore").json()["name"] == "Shop"
    assert [one["id"] for one in api.get(HOME).json()["items"]] == [one["id"]]


def test_a_secret_is_not_kept_for_a_repeated_request(north: Company, ear: Receiver) -> None:
    api = north.api("admin")
    body = {"name": "Shop", "address": ear.url, "events": ["records.record-created"]}
    first, again = (send(api, "POST", HOME, body, **{"Idempotency-Key": "k"}) for _time in range(2))
    assert again["Idempotency-Replayed"] == "true" and again.json() == {**first.json(), "secret": None}
    with north.as_kith():
        assert first.json()["secret"].encode() not in bytes(KeptAnswer.objects.get().body)


def test_what_was_sent_is_shown_to_its_owner_alone(north: Company, ear: Receiver) -> None:
    from crm.integration.tests.test_rights import keeper

    keeper(north, "cleo", {"view": "own"})
    hook(north, ear.url)
    north.make("account", {"name": "Not Cleo's"})
    tell(north)
    pk = rows(north)[0].pk
    assert "Not Cleo" in north.api("admin").get(f"/api/v1/webhook-deliveries/{pk}").json()["request"]
    assert north.api("cleo").get(f"/api/v1/webhook-deliveries/{pk}").json()["request"] is None


def test_who_may_not_gets_nothing(north: Company, south: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "Lamps"})
    tell(north)
    paths = [f"{HOME}/{made.pk}", f"{HOME}/{made.pk}/deliveries", f"/api/v1/webhook-deliveries/{rows(north)[0].pk}"]
    for path in [HOME, "/api/v1/webhook-events", *paths]:
        assert north.api("ada").get(path).status_code == 403
        assert north.api("admin", ["read"]).get(path).status_code == 403, "a token that does not administer"
        assert north.api("admin", ["admin"]).get(path).status_code == 403, "a token that may not read"
    other = south.api("admin")
    assert [other.get(path).status_code for path in paths] == [404] * 3
    assert other.get(HOME).json()["items"] == []
    for path in (f"{HOME}/{made.pk}/test", f"{HOME}/{made.pk}/secret", f"{HOME}/{made.pk}/restore"):
        assert send(other, "POST", path).status_code == 404
    assert send(other, "PATCH", paths[0], {"name": "Theirs"}).status_code == 404
    assert other.delete(paths[0]).status_code == 404


def test_wrong_bodies_are_refused_by_field(north: Company, ear: Receiver) -> None:
    api, (made, _secret) = north.api("admin"), hook(north, ear.url)
    for value in ({}, [], [{}], 3, None, True, "yesterday", "0001-01-01T00:00:00Z"):
        refused = send(api, "POST", f"{HOME}/{made.pk}/redeliver", {"since": value})
        assert (refused.status_code, list(refused.json()["fields"])) == (422, ["since"]), value
    for name in ("name", "address", "events", "kinds", "condition", "active"):
        for wrong in ({"a": {}}, [{"a": 1}], 3.5, [[1]]):
            refused = send(api, "PATCH", f"{HOME}/{made.pk}", {name: wrong})
            assert (refused.status_code, list(refused.json()["fields"])) == (422, [name]), (name, wrong)


def test_the_document_says_what_receivers_get(north: Company, ear: Receiver) -> None:
    whole = north.api("admin").get("/api/openapi.json").json()
    assert set(whole["webhooks"]) == {name for name in all_events() if name != "integration.ping"}
    changed = whole["webhooks"]["records.record-changed"]["post"]
    schema = changed["requestBody"]["content"]["application/json"]["schema"]
    hook(north, ear.url, events=["records.record-created"])
    north.make("account", {"name": "Lamps"})
    tell(north)
    assert set(ear.got[0].body) == set(schema["properties"])
    assert set(ear.got[0].body["data"]) == set(schema["properties"]["data"]["properties"])
    assert "webhooks" not in north.api("ada").get("/api/openapi.json").json()
    listed = north.api("admin").get("/api/v1/webhook-events").json()["items"]
    assert listed[0]["name"] == "records.record-created" and all(one["text"] for one in listed)
    assert set(listed[0]["sample"]["data"]) == set(ear.got[0].body["data"])
