"""The file field of the import: our words, by mouse, by keyboard and by a dropped file; what the next screen asks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey

WORDS = {"en": ("Choose a file", "or drag it here", "Choose another file"), "zh-hans": ("选择文件", "或拖到这里", "换一个文件")}
FILE = "Full name,Birthday\nLi Na,3/4/1990\nBob Ray,5/6/1991\n"


def opened(page: Page, url: str, company: Company, language: str) -> None:
    with company.as_kith():
        User.objects.update(language=language, country="GB")
    sign_in(page, url, company.people["admin"].email)
    page.goto(f"{url}/import/?kind=contact")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")


@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "light"), ("zh-hans", 360, "dark")])
def test_a_file_is_chosen_in_the_readers_words(
    browser: Browser, north: Company, live_server: LiveServer, language: str, width: int, theme: str
) -> None:
    choose, drag, again = WORDS[language]
    with sat_down(browser, language, width, theme) as page:
        opened(page, live_server.url, north, language)
        zone = page.locator("[data-drop]")
        expect(zone).to_have_text(choose + drag)
        clean(page)
        field = page.get_by_label(choose)
        field.focus()
        assert zone.evaluate("zone => getComputedStyle(zone).boxShadow") != "none"
        with page.expect_file_chooser() as chooser:
            field.press("Space")
        chooser.value.set_files({"name": "people.csv", "mimeType": "text/csv", "buffer": (FILE * 30).encode()})
        expect(zone).to_contain_text("people.csv")
        expect(zone).to_contain_text("1.5")
        expect(zone).to_contain_text(again)
        clean(page)


def test_no_file_is_answered_with_a_sentence(browser: Browser, north: Company, live_server: LiveServer) -> None:
    with sat_down(browser, "en", 1440, silent=False) as page:
        opened(page, live_server.url, north, "en")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.locator("form:has(#i-file) button[type=submit]").click()
        assert answered.value.status == 422
        expect(page.get_by_role("alert")).to_have_text("Choose a file first.")
        expect(page.locator("#i-file")).to_have_attribute("aria-invalid", "true")


def test_a_file_dropped_anywhere_is_taken_and_its_dates_are_asked_about(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """A column that leaves its dates open says so as soon as it is matched to a date field; the choice holds."""
    with sat_down(browser, "en", 1440) as page:
        opened(page, live_server.url, north, "en")
        given = page.evaluate_handle(
            "text => { const all = new DataTransfer(); all.items.add(new File([text], 'born.csv', {type: 'text/csv'})); return all; }",
            FILE.replace("Birthday", "When"),
        )
        page.dispatch_event("main h1", "dragover", {"dataTransfer": given})
        expect(page.locator("[data-drop].over")).to_be_visible()
        page.dispatch_event("main h1", "drop", {"dataTransfer": given})
        expect(page.locator("[data-drop-name]")).to_have_text("born.csv")
        page.locator("form:has(#i-file) button[type=submit]").click()
        line = page.locator("#map .mapr").nth(1)
        asked = line.locator("[data-dates]")
        expect(asked.locator("select")).to_be_hidden()
        line.locator("select[name=field]").select_option("birthday")
        expect(asked.locator("select")).to_have_value("dmy")
        expect(asked).to_contain_text("Every value can be read both ways")
        asked.locator("select").select_option("mdy")
        clean(page)
        page.locator("#map .btn-p[type=submit]").last.click()
        page.locator("form[action$='/run'] button:visible").last.click(timeout=30_000)
        expect(page.locator("main h1:visible").last).to_have_text("Imported", timeout=30_000)
        page.goto(f"{live_server.url}/contacts/?filter=birthday = 1990-03-04")
        expect(page.locator("[data-row]:visible")).to_have_count(1)
