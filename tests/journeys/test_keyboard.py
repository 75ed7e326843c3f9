"""Everything can be reached by keyboard: Tab goes through the main screens, sees the focus each time and is caught nowhere."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import sat_down, sign_in

pytestmark = pytest.mark.journey
#: What can be used, marked by a number and by how it looks without the focus: all that is shown, not shut, and reached by Tab.
MARK = """() => {
  const shut = '[inert], [popover]:not(:popover-open), dialog:not([open])';
  const can = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  window.looks = e => [e, e.parentElement, e.nextElementSibling, e.closest('label, .input, .note, .lookup')].map(one => {
    const seen = one && getComputedStyle(one);
    return seen && [seen.outlineStyle, seen.outlineWidth, seen.boxShadow, seen.backgroundColor].join();
  }).join('|');
  const able = [...document.querySelectorAll(can)].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest(shut)
    && !e.disabled && e.tabIndex >= 0 && !e.matches('input[type=radio]:not(:checked)'));
  able.forEach((e, i) => { e.dataset.walk = i; e.without = window.looks(e); });
  return able.map(e => e.outerHTML.slice(0, 120));
}"""
#: The number of what has the focus (-1: the page itself), and whether its looks tell so.
AT = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return [-1, true, ''];
  for (const one of document.getAnimations()) if (one.effect.getTiming().iterations === 1) one.finish();
  return [Number(e.dataset.walk ?? -2), e.without === undefined || window.looks(e) !== e.without, e.outerHTML.slice(0, 160)];
}"""
#: Whether the focus is in the dialog, or (between its ends) with the browser itself.
INSIDE = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"


def walked(page: Page, back: bool = False) -> None:
    """Once around with Tab (or Shift Tab): all is reached, and each time the focus is seen."""
    page.evaluate("document.activeElement?.blur()")
    every = page.evaluate(MARK)
    reached: set[int] = set()
    blind = []
    for _ in range(2 * len(every) + 60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        number, told, what = page.evaluate(AT)
        if number == -1 and reached:
            break
        if not told:
            blind.append(what)
        reached.add(number)
    missed = [what for number, what in enumerate(every) if number not in reached]
    assert not missed, (page.url, "cannot be reached", missed)
    assert not blind, (page.url, "has the focus and does not show it", blind)


def house(north: Company) -> dict[str, Any]:
    buyer = north.make("account", {"name": "Harbour & Vale", "industry": "Toys"}, by="ada")
    deal = north.make("opportunity", {"name": "Lamps", "account": buyer.pk, "amount": "1000 EUR"}, by="ada")
    north.make("activity", {"type": "task", "subject": "Call", "record": deal.pk, "due": "2026-11-24T09:00"}, by="ada")
    return {"account": buyer.pk, "deal": deal.pk}


@pytest.mark.parametrize("width", [1440, 360])
def test_tab_goes_through_every_main_screen(browser: Browser, north: Company, live_server: LiveServer, width: int) -> None:
    made = house(north)
    with sat_down(browser, "en", width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        paths = ["/", "/accounts/", f"/accounts/{made['account']}/", f"/accounts/{made['account']}/edit", "/opportunities/board"]
        paths += [f"/opportunities/{made['deal']}/", "/activities/calendar", "/search?q=harbour", "/sales/", "/settings/profile"]
        for path in paths:
            page.goto(f"{live_server.url}{path}")
            page.locator("html[data-ready]").wait_for()
            walked(page)
        page.goto(f"{live_server.url}/accounts/")
        walked(page, back=True)


def test_dialogs_hold_the_focus_and_give_it_back(browser: Browser, north: Company, live_server: LiveServer) -> None:
    made = house(north)
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        for path, selector in (
            ("/accounts/", "[data-key=filter-button]"),
            ("/accounts/", "[hx-get$='/accounts/columns']"),
            ("/accounts/", ".bar [hx-get='/accounts/new']"),
            (f"/accounts/{made['account']}/", ".bar [hx-get$='/shares']"),
            ("/", ".side [data-key=palette]"),
            ("/", ".bar .bell"),
        ):
            page.goto(f"{live_server.url}{path}")
            page.locator("html[data-ready]").wait_for()
            opener = page.locator(selector)
            opener.focus()
            page.keyboard.press("Enter")
            expect(page.locator("dialog[open]")).to_be_visible()
            for _ in range(12):
                page.keyboard.press("Tab")
                assert page.evaluate(INSIDE), (path, selector, "the focus left the dialog")
            page.keyboard.press("Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)
            expect(opener).to_be_focused()
        page.goto(f"{live_server.url}/accounts/{made['account']}/")
        more = page.locator(".bar [popovertarget=record-menu]")
        more.focus()
        page.keyboard.press("Enter")
        page.locator("#record-menu").get_by_role("menuitem", name="Share").press("Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        page.keyboard.press("Escape")
        expect(more).to_be_focused()
