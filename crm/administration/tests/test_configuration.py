"""A workspace's configuration goes out as a document and into another workspace, whole or not at all."""

import json
from typing import Any

import pytest
import yaml

from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.identity.models import Role
from crm.kernel.saved import actions as saving
from crm.kernel.testing.cast import Company


def configured(office: Company) -> None:
    """A kind of its own with fields, layout, rule; a field and a name on a shipped kind; a role, a view, a pipeline."""
    with office.as_("admin"):
        actions.make_kind({"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}, "icon": "box"})
        for name, type_, told in (
            ("fuel", "choice", {"options": ["Diesel", "Electric"]}), ("price", "money", {}), ("cost", "money", {}),
            ("keeper", "link", {"target": "account"}), ("margin", "computed", {"formula": "price - cost"}),
        ):  # fmt: skip
            actions.make_field("vehicle", {"name": name, "label": {"en": name.title(), "zh-hans": f"{name}字段"}, "type": type_, **told})
        actions.change_kind("vehicle", {"rules": [{"formula": "price >= cost", "field": "price", "message": "Above cost."}]})
        layouts.change_layout("vehicle", {"board": "fuel", "columns": ["fuel", "price"], "required": ["fuel"]})
        actions.make_field("account", {"name": "tier", "label": "Tier", "type": "choice", "options": ["Gold", "Silver"]})
        actions.change_kind("account", {"label": {"en": "Client", "zh-hans": "甲方"}})
        save_role(None, "Fleet", "Looks after vehicles", {"kinds": {"vehicle": {"view": "all", "edit": "own"}}, "does": []})
        vehicle = registry.kind("vehicle")
        assert vehicle is not None
        saving.save(vehicle, "Electric ones", saving.Shape(columns=["fuel"], filter="fuel = electric"), saving.Reach(everybody=True))


def send(office: Company, body: Any, by: str = "admin") -> Any:
    return office.api(by).post("/api/v1/configuration", json.dumps(body), content_type="application/json")


def read(office: Company) -> str:
    answer = office.api("admin").get("/api/v1/configuration")
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def test_what_goes_out_comes_in_elsewhere(north: Company, south: Company) -> None:
    configured(north)
    text = read(north)
    assert "车辆" in text and yaml.safe_load(text)["fields"]["vehicle.fuel"]["type"] == "choice"
    shown = send(south, {"document": text, "dry_run": True})
    assert shown.status_code == 200, shown.content
    assert {"section": "kinds", "key": "vehicle", "new": True}.items() <= shown.json()["items"][0].items()
    assert south.api("admin").get("/api/v1/vehicles").status_code == 404, "looking changes nothing"
    done = send(south, {"document": text, "why": "the same as in the north"})
    assert done.status_code == 200, done.content
    assert send(south, {"document": text, "dry_run": True}).json()["items"] == [], "once in, there is no difference left"
    there, here = yaml.safe_load(read(south)), yaml.safe_load(text)
    assert all(there[name] == here[name] for name in ("kinds", "fields", "layouts", "views"))
    bus = {"name": "Bus", "fuel": "diesel", "price": "1", "cost": "2"}
    refused = south.api("admin").post("/api/v1/vehicles", json.dumps(bus), content_type="application/json")
    assert refused.json()["fields"] == {"price": ["Above cost."]}
    with south.as_("admin"):
        reasons = set(AuditEntry.objects.filter(table_name="custom_field").values_list("reason", flat=True))
    assert reasons == {"configuration: the same as in the north"}


def test_one_wrong_entry_and_nothing_is_changed(north: Company, south: Company) -> None:
    configured(north)
    given = yaml.safe_load(read(north))
    given["fields"]["vehicle.fuel"]["type"] = "spaceship"
    given["roles"]["Fleet"]["grants"] = {"kinds": {"vehicle": {"view": "everything"}}}
    refused = send(south, {"document": yaml.safe_dump(given, allow_unicode=True)})
    assert refused.status_code == 422, refused.content
    assert {"fields.vehicle.fuel", "roles.Fleet"} <= set(refused.json()["fields"])
    assert south.api("admin").get("/api/v1/vehicles").status_code == 404
    with south.as_("admin"):
        assert not Role.objects.filter(name="Fleet").exists()


def test_pipelines_and_stages_are_compared_by_their_names(north: Company) -> None:
    given = yaml.safe_load(read(north))
    stages = [key for key in given["records"] if key.startswith("stage: ")]
    assert stages, given["records"].keys()
    given["records"][stages[0]]["probability"] = "17.00"
    given["records"]["lost_reason: Too far away"] = {"name": "Too far away"}
    text = yaml.safe_dump(given, allow_unicode=True)
    shown = send(north, {"document": text, "dry_run": True}).json()["items"]
    assert {one["key"] for one in shown} == {stages[0], "lost_reason: Too far away"}
    assert send(north, {"document": text}).status_code == 200
    assert yaml.safe_load(read(north))["records"][stages[0]]["probability"] == "17.00"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "kith: 2", "kith: 1\nspells: {}", "kith: 1\nkinds: 3", "kith: 1\nkinds: {a: 3}", "a: [", "kith: 1\nx: &a [1]\ny: *a",
     "!!python/object/apply:os.system ['true']", "kith: 1\nkinds: {account: {labels: {en: !!python/name:os.system }}}", "[" * 3000],
)  # fmt: skip
def test_what_is_no_configuration_is_refused(north: Company, text: str) -> None:
    for dry in (True, False):
        answer = send(north, {"document": text, "dry_run": dry})
        assert answer.status_code == 422 and "document" in answer.json()["fields"], answer.content


@pytest.mark.parametrize(
    "entry",
    ["kinds: {account: 3}", "kinds: {account: {labels: 3}}", "kinds: {x: {labels: [1]}}", "fields: {account: {type: text}}",
     "fields: {account.x: {type: [1]}}", "layouts: {account: {columns: 3}}", "layouts: {account: {columns: [[]]}}", "roles: {x: {}}",
     "roles: {x: {grants: 3}}", "views: {x: {}}", "views: {'account: x': {columns: 3}}", "records: {'stage: x': {name: x}}",
     "records: {'user: x': {}}", "records: {'stage: x': {pipeline: nothing, name: x}}", "kinds: {account: {spell: 1}}"],
)  # fmt: skip
def test_entries_of_another_shape_are_refused_by_name(north: Company, entry: str) -> None:
    answer = send(north, {"document": f"kith: 1\n{entry}"})
    assert answer.status_code == 422 and answer.json()["fields"], answer.content


def test_only_who_may(north: Company) -> None:
    assert north.api("ada").get("/api/v1/configuration").status_code == 403
    assert send(north, {"document": "kith: 1"}, "ada").status_code == 403
    assert north.browser("ada").get("/settings/configuration").status_code in (403, 404)


def test_the_page_compares_before_it_changes(north: Company) -> None:
    browser = north.browser("admin")
    text = "kith: 1\nkinds: {account: {labels: {en: Client, zh-hans: 甲方}}}"
    assert "kith: 1" in browser.get("/settings/configuration/file").content.decode()
    shown = browser.post("/settings/configuration/compare", {"document": text}).content.decode()
    assert "甲方" in shown and "What would change" in shown
    wrong = browser.post("/settings/configuration/compare", {"document": "kith: ["})
    assert wrong.status_code == 422 and "kith: [" in wrong.content.decode(), "what was typed is still there"
    done = browser.post("/settings/configuration/in", {"document": text, "why": "as we say"})
    assert done.status_code == 302
    assert "Client" in browser.get("/accounts/new").content.decode()
