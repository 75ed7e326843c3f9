"""What is set up is taken back like any other act: names, fields, a whole configuration; what changed since is listed and left."""

from typing import Any

import pytest
import yaml
from django.test import Client

from crm.administration.tests.test_configuration import configured, read, send
from crm.kernel.entity.custom import actions, layouts
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.identity.models import Role
from crm.kernel.pages.tests.test_screens import toast_of
from crm.kernel.records import undo, undo_all, writing
from crm.kernel.records.models import ChangeSet
from crm.kernel.saved.models import SavedView
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

HX = {"HX-Request": "true"}
NAMES = "/settings/kinds/account/names"


def taken_back(browser: Client, answer: Any, **given: Any) -> Any:
    return browser.post(toast_of(answer)["undo"], given, headers=HX)


def label(office: Company, kind: str = "account") -> str:
    with office.as_("admin"):
        found = registry.kind(kind)
        return str(found.label) if found is not None else ""


def renamed(admin: Client, one: str, many: str = "") -> Any:
    return admin.post(NAMES, {"label.en": one, "label.zh-hans": "", "labels.en": many, "labels.zh-hans": ""})


def last_act(office: Company) -> ChangeSet:
    with office.as_("admin"):
        return ChangeSet.objects.latest("at")


def test_names_of_a_kind_go_back_and_forth_and_what_changed_since_stays(north: Company, south: Company) -> None:
    admin = north.browser("admin")
    first = renamed(admin, "Client", "Clients")
    assert label(north) == "Client"
    back = taken_back(admin, first)
    assert back.status_code == 204 and label(north) == "Account"
    assert taken_back(admin, back).status_code == 204 and label(north) == "Client", "done again"
    second = renamed(admin, "Customer", "Clients")
    with north.as_("admin"):
        layouts.change_layout("account", {"columns": ["owner"]})
        actions.change_kind("account", {"label": "Patron"})
    asked = taken_back(admin, second)
    assert asked["HX-Redirect"].startswith("/undo/") and label(north) == "Patron", "it is shown first"
    page = admin.get(asked["HX-Redirect"]).content.decode()
    assert "Patron" in page and "Customer" in page and "Name" in page
    assert taken_back(admin, second, looked="yes").status_code == 204 and label(north) == "Patron"
    with north.as_("admin"):
        assert KindSetting.objects.get(kind="account").facts["columns"] == ["owner"], "nothing else was touched"
    for other in (south.browser("admin"), north.browser("ada")):
        assert taken_back(other, second).status_code == 404


def test_what_changed_since_goes_back_where_it_is_ticked(north: Company) -> None:
    admin = north.browser("admin")
    act = renamed(admin, "Client")
    with north.as_("admin"):
        actions.change_kind("account", {"label": "Patron"})
        row = KindSetting.objects.get(kind="account")
    assert taken_back(admin, act, looked="yes", also=[f"{row.pk}:labels."]).status_code == 204 and label(north) == "Account"


def test_who_may_not_any_more_is_refused_with_the_reason(north: Company) -> None:
    with north.as_("admin"):
        shaper = save_role(None, "Shaper", "", {"kinds": {"*": {"view": "all"}}, "does": ["administration.kinds"]})
        change_roles(north.people["vi"].id, [shaper.id])
    act = renamed(north.browser("vi"), "Client")
    with north.as_("admin"):
        change_roles(north.people["vi"].id, [north.roles["Viewer"].id])
    vi = north.browser("vi")
    page = vi.get(taken_back(vi, act)["HX-Redirect"]).content.decode()
    assert "You may not change these settings any more." in page
    taken_back(vi, act, looked="yes")
    assert label(north) == "Client"
    shown = north.api("vi").get(f"/api/v1/acts/{last_act(north).pk}/changes").json()
    assert shown["items"] == [], "nor is told what stands in the settings"


def test_a_field_goes_back_but_not_what_records_hold(north: Company) -> None:
    admin = north.browser("admin")
    with north.as_("admin"):
        actions.make_field("account", {"name": "tier", "label": "Tier", "type": "choice", "options": ["Gold", "Silver"]})
    form = {
        "label.en": "Rank", "label.zh-hans": "", "option": ["gold", "silver", ""], "option.en": ["Gold", "Silver", "Bronze"],
        "option.zh-hans": ["", "", ""],
    }  # fmt: skip
    act = admin.post("/settings/kinds/account/fields/tier", form, headers=HX)
    assert act.status_code == 200
    with north.as_("admin"):
        entity = registry.kind("account")
        assert entity is not None
        made = writing.create(entity, {"name": "Hill", "tier": "bronze"})
    taken_back(admin, act, looked="yes")
    with north.as_("admin"):
        held = CustomField.objects.get(name="tier")
        assert held.labels["en"] == "Rank" and len(held.facts["options"]) == 3, "a choice that a record holds stays"
        entity = registry.kind("account")
        assert entity is not None
        writing.change(entity, made.pk, {"tier": None})
        ChangeSet.objects.filter(label__contains="Tier").update(undone_at=None)
    assert taken_back(admin, act).status_code == 204
    with north.as_("admin"):
        held = CustomField.objects.get(name="tier")
        assert held.labels == {"en": "Tier"} and len(held.facts["options"]) == 2


@pytest.mark.parametrize("later", [False, True], ids=["at once", "in the background"])
def test_a_configuration_is_taken_back_as_one_act_and_what_changed_since_stays(
    north: Company, south: Company, later: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(north)
    given = yaml.safe_load(read(north))
    given["kinds"]["contact"] = {"labels": {"en": "Human"}, "plurals": {"en": "Humans"}}
    given["records"]["lost_reason: Too dear"] = {"name": "Too dear"}
    done = send(south, {"document": yaml.safe_dump(given, allow_unicode=True, sort_keys=False), "why": "from the north"})
    assert done.status_code == 200, done.content
    act, admin = last_act(south), south.browser("admin")
    assert act.label == "configuration: from the north" and label(south) == "Client"
    with south.as_("admin"):
        actions.change_kind("contact", {"label": "Soul"})
        vehicle = registry.kind("vehicle")
        assert vehicle is not None
        bus = writing.create(vehicle, {"name": "Bus", "fuel": "electric", "price": "2", "cost": "1"})
        if later:
            monkeypatch.setattr(undo, "AT_ONCE", 1)
            monkeypatch.setattr(undo_all, "AT_ONCE", 1)
    asked = admin.post(f"/undo/{act.pk}", headers=HX)
    page = admin.get(asked["HX-Redirect"]).content.decode()
    assert "Soul" in page and "Human" in page
    since = south.api("admin").get(f"/api/v1/acts/{act.pk}/since").json()["items"]
    assert [(one["kind"], one["fields"]) for one in since] == [("kind_setting", ["labels."])]
    assert admin.post(f"/undo/{act.pk}", {"looked": "yes"}, headers=HX).status_code == 204
    run_jobs(south.id)
    assert label(south) == "Account" and label(south, "contact") == "Soul" and label(south, "vehicle") == ""
    with south.as_("admin"):
        assert CustomKind.objects.get(code="vehicle").retired_at is not None
        assert not CustomField.objects.filter(retired_at=None).exists() and not Role.objects.filter(name="Fleet").exists()
        assert SavedView.objects.get(name="Electric ones").deleted_at is not None
        reasons = registry.kind("lost_reason")
        assert reasons is not None and not reasons.model._default_manager.filter(name="Too dear", deleted_at=None).exists()
    again = south.api("admin").post(f"/api/v1/acts/{act.pk}/redo")
    assert again.status_code in (200, 202), again.content
    run_jobs(south.id)
    assert label(south) == "Client" and label(south, "contact") == "Soul"
    assert admin.get(f"/vehicles/{bus.pk}/").status_code == 200, "its records were kept"
    with south.as_("admin"):
        assert Role.objects.filter(name="Fleet").exists() and SavedView.objects.get(name="Electric ones").deleted_at is None
