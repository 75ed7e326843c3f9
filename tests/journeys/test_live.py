"""What happens on a screen without anybody reloading it: the bell, the progress of an import, the board spoken by keyboard."""

import csv
import datetime
import io
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.notify.jobs import fire_reminders
from crm.kernel.notify.models import Reminder
from crm.kernel.records.writing import change
from crm.kernel.testing.cast import Company
from crm.sales.models import Stage
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey


def same_page(page: Page) -> None:
    """Fails where the page was loaded again since `page.evaluate("window.kept = true")`."""
    assert page.evaluate("window.kept === true"), "the page was loaded again"


def test_the_bell_rings_while_the_page_stays_open(browser: Browser, north: Company, live_server: LiveServer) -> None:
    bo = north.people["bo"]
    with north.as_kith():
        User.objects.filter(pk=bo.pk).update(language="zh-hans")
    customer = north.make("account", {"name": "Harbour Optics"}, by="ada")
    with sat_down(browser, "zh-hans", 1440) as page:
        with page.expect_response(re.compile("/live$")):
            sign_in(page, live_server.url, bo.email)
        page.evaluate("window.kept = true")
        count = page.locator("[data-bell-count]:visible")
        expect(count).to_have_count(0)

        task: dict[str, Any] = {"type": "task", "subject": "Send the samples", "record": customer.pk}
        north.make("activity", {**task, "owner": bo.pk}, by="ada")
        expect(count).to_have_text("1", timeout=15_000)
        expect(page.locator("#toasts, [role=status]").filter(has_text="Ada Whitfield 交给您：Send the samples").first).to_be_visible()

        soon = now() + datetime.timedelta(days=1)
        made = north.make("activity", {**task, "subject": "回电", "owner": bo.pk, "due": soon, "reminder_at": soon}, by="bo")
        ring(north, made.pk)
        expect(count).to_have_text("2", timeout=15_000)
        same_page(page)

        page.locator("[data-bell]").click()
        lines = page.locator("#layer a.ntf")
        expect(lines).to_have_count(2)
        expect(lines.first).to_contain_text("回电")
        clean(page)
        page.locator("#layer [hx-post$='/notices/read']").click()
        expect(count).to_have_count(0)
        same_page(page)


def ring(company: Company, record: Any) -> None:
    """The reminder's moment has come: what the worker does each minute, done now."""
    ends = time.monotonic() + 20
    while True:
        with company.as_kith():
            if Reminder.objects.filter(record_id=record, fired_at=None).update(at=now()):
                fire_reminders()
                return
        assert time.monotonic() < ends, "the reminder was not set"
        time.sleep(0.1)


@pytest.mark.parametrize("width", [1440, 360])
def test_an_import_tells_how_far_it_is(browser: Browser, north: Company, live_server: LiveServer, width: int) -> None:
    rows = 12_000
    text = io.StringIO()
    csv.writer(text).writerows([("Company name", "City"), *((f"Works {at:05}", "Leeds") for at in range(rows))])
    with sat_down(browser, "en", width) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        page.goto(f"{live_server.url}/import/?kind=account")
        page.locator("#i-file").set_input_files({"name": "works.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()})
        page.locator("form:has(#i-file) button[type=submit]").click()
        page.locator("#map button[type=submit].btn-p").last.click()
        start = page.locator("form[action$='/run'] button:visible").last
        expect(start).to_be_visible(timeout=60_000)
        start.click()
        bar = page.locator("#progress [role=progressbar], #progress progress, #progress meter").first
        expect(bar).to_be_visible()
        page.evaluate("window.kept = true")
        clean(page)
        seen = watch(page)
        assert len(seen) >= 3 and seen == sorted(seen) and seen[-1] <= rows, seen
        expect(page.locator(".cnt-c b").first).to_have_text(f"{rows:,}", timeout=60_000)


def watch(page: Page) -> list[int]:
    """The figures that the progress showed one after the other while the page stayed the same."""
    told = page.evaluate(
        """() => new Promise((done) => {
            const seen = [];
            const look = setInterval(() => {
                const box = document.querySelector("#progress");
                const found = box && /([\\d,]+) of [\\d,]+/.exec(box.textContent);
                if (found && seen.at(-1) !== found[1]) seen.push(found[1]);
                if (seen.length >= 3 || !box) { clearInterval(look); done(window.kept ? seen : ["the page was loaded again"]); }
            }, 50);
        })"""
    )
    return [int(one.replace(",", "")) for one in told]


@pytest.mark.parametrize(("language", "first", "second"), [("en", "Discovery", "Chosen"), ("zh-hans", "需求确认", "已选定")])
def test_a_card_is_moved_by_keyboard_and_each_step_is_spoken(
    browser: Browser, north: Company, live_server: LiveServer, language: str, first: str, second: str
) -> None:
    ada = north.people["ada"]
    with north.as_kith():
        User.objects.filter(pk=ada.pk).update(language=language)
    north.make("opportunity", {"name": "Lenses", "amount": "1000"}, by="ada")
    with sat_down(browser, language, 1440) as page:
        sign_in(page, live_server.url, ada.email)
        page.goto(f"{live_server.url}/opportunities/board")
        live, card = page.locator("[data-board-live]"), page.locator("[data-card]")
        column = page.locator("[data-column]").filter(has=card)
        expect(page.locator("[data-board]")).to_have_attribute("data-started", "yes")
        card.focus()
        page.keyboard.press("Space")
        expect(live).to_contain_text("Lenses")
        expect(live).to_contain_text(first)
        page.keyboard.press("ArrowLeft")
        expect(live).to_have_text("There is no further column." if language == "en" else "没有更多列了。")
        page.keyboard.press("ArrowRight")
        expect(live).to_contain_text(second)
        expect(live).to_contain_text(re.compile("2.*6"))
        clean(page)
        page.keyboard.press("Escape")
        expect(column).to_have_attribute("data-label", first)
        expect(card).to_be_focused()
        with page.expect_response(re.compile("/move$")) as moved:
            for key in ("Space", "ArrowRight", "ArrowRight", "ArrowLeft", "Space"):
                page.keyboard.press(key)
        assert moved.value.ok
        expect(live).to_contain_text(second)
        page.reload()
        expect(column).to_have_attribute("data-label", second)


def test_a_refused_move_puts_the_card_back(browser: Browser, north: Company, live_server: LiveServer) -> None:
    deal = north.make("opportunity", {"name": "Lenses"}, by="ada")
    with sat_down(browser, "en", 1440, silent=False) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/opportunities/board")
        expect(page.locator("[data-board]")).to_have_attribute("data-started", "yes")
        card = page.locator("[data-card]")
        live, column = page.locator("[data-board-live]"), page.locator("[data-column]").filter(has=card)
        entity = registry.kind("opportunity")
        assert entity is not None
        with north.as_("bo"):
            change(entity, deal.pk, {"stage": Stage.objects.get(name="Proposal").pk})
        said = []
        for cut_off in (False, True):
            if cut_off:
                page.route("**/move", lambda route: route.abort())
            card.focus()
            for key in ("Space", "ArrowRight", "Space"):
                page.keyboard.press(key)
            expect(live).to_contain_text("back")
            expect(column).to_have_attribute("data-label", "Discovery")
            said.append(live.inner_text())
        assert said == ["Lenses, back in Discovery.", "No connection. The card is back where it was."]
