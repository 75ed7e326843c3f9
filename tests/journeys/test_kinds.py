"""An administrator makes a kind of the company's own, in a real browser: fields of ten types, a board, a link to accounts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in
from tests.journeys.vehicles import CHINESE, ENGLISH, Words, live_with

pytestmark = pytest.mark.journey


TYPES = {
    "state": "choice", "keeper": "link", "seats": "integer", "price": "money", "service": "date", "insured": "yes_no",
    "discount": "percent", "driver": "link", "notes": "long_text", "site": "url",
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "width", "theme"),
    [(ENGLISH, 1440, "light"), (CHINESE, 1440, "dark"), (CHINESE, 360, "light")], ids=["en-1440", "zh-1440-dark", "zh-360"],
)  # fmt: skip
def test_a_kind_of_ones_own(
    browser: Browser, north: Company, live_server: LiveServer, harness: Any, words: Words, width: int, theme: str
) -> None:
    with north.as_kith():
        User.objects.update(language=words.language)
    account = north.make("account", {"name": words.keeper}, by="admin")
    with sat_down(browser, words.language, width, theme) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        page.goto(f"{live_server.url}/settings/kinds")
        clean(page)
        make_kind(page, words)
        make_fields(page, words)
        lay_out(page, live_server.url, words)
    with sat_down(browser, words.language, width, theme, silent=False) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        state_conditions(page, live_server.url, words)
        use(page, live_server.url, words, phone=width < 800)
    with sat_down(browser, words.language, width, theme) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        retire_and_bring_back(page, live_server.url, words)
        if width > 800:
            widen_accounts(page, live_server.url, words, str(account.pk))
    if width > 800:
        with sat_down(browser, words.language, width, theme) as page:
            sign_in(page, live_server.url, north.people["admin"].email)
            live_with(page, live_server.url, north, words, harness.owner_url)


def make_kind(page: Page, words: Words) -> None:
    """Code and address come from the name; here they are written over where the name is Chinese."""
    page.locator("[hx-get='/settings/kinds/new']:visible").first.click()
    dialog = page.locator("dialog[open]")
    with page.expect_response(re.compile("/new/suggest")):
        dialog.locator(f"[name='label.{words.code}']").press_sequentially(words.kind)
    expect(dialog.locator("[name=code]")).to_have_value("vehicle" if words is ENGLISH else "che_liang")
    dialog.locator("[name=code]").fill("vehicle")
    dialog.locator("[name=plural]").fill("vehicles")
    dialog.locator(".kn-icon[title=truck]").click()
    clean(page)
    dialog.locator("[type=submit]").click()
    page.wait_for_url("**/settings/kinds/vehicle")
    clean(page)


def make_field(page: Page, type_: str, label: str, code: str, words: Words, fill: Callable[[Locator], object] | None = None) -> None:
    """From the palette of types through the form to the table, without leaving the page."""
    page.locator("[hx-get$='/add']:visible").first.click()
    page.locator(f"dialog[open] [hx-get$='type={type_}']").click()
    dialog = page.locator("dialog[open]:has([name=type])")
    expect(dialog.locator("[name=type]")).to_have_value(type_)
    with page.expect_response(re.compile("/new/suggest")):
        dialog.locator(f"[name='label.{words.code}']").press_sequentially(label)
    dialog.locator("[name=code]").fill(code)
    if fill is not None:
        fill(dialog)
    if type_ in ("choice", "computed"):
        clean(page)
    dialog.locator(".dlg-f [type=submit]").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(f"#kind-fields button.name[hx-get$='/fields/{code}']")).to_have_text(label)


def make_fields(page: Page, words: Words) -> None:
    """Ten fields of nine types, and one that is worked out of two of them."""

    def options(dialog: Locator) -> None:
        named = dialog.locator(f"ul [name='option.{words.code}']")
        for at, choice in enumerate(words.choices):
            if at:
                named.nth(at - 1).press("Tab")
            if named.count() <= at:
                dialog.locator("[data-add-row]").click()
            named.nth(at).fill(choice)
        dialog.locator("[name=first]").check()

    fills: dict[str, Callable[[Locator], object]] = {
        "state": options,
        "keeper": lambda dialog: dialog.locator("[name=target]").select_option("account"),
        "driver": lambda dialog: dialog.locator("[name=target]").select_option("person"),
        "seats": lambda dialog: dialog.locator("[name=least]").fill("1"),
    }
    for name, type_ in TYPES.items():
        make_field(page, type_, words[name], name, words, fills.get(name))

    def formula(dialog: Locator) -> None:
        with page.expect_response(re.compile("/formula")):
            dialog.locator("[name=formula]").press_sequentially("round(price / seats, 2)")
        expect(dialog.locator("#formula-said .help, #formula-said .fx")).to_be_visible()

    make_field(page, "computed", "¥/1", "each", words, formula)
    first = page.locator("#kind-fields [data-item]").first
    expect(first).to_have_attribute("data-label", words["state"])
    clean(page)


def lay_out(page: Page, url: str, words: Words) -> None:
    """The board by the state, the sum by the price; a field goes to another section by the keyboard alone."""
    page.goto(f"{url}/settings/kinds/vehicle/layout")
    clean(page)
    page.locator("[name=board]").select_option("state")
    page.locator("[name=board_sum]").select_option("price")
    page.locator("[data-picker=card] [data-pick-add]").select_option("keeper")
    page.locator("[data-add-section]").click()
    section = page.locator("[data-sections] [data-section]").last
    section.locator(f"[name$='.{words.code}']").fill("S 2")
    last = page.locator("[data-sections] [data-section]").first.locator("[data-item]").last
    moved = last.get_attribute("data-label") or ""
    last.locator("[data-step=down]").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(section.locator("[data-item]")).to_have_attribute("data-label", moved)
    expect(page.locator("[data-arrange-live]")).to_contain_text(moved)
    expect(page.locator("[data-unsaved]")).to_be_visible()
    page.locator("[name=required][value=seats]").check()
    page.locator("#layout .ly-foot .btn-p").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("[name=board]")).to_have_value("state")
    expect(page.locator("[data-sections] [data-section]")).to_have_count(2)
    clean(page)


def state_conditions(page: Page, url: str, words: Words) -> None:
    """The discount is shown for what is insured; at the second column of the board notes are needed; files come first."""
    page.goto(f"{url}/settings/kinds/vehicle/layout")
    row = page.locator("[data-sections] [data-item]", has=page.locator("[name=place][value=discount]"))
    row.hover()
    row.locator("[data-when]").focus()
    page.keyboard.press("Enter")
    by_rows(page)
    expect(page.locator("[data-when]:focus")).to_have_count(1)  # where one came from
    row.locator("[name='when:discount']").fill("insured = = yes")
    page.locator("[data-step-add]").select_option(index=2)
    step = page.locator("[data-steps] fieldset:visible")
    step.locator("[data-pick-add]").select_option("notes")
    tab = page.locator("[data-item]", has=page.locator("[name=tabs][value=files]"))
    tab.locator("[data-step=up]").focus()
    page.keyboard.press("Alt+ArrowUp")
    clean(page)
    page.locator("#layout .ly-foot .btn-p").click()
    expect(page.locator("#e-shown")).to_be_visible()
    expect(page.locator("[data-steps] fieldset:visible [name^='step:'][value=notes]")).to_have_count(1)
    page.locator("[name='when:discount']").fill("insured = yes")
    page.locator("#layout .ly-foot .btn-p").click()
    expect(page.locator(".toast")).to_be_visible()
    expect(page.locator("[name='when:discount']")).to_have_value("insured = yes")
    clean(page)


def by_rows(page: Page) -> None:
    """The dialog of a condition: its rows and its text follow each other, and what cannot be is said at once."""
    dialog = page.locator("#layer dialog")
    expect(dialog.locator("[data-part=field]")).to_be_focused()
    assert dialog.locator("[data-part=field] option[value=discount]").count() == 0, "a field decides nothing about itself"
    dialog.locator("[data-part=field]").select_option("insured")
    dialog.locator("[data-part=value]").select_option("true")
    dialog.locator("summary").click()
    text = dialog.locator("[name=text]")
    expect(text).to_have_value("insured = true")
    text.fill("insured = false and seats > 4")
    expect(dialog.locator(".frow")).to_have_count(2)
    expect(dialog.locator("[data-part=value]").last).to_have_value("4")
    text.fill("insured = = no")
    expect(dialog.locator("[role=alert]")).to_be_visible()
    text.fill("insured = false and (seats > 4 or discount > 0)")
    expect(dialog.locator("[role=alert]")).to_be_visible()
    text.fill("insured = true and (seats > 4 or notes is filled)")
    expect(dialog.locator(".frows")).to_be_hidden()
    text.fill("insured = true and seats > 4")
    expect(dialog.locator(".frow")).to_have_count(2)
    clean(page)
    dialog.locator(".frow [data-part=drop]").last.click()
    expect(text).to_have_value("insured = true")
    dialog.locator(".btn-p").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("[name='when:discount']")).to_have_value("insured = true")


def use(page: Page, url: str, words: Words, phone: bool) -> None:
    """A record through the form, which refuses it without seats; then list, board and record page."""
    page.goto(f"{url}/vehicles/new")
    expect(page.locator(".form-sec h2").first).to_have_text(words.kind)
    page.locator("#f-name").fill(words.plate)
    page.locator("#f-price").fill("240000")
    page.locator("#f-keeper").select_option(label=words.keeper)
    page.locator("form.fill > .form-f .btn-p").click()
    expect(page.locator("#f-seats-err")).to_be_visible()
    expect(page.locator("#f-price")).to_have_value(re.compile("240"))
    page.locator("#f-seats").fill("8")
    expect(page.locator("#f-discount")).to_be_hidden()
    page.locator("#f-insured").select_option("true")
    expect(page.locator("#f-discount")).to_be_visible()
    page.locator("#f-discount").fill("5")
    page.locator("form.fill > .form-f .btn-p").click()
    page.wait_for_url(re.compile("/vehicles/[0-9a-f-]{36}/"))
    expect(page.locator("main")).to_contain_text(re.compile("30,?000"))
    expect(page.locator("main")).to_contain_text(words.keeper)
    expect(page.locator("[role=tab]")).to_have_count(3)
    expect(page.locator("[role=tab]").first).to_have_id("tab-files")
    expect(page.locator("#tab-panel [type=file]")).to_have_count(1)
    clean(page)
    page.goto(f"{url}/vehicles/")
    expect(page.get_by_text(words.plate).locator("visible=true").first).to_be_visible()
    clean(page)
    page.goto(f"{url}/vehicles/board")
    first = page.locator("[data-column]").first
    expect(first).to_contain_text(words.choices[0])
    expect(first.locator("[data-card]")).to_contain_text(words.plate)
    expect(first.locator("[data-card]")).to_contain_text(words.keeper)
    clean(page)
    if not phone:
        first.locator("[data-card]").focus()
        for key in ("Space", "ArrowRight", "Space"):
            page.keyboard.press(key)
        asked = page.locator("dialog[open]")
        expect(asked.locator("[data-f]")).to_have_count(1)
        expect(first.locator("[data-card]")).to_have_count(1)
        asked.locator("[name=notes]").fill("Handed over")
        clean(page)
        asked.locator("[type=submit]").click()
        expect(page.locator("[data-column]").nth(1).locator("[data-head=count]")).to_have_text("1")


def retire_and_bring_back(page: Page, url: str, words: Words) -> None:
    """A field goes and comes back from the toast; the kind goes and comes back from the list of what is retired."""
    page.goto(f"{url}/settings/kinds/vehicle")
    page.locator("button.name[hx-get$='/fields/price']").click()
    clean(page)
    page.locator("dialog [hx-post$='/fields/price/retire']").click()
    expect(page.locator("[hx-post$='/fields/price/back']")).to_be_visible()
    expect(page.locator("button.name[hx-get$='/fields/price']")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name=words.undo).click()
    expect(page.locator("button.name[hx-get$='/fields/price']")).to_be_visible()
    page.goto(f"{url}/settings/kinds/vehicle/names")
    clean(page)
    page.locator("form[action$='/vehicle/retire'] button").click()
    back = page.locator("form[action$='/vehicle/back'] button")
    expect(back).to_be_visible()
    clean(page)
    back.click()
    expect(page.locator("a.name[href='/settings/kinds/vehicle']")).to_be_visible()
    page.goto(f"{url}/vehicles/")
    expect(page.get_by_text(words.plate).locator("visible=true").first).to_be_visible()


def widen_accounts(page: Page, url: str, words: Words, account: str) -> None:
    """From a list to its fields; a new one is a column and is written in its cell."""
    page.goto(f"{url}/accounts/")
    page.locator(".views-b").click()
    page.locator("#view-menu a[href='/settings/kinds/account']").click()
    make_field(page, "integer", words["seats"], "seats", words)
    page.goto(f"{url}/settings/kinds/account/layout")
    page.locator("[data-picker=columns] [data-pick-add]").select_option("seats")
    picked = page.locator("[data-picker=columns] [data-item]").last
    for _step in range(4):
        picked.locator("[data-step=up]").click()
        picked = page.locator(f"[data-picker=columns] [data-item][data-label='{words['seats']}']")
    page.locator("#layout .ly-foot .btn-p").click()
    expect(page.locator(".toast")).to_be_visible()
    page.goto(f"{url}/accounts/")
    cell = page.locator("td[data-edit=seats]").first
    cell.click()
    cell.locator("[name=seats]").fill("12")
    with page.expect_response(re.compile("/cell/seats")) as saved:
        page.keyboard.press("Enter")
    assert saved.value.ok
    page.goto(f"{url}/accounts/{account}/")
    expect(page.locator("main")).to_contain_text("12")
    clean(page)
