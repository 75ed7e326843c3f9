"""A colleague comes and goes, in a real browser."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import PASSWORD, Company

AXE = Path(__file__).resolve().parents[3] / "node_modules/axe-core/axe.min.js"
WORDS = {
    "en": {"invite": "Make invitation", "join": "Join", "deactivate": "Deactivate", "name": "Kim Sato", "role": "Seller",
           "shop": "Shop", "remove": "Remove webhook"},
    "zh-hans": {"invite": "创建邀请", "join": "加入", "deactivate": "停用", "name": "金陵", "role": "销售",
                "shop": "商城", "remove": "移除 Webhook"},
}


def clean(page: Page) -> None:
    """Nothing that WCAG 2 AA forbids. The script is handed over by the debugger: the page's policy would refuse it."""
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text()})
    found: list[Any] = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa']})).violations"
        ".map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200))])"
    )
    assert not found, found


def narrow(page: Page) -> None:
    """No sideways scroll."""
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("innerWidth"), width


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 360)])
def test_a_colleague_comes_and_goes(
    page: Page, browser: Browser, north: Company, live_server: Any, language: str, width: int
) -> None:
    words = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    page.set_viewport_size({"width": width, "height": 860})
    page.goto(f"{live_server.url}/settings/users")
    clean(page)
    narrow(page)
    page.locator("#f-email").fill(north.people["admin"].email)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-password").press("Enter")
    expect(page).to_have_url(f"{live_server.url}/settings/users")

    page.locator("#f-email").fill(f"kim-{north.slug}@kith.example")
    page.get_by_label(words["role"], exact=True).check()
    page.get_by_role("button", name=words["invite"]).click()
    link = page.locator(".once-s").inner_text()
    clean(page)
    narrow(page)

    there = browser.new_context(viewport={"width": width, "height": 860})
    colleague = there.new_page()
    colleague.goto(live_server.url + link[link.index("/invite/") :])
    clean(colleague)
    colleague.locator("#f-name").fill(words["name"])
    colleague.locator("#f-password").fill("一句很长很好记的口令")
    colleague.get_by_role("button", name=words["join"]).click()
    expect(colleague).to_have_url(f"{live_server.url}/")
    colleague.goto(f"{live_server.url}/settings/profile")
    expect(colleague.locator("h1").last).to_have_text(words["name"])
    clean(colleague)
    narrow(colleague)

    page.goto(f"{live_server.url}/settings/users")
    page.get_by_role("link", name=words["name"]).click()
    clean(page)
    page.get_by_role("button", name=words["deactivate"]).click()
    expect(page.locator(".toast")).to_contain_text(words["name"])
    colleague.reload()
    expect(colleague).to_have_url(f"{live_server.url}/sign-in?next=%2Fsettings%2Fprofile")
    there.close()
    tell_a_shop(page, live_server.url, words)


def tell_a_shop(page: Page, url: str, words: dict[str, str]) -> None:
    """A webhook from the empty page to its removal, and back."""
    page.goto(f"{url}/settings/webhooks")
    clean(page)
    narrow(page)
    page.locator("a[href='/settings/webhooks/new']:visible").first.click()
    page.locator("#f-name").fill(words["shop"])
    page.locator("#f-address").fill("https://shop.example/hook")
    page.locator("[name=kinds][value=account]").check()
    clean(page)
    narrow(page)
    page.locator("#f-condition").press("Enter")
    expect(page.locator(".once-s")).to_contain_text("whsec_")
    clean(page)
    narrow(page)
    page.locator("a.btn[href^='/settings/webhooks/']:visible").last.click()
    clean(page)
    narrow(page)
    page.locator(".kn-tabs a[href$='/edit']").click()
    clean(page)
    narrow(page)
    page.get_by_role("button", name=words["remove"]).click()
    page.locator(".toast button").first.click()
    expect(page.locator("td a.name")).to_have_text(words["shop"])
    clean(page)
    narrow(page)
    page.goto(f"{url}/settings/webhooks/events")
    page.locator("details.api-op summary").first.click()
    clean(page)
    narrow(page)
