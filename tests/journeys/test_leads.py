"""From a visitor of the website to the amount of a deal, in a real browser: form, bell, conversion, products."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace
from crm.kernel.testing.cast import Company
from crm.sales.actions.assignment import set_turns
from crm.sales.models import LeadForm
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = pytest.mark.journey


@dataclass(frozen=True)
class Words:
    """What is typed and read in one language."""

    language: str
    heading: str
    person: str
    company: str
    need: str
    lamp: str
    fitting: str
    came: str  # the bell's line begins so
    use: str  # what stands before the name of an existing record


ENGLISH = Words("en", "Ask us", "Wu Jianguo", "Harbour Optics", "Forty street lamps", "Street lamp", "Fitting", "New lead for you", "Use")
CHINESE = Words("zh-hans", "在线询价", "吴建国", "海港光学有限公司", "路灯四十盏", "路灯", "安装", "您有新线索", "并入")


@pytest.mark.parametrize(
    ("words", "width", "theme"),
    [(ENGLISH, 1440, "light"), (CHINESE, 1440, "dark"), (ENGLISH, 360, "dark"), (CHINESE, 360, "light")],
    ids=["en-1440", "zh-1440-dark", "en-360-dark", "zh-360"],
)
def test_from_the_website_to_the_amount(
    browser: Browser, north: Company, live_server: LiveServer, words: Words, width: int, theme: str
) -> None:
    form, account = set_up(north, words)
    with sat_down(browser, words.language, width, theme) as page:
        visit(page, f"{live_server.url}/f/{form.token}", words)
    with sat_down(browser, words.language, width, theme) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        hear(page, words)
        convert(page, words)
        expect(page.locator("main")).to_contain_text(words.company)
        sell(page, words)
        deal = page.url
        page.goto(f"{live_server.url}/accounts/{account}/")
        expect(page.locator("main")).to_contain_text(words.person)
        page.goto(f"{live_server.url}/leads/board")
        clean(page)
        page.goto(deal)
        expect(page.locator("#hl-amount")).to_have_text(re.compile(r"8,150"))


def set_up(north: Company, words: Words) -> tuple[LeadForm, str]:
    """A form whose leads the rules give to Ada, an account that the visitor belongs to, two products. → (form, account)"""
    with north.as_kith():
        User.objects.update(language=words.language)
        Workspace.objects.filter(pk=north.id).update(language=words.language)
    rule = north.make("assignment_rule", {"name": "Website", "condition": "source = website"})
    with north.as_("admin"):
        set_turns(rule, [north.people["ada"].pk])
    account = north.make("account", {"name": words.company, "website": "https://www.harbour.example"}, by="ada")
    prices = north.make("price_list", {"name": "Prices", "currency": "CNY"})
    for name, price in ((words.lamp, "200"), (words.fitting, "50")):
        product = north.make("product", {"name": name})
        north.make("price_entry", {"price_list": prices.pk, "product": product.pk, "price": price})
    heading = {"heading_en": ENGLISH.heading, "heading_zh": CHINESE.heading}
    consent = {"consent_en": "You may answer me.", "consent_zh": "可与我联系。"}
    return north.make("lead_form", {"name": "Website", **heading, **consent}), str(account.pk)


def visit(page: Page, link: str, words: Words) -> None:
    """The visitor forgets something first, then sends."""
    page.goto(f"{link}?utm_source=fair")
    expect(page.locator("h1")).to_have_text(words.heading)
    clean(page)
    page.locator("[name=name]").fill(words.person)
    page.locator("[name=company]").fill(words.company)
    page.locator("[name=email]").fill("wu@harbour.example")
    page.locator("[name=need]").fill(words.need)
    page.locator("[name=consent]").check()
    page.wait_for_timeout(3200)
    clean(page)
    page.locator("button[type=submit]").click()
    page.wait_for_url(re.compile("/thanks"))
    clean(page)


def hear(page: Page, words: Words) -> None:
    """The bell leads to the lead."""
    expect(page.locator("[data-bell-count]:visible").first).to_have_text("1", timeout=30_000)
    page.locator(".bell:visible").first.click()
    line = page.locator("#layer a, #layer button").filter(has_text=words.came)
    expect(line).to_contain_text(words.person)
    line.first.click()
    expect(page.locator("h1:visible").first).to_have_text(words.person)
    clean(page)


def convert(page: Page, words: Words) -> None:
    """The account that is there is proposed and joined."""
    page.locator("button[hx-get$='/do/convert']:visible").first.click()
    dialog = page.locator("#layer dialog")
    proposed = dialog.locator("label", has_text=f"{words.use} {words.company}")
    expect(proposed.locator("input")).to_be_checked()
    clean(page)
    dialog.locator("button[type=submit]").click()
    page.wait_for_url(re.compile("/opportunities/"))
    expect(page.locator("h1:visible").first).to_have_text(words.need)


def sell(page: Page, words: Words) -> None:
    """Two lines, by keyboard; the amount follows."""
    for at, (name, quantity) in enumerate(((words.lamp, "40"), (words.fitting, "3"))):
        page.locator("#ln-add").fill(name)
        expect(page.locator("#ln-add-list [role=option]")).to_have_text([name])
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        rows = page.locator("[data-line]")
        expect(rows).to_have_count(at + 1)
        box = rows.nth(at).locator("[name=quantity]")
        expect(box).to_be_focused()
        with page.expect_response(re.compile("/lines/")) as saved:
            box.fill(quantity)
            expect(rows.nth(at).locator("[data-part=total]")).to_have_text(re.compile("8,000" if at == 0 else "150"))
            box.press("Enter")
        assert saved.value.ok
    expect(page.locator("[data-sum]")).to_have_text(re.compile("8,150"))
    expect(page.locator("#hl-amount")).to_have_text(re.compile("8,150"))
    clean(page)
