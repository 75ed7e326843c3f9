"""Every field type, through everything that the product does with fields."""

import inspect
import json
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from crm.kernel.entity import fields as types
from crm.kernel.entity.entity import BASE_FIELDS
from crm.kernel.entity.filter import from_json, to_text
from crm.kernel.records import listing
from tests.kinds.box import GIVEN, Box
from tests.kinds.specimen.models import Specimen

FIELDS = [*GIVEN, "account", "contacts"]
every_field = pytest.mark.parametrize("name", FIELDS)


def same(one: Any, other: Any) -> bool:
    """Links have no order."""
    return bool(sorted(one) == sorted(other) if isinstance(one, list) and isinstance(other, list) else one == other)


def test_the_specimen_has_a_field_of_every_type() -> None:
    named = {one for one in vars(types).values() if inspect.isclass(one) and issubclass(one, types.Fact) and one is not types.Fact}
    own = [*Specimen._meta.local_fields, *Specimen.virtual_facts.values()]
    assert {one.__name__ for one in named} <= {type(one).__name__ for one in own}


def test_every_field_has_values_to_be_tried_with(box: Box) -> None:
    assert set(FIELDS) == {name for name, one in box.entity.fields.items() if name not in (*BASE_FIELDS, "label", "address")}


@pytest.fixture(scope="module")
def formed(box: Box) -> dict[str, Any]:
    """A specimen made with the HTML form, everything typed as a person types it."""
    free(box, "code")
    answer = box.page.post(f"/{box.plural}/new", box.typed())
    assert answer.status_code == 302, "the form was refused"
    return box.read(answer["Location"].strip("/").split("/")[-1])


def free(box: Box, name: str) -> None:
    """The code is unique: whoever holds it gives it up."""
    for code in (box.given["code"].held, box.given["code"].other) if name == "code" else ():
        for holder in box.api.get(box.url, {"filter": f'code = "{code}"'}).json()["items"]:
            box.send("PATCH", f"{box.url}/{holder['id']}", {"code": None})


@every_field
def test_the_form_keeps_what_was_typed(box: Box, formed: dict[str, Any], name: str) -> None:
    assert same(formed[name], box.given[name].held)


def test_what_is_computed_is_answered_and_cannot_be_written(box: Box, formed: dict[str, Any]) -> None:
    assert formed["label"] == "Agate (cut)"
    assert formed["address"] and "徐汇区" in formed["address"]
    for name in ("label", "created_at"):
        assert box.send("PATCH", f"{box.url}/{formed['id']}", {name: "x"}).status_code == 422


def test_a_form_that_is_saved_as_it_was_opened_changes_nothing(box: Box) -> None:
    from tests.kinds.forms import filled

    for values in ({n: one.held for n, one in box.given.items()}, {n: one.other for n, one in box.given.items()}, {"name": "Bare"}):
        made = box.make(values | {"name": f"{values['name']} kept", "code": None})
        url = f"/{box.plural}/{made['id']}/edit"
        form = filled(box.page.get(url).content.decode(), url)
        assert box.page.post(url, form).status_code == 302
        assert box.read(made["id"]) == made


@every_field
def test_the_api_answers_what_it_was_given(box: Box, name: str) -> None:
    one = box.given[name]
    free(box, name)
    made = box.make({"name": "Sent", "price": "1.00", name: one.held})
    assert same(made[name], one.held)
    url = f"{box.url}/{made['id']}"
    changed = box.send("PATCH", url, {name: one.other}, **{"If-Match": f'"{made["version"]}"'})
    assert changed.status_code == 200, changed.content
    assert same(changed.json()[name], one.other) and changed.json()["version"] == made["version"] + 1
    again = box.send("PATCH", url, {name: one.other})
    assert again.json()["version"] == made["version"] + 1, "the same value once more is no change"
    listed = box.api.get(box.url, {"filter": f'name = "{changed.json()["name"]}"', "fields": name, "limit": 200}).json()["items"]
    assert any(same(item[name], one.other) for item in listed if item["id"] == made["id"])
    if name != "name":
        emptied = box.send("PATCH", url, {name: [] if isinstance(one.held, list) else None})
        assert emptied.status_code == 200, emptied.content
        assert not emptied.json()[name] or name in ("price_currency", "family_name", "given_name")


@every_field
def test_two_people_at_once(box: Box, name: str) -> None:
    """The one who comes second is shown both values, and overwrites nothing unless they say so."""
    one = box.given[name]
    free(box, name)
    made = box.make({"name": "Contested", "price": "1.00", "keeper": "Li Wei", "address_city": "X", name: one.held})
    url = f"{box.url}/{made['id']}"
    assert box.send("PATCH", url, {name: one.other}).status_code == 200
    mine = {"name": "Third", "colours": ["red"], "contacts": [box.given["contacts"].held[0]], "keeper": "Zoe Ray"}.get(name, one.held)
    late = box.send("PATCH", url, {name: mine}, **{"If-Match": f'"{made["version"]}"'})
    assert late.status_code == 412, late.content
    assert same(late.json()["values"][name]["theirs"], one.other)
    assert same(box.read(made["id"])[name], one.other)
    screen = box.page.post(f"/{box.plural}/{made['id']}/edit", {name: mine, "version": made["version"], "several": name})
    assert screen.status_code == 409, screen.content
    if name in ("contacts", "account"):
        shown = screen.content.decode()
        assert "Grace Hopper" in shown if name == "contacts" else "Mine 矿" in shown


@every_field
def test_a_cell_is_edited_where_it_stands(box: Box, name: str) -> None:
    one = box.given[name]
    free(box, name)
    made = box.make({"name": "Cell"})
    url = f"/{box.plural}/{made['id']}/cell/{name}"
    opened = box.page.get(url)
    if opened.status_code == 403:
        assert name in ("contacts", "notes")
        return
    assert opened.status_code == 200 and f'name="{name}"' in opened.content.decode()
    saved = box.page.post(url, {name: one.typed, "version": made["version"], "several": name})
    assert saved.status_code == 200, saved.content.decode()
    if name != "price_currency":
        held = box.read(made["id"])[name]
        assert held if name == "address_region" else same(held, one.held)
    assert box.page.get(f"{url}/shown").status_code == 200


@every_field
def test_many_are_changed_at_once_and_undone(box: Box, name: str) -> None:
    one = box.given[name]
    free(box, name)
    ids = [box.make({"name": f"Bulk {number}", "price": "1.00"})["id"] for number in range(1 if name == "code" else 2)]
    before = [box.read(pk)[name] for pk in ids]
    done = box.page.post(f"/{box.plural}/bulk/apply", {"act": "change", "field": name, name: one.typed, "several": name, "ids": ids})
    assert done.status_code == 204, done.content.decode()
    assert all(same(box.read(pk)[name], one.held) or name == "address_region" for pk in ids)
    with box.company.as_("admin"):
        from crm.kernel.records.models import ChangeSet
        from crm.kernel.records.undo import undo

        result = undo(ChangeSet.objects.latest("at").pk)
    assert result.kept == {} and result.back == len(ids)
    assert [box.read(pk)[name] for pk in ids] == before


@every_field
def test_history_tells_what_it_was_and_became(box: Box, name: str) -> None:
    one = box.given[name]
    free(box, name)
    made = box.make({"name": "Told", "price": "1.00", name: one.held})
    box.send("PATCH", f"{box.url}/{made['id']}", {name: one.other})
    told = box.page.get(f"/{box.plural}/{made['id']}/tab/history").content.decode()
    if name != "price_currency":
        assert str(box.entity.fields[name].label) in told
    if name == "contacts":
        assert "Ada Lovelace" in told and "Grace Hopper" in told
    assert "UUID(" not in told and "[&#39;" not in told
    entry = box.api.get(f"{box.url}/{made['id']}/history").json()["items"][0]
    before, after = entry["changes"][name]
    assert same(after, one.other) and same(before, one.held), entry


def test_the_bin_and_back(box: Box) -> None:
    values = {n: one.held for n, one in box.given.items()} | {"code": "binned"}
    made = box.make(values)
    assert box.api.delete(f"{box.url}/{made['id']}").status_code == 204
    assert box.send("POST", f"{box.url}/{made['id']}/restore").status_code == 200
    assert {n: v for n, v in box.read(made["id"]).items() if n not in ("version", "updated_at")} == {
        n: v for n, v in made.items() if n not in ("version", "updated_at")
    }


def test_the_answer_fits_its_schema(box: Box, formed: dict[str, Any]) -> None:
    whole = box.api.get("/api/openapi.json").json()
    for schema, value in ((box.component, formed), (f"{box.component}New", {n: one.held for n, one in box.given.items()})):
        validator = jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{schema}", "components": whole["components"]})
        assert [error.message for error in validator.iter_errors(value)] == []


def test_every_screen_shows_it_in_words(box: Box, formed: dict[str, Any]) -> None:
    pk = formed["id"]
    box.page.post(f"/{box.plural}/columns", {"columns": list(box.entity.fields)})
    own = f"/{box.plural}/{pk}/"
    for path in (f"/{box.plural}/", f"/{box.plural}/board", own, f"{own}drawer", f"{own}edit", f"/{box.plural}/new",
                 f"/{box.plural}/filter"):  # fmt: skip
        answer = box.page.get(path)
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert "UUID(" not in text and "Decimal(" not in text and "None" not in text, path
        if path in (f"/{box.plural}/", f"/{box.plural}/{pk}/"):
            for shown in ("Set", "Red", "晶体", "1,200", "12.5", "€1,054.50", "Quarry, Ltd", "Ada Lovelace", "周博", "Agate (cut)"):
                assert shown in text or shown == "Set", (path, shown)


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def rows(box: Box) -> dict[str, dict[str, Any]]:
    """Five specimens: two with values, two alike, one with none."""
    held, other = {n: one.held for n, one in box.given.items()}, {n: one.other for n, one in box.given.items()}
    made = [
        box.make(values | {"name": f"Row {number}", "code": f"row-{number}" if values else None, "keeper": values.get("keeper")})
        for number, values in enumerate((held, other, held, other, {}))
    ]
    box.send("PATCH", f"{box.url}/{made[4]['id']}", {"grade": None, "owner": None, "team": None})
    return {one["id"]: box.read(one["id"]) for one in made}


def found(box: Box, rows: dict[str, Any], **asked: str) -> list[str]:
    answer = box.api.get(box.url, {"limit": "200", **asked})
    assert answer.status_code == 200, (asked, answer.content.decode())
    return [item["id"] for item in answer.json()["items"] if item["id"] in rows]


def value_for(op: str, held: Any, other: Any) -> Any:
    if op in ("empty", "filled"):
        return None
    if op.removeprefix("not_") == "between":
        return sorted([str(held), str(other)])
    one = held[0] if isinstance(held, list) else held
    if op.removeprefix("not_") == "within":
        return str(one)[:10]
    if op.removeprefix("not_") in ("starts", "contains"):
        return str(one)[:3]
    one = "true" if one is True else str(one)
    return [one] if op in ("in", "not_in") else one


@pytest.mark.parametrize("name", [*FIELDS, "owner", "team", "created_at"])
def test_every_operator_in_both_forms(box: Box, rows: dict[str, Any], name: str) -> None:
    field = box.entity.fields[name]
    one = box.given.get(name)
    filled = set(found(box, rows, filter=f"{name} is filled"))
    assert filled == {pk for pk, row in rows.items() if row[name] not in (None, "", [])}
    for op in field.operators:
        if one is None and op not in ("empty", "filled"):
            continue
        value = value_for(op, one.held, one.other) if one else None
        tree = {"field": name, "op": op} | ({} if value is None else {"value": value})
        by_json = set(found(box, rows, filter=json.dumps(tree)))
        text = to_text(from_json(tree))
        assert set(found(box, rows, filter=text)) == by_json, text
        denied = set(found(box, rows, filter=json.dumps({"not": tree})))
        assert not denied & by_json, (op, "a row is and is not")
        if op not in ("empty", "filled"):
            assert denied | by_json == filled, (op, "what is missing neither is nor is not")
            assert {pk for pk, row in rows.items() if same(row[name], one.held)} <= by_json | denied
        if op in ("is", "in", "has", "within") and name != "name":
            assert by_json == {pk for pk, row in rows.items() if same(row[name], one.held)}, (op, value)
        screen = box.page.get(f"/{box.plural}/", {"filter": text})
        assert screen.status_code == 200 and "UUID(" not in screen.content.decode()
        assert "cannot be read" not in screen.content.decode()


def test_what_links_lead_to_can_be_asked(box: Box, rows: dict[str, Any]) -> None:
    held = {pk for pk, row in rows.items() if same(row["contacts"], box.given["contacts"].held)}
    assert set(found(box, rows, filter='contacts.name ~ "lovelace"')) == held
    assert set(found(box, rows, filter='account.name ~ "quarry"')) == held


@pytest.mark.parametrize("down", ["", "-"])
def test_every_field_sorts_by_pages_with_missing_values_last(box: Box, rows: dict[str, Any], down: str) -> None:
    with box.company.as_("admin"):
        node = from_json({"field": "name", "op": "starts", "value": "Row"})
        for name, field in box.entity.fields.items():
            if not field.sortable:
                continue
            whole = [row.id for row in listing.page(box.entity, node, f"{down}{name}", None, 50, [name]).items]
            walked: list[UUID] = []
            cursor = None
            while True:
                part = listing.page(box.entity, node, f"{down}{name}", cursor, 2, [name])
                walked += [row.id for row in part.items]
                cursor = part.next
                if cursor is None:
                    break
            assert walked == whole and len(whole) == 5, name
            missing = [str(pk) for pk in whole if rows[str(pk)].get(name) is None]
            assert [str(pk) for pk in whole][5 - len(missing):] == missing, name  # fmt: skip


def test_the_board_moves_a_card(box: Box, rows: dict[str, Any]) -> None:
    pk = next(pk for pk, row in rows.items() if row["grade"] == "cut")
    moved = box.page.post(f"/{box.plural}/{pk}/move", {"value": "set", "version": rows[pk]["version"], "board": ""})
    assert moved.status_code == 200 and box.read(pk)["grade"] == "set"
    box.send("PATCH", f"{box.url}/{pk}", {"grade": "cut"})
