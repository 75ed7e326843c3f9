"""Sharing a record from its page, in a real browser and over HTTP."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.kernel.access.models import Share
from crm.kernel.testing.cast import Company


@pytest.mark.journey
def test_a_record_is_shared_from_its_page_and_taken_back(live_server: Any, page: Page, north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    session = north.browser("ada").cookies["kith_session"].value
    page.context.add_cookies([{"name": "kith_session", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/accounts/{record.pk}/")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("combobox", name="Person or team").fill("cleo")
    page.get_by_role("option", name=re.compile("Cleo Marsh")).click()
    page.get_by_label("They may").select_option("on")
    page.get_by_role("dialog").get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("may edit")
    page.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(page.locator("#shared-line")).to_contain_text("Shared with Cleo Marsh")
    assert north.browser("cleo").get(f"/accounts/{record.pk}/").status_code == 200
    page.locator("#shared-line").get_by_role("button").click()
    page.get_by_role("button", name="No longer share with Cleo Marsh").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nobody has it")
    assert north.browser("cleo").get(f"/accounts/{record.pk}/").status_code == 404


def test_the_dialog_says_what_is_wrong_and_keeps_what_was_typed(north: Company, south: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    url, ada = f"/accounts/{record.pk}/shares", north.browser("ada")
    theirs = str(south.people["ada"].pk)
    for given in ({}, {"with": theirs}, {"with": str(north.people["ada"].pk)}, {"with": "x", "until": "soon"}):
        answer = ada.post(url, given)
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.content.decode(), given
    cleo = str(north.people["cleo"].pk)
    for day in ("2001-01-01", "soon", "9999-12-31"):
        assert ada.post(url, {"with": cleo, "words": "Cleo", "until": day}).status_code == 422
    assert north.browser("vi").post(url, {"with": cleo}).status_code == 403
    assert north.browser("cleo").post(url, {"with": cleo}).status_code == 404
    with north.as_("admin"):
        assert not Share.objects.exists()


def test_history_and_undo_of_a_field_whose_own_name_ends_in_id(north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights", "tax_id": "91310000132212766M"}, by="ada")
    ada = north.browser("ada")
    assert ada.get(f"/accounts/{record.pk}/tab/history").status_code == 200
    saved = ada.post(f"/accounts/{record.pk}/cell/tax_id", {"tax_id": "", "version": "1"})
    assert saved.status_code == 200, saved.content
    undo = json.loads(saved["HX-Trigger"])["toast"]["undo"]
    assert ada.post(undo).status_code == 204
    with north.as_("ada"):
        assert type(record)._default_manager.get(pk=record.pk).tax_id == "91310000132212766M"
