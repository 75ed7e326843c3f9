"""In a real browser: the menu of a record under mouse, keyboard and finger, what it does, and paper."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey
WORDS = {
    "en": {"take": "Assign to me", "log": "Add an activity", "copy": "Copy “Toys”", "print": "Print", "beside": "Open beside the list"},
    "zh-hans": {"take": "分配给我", "log": "添加活动", "copy": "复制“Toys”", "print": "打印", "beside": "在侧栏打开"},
}
#: Whether our menu took the place of the browser's own.
TAKEN = """target => { const shiftKey = target.shift, at = {bubbles: true, cancelable: true, clientX: 300, clientY: 200};
  const said = new MouseEvent("contextmenu", {...at, shiftKey});
  document.querySelector(target.at).dispatchEvent(said); return said.defaultPrevented; }"""
SEEN = "name => { const seen = getComputedStyle(document.querySelector(name)); return [seen.backgroundColor, seen.color]; }"


def house(north: Company, language: str) -> None:
    with north.as_kith():
        User.objects.update(language=language)
    for number in range(3):
        one = north.make("account", {"name": f"Account {number}", "industry": "Toys"}, by="ada")
    north.make("opportunity", {"name": "Lamps", "account": one.pk}, by="ada")


def taken(page: Page, at: str, shift: bool = False) -> bool:
    return bool(page.evaluate(TAKEN, {"at": at, "shift": shift}))


def seen(what: Locator) -> bool:
    """Whether it comes into sight within three seconds."""
    try:
        what.wait_for(timeout=3_000)
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_by_mouse_and_keyboard(browser: Browser, north: Company, live_server: LiveServer, language: str) -> None:
    house(north, language)
    words = WORDS[language]
    with sat_down(browser, language, 1440) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
        sign_in(page, live_server.url, north.people["bo"].email)
        page.goto(f"{live_server.url}/accounts/?columns=industry&sort=-name")
        menu, row = page.locator("#context-menu"), page.locator("tr[data-row]").nth(1)

        row.locator("td.p1").click(button="right")
        expect(menu.get_by_role("menuitem").first).to_be_focused()
        menu.get_by_role("menuitem", name=words["copy"]).click()
        expect(menu).to_be_hidden()
        assert page.evaluate("navigator.clipboard.readText()") == "Toys"

        assert not taken(page, "tr[data-row] a[data-main]", shift=True), "Shift keeps the browser's menu"
        assert not taken(page, "#list-q"), "a field keeps the browser's menu"
        assert not taken(page, ".side a.nav"), "a link that leads to no record keeps the browser's menu"
        assert taken(page, "tr[data-row] a[data-main]")
        clean(page)
        page.keyboard.press("Escape")

        page.keyboard.press("j")
        page.keyboard.press("j")
        main = row.locator("a[data-main]")
        expect(main).to_be_focused()
        for key in ("Shift+F10", "ContextMenu", "m"):
            page.keyboard.press(key)
            expect(menu.get_by_role("menuitem").first).to_be_focused()
            page.keyboard.press("ArrowUp")
            expect(menu.get_by_role("menuitem").first).not_to_be_focused()
            page.keyboard.press("Escape")
            expect(menu).to_be_hidden()
            expect(main).to_be_focused()

        page.keyboard.press("m")
        menu.get_by_role("menuitem", name=words["log"]).press("Enter")
        dialog = page.locator("#layer dialog[open]")
        expect(dialog.locator("input[role=combobox]")).to_have_value("Account 1")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(main).to_be_focused()

        page.keyboard.press("m")
        menu.get_by_role("menuitem", name=words["beside"]).click()
        expect(page.locator("dialog.drawer[open]")).to_contain_text("Account 1")
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)  # the focus is back before the drawer has slid away
        expect(main).to_be_focused()

        take = menu.get_by_role("menuitem", name=words["take"])
        for _ in range(5):  # a late scroll or a focus that comes back puts the menu away
            main.click(button="right")
            if seen(take):
                break
            page.keyboard.press("Escape")
        take.click()
        expect(page.locator(".toast")).to_contain_text("Account 1")
        expect(page).to_have_url(f"{live_server.url}/accounts/?columns=industry&sort=-name")


def test_on_a_board_and_on_paper(browser: Browser, north: Company, live_server: LiveServer) -> None:
    house(north, "en")
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["bo"].email)
        menu = page.locator("#context-menu")
        page.goto(f"{live_server.url}/opportunities/board")
        page.locator("[data-card]").focus()
        page.keyboard.press("m")
        expect(menu).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("[data-card]")).to_be_focused()

        page.add_init_script("window.print = () => (document.documentElement.dataset.printed = 'yes')")
        page.keyboard.press("Control+p")
        expect(page).to_have_url(f"{live_server.url}/opportunities/board/print?")
        expect(page.locator("html[data-printed]")).to_have_count(1)
        clean(page)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.emulate_media(media="print")
        assert page.evaluate(SEEN, ".paper") == ["rgb(255, 255, 255)", "rgb(28, 27, 24)"]
        expect(page.locator(".print-b")).to_be_hidden()
        expect(page.locator(".ptbl")).to_contain_text("Lamps")


def test_on_ticked_rows_in_a_drawer_and_of_a_calendar_on_paper(browser: Browser, north: Company, live_server: LiveServer) -> None:
    house(north, "en")
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["bo"].email)
        menu, rows = page.locator("#context-menu"), page.locator("tr[data-row]")
        page.goto(f"{live_server.url}/accounts/?sort=name")
        for place in (0, 1):
            rows.nth(place).locator("input[name=ids]").check()
        rows.nth(2).locator("td.p1").click(button="right")
        expect(menu).to_contain_text("Open the record")  # this one is not ticked
        page.keyboard.press("Escape")
        rows.nth(1).locator("td.p1").click(button="right")
        expect(menu).to_contain_text("2 selected")
        expect(menu.get_by_role("menuitem")).to_have_text(["Assign", "Change", "Merge", "Delete"])
        expect(menu.get_by_role("menuitem").first).to_be_focused()
        clean(page)
        menu.get_by_role("menuitem", name="Delete").click()
        expect(page.get_by_role("dialog")).to_contain_text("2")
        page.keyboard.press("Escape")
        page.locator("[data-clear-selection]").click()

        page.goto(f"{live_server.url}/opportunities/")
        rows.first.locator("td.p1").click(button="right")
        menu.get_by_role("menuitem", name="Open beside the list").click()
        drawer = page.locator("dialog.drawer[open]")
        link = drawer.locator("a[href^='/accounts/']").first
        link.click(button="right")
        expect(menu.get_by_role("menuitem", name="Add an activity")).to_be_visible()
        expect(menu.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(drawer).to_be_visible()
        expect(link).to_be_focused()
        link.click(button="right")
        menu.get_by_role("menuitem", name="Add an activity").click()
        asked = page.locator("dialog.dlg:not(.drawer)[open]")
        expect(asked.locator(":focus")).to_have_count(1)  # it is open, and what is pressed now is meant for it
        expect(drawer).to_have_count(0)
        page.keyboard.press("Escape")
        expect(asked).to_have_count(0)
        rows.first.locator("td.p1").click(button="right")
        expect(menu).to_be_visible()  # it stands where it stood
        page.keyboard.press("Escape")

        page.add_init_script("window.print = () => (document.documentElement.dataset.printed = 'yes')")
        page.goto(f"{live_server.url}/opportunities/calendar?day=2026-03-01")
        page.keyboard.press("Control+p")
        expect(page).to_have_url(f"{live_server.url}/opportunities/calendar/print?day=2026-03-01")
        expect(page.locator("html[data-printed]")).to_have_count(1)


def test_by_finger(browser: Browser, north: Company, live_server: LiveServer) -> None:
    house(north, "en")
    with sat_down(browser, "en", 360) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/accounts/")
        hand = page.context.new_cdp_session(page)

        def touch(kind: str, *places: Any) -> None:
            hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(places)})

        at = {"x": 150, "y": page.locator("a.mrow").first.bounding_box()["y"] + 20}  # type: ignore[index]
        touch("touchStart", at)
        expect(page.locator("#context-menu")).to_be_visible()
        touch("touchEnd")
        expect(page.locator("#context-menu")).to_be_visible()
        expect(page).to_have_url(f"{live_server.url}/accounts/")
        clean(page)
        page.keyboard.press("Escape")
        touch("touchStart", at)
        touch("touchMove", at | {"y": at["y"] + 60})
        page.wait_for_timeout(700)
        expect(page.locator("#context-menu")).to_be_hidden()
        touch("touchEnd")

        page.goto(f"{live_server.url}/opportunities/board")
        card = page.locator("[data-card]").bounding_box()
        assert card is not None
        touch("touchStart", {"x": card["x"] + 60, "y": card["y"] + 30})
        page.wait_for_timeout(700)
        expect(page.locator("#context-menu")).to_be_hidden()
        expect(page.locator(".is-held")).to_have_count(1)
        touch("touchEnd")
