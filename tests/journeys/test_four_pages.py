"""The four pages people live in (my day, list, record, board) are clean for axe, with what Lighthouse asks beyond WCAG, on a desk and on a
phone, in both languages and both themes. How fast they are is measured by `just lighthouse`."""

import datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from crm.sales.models import Pipeline, Stage
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey


def stocked(company: Company) -> Any:
    """A customer with a late step, a note and an open deal. → the customer."""
    made = company.make("account", {"name": "上海盈牌贸易有限公司", "phone": "021 6488 2107", "address_city": "上海"}, by="ada")
    company.make("contact", {"name": "陆盈", "account": made.pk, "mobile": "13800001234"}, by="ada")
    late = now() - datetime.timedelta(days=3)
    company.make("activity", {"type": "task", "subject": "Send the samples", "record": made.pk, "due": late}, by="ada")
    company.make("activity", {"type": "note", "subject": "Likes brushed steel", "record": made.pk, "done_at": now()}, by="ada")
    with company.as_("ada"):
        stage = Stage.objects.filter(pipeline=Pipeline.objects.get(main=True), kind="open").order_by("position").first()
    assert stage is not None
    company.make("opportunity", {"name": "Light boxes", "account": made.pk, "stage": stage.pk, "amount": "1200"}, by="ada")
    return made


def as_lighthouse_asks(page: Page) -> None:
    """Its accessibility score counts axe's rules of good practice as well: none is broken. `clean` has brought axe along."""
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations.map(one => [one.id, one.nodes.map(node => node.html)])",
        ["wcag22aa", "best-practice"],
    )
    assert not found, (page.url, found)


@pytest.mark.parametrize(
    ("language", "width", "theme"), [("en", 1440, "light"), ("zh-hans", 1440, "dark"), ("en", 360, "dark"), ("zh-hans", 360, "light")]
)
def test_the_four_pages_are_clean(
    browser: Browser, north: Company, live_server: LiveServer, language: str, width: int, theme: str
) -> None:
    account = stocked(north)
    with north.as_kith():
        User.objects.update(language=language)
    with sat_down(browser, language, width, theme) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        for address, shown in (
            ("/", "Send the samples"), ("/accounts/", "上海盈牌贸易有限公司"), (f"/accounts/{account.pk}/", "陆盈"),
            ("/opportunities/board", "Light boxes"),
        ):  # fmt: skip
            page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
            expect(page.locator("main").get_by_text(shown).locator("visible=true").first).to_be_visible()
            clean(page)
            as_lighthouse_asks(page)


def test_a_board_that_is_still_arriving_has_its_widths(browser: Browser, north: Company, live_server: LiveServer) -> None:
    stocked(north)
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        page.goto(f"{live_server.url}/opportunities/board")
        columns = page.locator("[data-column]")
        expect(columns).to_have_count(6)
        wide = columns.first.bounding_box()
        page.evaluate("for (const one of [...document.querySelectorAll('[data-column]')].slice(2)) one.remove()")
        assert columns.first.bounding_box() == wide
