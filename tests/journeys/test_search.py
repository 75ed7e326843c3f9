"""The search box in a real browser: found as one types, opened by the keyboard, pinned, found again."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

WORDS = {
    "en": {"none": "Nothing found", "pin": "Pin", "pinned": "Pinned", "recent": "Recent", "this": "This record", "all": "All hits"},
    "zh-hans": {"none": "没有找到", "pin": "置顶", "pinned": "已置顶", "recent": "最近打开", "this": "此记录", "all": "全部结果"},
}


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 360)])
def test_found_opened_pinned(browser: Browser, north: Company, live_server: Any, language: str, width: int) -> None:
    words = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    account = north.make("account", {"name": "上海盈牌贸易有限公司", "address_city": "上海"}, by="ada")
    north.make("contact", {"name": "陆盈", "account": account.pk, "mobile": "13800001234"}, by="ada")
    other = north.make("account", {"name": "<b>Harbour</b> & Sons"}, by="ada")
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.keyboard.press("/")
        box, lines = page.locator(".pal input"), page.locator(".pal").get_by_role("option")
        expect(box).to_be_focused()
        box.press_sequentially("shyp")
        expect(lines.first).to_contain_text("上海盈牌贸易有限公司")
        clean(page)
        box.fill("zzzz")
        expect(page.get_by_text(words["none"], exact=True).last).to_be_visible()
        box.fill("1234")
        expect(lines.first).to_contain_text("陆盈")
        box.fill("盈")
        expect(lines.filter(has_text="盈")).to_have_count(2)
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url("**/contacts/*/")

        page.goto(f"{live_server.url}/accounts/{other.pk}/")
        if width > 800:
            page.get_by_role("button", name=words["pin"], exact=True).click()
            expect(page.locator(".pin[aria-pressed=true]")).to_be_visible()
            page.keyboard.press("Control+k")
            expect(page.locator(".pal h4", has_text=words["pinned"])).to_be_visible()
        else:
            page.locator(".mtop [hx-get*=palette]").click()
        expect(page.locator(".pal h4", has_text=words["recent"])).to_be_visible()
        expect(lines.filter(has_text="<b>Harbour</b> & Sons")).to_have_count(1)
        expect(lines.filter(has_text="陆盈")).to_have_count(1)
        box.fill("盈")
        lines.filter(has_text=words["all"]).click()
        page.wait_for_url("**/search?q=*")
        expect(page.locator(".found")).to_have_count(2)
        clean(page)
