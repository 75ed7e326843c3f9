"""Records like the one that is typed, in a real browser: shown with a reason, completed, called another one, never in the way."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from crm.kernel.dedupe.models import DuplicateDecision
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

STORED = "上海盈牌贸易有限公司"
WORDS = {
    "en": {
        "form": "Same company: only the legal form differs", "other": "It is another one", "add": "Add what I typed to it",
        "sure": "Add 1 value", "script": "The same name in other characters",
    },
    "zh-hans": {
        "form": "同一家公司：只有公司类型写法不同", "other": "不是同一条", "add": "把我填写的内容补充进去",
        "sure": "补充 1 项", "script": "名称相同，只是字形不同",
    },
}  # fmt: skip


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 360)])
def test_similar_records_while_one_types(browser: Browser, north: Company, live_server: Any, language: str, width: int) -> None:
    words = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    account = north.make("account", {"name": STORED, "phone": "+86 21 6488 2107"}, by="ada")
    north.make("account", {"name": "远洋食品有限公司"}, by="bo")
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        _another(page, live_server.url, words)
        with north.as_("ada"):
            assert DuplicateDecision.objects.count() == 1, "remembered with the record"
        _completed(page, live_server.url, words, account.pk)
        _in_the_dialog(page, words)
        if width > 800:
            other = north.make("account", {"name": "远洋食品股份有限公司"}, by="ada")
            page.goto(f"{live_server.url}/accounts/")
            _in_a_cell(page, page.locator(f"[data-url='/accounts/{other.pk}/'] [data-edit=phone]"), words)


def _in_a_cell(page: Page, cell: Locator, words: dict[str, str]) -> None:
    cell.focus()
    cell.press("Enter")
    cell.locator("input[name=phone]").fill("+44 20 7946 0018")
    expect(cell.locator("[data-similar]")).to_contain_text(words["form"])
    clean(page)
    cell.get_by_role("button", name=words["other"]).click()
    expect(cell).to_contain_text("7946 0018")
    expect(cell.locator("form")).to_have_count(0)


def _another(page: Page, base: str, words: dict[str, str]) -> None:
    page.goto(f"{base}/accounts/new")
    similar = page.locator("[data-similar]")
    name = page.locator("form.fill [name=name]")
    name.press_sequentially("上海盈牌贸易股份有限公司")
    expect(similar.get_by_text(STORED)).to_be_visible()
    expect(similar.get_by_text(words["form"])).to_be_visible()
    expect(name).to_be_focused()
    clean(page)
    similar.get_by_role("button", name=words["other"]).click()
    expect(similar.get_by_text(STORED)).to_have_count(0)
    page.locator("form.fill [name=phone]").fill("021-6488 2107")
    page.wait_for_timeout(700)
    expect(similar.get_by_text(STORED)).to_have_count(0)
    expect(name).to_have_value("上海盈牌贸易股份有限公司")
    page.locator(".form-f .btn-p").click()
    page.wait_for_url("**/accounts/*-*/")


def _completed(page: Page, base: str, words: dict[str, str], pk: Any) -> None:
    page.goto(f"{base}/accounts/new")
    similar = page.locator("[data-similar]")
    page.locator("form.fill [name=name]").fill("上海盈牌貿易有限公司")
    page.locator("form.fill [name=email]").fill("hello@yingpai.cn")
    first = similar.locator("li").filter(has_text=words["script"])
    expect(first).to_contain_text(STORED)
    first.get_by_role("button", name=words["add"]).click()
    expect(similar.get_by_text("hello@yingpai.cn")).to_be_visible()
    clean(page)
    similar.get_by_role("button", name=words["sure"]).click()
    page.wait_for_url(f"**/accounts/{pk}/")
    expect(page.get_by_text("hello@yingpai.cn").first).to_be_visible()
    page.goto(f"{base}/accounts/new")
    expect(page.locator("form.fill [name=name]")).to_have_value("", timeout=5000)


def _in_the_dialog(page: Page, words: dict[str, str]) -> None:
    page.evaluate("htmx.ajax('GET', '/accounts/new', {target: '#layer'})")
    dialog = page.locator("dialog.dlg")
    dialog.locator("[name=name]").fill("远洋食品集团股份有限公司")
    expect(dialog.locator("[data-similar]")).to_contain_text("远洋食品有限公司")
    expect(dialog.locator("[data-similar]")).to_contain_text(words["form"])
    clean(page)
