"""Asked in the copy: the new field `colour` of accounts is everywhere."""

import json
from typing import Any


def test_the_field_is_everywhere(north: Any) -> None:
    api, page = north.api("admin"), north.browser("admin")

    def send(method: str, path: str, body: Any) -> Any:
        answer = getattr(api, method)(path, json.dumps(body), content_type="application/json")
        assert answer.status_code < 300, answer.content
        return answer.json()

    made = send("post", "/api/v1/accounts", {"name": "Painted", "colour": " Jade "})
    assert made["colour"] == "Jade"
    send("post", "/api/v1/accounts", {"name": "Plain"})
    send("patch", f"/api/v1/accounts/{made['id']}", {"colour": "Ochre"})

    found = api.get("/api/v1/accounts", {"filter": "colour = ochre", "sort": "colour", "fields": "name,colour"}).json()
    assert [one["name"] for one in found["items"]] == ["Painted"]
    schema = api.get("/api/v1/accounts/schema").json()
    assert "colour" in json.dumps(schema)
    assert "colour" in api.get("/api/openapi.json").content.decode()

    assert 'name="colour"' in page.get("/accounts/new").content.decode()
    assert "Ochre" in page.get(f"/accounts/{made['id']}/").content.decode()
    assert "Colour" in page.get("/accounts/columns").content.decode()
    assert "Colour" in page.get("/accounts/filter").content.decode()
    listed = page.get("/accounts/", {"filter": 'colour ~ "och"'}).content.decode()
    assert "Painted" in listed and "Plain" not in listed
    history = page.get(f"/accounts/{made['id']}/tab/history").content.decode()
    assert "Colour" in history and "Jade" in history
    template = page.get("/import/template", {"kind": "account", "entity": "account", "for": "accounts"})
    assert template.status_code == 200
    body = b"".join(template.streaming_content) if template.streaming else template.content
    assert "Colour" in body.decode("utf-8-sig", "replace") or body[:2] == b"PK"
