"""Cells of a spreadsheet go into a list as a form would read them: all, or none with each reason; and back again by undo."""

import json
from typing import Any

import pytest

from crm.kernel.records.models import ChangeSet
from crm.kernel.records.undo import undo
from crm.kernel.testing.cast import Company


@pytest.fixture
def three(north: Company) -> tuple[Company, list[str]]:
    north.make("account", {"name": "Parent, Ltd"}, by="ada")
    return north, [str(north.make("account", {"name": f"Account {n}", "industry": "Toys"}, by="ada").pk) for n in range(3)]


def paste(client: Any, given: list[list[str]]) -> Any:
    return client.post("/accounts/cells", {"cells": json.dumps(given)})


def values(office: Company, ids: list[str], name: str) -> list[Any]:
    api = office.api("ada")
    return [api.get(f"/api/v1/accounts/{pk}").json()[name] for pk in ids]


def test_a_block_is_pasted_and_undone(three: tuple[Company, list[str]]) -> None:
    office, ids = three
    block = [[ids[0], "industry", "Lamps"], [ids[0], "employees", "1,200"], [ids[1], "industry", "灯具"], [ids[1], "employees", ""],
             [ids[2], "parent", "parent, ltd"]]  # fmt: skip
    done = paste(office.browser("ada"), block)
    assert done.status_code == 204, done.content.decode()
    assert values(office, ids, "industry") == ["Lamps", "灯具", "Toys"]
    assert values(office, ids, "employees") == [1200, None, None]
    assert values(office, ids, "parent")[2] is not None
    with office.as_("ada"):
        result = undo(ChangeSet.objects.latest("at").pk)
    assert result.back == 3 and values(office, ids, "industry") == ["Toys"] * 3


def test_one_that_does_not_fit_keeps_all_out(three: tuple[Company, list[str]]) -> None:
    office, ids = three
    browser = office.browser("ada")
    for bad, why in ((["employees", "many"], "many"), (["parent", "Nobody & Sons"], "Nobody"), (["email", "at example"], "at example")):
        refused = paste(browser, [[ids[0], "industry", "Lamps"], [ids[1], *bad]])
        assert refused.status_code == 422 and why in refused.content.decode() and "Account 1" in refused.content.decode(), bad
    assert values(office, ids, "industry") == ["Toys"] * 3


def test_what_cannot_be_edited_or_seen_is_no_place_to_paste(three: tuple[Company, list[str]]) -> None:
    office, ids = three
    foreign = str(office.make("account", {"name": "Not yours"}, by="cleo").pk)
    browser = office.browser("ada")
    assert paste(browser, [[ids[0], "created_at", "2026-01-01"]]).status_code == 422
    assert paste(browser, [[ids[0], "", "x"]]).status_code == 422
    assert paste(browser, [[foreign, "industry", "Lamps"], [ids[0], "industry", "Lamps"]]).status_code == 404
    told = paste(browser, [[foreign, "parent", "Nobody & Sons"]])
    assert told.status_code in (404, 422) and "Not yours" not in told.content.decode(), "what is not seen is not named"
    assert paste(office.browser("vi"), [[ids[0], "industry", "Lamps"]]).status_code == 403
    assert values(office, ids, "industry") == ["Toys"] * 3


@pytest.mark.parametrize("cells", ["", "[]", "{}", "[[1,2,3]]", '[["x"]]', '[["x","industry","y"]]', "[" * 500])
def test_what_is_no_block_is_refused(three: tuple[Company, list[str]], cells: str) -> None:
    office, _ids = three
    assert office.browser("ada").post("/accounts/cells", {"cells": cells}).status_code in (404, 422)


def test_a_value_is_filled_into_ticked_rows(three: tuple[Company, list[str]]) -> None:
    office, ids = three
    office.api("ada").patch(f"/api/v1/accounts/{ids[0]}", json.dumps({"annual_revenue": "12.50"}), content_type="application/json")
    browser = office.browser("ada")
    done = browser.post("/accounts/fill", {"source": ids[0], "field": "annual_revenue", "ids": ids})
    assert done.status_code == 204, done.content.decode()
    assert values(office, ids, "annual_revenue") == ["12.50"] * 3
    assert browser.post("/accounts/fill", {"source": ids[0], "field": "created_at", "ids": ids}).status_code == 422
    assert browser.post("/accounts/fill", {"source": "x", "field": "industry", "ids": ids}).status_code == 404
