"""In a real browser: a block of a spreadsheet is pasted into a list, one value filled into ticked rows, and both are undone."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

WORDS = {"en": {"undo": "Undo", "none": "Nothing was pasted"}, "zh-hans": {"undo": "撤销", "none": "未粘贴任何内容"}}
PASTE = """([text]) => { const data = new DataTransfer(); data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""


def cell(page: Page, row: int, field: str) -> Any:
    return page.locator("tr[data-row]").nth(row).locator(f"[data-edit={field}]")


@pytest.mark.journey
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_block_is_pasted_and_a_value_filled_down(browser: Browser, north: Company, live_server: Any, language: str) -> None:
    words = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    for number in range(3):
        north.make("account", {"name": f"Account {number}", "industry": "Toys", "phone": "021 6488 2107"}, by="ada")
    with sat_down(browser, language, 1440, silent=False) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/accounts/?columns=industry,phone")
        cell(page, 0, "industry").click()
        expect(cell(page, 0, "industry").locator("input[name=industry]")).to_be_focused()
        page.evaluate(PASTE, ["Lamps\t020 8888 1234\r\nLight, \"big\"\t\r\n"])
        expect(cell(page, 0, "industry")).to_have_text("Lamps")
        expect(cell(page, 1, "industry")).to_have_text('Light, "big"')
        expect(cell(page, 2, "industry")).to_have_text("Toys")
        clean(page)

        page.get_by_role("button", name=words["undo"]).first.click()
        expect(cell(page, 0, "industry")).to_have_text("Toys")

        cell(page, 1, "phone").focus()
        page.keyboard.press("Enter")
        expect(cell(page, 1, "phone").locator("input[name=phone]")).to_be_focused()
        page.evaluate(PASTE, ["no number\nnor this"])
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(words["none"])
        expect(dialog).to_contain_text("nor this")
        clean(page)
        page.keyboard.press("Escape")

        page.goto(f"{live_server.url}/accounts/?columns=industry,phone")
        cell(page, 0, "industry").click()
        expect(cell(page, 0, "industry").locator("input[name=industry]")).to_be_focused()
        cell(page, 0, "industry").locator("input[name=industry]").fill("Glass")
        page.keyboard.press("Enter")
        expect(cell(page, 0, "industry")).to_have_text("Glass")
        for row in (1, 2):
            page.locator("tr[data-row]").nth(row).locator("input[name=ids]").check()
        cell(page, 0, "industry").click()
        expect(cell(page, 0, "industry").locator("input[name=industry]")).to_be_focused()
        page.keyboard.press("Control+d")
        expect(cell(page, 2, "industry")).to_have_text("Glass")
        expect(cell(page, 1, "industry")).to_have_text("Glass")
