"""In a real browser: a bulk edit is undone from the history, what changed since is listed; last week's list; two on one record."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, expect

from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.records import undo, writing
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

WORDS = {
    "en": {"mine": "My changes", "undo": "Undo", "rest": "Undo the rest", "undone": "Undone", "again": "Do again", "then": "As it stood"},
    "zh-hans": {"mine": "我的修改", "undo": "撤销", "rest": "撤销其余部分", "undone": "已撤销", "again": "重做", "then": "时的状态"},
}


def _accounts() -> Any:
    return registry.kind("account")


def _cast(north: Company, language: str) -> list[Any]:
    with north.as_kith():
        User.objects.update(language=language, time_zone="UTC")
    return [north.make("account", {"name": f"Harbour {name}", "industry": "Paint"}, by="ada") for name in ("Able", "Bell", "Calm")]


def _moment(north: Company) -> str:
    with north.as_kith(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime.datetime = cursor.fetchone()[0]
    return found.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 1440), ("zh-hans", 360)])
def test_a_bulk_edit_is_undone_but_for_what_changed_since(
    browser: Browser, north: Company, live_server: Any, language: str, width: int
) -> None:
    words, made = WORDS[language], _cast(north, language)
    with north.as_("ada"):
        writing.change_many(_accounts(), [one.pk for one in made], {"industry": "Signs"})
        undo.note("Industry of three", 3)
    with north.as_("bo"):
        writing.change(_accounts(), made[1].pk, {"industry": "Neon"})
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/changes/")
        act = page.locator("li", has_text="Industry of three")
        expect(act).to_be_visible()
        clean(page)
        act.get_by_role("button", name=words["undo"], exact=True).click()
        page.wait_for_url("**/undo/*/")
        expect(page.locator(".left > li")).to_have_count(1)
        for word in ("Harbour Bell", "Signs", "Neon", "周博"):
            expect(page.locator(".left")).to_contain_text(word)
        clean(page)
        page.get_by_role("button", name=words["rest"]).click()
        page.wait_for_url("**/changes/")
        expect(page.locator("li", has_text=words["undone"]).first).to_be_visible()
        expect(page.get_by_role("button", name=words["again"], exact=True)).to_be_visible()
    with north.as_("ada"):
        now = dict(_accounts().model._default_manager.values_list("name", "industry"))
    assert now == {"Harbour Able": "Paint", "Harbour Bell": "Neon", "Harbour Calm": "Paint"}


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 1440), ("en", 360)])
def test_a_list_and_a_record_of_a_past_day(browser: Browser, north: Company, live_server: Any, language: str, width: int) -> None:
    words, made = WORDS[language], _cast(north, language)
    then = _moment(north)
    with north.as_("ada"):
        writing.change(_accounts(), made[0].pk, {"name": "Zenith"})
        writing.remove(_accounts(), made[2].pk)
    north.make("account", {"name": "Made later"}, by="ada")
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/accounts/?as_of={then}")
        rows = page.locator("[data-main]:visible, .mrow:visible")
        expect(rows).to_have_count(3)
        expect(page.locator(".past")).to_contain_text(words["then"])
        expect(page.get_by_text("Zenith")).to_have_count(0)
        clean(page)
        rows.first.click()
        page.wait_for_url(re.compile(r"/accounts/[0-9a-f-]{36}/\?.*as_of="))
        expect(page.locator("h1", has_text="Harbour Able")).to_be_visible()
        expect(page.locator("[data-edit]")).to_have_count(0)
        clean(page)
        page.locator(".past .btn").click()
        expect(page.locator("h1", has_text="Zenith")).to_be_visible()
        page.goto(f"{live_server.url}/accounts/")
        page.locator("[popovertarget='past-menu']:visible").click()
        day = page.locator("#as-of-list")
        expect(day).to_be_visible()
        day.fill(str(day.get_attribute("max")))
        page.locator("#past-menu [type=submit]").click()
        expect(page.locator(".past")).to_be_visible()
        clean(page)


def _on_record(browser: Browser, page: Page, url: str, pk: Any, email: str) -> None:
    sign_in(page, url, email)
    page.goto(f"{url}/accounts/{pk}/")


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_two_on_one_record_see_each_other_and_choose(browser: Browser, north: Company, live_server: Any, language: str) -> None:
    made = _cast(north, language)[0]
    with sat_down(browser, language, 1440, silent=False) as mine, sat_down(browser, language, 1440, silent=False) as theirs:
        _on_record(browser, mine, live_server.url, made.pk, north.people["ada"].email)
        _on_record(browser, theirs, live_server.url, made.pk, north.people["bo"].email)
        expect(mine.locator("[data-here] .av")).to_have_text("周")
        also = "Ada Whitfield is here, too" if language == "en" else "Ada Whitfield 也在查看"
        expect(theirs.locator("[data-here] .av")).to_have_attribute("title", also)
        theirs.locator("[data-edit$='cell/industry']").first.click()
        expect(mine.locator("[data-here] .edits")).to_be_visible()
        clean(mine)
        mine.locator("[data-edit$='cell/industry']").first.click()
        mine.locator("form[data-cell] input[name=industry]").fill("Mine")
        theirs.locator("form[data-cell] input[name=industry]").fill("Theirs")
        theirs.keyboard.press("Enter")
        expect(theirs.locator("form[data-cell]")).to_have_count(0)
        expect(mine.locator("[data-here] .edits")).to_have_count(0)
        mine.keyboard.press("Enter")
        asks = mine.locator("form[data-asks]")
        expect(asks).to_contain_text("周博")
        asks.locator("input[value=theirs]").check()
        asks.locator("button").click()
        expect(mine.locator("form[data-cell]")).to_have_count(0)
        theirs.goto("about:blank")
        expect(mine.locator("[data-here]")).to_be_hidden()
    with north.as_("ada"):
        assert _accounts().model._default_manager.get(pk=made.pk).industry == "Theirs"
