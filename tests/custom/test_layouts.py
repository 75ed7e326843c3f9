"""A board by records in an order of their own: what is needed there, by the names of the columns."""

import json
from typing import Any

import pytest

from crm.kernel.testing.cast import Company


def send(client: Any, method: str, url: str, body: Any = None) -> Any:
    return client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json")


@pytest.fixture
def api(north: Company) -> Any:
    """A company with visits that go through the stages of its pipelines."""
    client = north.api("admin")
    send(client, "POST", "/api/v1/kinds", {"label": "Visit"})
    for label, type_, more in (("Phase", "link", {"target": "stage"}), ("Report", "text", {}), ("Cost", "money", {})):
        assert send(client, "POST", "/api/v1/kinds/visit/fields", {"label": label, "type": type_, **more}).status_code == 201
    return client


def stages(api: Any) -> dict[str, str]:
    """{name: id} of the main pipeline's stages, in their order."""
    return {one["name"]: one["id"] for one in api.get("/api/v1/stages", {"sort": "position", "limit": 50}).json()["items"]}


def test_a_stage_is_said_by_its_name_or_id_and_counts_with_those_behind_it(api: Any, north: Company) -> None:
    found = stages(api)
    names = list(found)
    layout = "/api/v1/kinds/visit/layout"
    middle = names[2]
    screen = send(api, "PATCH", layout, {"board": "phase", "steps": [{"at": found[middle], "later": True, "fields": ["report"]}]})
    assert screen.status_code == 200, screen.content
    document = api.get("/api/v1/configuration").content.decode()
    assert f"/ {middle}" in document and found[middle] not in document
    for at, name in enumerate(names):
        made = send(api, "POST", "/api/v1/visits", {"name": f"Visit {at}", "phase": found[name]})
        assert made.status_code == (201 if at < 2 else 422), (name, made.content)
        if at >= 2:
            assert made.json()["fields"] == {"report": [f"Before “{name}” this is needed: Report."]}
    one = send(api, "POST", "/api/v1/visits", {"name": "Visit"}).json()
    move = north.browser("admin").post(f"/visits/{one['id']}/move", {"value": found[names[-1]]}, headers={"HX-Request": "true"})
    assert move.status_code == 422 and "ask=report" in json.loads(move["HX-Trigger"])["ask"]["url"]
    assert middle in north.browser("admin").get("/settings/kinds/visit/layout").content.decode()
    assert send(api, "PATCH", layout, {"steps": None}).status_code == 200
    brought = send(api, "POST", "/api/v1/configuration", {"document": document, "why": "back"})
    assert brought.status_code == 200, brought.content
    assert api.get(layout).json()["steps"] == [{"at": found[middle], "later": True, "fields": ["report"]}]
    assert send(api, "PATCH", layout, {"steps": [{"at": "Nowhere", "fields": ["report"]}]}).status_code == 422


def test_another_board_leaves_the_columns_of_the_old_one(api: Any) -> None:
    options = {"label": "State", "type": "choice", "options": ["Open", "Closed"]}
    assert send(api, "POST", "/api/v1/kinds/visit/fields", options).status_code == 201
    layout = "/api/v1/kinds/visit/layout"
    assert send(api, "PATCH", layout, {"board": "phase", "steps": [{"at": stages(api)["Won"], "fields": ["report"]}]}).status_code == 200
    changed = send(api, "PATCH", layout, {"board": "state"})
    assert changed.status_code == 200 and changed.json()["steps"] == []
    both = send(api, "PATCH", layout, {"board": "state", "steps": [{"at": "closed", "fields": ["cost"]}]})
    assert both.status_code == 200
    assert send(api, "POST", "/api/v1/visits", {"name": "A", "state": "closed"}).json()["fields"].keys() == {"cost"}


def test_a_deal_is_asked_for_what_its_stage_needs(api: Any, north: Company) -> None:
    """The stages of a pipeline say it themselves, and a dragged deal meets the same form."""
    proposal = stages(api)["Proposal"]
    assert send(api, "PATCH", f"/api/v1/stages/{proposal}", {"needs": ["amount", "source"]}).status_code == 200
    deal = send(api, "POST", "/api/v1/opportunities", {"name": "Lamps"}).json()
    browser, move = north.browser("admin"), f"/opportunities/{deal['id']}/move"
    refused = browser.post(move, {"value": proposal, "version": deal["version"]}, headers={"HX-Request": "true"})
    url = json.loads(refused["HX-Trigger"])["ask"]["url"]
    form = browser.get(url).content.decode()
    assert 'name="amount"' in form and 'name="source"' in form
    assert "said at the stage" in browser.get("/settings/kinds/opportunity/layout").content.decode()
    wrong = send(api, "PATCH", "/api/v1/kinds/opportunity/layout", {"steps": [{"at": proposal, "fields": ["amount"]}]})
    assert wrong.status_code == 422 and "steps" in wrong.json()["fields"]
