"""Somebody does not know how to go on, and opens the guide."""

import re

import pytest
from playwright.sync_api import Browser, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey
WORDS = {
    "en": ("Help", "Import and export", "Accounts"),
    "zh-hans": ("帮助", "导入与导出", "客户公司"),
}


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "dark"), ("zh-hans", 1440, "light"), ("zh-hans", 360, "light")])
def test_from_the_layout_into_a_chapter_and_to_its_screen(
    browser: Browser, north: Company, live_server: LiveServer, language: str, width: int, theme: str
) -> None:
    words, chapter, accounts = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    with sat_down(browser, language, width, theme) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        if width < 800:
            page.locator("[popovertarget=more-menu]").click()
            page.locator("#more-menu [popovertarget=me-menu]").click()
            page.locator("#me-menu").get_by_role("menuitem", name=words).click()
        else:
            page.keyboard.press("?")
            page.locator("#layer dialog").get_by_role("link", name=words).click()
        clean(page)
        article = page.locator("article.guide")
        article.get_by_role("link", name=chapter).click()
        expect(article.get_by_role("heading", level=1)).to_have_text(chapter)
        clean(page)
        for picture in article.locator("img").all():
            picture.scroll_into_view_if_needed()
            expect(picture).to_have_js_property("complete", True)
            assert picture.evaluate("one => one.naturalWidth") >= 390
        article.get_by_role("link", name=accounts, exact=True).click()
        expect(page).to_have_url(f"{live_server.url}/accounts/")


def test_a_chapter_by_the_search_box(browser: Browser, north: Company, live_server: LiveServer) -> None:
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.keyboard.press("/")
        box = page.locator("dialog.pal input")
        expect(box).to_be_focused()
        box.press_sequentially("help: imp")
        page.locator("#pal-list [role=option]").filter(has_text="Import and export").click()
        expect(page).to_have_url(re.compile("/help/import/$"))
