"""Saved views, groups and the calendar in a real browser: one person saves and shares, a colleague opens and goes on."""

import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, drag_by_mouse, sat_down, sign_in

WORDS = {
    "en": {"save": "Save view", "some": "A person or a team", "undo": "Undo", "who": "Ada Whitfield"},
    "zh-hans": {"save": "保存视图", "some": "某人或团队", "undo": "撤销", "who": "Ada Whitfield"},
}
NAME = "East <b>signs</b> 招牌"


def deals(company: Company) -> list[Any]:
    """Three deals of Ada's and one of Bo's that close in the middle of this month."""
    day = now().date().replace(day=15).isoformat()
    facts = [("Harbour signs", "100", "CNY", "ada"), ("Station signs", "50", "CNY", "ada"), ("Signs abroad", "30", "USD", "ada")]
    made = [
        company.make("opportunity", {"name": name, "amount": amount, "amount_currency": code, "closes": day}, by=by)
        for name, amount, code, by in [*facts, ("Bo's signs", "7", "CNY", "bo")]
    ]
    company.make("opportunity", {"name": "Paint", "amount": "9", "amount_currency": "CNY", "closes": day}, by="ada")
    return made


def saves_and_shares(page: Page, words: dict[str, str], phone: bool) -> None:
    """From a filtered list: the view is named and shared with the own team, which the dialog offers."""
    if phone:
        page.locator(".mtop [popovertarget=view-menu]").click()
        page.locator("#view-menu [hx-get*='views/save']").click()
    else:
        page.get_by_role("button", name=words["save"], exact=True).click()
    page.locator("#v-name").fill(NAME)
    page.get_by_label(words["some"]).check()
    expect(page.locator("#v-with")).to_have_value("East")
    clean(page)
    page.locator(".dlg-f .btn-p").click()
    page.wait_for_url("**view=*")


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 1440), ("zh-hans", 360)])
def test_saved_shared_grouped_moved(browser: Browser, north: Company, live_server: Any, language: str, width: int) -> None:
    words, phone = WORDS[language], width < 800
    with north.as_kith():
        User.objects.update(language=language, time_zone="UTC")
    deals(north)
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/opportunities/?filter=name+~+signs&sort=name")
        saves_and_shares(page, words, phone)
        where = page.url
        expect(page.get_by_role("heading", name=NAME).last).to_be_visible()
        clean(page)
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["bo"].email)
        page.goto(where)
        expect(page.locator("[data-main]:visible, .mrow:visible")).to_have_count(4)
        page.locator("#phone-group" if phone else "#list-group").select_option("owner")
        page.wait_for_url("**group=owner**")
        group = page.locator(".grp-h", has_text=words["who"])
        expect(group.locator(".count")).to_have_text("3")
        expect(group.locator(".grp-s")).to_contain_text("150")
        expect(group.locator(".grp-s")).to_contain_text("30")
        group.click()
        expect(page.get_by_text("Harbour signs").last).to_be_hidden()
        group.click()
        clean(page)
        page.goto(where.replace("/opportunities/?", "/opportunities/calendar?"))
        if phone:
            clean(page)
            page.goto(f"{page.url}&filter=name+~+signs&span=agenda&day={now().date().replace(day=1)}")
            expect(page.locator(".ag-r", has_text="Harbour signs")).to_be_visible()
            clean(page)
            return
        moved_and_back(page, words)


def moved_and_back(page: Page, words: dict[str, str]) -> None:
    """An entry is dragged to another day, taken back, and moved by the keyboard."""
    month = now().date()
    there = datetime.date(month.year, month.month, 17).isoformat()
    entry = page.locator(".ce", has_text="Harbour signs")
    clean(page)
    drag_by_mouse(page, entry, page.locator(f"[data-column='{there}']"))
    expect(page.locator(f"[data-column='{there}'] .ce", has_text="Harbour signs")).to_be_visible()
    page.get_by_role("button", name=words["undo"]).click()
    before = datetime.date(month.year, month.month, 15)
    expect(page.locator(f"[data-column='{before.isoformat()}'] .ce", has_text="Harbour signs")).to_be_visible()
    entry.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    week_on = (before + datetime.timedelta(days=7)).isoformat()
    expect(page.locator(f"[data-column='{week_on}'] .ce", has_text="Harbour signs")).to_be_visible()
    expect(page.locator(".toast").last).to_be_visible()
    page.locator(f"[data-column='{there}'] [data-cards]").click()
    expect(page.locator("dialog [name=closes]")).to_have_value(there)
