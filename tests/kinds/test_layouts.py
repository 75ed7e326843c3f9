"""What a layout says of form, record page and board, on every path: of a kind declared in code and of one made in the interface."""

import io
import json
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.access.policy import asker
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.custom.layout_parts import PARTS
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Where, compile_filter, condition, holds, to_text
from crm.kernel.entity.registry import registry
from crm.kernel.pages.tests.test_screens import toast_of
from crm.kernel.testing.work import run_jobs
from tests.kinds.box import Box
from tests.kinds.forms import filled

HX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def plain(box: Box) -> Any:
    """The layout as it came, before each test and for the next one."""
    yield
    told: dict[str, Any] = dict.fromkeys(PARTS)
    if box.entity.own:  # whose board is what the box made of it
        told |= {"board": "grade", "board_sum": "price", "columns": ["grade", "price"]}
    assert lay(box, **told).status_code == 200


def lay(box: Box, **parts: Any) -> Any:
    return box.send("PATCH", f"/api/v1/kinds/{box.entity.kind}/layout", parts)


def hidden_in(page: str) -> set[str]:
    """The fields of a form that are not shown."""
    return {part.split('"')[0] for part in page.split('data-f="')[1:] if part.partition(">")[0].rstrip().endswith("hidden")}


def make(box: Box, **values: Any) -> dict[str, Any]:
    return box.make({"name": "Stone", **values})


# ── needed at a column of the board ─────────────────────────────────────────────────────────────────────────────────


def needs_price_when_set(box: Box, later: bool = False, at: str = "set") -> None:
    answer = lay(box, steps=[{"at": at, "later": later, "fields": ["price", "found_on"]}])
    assert answer.status_code == 200, answer.content


def test_a_card_that_lacks_something_opens_the_form_with_exactly_that(box: Box) -> None:
    needs_price_when_set(box)
    one = make(box, grade="raw", found_on="2026-01-01")
    move = f"/{box.plural}/{one['id']}/move"
    refused = box.page.post(move, {"value": "set", "version": one["version"], "board": ""}, headers=HX)
    assert refused.status_code == 422 and box.read(one["id"])["grade"] == "raw"
    url = json.loads(refused["HX-Trigger"])["ask"]["url"]
    form = box.page.get(url).content.decode()
    assert 'name="price"' in form and 'name="found_on"' not in form and "Set &amp; polished" in form
    sent = filled(form, url) | {"price": "x"}
    wrong = box.page.post(move, sent, headers=HX)
    assert wrong.status_code == 422 and 'value="x"' in wrong.content.decode()
    done = box.page.post(move, sent | {"price": "12"}, headers=HX | {"HX-Current-URL": f"http://testserver/{box.plural}/board"})
    assert done.status_code == 204 and done["HX-Redirect"] == f"/{box.plural}/board"
    assert box.read(one["id"])["grade"] == "set" and box.read(one["id"])["price"] == "12.00"


def test_every_path_is_refused_by_name_and_reason(box: Box) -> None:
    needs_price_when_set(box)
    said = "Before “Set & polished” this is needed: Price."
    assert box.send("POST", box.url, {"name": "New", "grade": "set"}).json()["fields"]["price"] == [said]
    one = make(box, grade="raw")
    changed = box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "set", "found_on": "2026-01-01"})
    assert changed.status_code == 422 and changed.json()["fields"] == {"price": [said]}
    claimed = box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "set", "found_on": "2026-01-01"}, **{"X-Reason": "undo: something"})
    assert claimed.status_code == 422, "who says that it is an undo makes it none"
    cell = box.page.post(f"/{box.plural}/{one['id']}/cell/grade", {"grade": "set", "version": one["version"]}, headers=HX)
    assert cell.status_code == 422 and "this is needed: Price" in cell.content.decode()
    form = box.page.post(f"/{box.plural}/new", {"name": "Typed", "grade": "set", "found_on": "2026-01-01"})
    assert form.status_code == 422 and 'id="f-price-err"' in form.content.decode()
    bulk = box.send("POST", f"{box.url}/bulk/change", {"ids": [one["id"]], "values": {"grade": "set"}}).json()
    assert bulk["done"] == 0 and "price" in bulk["refused"][0]["fields"]
    done = box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "set", "found_on": "2026-01-01", "price": "3"})
    assert done.status_code == 200
    gone = box.send("PATCH", f"{box.url}/{one['id']}", {"price": None})
    assert gone.status_code == 422, "what a column needs is not taken away while the record is there"
    assert box.send("PATCH", f"{box.url}/{one['id']}", {"pieces": 3}).status_code == 200


def test_an_import_says_what_a_row_lacks(box: Box) -> None:
    needs_price_when_set(box)
    table = io.BytesIO(b"Name,Grade,Price,Found on\nFine,Set & polished,5,2026-01-01\nBare,Set & polished,,\n")
    started = box.api.post("/api/v1/imports", {"kind": box.entity.kind, "file": SimpleUploadedFile("a.csv", table.read())})
    assert started.status_code == 201, started.content
    box.send("POST", f"{started['Location']}/dry-run", None)
    run_jobs(box.company.id)
    checked = box.api.get(started["Location"]).json()
    assert checked["counts"]["create"] == 1, checked
    rejected = box.api.get(f"{started['Location']}/rejects")
    assert "this is needed: Price" in b"".join(rejected.streaming_content).decode("utf-8", "replace")


def test_later_columns_need_it_too(box: Box) -> None:
    needs_price_when_set(box, later=True, at="cut")
    assert box.send("POST", box.url, {"name": "A", "grade": "raw"}).status_code == 201
    for grade in ("cut", "set"):
        assert box.send("POST", box.url, {"name": "A", "grade": grade}).status_code == 422, grade
    needs_price_when_set(box, later=False, at="cut")
    assert box.send("POST", box.url, {"name": "A", "grade": "set"}).status_code == 201


def test_undoing_a_move_is_not_stopped_by_what_is_needed_now(box: Box) -> None:
    one = make(box, grade="set")
    moved = box.page.post(f"/{box.plural}/{one['id']}/move", {"value": "raw", "version": one["version"], "board": ""}, headers=HX)
    needs_price_when_set(box)
    undo = json.loads(moved["HX-Trigger"])["toast"]["undo"]
    assert box.page.post(undo, headers=HX).status_code in (200, 204)
    assert box.read(one["id"])["grade"] == "set"


# ── shown when ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_field_is_shown_only_when_its_condition_holds(box: Box) -> None:
    assert lay(box, shown={"purity": "grade = cut", "price": "rare = true and pieces > 3"}, required=["price"]).status_code == 200
    new = box.page.get(f"/{box.plural}/new").content.decode()
    assert hidden_in(new) == {"purity", "price"} and f'data-live="/{box.plural}/shown"' in new
    typed = {"name": "A", "grade": "cut", "rare": "true", "pieces": "4", "layout": "-1"}
    answer = box.page.post(f"/{box.plural}/shown", typed).json()
    assert answer == {"hidden": [], "needed": answer["needed"], "layout": -1} and "price" in answer["needed"]
    assert box.page.post(f"/{box.plural}/shown", typed | {"pieces": "many"}).json()["hidden"] == ["price", "price_currency"]
    one = make(box, grade="raw", purity="12.5")
    page = box.page.get(f"/{box.plural}/{one['id']}/").content.decode()
    assert "<dt>Purity</dt>" not in page and "<dt>Pieces</dt>" in page
    box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "cut"})
    assert "<dt>Purity</dt>" in box.page.get(f"/{box.plural}/{one['id']}/").content.decode()


def test_what_is_hidden_is_not_needed_keeps_its_value_and_is_needed_once_it_is_shown(box: Box) -> None:
    assert lay(box, shown={"price": "grade = cut"}, required=["price"]).status_code == 200
    one = make(box, grade="raw", purity="12.5")
    assert box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "cut"}).json()["fields"] == {"price": ["Price is needed."]}
    assert box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "cut", "price": "7"}).status_code == 200
    assert box.send("PATCH", f"{box.url}/{one['id']}", {"grade": "raw"}).status_code == 200
    assert box.read(one["id"])["price"] == "7.00", "the API has every field"
    url = f"/{box.plural}/{one['id']}/edit"
    form = box.page.get(url).content.decode()
    assert "price" in hidden_in(form)
    assert box.page.post(url, filled(form, url) | {"pieces": ["9"]}).status_code == 302
    assert (box.read(one["id"])["price"], box.read(one["id"])["pieces"]) == ("7.00", 9)


def test_a_section_is_shown_only_when_its_condition_holds(box: Box) -> None:
    form = [
        {"labels": {"en": "Stone"}, "fields": ["name", "grade"]},
        {"labels": {"en": "Worth", "zh-hans": "价值"}, "fields": ["price", "listed"], "when": "grade in (cut, set)"},
    ]
    assert lay(box, form=form).status_code == 200
    raw, cut = make(box, grade="raw", price="7"), make(box, grade="cut", price="7")
    assert "Worth" not in box.page.get(f"/{box.plural}/{raw['id']}/").content.decode()
    assert "Worth" in box.page.get(f"/{box.plural}/{cut['id']}/").content.decode()
    kept = box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()["form"][1]
    assert kept["when"] == "grade in (cut, set)"


@pytest.mark.parametrize(("parts", "words"), [
    ({"shown": {"price": "nothing = 1"}}, "nothing"), ({"shown": {"price": "pieces > many"}}, "Pieces"),
    ({"shown": {"price": "price > 3"}}, "itself"), ({"shown": {"name": "pieces > 3"}}, "nature"),
    ({"shown": {"price": "contacts is filled"}}, "contacts"), ({"shown": {"created_at": "pieces > 3"}}, "cannot stand here"),
    ({"shown": {"price": "account.contacts.name = x"}}, "account"),
    ({"form": [{"labels": {"en": "A"}, "fields": ["name"], "when": "pieces > 1"}]}, "nature"),
    ({"steps": [{"at": "gone", "fields": ["price"]}]}, "gone"), ({"steps": [{"at": "cut", "fields": ["label"]}]}, "cannot stand here"),
    ({"left_out": ["name"]}, "cannot stand here"), ({"tabs": [3]}, "names"), ({"variants": [{"labels": {"en": "A"}}]}, "for which roles"),
    ({"variants": [{"labels": {"en": "A"}, "roles": ["Nobody"]}]}, "no such role"),
    ({"variants": [{"labels": {"en": "A"}, "when": "pieces > 1", "columns": ["grade"]}]}, "by role alone"),
    ({"variants": [{"labels": {}, "when": "pieces > 1"}]}, "needed"),
    ({"variants": [{"labels": {"en": "A"}, "when": "(", "board": "grade"}]}, "parts"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_in_words(box: Box, parts: dict[str, Any], words: str) -> None:
    before = box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()
    answer = lay(box, **parts)
    assert answer.status_code == 422 and words in json.dumps(answer.json()["fields"][next(iter(parts))], ensure_ascii=False), answer.content
    assert box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json() == before


def test_a_condition_means_of_one_record_what_it_means_in_the_database(box: Box) -> None:
    """Every field with every comparison that it has, over three records."""
    rows = [
        make(box, **{name: one.held for name, one in box.given.items() if name not in ("name", "code")}),
        make(box, **{name: one.other for name, one in box.given.items() if name not in ("name", "code")}), make(box),
    ]  # fmt: skip
    tried = 0
    with box.company.as_("admin") as actor:
        entity = registry.kind(box.entity.kind)
        assert entity is not None
        records = list(entity.model._default_manager.filter(pk__in=[one["id"] for one in rows]))
        for name in box.given:
            field = entity.fields[name]
            for op in field.operators if field.type != "links" else ():
                value: Any = box.given[name].held
                if op.removeprefix("not_") in ("contains", "starts"):
                    value = str(value)[:3]
                elif op in ("has", "has_not"):
                    value = value[0]
                elif op.removeprefix("not_") in ("in", "between"):
                    value = sorted([box.given[name].held, box.given[name].other], key=str)
                    value = [value[0], value[0]] if op.endswith("between") else value
                elif op.removeprefix("not_") == "within":
                    value = "this_year"
                where = Where(name, op) if op in ("empty", "filled") else Where(name, op, value)
                tried += agreed(entity, actor, records, to_text(where))
        linked = ("account.name ^ Quarry", 'account = "Quarry, Ltd"', "account not in (Mine)", "owner = me", "owner != me")
        for text in (*linked, "not rare = yes"):
            tried += agreed(entity, actor, records, text)
    assert tried > 500


def agreed(entity: Entity[Any], actor: Any, records: list[Any], text: str) -> int:
    """Compares one condition for all records with what the database finds; how many were compared."""
    node = condition(text, entity, asker(actor))
    stored = set(entity.model._default_manager.filter(compile_filter(node, entity, asker(actor))).values_list("pk", flat=True))
    for record in records:
        so = holds(node, entity, partial(value_of, record), asker(actor))
        assert so == (record.pk in stored), (text, record.pk)
    return len(records)


def value_of(record: Any, column: str) -> Any:
    return getattr(record, column, None)


# ── for whom ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_variant_that_fits_counts(box: Box) -> None:
    people, roles = box.company, box.company.roles
    variants = [
        {"labels": {"en": "Selling"}, "roles": [str(roles["Seller"].pk)], "columns": ["pieces"], "highlights": ["purity"],
         "required": ["pieces"]},
        {"labels": {"en": "Cut stones", "zh-hans": "切割"}, "when": "grade = cut", "highlights": ["rare"], "left_out": ["listed"],
         "form": [{"labels": {"en": "Cut"}, "fields": ["name", "grade", "weight"]}], "required": ["weight"], "tabs_off": ["history"]},
    ]  # fmt: skip
    assert lay(box, variants=variants).status_code == 200
    ada, admin = people.browser("ada"), box.page
    raw = make(box, grade="raw", purity="12.5", weight="3", owner=str(people.people["ada"].pk))
    assert "sort=pieces" in ada.get(f"/{box.plural}/").content.decode() and "sort=weight" not in ada.get(f"/{box.plural}/").content.decode()
    assert "hl-purity" in ada.get(f"/{box.plural}/{raw['id']}/").content.decode()
    refused = people.api("ada").post(box.url, {"name": "Mine", "grade": "cut"}, content_type="application/json")
    assert refused.status_code == 422 and set(refused.json()["fields"]) == {"pieces"}, "the first one counts, for her"
    page = admin.get(f"/{box.plural}/{raw['id']}/").content.decode()
    assert "hl-rare" not in page and 'id="tab-history"' in page
    assert box.send("PATCH", f"{box.url}/{raw['id']}", {"grade": "cut", "weight": None}).json()["fields"].keys() == {"weight"}
    assert box.send("PATCH", f"{box.url}/{raw['id']}", {"grade": "cut"}).status_code == 200
    page = admin.get(f"/{box.plural}/{raw['id']}/").content.decode()
    assert "hl-rare" in page and 'id="tab-history"' not in page and '<h2 class="h3">Cut</h2>' in page
    edit = admin.get(f"/{box.plural}/{raw['id']}/edit").content.decode()
    assert 'name="listed"' not in edit and 'data-layout="1"' in edit
    typed = {"name": "A", "grade": "cut", "layout": "-1"}
    news = admin.post(f"/{box.plural}/shown", typed).json()
    assert news["layout"] == 1 and "weight" in news["needed"] and "<h2>Cut</h2>" in news["html"] and 'value="A"' in news["html"]
    assert "html" not in admin.post(f"/{box.plural}/shown", typed | {"layout": "1"}).json()
    lay(box, variants=variants[::-1])
    refused = people.api("ada").post(box.url, {"name": "Mine", "grade": "cut"}, content_type="application/json")
    assert set(refused.json()["fields"]) == {"weight"}, "their order decides"


def test_tabs_and_panels_are_those_of_the_layout(box: Box) -> None:
    one = make(box)
    assert lay(box, tabs=["files", "timeline"], tabs_off=["history"], panels_off=["next"]).status_code == 200
    page = box.page.get(f"/{box.plural}/{one['id']}/").content.decode()
    assert page.index('id="tab-files"') < page.index('id="tab-timeline"') and 'id="tab-history"' not in page
    assert 'aria-labelledby="tab-files"' in page and "panel-next" not in page and 'id="composer"' not in page
    assert 'id="composer"' in box.page.get(f"/{box.plural}/{one['id']}/tab/timeline").content.decode(), "one writes where the timeline is"
    assert lay(box, tabs=None, tabs_off=["files", "timeline", "history"], panels_off=None).status_code == 200
    assert 'id="tab-timeline"' in box.page.get(f"/{box.plural}/{one['id']}/").content.decode(), "one tab there is always"


def test_what_is_left_out_is_away_and_can_be_placed_again(box: Box) -> None:
    assert lay(box, left_out=["owner", "notes", "label"]).status_code == 200
    new = box.page.get(f"/{box.plural}/new").content.decode()
    assert 'name="owner"' not in new and 'name="notes"' not in new
    screen = box.page.get(f"/settings/kinds/{box.entity.kind}/layout").content.decode()
    assert 'name="place" value="rest"' not in screen
    assert screen.index('value="off"') < screen.index('name="place" value="owner"')
    one = make(box, notes="Written by a program")
    page = box.page.get(f"/{box.plural}/{one['id']}/").content.decode()
    assert "Written by a program" not in page and box.read(one["id"])["notes"] == "Written by a program"
    form = [{"labels": {"en": "Stone"}, "fields": ["name", "owner", "team", "label"]}]
    assert lay(box, form=form, left_out=[]).status_code == 200
    assert 'name="owner"' in box.page.get(f"/{box.plural}/new").content.decode()
    assert lay(box, form=[{"labels": {"en": "Stone"}, "fields": ["name"]}], left_out=[]).status_code == 200
    again = lay(box, form=form)
    assert again.status_code == 200, again.content.decode()


def test_the_screen_saves_what_it_shows(box: Box) -> None:
    """The whole screen sent as it stands says nothing; with a change it says that and no more."""
    url = f"/settings/kinds/{box.entity.kind}/layout"
    before = box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()
    sent = filled(box.page.get(url).content.decode(), url)
    assert box.page.post(url, sent).status_code == 302
    assert box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json() == before
    sent |= {"when:purity": ["grade = cut"], "step:set": ["price"], "later:set": ["on"]}
    saved = box.page.post(url, sent)
    assert saved.status_code == 302
    after = box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()
    assert after["shown"] == {"purity": "grade = cut"} and after["steps"] == [{"at": "set", "later": True, "fields": ["price"]}]
    assert box.page.post(toast_of(saved)["undo"], headers=HX).status_code == 204
    assert box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()["shown"] == {}
    wrong = box.page.post(url, sent | {"when:purity": ["grade = = cut"]})
    assert wrong.status_code == 422 and "grade = = cut" in wrong.content.decode() and 'id="e-shown"' in wrong.content.decode()


def test_a_condition_is_chosen_by_rows_and_by_text(box: Box) -> None:
    url = f"/settings/kinds/{box.entity.kind}/condition"
    about = {"into": "when:purity", "about": ["purity"]}
    page = box.page.get(url, about | {"text": "grade = cut and pieces > 3"}).content.decode()
    assert "filterEditor" in page and "grade = cut and pieces &gt; 3" in page
    facts = json.loads(unescape(page.split('data-facts="')[1].split('"')[0]))
    offered = {one["name"].partition(".")[0] for one in facts["fields"]}
    assert "grade" in offered and not offered & {"purity", "contacts"}, "neither itself nor what many links lead to"

    def rows(*each: tuple[str, str, str], mode: str = "all") -> str:
        return json.dumps({"mode": mode, "rows": [dict(zip(("field", "operator", "value"), one, strict=True)) for one in each]})

    both = rows(("grade", "is", "cut"), ("pieces", "gt", "3"))
    step = box.page.post(url, about | {"step": "rows", "result": both}).json()
    assert step == {"text": "grade = cut and pieces > 3", "start": step["start"], "flat": True, "problem": ""}
    back = box.page.post(url, about | {"step": "text", "text": "grade = cut or pieces > 3"}).json()
    assert (back["start"]["mode"], len(back["start"]["rows"]), back["flat"]) == ("any", 2, True)
    deep = box.page.post(url, about | {"step": "text", "text": "grade = cut and (pieces > 3 or rare = true)"}).json()
    assert not deep["flat"] and not deep["problem"]
    for sent, said in (("grade = = cut", "missing"), ("purity > 3", "itself"), ("grade = blue", "blue"), ("x" * 600, "characters")):
        assert said in box.page.post(url, about | {"step": "text", "text": sent}).json()["problem"], sent
    kept = box.page.post(url, about | {"use": "rows", "result": both}, headers=HX)
    assert json.loads(kept["HX-Trigger"])["condition"] == {"into": "when:purity", "text": "grade = cut and pieces > 3"}
    none = box.page.post(url, about | {"use": "rows", "result": rows()}, headers=HX)
    assert none.status_code == 204 and json.loads(none["HX-Trigger"])["condition"]["text"] == ""
    wrong = box.page.post(url, about | {"use": "text", "text": "purity > 3"}, headers=HX)
    assert wrong.status_code == 422 and "itself" in wrong.content.decode() and "purity &gt; 3" in wrong.content.decode()
    assert box.page.post(url, {"into": "when", "use": "text", "text": "purity > 3"}, headers=HX).status_code == 204, "a variant may ask it"
    assert box.page.post(url, about | {"use": "rows", "result": "[1"}, headers=HX).status_code == 422
    assert box.company.browser("ada").get(url).status_code == 404
    assert box.page.get("/settings/kinds/nothing/condition").status_code == 404


def test_the_screen_makes_orders_and_takes_away_variants(box: Box) -> None:
    url = f"/settings/kinds/{box.entity.kind}/layout"
    for name, when in (("Cut", "grade = cut"), ("Raw", "grade = raw")):
        sent = filled(box.page.get(f"{url}?variant=new").content.decode(), url)
        sent |= {"label.en": [name], "when": [when], "highlights": ["rare"]}
        answer = box.page.post(f"{url}?variant=new", sent)
        assert answer.status_code == 302, answer.content.decode()

    def told() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = box.api.get(f"/api/v1/kinds/{box.entity.kind}/layout").json()["variants"]
        return found

    assert [one["labels"]["en"] for one in told()] == ["Cut", "Raw"]
    assert set(told()[0]) == {"labels", "roles", "when", "highlights"}, "only what differs is kept"
    page = box.page.get(f"{url}?variant=0").content.decode()
    assert 'value="grade = cut"' in page
    assert box.page.post(f"{url}?variant=1", filled(page, url) | {"act": ["up"]})["Location"].endswith("?variant=0")
    assert [one["labels"]["en"] for one in told()] == ["Raw", "Cut"]
    nameless = box.page.post(f"{url}?variant=0", filled(page, url) | {"label.en": [""], "label.zh-hans": [""], "when": ["grade ="]})
    assert nameless.status_code == 422 and 'value="grade ="' in nameless.content.decode()
    dropped = box.page.post(f"{url}?variant=0", filled(page, url) | {"act": ["drop"]})
    assert [one["labels"]["en"] for one in told()] == ["Cut"]
    assert box.page.get(f"{url}?variant=7").status_code == 404
    box.page.post(toast_of(dropped)["undo"], headers=HX)
    assert [one["labels"]["en"] for one in told()] == ["Raw", "Cut"]


def test_a_configuration_carries_all_of_it(box: Box) -> None:
    said = {
        "shown": {"purity": "grade = cut"}, "steps": [{"at": "set", "later": False, "fields": ["price"]}], "tabs_off": ["history"],
        "variants": [{"labels": {"en": "Selling"}, "roles": [str(box.company.roles["Seller"].pk)], "highlights": ["purity"]}],
    }  # fmt: skip
    assert lay(box, **said).status_code == 200
    url = f"/api/v1/kinds/{box.entity.kind}/layout"
    before, document = box.api.get(url).json(), box.api.get("/api/v1/configuration").content.decode()
    assert "- Seller" in document
    assert lay(box, **dict.fromkeys(said)).status_code == 200
    brought = box.send("POST", "/api/v1/configuration", {"document": document, "why": "as it was"})
    assert brought.status_code == 200, brought.content
    assert {name: box.api.get(url).json()[name] for name in said} == {name: before[name] for name in said}


def test_a_retired_field_takes_its_conditions_along_and_brings_them_back(box: Box) -> None:
    if not box.entity.own:
        pytest.skip("a field that a program declares is not retired")
    lay(box, shown={"purity": "rare = true", "price": "grade = cut"}, required=["price"])
    field = f"/api/v1/kinds/{box.entity.kind}/fields/rare"
    assert box.api.delete(field).status_code == 204
    assert hidden_in(box.page.get(f"/{box.plural}/new").content.decode()) == {"price"}
    box.send("POST", f"{field}/restore", None)
    assert hidden_in(box.page.get(f"/{box.plural}/new").content.decode()) == {"price", "purity"}


def test_who_may_not_shape_kinds_sets_no_layout(box: Box) -> None:
    url = f"/api/v1/kinds/{box.entity.kind}/layout"
    assert box.company.api("ada").patch(url, "{}", content_type="application/json").status_code == 403
    with box.company.as_("admin"):
        assert layouts.layout_of(registry.kind(box.entity.kind))["shown"] == {}  # type: ignore[arg-type]
