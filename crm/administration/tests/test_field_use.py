"""What becomes of fields: figures, uses and purpose, on the screen and by the API; and which fields are proposed to go."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client

from crm.administration import queries
from crm.administration.tests.test_kinds import HX, field, text, undo, vehicle
from crm.kernel.base.clock import now
from crm.kernel.entity.models import CustomField, KindFigures
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Role
from crm.kernel.records.counting import count
from crm.kernel.records.writing import change, create
from crm.kernel.saved.models import SavedView
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

API = "/api/v1/kinds"


@pytest.fixture
def admin(north: Company) -> Client:
    """Vehicles with a plate that all have, a colour that one has, and a whim that nobody fills in."""
    client = north.browser("admin")
    vehicle(client)
    for name in ("plate", "colour", "whim"):
        assert field(client, "text", name).status_code == 200
    with north.as_("admin"):
        entity = registry.kind("vehicle")
        assert entity is not None
        for number in range(4):
            create(entity, {"name": f"Van {number}", "plate": f"A {number}"} | ({"colour": "red"} if number == 1 else {}))
    return client


def told(company: Company, kind: str = "vehicle") -> dict[str, dict[str, Any]]:
    answer = company.api("admin").get(f"{API}/{kind}/use")
    assert answer.status_code == 200, answer.content
    return {one["field"]: one for one in answer.json()["items"]}


def counted(company: Company, kind: str = "vehicle") -> None:
    with company.as_kith():
        entity = registry.kind(kind)
        assert entity is not None
        count(entity)


def test_nothing_is_known_before_the_first_count(north: Company, admin: Client) -> None:
    assert {one["filled"] for one in told(north).values()} == {None}
    assert "Not counted yet" in text(admin.get("/settings/kinds/vehicle/use"))


def test_each_field_tells_how_many_records_have_it_and_when_it_was_written(north: Company, admin: Client) -> None:
    before = now()
    assert admin.post("/settings/kinds/vehicle/use/count", headers=HX).status_code == 200
    run_jobs(north.id)
    found = told(north)
    filled = {name: (found[name]["filled"], found[name]["total"]) for name in ("name", "plate", "colour", "whim")}
    assert filled == {"name": (4, 4), "plate": (4, 4), "colour": (1, 4), "whim": (0, 4)}
    assert found["whim"]["written_at"] is None and found["colour"]["written_at"] < before.isoformat().replace("+00:00", "Z")
    with north.as_("admin"):
        entity = registry.kind("vehicle")
        assert entity is not None
        first = entity.model._default_manager.get(name="Van 0")
        change(entity, first.pk, {"colour": "blue"})
    counted(north)
    again = told(north)
    assert again["colour"]["filled"] == 2 and again["colour"]["written_at"] > found["colour"]["written_at"]
    assert again["plate"]["written_at"] == found["plate"]["written_at"], "what was not written keeps its moment"
    page = text(admin.get("/settings/kinds/vehicle/use"))
    assert "50 %" in page and "filter=colour+is+filled" in page


def test_records_in_the_bin_and_of_other_kinds_do_not_count(north: Company, admin: Client) -> None:
    boats = {"label.en": "Boat", "labels.en": "Boats", "code": "boat", "plural": "boats", "icon": "box"}
    admin.post("/settings/kinds/new", boats, headers=HX)
    assert field(admin, "text", "sail", kind="boat").status_code == 200
    with north.as_("admin"):
        boat = registry.kind("boat")
        assert boat is not None
        create(boat, {"name": "Gull", "sail": "white"})
    north.api("admin").delete(f"/api/v1/vehicles/{north.api('admin').get('/api/v1/vehicles').json()['items'][0]['id']}")
    counted(north)
    counted(north, "boat")
    assert {one["total"] for one in told(north).values()} == {3}
    assert (told(north, "boat")["sail"]["filled"], told(north, "boat")["sail"]["total"]) == (1, 1)


def test_who_uses_a_field_is_told(north: Company, admin: Client) -> None:
    layout = {"columns": ["plate"], "rules": []}
    answer = north.api("admin").patch(f"{API}/vehicle/layout", json.dumps({"columns": layout["columns"]}), content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert field(admin, "computed", "shout", formula="upper(plate)").status_code == 200
    with north.as_("admin"):
        SavedView.objects.create(user=north.people["admin"], kind="vehicle", name="Red ones", filter="colour = red", columns=["name"])
        Role.objects.create(name="Painters", grants={"kinds": {"vehicle": {"view": "all", "fields": {"whim": "hidden"}}}})
    api = north.api("admin")
    made = api.post("/api/v1/exports", json.dumps({"kind": "vehicle", "fields": ["name", "colour"]}), content_type="application/json")
    assert made.status_code == 202, made.content
    run_jobs(north.id)
    found = {name: [(use["what"], use["name"]) for use in one["used_by"]] for name, one in told(north).items()}
    assert ("List", "Vehicles") in found["plate"] and ("Formula", "Shout") in found["plate"]
    assert ("View", "Red ones") in found["colour"] and ("Export", "") in found["colour"]
    assert ("Role", "Painters") in found["whim"]
    page = text(admin.get("/settings/kinds/vehicle/use/colour", headers=HX))
    assert "Red ones" in page and "1 time" in page


def test_rules_of_sales_name_fields_of_leads(north: Company) -> None:
    north.make("assignment_rule", {"name": "Trade fairs", "condition": "source = fair"})
    used = {(use["what"], use["name"]) for use in told(north, "lead")["source"]["used_by"]}
    assert ("Rule of assignment", "Trade fairs") in used


def test_what_a_field_is_for_is_kept_undone_exported_and_refused_where_it_is_too_long(north: Company, admin: Client) -> None:
    answer = admin.post("/settings/kinds/vehicle/use/plate", {"purpose": "  Finds the van\nafter a fine. "}, headers=HX)
    assert answer.status_code == 200 and "Finds the van after a fine." in text(answer)
    assert told(north)["plate"]["purpose"] == "Finds the van after a fine."
    document = text(north.api("admin").get("/api/v1/configuration"))
    assert "Finds the van after a fine." in document
    undo(admin, answer)
    assert told(north)["plate"]["purpose"] == ""
    body = json.dumps({"document": document, "why": "again"})
    brought = north.api("admin").post("/api/v1/configuration", body, content_type="application/json")
    assert brought.status_code == 200, brought.content
    assert told(north)["plate"]["purpose"] == "Finds the van after a fine."
    long = admin.post("/settings/kinds/vehicle/use/plate", {"purpose": "x" * 301}, headers=HX)
    assert long.status_code == 422 and "At most 300 characters." in text(long) and "x" * 301 in text(long)
    api = north.api("admin")
    put = api.patch(f"{API}/account/use/industry", json.dumps({"purpose": "Which fair we go to"}), content_type="application/json")
    assert (put.status_code, put.json()["purpose"]) == (200, "Which fair we go to")
    for path, body, status in (
        (f"{API}/account/use/nothing", {"purpose": "x"}, 404), (f"{API}/account/use/industry", {"purpose": 5}, 422),
        (f"{API}/account/use/industry", {"purpose": "x", "why": 1}, 422), (f"{API}/nothing/use/industry", {"purpose": "x"}, 404),
    ):  # fmt: skip
        assert api.patch(path, json.dumps(body), content_type="application/json").status_code == status, path


def test_a_field_that_nobody_needs_is_proposed_and_retired_with_its_values(north: Company, admin: Client) -> None:
    counted(north)
    assert "No field is in the way" in text(admin.get("/settings/fields")), "young fields are left alone"
    with north.as_kith():
        CustomField.objects.filter(kind="vehicle").update(created_at=now() - datetime.timedelta(days=200))
    page = text(admin.get("/settings/fields"))
    assert "Whim" in page and "Colour" not in page and "Plate" not in page
    assert told(north)["whim"]["proposed"] == "Empty in all records, and nothing uses it."
    admin.post("/settings/kinds/vehicle/use/whim", {"purpose": "For next year's plan"}, headers=HX)
    assert told(north)["whim"]["proposed"] == "", "a field with a purpose stays"
    admin.post("/settings/kinds/vehicle/use/whim", {"purpose": ""}, headers=HX)
    assert admin.post("/settings/kinds/vehicle/fields/whim/retire", headers=HX).status_code == 200
    assert "whim" not in told(north) and "Whim" not in text(admin.get("/settings/fields"))


def test_hardly_filled_is_judged_only_of_enough_records_and_old_writes(north: Company, admin: Client) -> None:
    counted(north)
    with north.as_kith():
        CustomField.objects.filter(kind="vehicle").update(created_at=now() - datetime.timedelta(days=200))
        figures = KindFigures.objects.get(kind="vehicle")
        figures.total, figures.filled = 1000, figures.filled | {"colour": 20, "whim": 21}
        figures.save()
    assert told(north)["colour"]["proposed"] == "", "it was written today"
    with north.as_kith():
        long_ago = (now() - datetime.timedelta(days=91)).isoformat()
        KindFigures.objects.filter(kind="vehicle").update(written={"colour": long_ago, "whim": long_ago})
    assert told(north)["colour"]["proposed"].startswith("Filled in hardly any record") and told(north)["whim"]["proposed"] == ""
    assert (queries.SELDOM, queries.ENOUGH) == (50, 50)


def test_only_who_may_shape_kinds_learns_of_it(north: Company, south: Company, admin: Client) -> None:
    paths = ("/settings/kinds/vehicle/use", "/settings/kinds/vehicle/use/plate", "/settings/fields")
    for path in paths:
        assert north.browser("ada").get(path, headers=HX).status_code == 404, path
    assert north.api("ada").get(f"{API}/vehicle/use").status_code == 403
    assert south.api("admin").get(f"{API}/vehicle/use").status_code == 404
    assert south.browser("admin").get(paths[1], headers=HX).status_code == 404
    assert admin.get("/settings/kinds/vehicle/use/nothing", headers=HX).status_code == 404
