"""The screens of kinds, fields and layouts over HTTP: each does its work, says what is wrong, and only for whom it is."""

import re
from typing import Any

import pytest
from django.test import Client

from crm.kernel.entity.custom import actions, layout_parts, layouts
from crm.kernel.entity.models import CustomField, CustomKind, KindSetting
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions import change_roles, save_role
from crm.kernel.pages.tests.test_screens import toast_of
from crm.kernel.records.writing import create
from crm.kernel.testing.cast import Company

HOME = "/settings/kinds"
HX = {"HX-Request": "true"}


def vehicle(client: Client, **more: str) -> Any:
    sent = {"label.en": "Vehicle", "label.zh-hans": "车辆", "labels.en": "Vehicles", "labels.zh-hans": "车辆", "icon": "truck",
            "code": "vehicle", "plural": "vehicles", **more}  # fmt: skip
    return client.post(f"{HOME}/new", sent, headers=HX)


def field(client: Client, type_: str, name: str, kind: str = "vehicle", **more: Any) -> Any:
    sent = {"type": type_, "label.en": name.title(), "label.zh-hans": "", "code": name, **more}
    return client.post(f"{HOME}/{kind}/add", sent, headers=HX)


@pytest.fixture
def admin(north: Company) -> Client:
    client = north.browser("admin")
    assert vehicle(client).status_code == 204
    return client


def record(company: Company, values: dict[str, Any]) -> Any:
    """A vehicle; its kind is known inside the company alone."""
    with company.as_("admin"):
        entity = registry.kind("vehicle")
        assert entity is not None
        return create(entity, values)


def undo(browser: Client, answer: Any) -> Any:
    """Takes back what the toast of an answer tells."""
    return browser.post(toast_of(answer)["undo"], headers=HX)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_only_who_may_shape_kinds_finds_the_screens(north: Company, south: Company) -> None:
    admin = north.browser("admin")
    vehicle(admin)
    pages = [HOME, f"{HOME}/account", f"{HOME}/account/names", f"{HOME}/account/layout", f"{HOME}/vehicle"]
    posts = [f"{HOME}/new", f"{HOME}/vehicle/retire", f"{HOME}/vehicle/back", f"{HOME}/vehicle/add", f"{HOME}/account/layout",
             f"{HOME}/account/layout/reset", f"{HOME}/order", f"{HOME}/vehicle/order", f"{HOME}/vehicle/formula"]  # fmt: skip
    seller = north.browser("ada")
    for path in pages:
        assert admin.get(path).status_code == 200, path
        assert seller.get(path).status_code == 404, path
    for path in posts:
        assert seller.post(path).status_code == 404, path
    assert HOME not in text(seller.get("/settings/profile"))
    with north.as_("admin"):
        clerk = save_role(None, "Office", "", {"kinds": {}, "does": ["administration.users"]})
        change_roles(north.people["vi"].id, [clerk.id])
    assert north.browser("vi").get(HOME).status_code == 403
    with north.as_("admin"):
        shaper = save_role(None, "Shaper", "", {"kinds": {"*": {"view": "all"}}, "does": ["administration.kinds"]})
        change_roles(north.people["vi"].id, [shaper.id])
    assert north.browser("vi").get(HOME).status_code == 200
    other = south.browser("admin")
    assert "vehicle" not in text(other.get(HOME))
    assert other.get(f"{HOME}/vehicle").status_code == 404
    assert other.post(f"{HOME}/vehicle/retire").status_code == 404


def test_the_right_stands_in_the_role_editor(north: Company) -> None:
    assert 'value="administration.kinds"' in text(north.browser("admin").get("/settings/roles/new"))


def test_code_and_address_are_proposed_and_what_was_typed_there_stays(north: Company) -> None:
    client = north.browser("admin")
    proposed = text(client.get(f"{HOME}/new/suggest", {"label.en": "Company car"}))
    assert 'value="company_car"' in proposed and 'value="company_cars"' in proposed
    chinese = text(client.get(f"{HOME}/new/suggest", {"label.zh-hans": "车辆"}))
    assert 'name="code" value="che_liang"' in chinese.replace('class="mono" id="f-code" ', "")
    kept = text(client.get(f"{HOME}/new/suggest", {"label.en": "Car", "code": "auto", "code_was": "ca"}))
    assert 'value="auto"' in kept


def test_a_kind_is_made_listed_and_shown(north: Company, admin: Client) -> None:
    made = admin.get(HOME)
    assert "/settings/kinds/vehicle" in text(made) and "#i-truck" in text(made) and "0 records" in text(made)
    assert admin.get("/vehicles/").status_code == 200


def test_what_is_wrong_with_a_kind_stands_at_its_input_and_what_was_typed_stays(north: Company, admin: Client) -> None:
    again = vehicle(admin, **{"label.en": "Fahrzeug"})
    assert again.status_code == 422
    assert 'value="Fahrzeug"' in text(again) and 'id="e-code"' in text(again) and 'id="e-plural"' in text(again)
    nameless = vehicle(admin, **{"label.en": " ", "label.zh-hans": "", "code": "x", "plural": "settings"})
    assert nameless.status_code == 422 and 'id="e-label"' in text(nameless) and 'id="e-plural"' in text(nameless)
    with north.as_("admin"):
        assert CustomKind.objects.count() == 1


def test_kinds_are_renamed_the_shipped_ones_too(north: Company, admin: Client) -> None:
    names = {"label.en": "Customer", "label.zh-hans": "客户", "labels.en": "Customers", "labels.zh-hans": "客户"}
    assert admin.post(f"{HOME}/account/names", names).status_code == 302
    assert "<h1>Customers</h1>" in text(admin.get("/accounts/"))
    assert admin.post(f"{HOME}/account/names", dict.fromkeys(names, "")).status_code == 302
    assert "<h1>Accounts</h1>" in text(admin.get("/accounts/"))
    own = {"label.en": "Car", "labels.en": "Cars", "title.en": "Number plate", "icon": "star"}
    assert admin.post(f"{HOME}/vehicle/names", own).status_code == 302
    page = text(admin.get("/vehicles/new"))
    assert "Number plate" in page and "Car" in page
    wrong = admin.post(f"{HOME}/vehicle/names", own | {"label.en": "", "labels.en": "Kept", "icon": "no-such"})
    assert wrong.status_code == 422 and 'value="Kept"' in text(wrong) and 'id="e-label"' in text(wrong) and 'id="e-icon"' in text(wrong)


def test_every_type_is_offered_and_has_a_form(north: Company, admin: Client) -> None:
    palette = text(admin.get(f"{HOME}/vehicle/add", headers=HX))
    for type_ in actions.TYPES:
        assert f"?type={type_}\"" in palette
        form = admin.get(f"{HOME}/vehicle/add", {"type": type_}, headers=HX)
        assert form.status_code == 200 and f'name="type" value="{type_}"' in text(form)
        for asked in actions.TYPES[type_].asks:
            assert f'name="{"option" if asked == "options" else asked}"' in text(form), (type_, asked)


def test_a_choice_gets_its_options_which_are_renamed_ordered_and_kept_while_held(north: Company, admin: Client) -> None:
    sent = {"option": ["", "", ""], "option.en": ["New", "Used", ""], "option.zh-hans": ["新车", "", ""], "first": "on"}
    answer = field(admin, "choice", "state", **sent)
    assert answer.status_code == 200 and "closelayer" in answer["HX-Trigger"] and 'hx-swap-oob="true"' in text(answer)
    with north.as_("admin"):
        held = CustomField.objects.get(name="state").facts
        new, used = {"value": "new", "labels": {"en": "New", "zh-hans": "新车"}}, {"value": "used", "labels": {"en": "Used"}}
        assert held["options"] == [new, used]
        assert held["default"] == "new"
    record(north, {"name": "A", "state": "used"})
    where = f"{HOME}/vehicle/fields/state"
    other = {"label.en": "State", "option": ["used", "new"], "option.en": ["Second hand", "New"], "option.zh-hans": ["二手", "新车"]}
    assert admin.post(where, other, headers=HX).status_code == 200
    with north.as_("admin"):
        held = CustomField.objects.get(name="state").facts
        assert [one["value"] for one in held["options"]] == ["used", "new"] and held["options"][0]["labels"]["en"] == "Second hand"
    gone = {"label.en": "Condition", "option": ["new"], "option.en": ["New"], "option.zh-hans": ["新车"]}
    refused = admin.post(where, gone, headers=HX)
    assert refused.status_code == 422 and 'id="e-options"' in text(refused) and 'value="Condition"' in text(refused)


def test_a_field_that_cannot_be_made_comes_back_with_what_was_typed(north: Company, admin: Client) -> None:
    field(admin, "integer", "seats", least="1", most="60")
    twice = field(admin, "integer", "seats", least="x", most="7")
    assert twice.status_code == 422
    assert 'id="e-code"' in text(twice) and 'id="e-least"' in text(twice) and 'value="x"' in text(twice) and 'value="7"' in text(twice)
    assert field(admin, "link", "keeper").status_code == 422
    assert field(admin, "no such type", "odd").status_code == 200  # the palette
    with north.as_("admin"):
        assert [one.name for one in CustomField.objects.all()] == ["seats"]


def test_a_formula_is_tried_on_a_record_while_it_is_written(north: Company, admin: Client) -> None:
    field(admin, "integer", "seats")
    where = f"{HOME}/vehicle/formula"
    assert "no record yet" in text(admin.post(where, {"formula": "seats * 2"}))
    record(north, {"name": "Bus 7", "seats": 21})
    shown = text(admin.post(where, {"formula": "seats * 2"}))
    assert "Bus 7" in shown and "Seats" in shown and ">21<" in shown and ">42<" in shown
    assert "“wheels”" in text(admin.post(where, {"formula": "wheels * 2"}))
    assert 'class="err"' in text(admin.post(where, {"formula": "seats * ("}))
    wrong = field(admin, "computed", "twice", formula="wheels * 2")
    assert wrong.status_code == 422 and "wheels * 2" in text(wrong) and 'id="e-formula"' in text(wrong)
    assert field(admin, "computed", "twice", formula="seats * 2").status_code == 200


def test_a_field_is_retired_and_brought_back_with_its_values(north: Company, admin: Client) -> None:
    field(admin, "text", "plate")
    made = record(north, {"name": "Bus", "plate": "沪A 12345"})
    gone = admin.post(f"{HOME}/vehicle/fields/plate/retire", headers=HX)
    assert "fields/plate/back" in text(gone)
    assert "12345" not in text(admin.get(f"/vehicles/{made.pk}/"))
    assert undo(admin, gone).status_code == 204
    assert "12345" in text(admin.get(f"/vehicles/{made.pk}/"))
    admin.post(f"{HOME}/vehicle/fields/plate/retire", headers=HX)
    back = admin.post(f"{HOME}/vehicle/fields/plate/back", headers=HX)
    assert back.status_code == 200 and "fields/plate/back" not in text(back)
    assert admin.post(f"{HOME}/vehicle/fields/none/retire").status_code == 404


def test_own_fields_are_put_in_order(north: Company, admin: Client) -> None:
    for name in ("one", "two", "three"):
        field(admin, "text", name)
    def order() -> list[str]:
        with north.as_("admin"):
            return [name for name in registry.kind("vehicle").fields if name in ("one", "two", "three")]  # type: ignore[union-attr]

    put = admin.post(f"{HOME}/vehicle/order", {"order": ["three", "one", "two"]})
    assert put.status_code == 204
    assert order() == ["three", "one", "two"]
    back = undo(admin, put)
    assert back.status_code == 204 and order() == ["one", "two", "three"]
    assert undo(admin, back).status_code == 204 and order() == ["three", "one", "two"], "undone, and again"


def test_kinds_are_put_in_order_in_the_menu_for_everybody(north: Company, south: Company, admin: Client) -> None:
    def menu(browser: Client) -> list[str]:
        side = text(browser.get("/accounts/")).partition('id="side"')[2].partition("</nav>")[0]
        return re.findall(r'href="/(accounts|contacts|leads|vehicles|products)/[^"]*" title', side)

    before, other = menu(admin), menu(south.browser("admin"))
    assert before[0] == "accounts" and before[-1] == "vehicles"
    put = admin.post(f"{HOME}/order", {"order": ["vehicle", "lead"]})
    assert put.status_code == 200 and 'id="side"' in text(put)
    assert menu(admin) == menu(north.browser("ada")) == ["vehicles", "leads", *(one for one in before if one not in ("vehicles", "leads"))]
    assert text(put).partition('id="side"')[2].index("/vehicles/") < text(put).partition('id="side"')[2].index("/leads/"), "the answer, too"
    assert menu(south.browser("admin")) == other
    assert admin.post(f"{HOME}/order", {"order": ["pipeline"]}).status_code == 422
    back = undo(admin, put)
    assert back.status_code == 204 and menu(admin) == before
    assert undo(admin, back).status_code == 204 and menu(admin)[0] == "vehicles"
    assert admin.post(f"{HOME}/account/layout/reset").status_code == 302 and menu(admin)[0] == "vehicles"


def test_a_shipped_field_is_called_otherwise(north: Company, admin: Client) -> None:
    where = f"{HOME}/account/fields/industry"
    assert 'placeholder="Industry"' in text(admin.get(where, headers=HX))
    assert admin.post(where, {"label.en": "Line of work", "label.zh-hans": ""}, headers=HX).status_code == 200
    assert "Line of work" in text(admin.get("/accounts/new"))
    admin.post(where, {"label.en": "", "label.zh-hans": ""}, headers=HX)
    assert "Line of work" not in text(admin.get("/accounts/new"))
    assert admin.get(f"{HOME}/account/fields/nothing", headers=HX).status_code == 404


def test_a_kind_is_retired_and_brought_back_with_its_records(north: Company, admin: Client) -> None:
    made = record(north, {"name": "Bus"})
    gone = admin.post(f"{HOME}/vehicle/retire")
    assert gone.status_code == 302
    assert admin.get("/vehicles/").status_code == 404
    assert f"{HOME}/vehicle/back" in text(admin.get(HOME))
    assert undo(admin, gone).status_code == 204
    assert admin.get(f"/vehicles/{made.pk}/").status_code == 200
    assert admin.post(f"{HOME}/account/retire").status_code == 404


def laid_out(**more: Any) -> dict[str, Any]:
    return {"place": ["section:0", "name", "state", "section:1", "day", "price"], "section:0.en": "Car", "section:0.zh-hans": "车",
            "section:1.en": "Plan", "columns": ["price", "state"], "highlights": ["state"], "card": ["day"], "board": "state",
            "board_sum": "price", "calendar": "day", "required": ["day"], **more}  # fmt: skip


@pytest.fixture
def built(north: Company, admin: Client) -> Client:
    field(admin, "choice", "state", **{"option": ["", ""], "option.en": ["New", "Used"], "option.zh-hans": ["", ""]})
    field(admin, "date", "day")
    field(admin, "money", "price")
    return admin


def test_a_layout_shapes_form_list_board_and_calendar(north: Company, built: Client) -> None:
    assert built.get("/vehicles/board").status_code == 404
    assert built.post(f"{HOME}/vehicle/layout", laid_out()).status_code == 302
    record(north, {"name": "Bus", "state": "used", "day": "2026-11-20", "price": "100", "price_currency": "CNY"})
    board = text(built.get("/vehicles/board"))
    assert board.index("New") < board.index("Used") and "Bus" in board
    form = text(built.get("/vehicles/new"))
    assert form.index("<h2>Car</h2>") < form.index("<h2>Plan</h2>") < form.index('name="day"') < form.index('name="price"')
    built.post(f"{HOME}/vehicle/layout", laid_out(place=["section:0", "name", "section:1", "day"]))
    assert 'name="price"' in text(built.get("/vehicles/new")), "what nobody placed stays"
    refused = built.post("/vehicles/new", {"name": "Van"})
    assert refused.status_code == 422 and "Day" in text(refused)
    heads = text(built.get("/vehicles/"))
    assert heads.index("sort=price") < heads.index("sort=state")
    shown = text(built.get(f"{HOME}/vehicle/layout"))
    assert 'name="section:1.en" value="Plan"' in shown


def test_a_layout_is_taken_back_and_set_to_what_kith_does(north: Company, built: Client) -> None:
    where = f"{HOME}/vehicle/layout"
    built.post(where, laid_out())
    other = built.post(where, laid_out(board=""))
    assert built.get("/vehicles/board").status_code == 404
    assert undo(built, other).status_code == 204
    assert built.get("/vehicles/board").status_code == 200
    reset = built.post(f"{where}/reset")
    assert reset.status_code == 302 and built.get("/vehicles/board").status_code == 404
    undo(built, reset)
    assert built.get("/vehicles/board").status_code == 200


@pytest.mark.parametrize(("given", "part"), [
    ({"columns": ["nothing"]}, "columns"), ({"board": "day"}, "board"), ({"board_sum": "state"}, "board_sum"),
    ({"calendar": "price"}, "calendar"), ({"highlights": ["state", "day", "price", "owner", "team", "created_at"]}, "highlights"),
    ({"place": ["section:0", "created_at"]}, "form"), ({"place": ["section:0", "day", "section:1", "day"]}, "form"),
    ({"section:1.en": "Car"}, "form"), ({"place": ["day"]}, "form"),
])  # fmt: skip
def test_a_layout_that_does_not_fit_is_refused_with_a_sentence(built: Client, north: Company, given: dict[str, Any], part: str) -> None:
    answer = built.post(f"{HOME}/vehicle/layout", laid_out(**given))
    assert answer.status_code == 422 and f'id="e-{part}"' in text(answer)
    with north.as_("admin"):
        assert not set(CustomKind.objects.get().facts) & set(layout_parts.PARTS)


def test_what_cannot_be_required_is_refused(built: Client) -> None:
    assert built.post(f"{HOME}/vehicle/layout", laid_out(required=["created_at"])).status_code == 422


def test_a_retired_field_leaves_the_layout_and_is_in_its_place_once_it_is_back(north: Company, built: Client) -> None:
    built.post(f"{HOME}/vehicle/layout", laid_out())
    for name in ("state", "day", "price"):
        assert built.post(f"{HOME}/vehicle/fields/{name}/retire", headers=HX).status_code == 200
    for path in ("/vehicles/", "/vehicles/new", f"{HOME}/vehicle/layout", f"{HOME}/vehicle"):
        assert built.get(path).status_code == 200, path
    assert built.get("/vehicles/board").status_code == 404
    for name in ("state", "day", "price"):
        built.post(f"{HOME}/vehicle/fields/{name}/back", headers=HX)
    assert built.get("/vehicles/board").status_code == 200


def test_a_shipped_kind_is_laid_out_otherwise_and_keeps_what_was_not_touched(north: Company, admin: Client) -> None:
    field(admin, "date", "visited", kind="account")
    page = text(admin.get(f"{HOME}/account/layout"))
    assert 'value="visited"' in page
    with north.as_("admin"):
        entity = registry.kind("account")
        assert entity is not None
        now = layouts.layout_of(entity)
        layouts.change_layout("account", now | {"columns": ["visited", "owner"]})
        assert set(KindSetting.objects.get(kind="account").facts) == {"columns"}
    assert "Visited" in text(admin.get("/accounts/"))


def test_the_way_to_the_settings_stands_where_an_administrator_is(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    for path in ("/accounts/", f"/accounts/{account.pk}/"):
        assert f"{HOME}/account" in text(north.browser("admin").get(path)), path
        assert HOME not in text(north.browser("ada").get(path)), path


def test_rules_across_fields_are_stated_and_taken_away(north: Company) -> None:
    browser = north.browser("admin")
    page = "/settings/kinds/account/rules"
    typed = {"formula": "employees > 0 or empty(employees)", "message.en": "Somebody works there.", "message.zh-hans": "总有人在那里工作。"}
    assert browser.post(page, typed).status_code == 302
    assert "Somebody works there." in browser.get(page).content.decode()
    refused = browser.post("/accounts/new", {"name": "Nobody", "employees": "0"})
    assert refused.status_code == 422 and "Somebody works there." in refused.content.decode()
    wrong = browser.post(page, {**typed, "formula": "nothing > 1"})
    assert wrong.status_code == 422 and "nothing &gt; 1" in wrong.content.decode() and "Somebody works there." in wrong.content.decode()
    assert browser.post(f"{page}/0/drop", {"formula": "another one"}).status_code == 302
    assert browser.post("/accounts/new", {"name": "Nobody", "employees": "0"}).status_code == 422, "only the rule that was seen is removed"
    assert browser.post(f"{page}/0/drop", {"formula": typed["formula"]}).status_code == 302
    assert browser.post("/accounts/new", {"name": "Nobody", "employees": "0"}).status_code == 302
    assert north.browser("ada").get(page).status_code in (403, 404)


def test_help_and_choices_of_a_shipped_field_are_worded_in_each_language(north: Company) -> None:
    admin = north.browser("admin")
    url = f"{HOME}/account/fields/status"
    sent = {"label.en": "", "label.zh-hans": "", "help.en": "As of today.", "help.zh-hans": "以今天为准。",
            "choice:customer.en": "Buyer", "choice:customer.zh-hans": "买家"}  # fmt: skip
    assert admin.post(url, sent, headers=HX).status_code == 200
    shown = text(admin.get(url, headers=HX))
    assert 'value="As of today."' in shown and 'value="买家"' in shown and 'placeholder="Prospect"' in shown
    form = text(admin.get("/accounts/new"))
    assert "As of today." in form and ">Buyer</option>" in form and ">Prospect</option>" in form
    schema = {one["name"]: one for one in north.api("admin").get("/api/v1/accounts/schema").json()["fields"]}
    assert {"value": "customer", "label": "Buyer"} in schema["status"]["choices"]
    document = north.api("admin").get("/api/v1/configuration").content.decode()
    assert "买家" in document and "As of today." in document
    assert admin.post(url, sent | {"help.en": "x" * 301}, headers=HX).status_code == 422
    bare = dict.fromkeys(sent, "")
    assert admin.post(url, bare, headers=HX).status_code == 200
    assert "As of today." not in text(admin.get("/accounts/new")) and ">Customer</option>" in text(admin.get("/accounts/new"))
    brought = north.api("admin").post("/api/v1/configuration", {"document": document, "why": "back"}, content_type="application/json")
    assert brought.status_code == 200, brought.content
    assert ">Buyer</option>" in text(admin.get("/accounts/new"))
