"""Asked in the copy: the new kind `vehicle` has list, form, record page, filter, API, bin."""

import json
from typing import Any


def test_the_kind_is_everywhere(north: Any) -> None:
    api, page = north.api("admin"), north.browser("admin")

    def post(path: str, body: Any) -> Any:
        answer = api.post(path, json.dumps(body), content_type="application/json")
        assert answer.status_code == 201, answer.content
        return answer.json()

    account = post("/api/v1/accounts", {"name": "Harbour"})
    van = post("/api/v1/vehicles", {"name": "Van 1", "account": account["id"], "state": "In use", "price": "12,500"})
    assert van["state"] == "used" and van["price"] == "12500.00"
    assert api.get("/api/v1/vehicles", {"filter": "account.name = harbour and price > 1000"}).json()["items"][0]["id"] == van["id"]
    assert "/api/v1/vehicles" in api.get("/api/openapi.json").content.decode()
    for path in ("/vehicles/", "/vehicles/new", f"/vehicles/{van['id']}/", "/vehicles/board", "/vehicles/filter"):
        assert page.get(path).status_code == 200, path
    assert "Van 1" in page.get("/vehicles/").content.decode()
    assert api.delete(f"/api/v1/vehicles/{van['id']}").status_code == 204
    assert "Van 1" in page.get("/bin/").content.decode()
