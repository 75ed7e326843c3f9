"""The working day of somebody new, from the invitation to the export, in a real browser."""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace
from crm.kernel.testing.cast import PASSWORD, Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, drag_by_finger, drag_by_mouse, sat_down, sign_in

pytestmark = pytest.mark.journey


@dataclass(frozen=True)
class Words:
    """What is typed and what is read in one language."""

    language: str
    encoding: str
    head: tuple[str, ...]
    first: str
    colleague: str
    call: str
    deal: str
    imported: str
    undone: str
    stages: tuple[str, str]  # the first one and the one that means won, as the reader calls them
    role: str
    city: str  # the label of the field by which the list is filtered


ENGLISH = Words(
    "en", "utf-8", ("Company name", "Customer number", "Short name", "City", "Employees", "What Tom says"), "Harbour Optics",
    "Kim Sato", "Asked for a second lens", "Forty lenses", "Imported", "The import was undone", ("Discovery", "Won"),
    "Administrator", "City",
)
CHINESE = Words(
    "zh-hans", "gb18030", ("公司名称", "客户编号", "简称", "城市", "员工数", "小王的话"), "海港光学有限公司",
    "金陵", "询问第二批镜片", "四十片镜片", "已导入", "导入已撤销", ("需求确认", "赢单"), "管理员", "城市",
)
ROWS = 12


def spreadsheet(words: Words) -> bytes:
    """Twelve customers; a number with zeros in front, a name that looks like a date, and a row that cannot go in."""
    rows = [words.head]
    for at in range(ROWS):
        name = words.first if at == 0 else f"{words.first} {at + 1}"
        rows.append((name, f"{at + 7:03}", "2/4", "Bristol" if at % 2 else "Leeds", "many" if at == 11 else str(at * 10), "likes tea"))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(words.encoding)


@pytest.mark.parametrize(
    ("words", "width", "theme"), [(ENGLISH, 1440, "light"), (CHINESE, 1440, "dark"), (ENGLISH, 360, "dark"), (CHINESE, 360, "light")],
    ids=["en-1440", "zh-1440-dark", "en-360-dark", "zh-360"],
)
def test_from_the_invitation_to_the_export(
    browser: Browser, north: Company, live_server: LiveServer, words: Words, width: int, theme: str
) -> None:
    url = live_server.url
    with north.as_kith():
        User.objects.update(language=words.language)
        Workspace.objects.filter(pk=north.id).update(language=words.language)
    with sat_down(browser, words.language, width, theme) as page:
        sign_in(page, url, north.people["admin"].email)
        link = invite(page, url, f"kim-{north.slug}@kith.example", words)
    with sat_down(browser, words.language, width, theme) as page:
        accept(page, url + link, words)
        run = bring_in(page, url, words)
        find(page, url, words)
        talk(page, words)
        deal = sell(page, url, words)
        take_out(page, url, words)
        changed = correct(page, url, words)
        take_back(page, run, words, changed)
        page.goto(deal)
        expect(page.locator("h1:visible").first).to_contain_text(words.deal)


def invite(page: Page, url: str, email: str, words: Words) -> str:
    """→ the path of the invitation that the administrator hands on."""
    page.goto(f"{url}/settings/users")
    page.locator("#f-email").fill(email)
    page.get_by_label(words.role, exact=True).check()
    page.locator("form:has(#f-email) button[type=submit]").click()
    link = page.locator(".once-s").inner_text()
    return link[link.index("/invite/") :]


def accept(page: Page, link: str, words: Words) -> None:
    """The colleague takes a name and a password and stands before their day."""
    page.goto(link)
    page.locator("#f-name").fill(words.colleague)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-password").press("Enter")
    page.wait_for_url(lambda there: not re.search(r"/invite/", there))
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^en" if words.language == "en" else "^zh", re.IGNORECASE))
    clean(page)


def bring_in(page: Page, url: str, words: Words) -> str:
    """File, columns, dry run, run. → the address of the import."""
    page.goto(f"{url}/import/?kind=account")
    clean(page)
    page.locator("#i-file").set_input_files({"name": "customers.csv", "mimeType": "text/csv", "buffer": spreadsheet(words)})
    page.locator("form:has(#i-file) button[type=submit]").click()
    picked = page.locator("#map select[name=field]")
    expect(picked).to_have_count(len(words.head))
    assert [one.input_value() for one in picked.all()] == ["name", "external_id", "other_name", "address_city", "employees", ""]
    picked.last.select_option("description")
    clean(page)
    page.locator("#map button[type=submit].btn-p").last.click()

    counts = page.locator(".cnt-c b")
    expect(counts).to_have_text([str(ROWS - 1), "0", "0", "1"], timeout=30_000)
    expect(page.locator("table.rej").last).to_contain_text("13")
    clean(page)
    page.locator("form[action$='/run'] button:visible").last.click()
    expect(page.locator("main h1:visible").last).to_have_text(words.imported, timeout=30_000)
    expect(counts).to_have_text([str(ROWS - 1), "0", "0", "1"])
    clean(page)
    return page.url


def find(page: Page, url: str, words: Words) -> None:
    """The list, then only what a filter leaves, put together in the editor."""
    rows = page.locator("[data-row]:visible")
    page.goto(f"{url}/accounts/")
    expect(rows).to_have_count(ROWS - 1)
    clean(page)
    page.locator("[data-key=filter-button]").click()
    editor = page.locator("#layer dialog form")
    parts = editor.locator(".frow")
    expect(parts).to_have_count(1)
    clean(page)
    compare(parts.nth(0), "address_city", "is", "Leeds")
    assert parts.nth(0).locator("[data-part=field] option:checked").inner_text() == words.city
    editor.get_by_role("button").and_(editor.locator(".frows + button")).click()
    compare(parts.nth(1), "external_id", "is", "007")
    editor.locator(".dlg-f button[type=submit]").click()
    expect(page.locator(".fchip")).to_have_count(2)
    expect(page.locator(".fchip").first).to_contain_text(words.city)
    expect(rows).to_have_count(1)
    clean(page)
    rows.get_by_text(words.first, exact=True).click()
    expect(page.locator("h1:visible").first).to_have_text(words.first)
    clean(page)


def compare(part: Locator, field: str, operator: str, value: str) -> None:
    """Fills one line of the filter editor."""
    part.locator("[data-part=field]").select_option(field)
    part.locator("[data-part=operator]").select_option(operator)
    part.locator("[data-part=value]").fill(value)


def talk(page: Page, words: Words) -> None:
    """A call is logged and stands in the timeline."""
    page.locator("#log-subject").fill(words.call)
    page.locator("form.compose button[type=submit]").click()
    expect(page.locator(".tl").first).to_contain_text(words.call)
    clean(page)


def sell(page: Page, url: str, words: Words) -> str:
    """A deal, found on the board, dragged into the column of what is won. → its address."""
    page.goto(f"{url}/opportunities/new?whole=1")
    page.locator("form.fill [name=name]").fill(words.deal)
    page.locator("form.fill [name=amount]").fill("1054.00")
    page.locator("form.fill select[name=account]").select_option(label=words.first)
    page.locator("form.fill .form-f button[type=submit].btn-p").click()
    expect(page.locator("h1:visible").first).to_contain_text(words.deal)
    deal = page.url
    clean(page)

    page.goto(f"{url}/opportunities/board")
    card = page.locator("[data-card]").filter(has_text=words.deal)
    expect(card).to_have_count(1)
    clean(page)
    first, won = words.stages
    column = page.locator("[data-column]").filter(has=card)
    expect(column).to_have_attribute("data-label", first)
    target = page.locator(f"[data-column][data-label='{won}']")
    drag = drag_by_finger if phone(page) else drag_by_mouse
    with page.expect_response(re.compile("/move$")) as moved:
        drag(page, card, target)
    assert moved.value.ok, moved.value.text()
    expect(target.locator("[data-card]").filter(has_text=words.deal)).to_have_count(1)
    expect(target.locator("[data-head=count]")).to_have_text("1")
    expect(target.locator("[data-head=sum]")).to_have_text(re.compile(r"¥1\.1k|¥1,054"))
    expect(page.locator(f"[data-column][data-label='{first}'] [data-head=count]")).to_have_text("0")
    expect(page.locator("[role=status]").filter(has_text=won).first).to_be_visible()
    clean(page)
    page.reload()
    expect(column).to_have_attribute("data-label", won)
    page.goto(deal)
    expect(page.locator(".stagebar [aria-current=step]")).to_contain_text(won)
    for there in ("/sales/", "/"):
        page.goto(url + there)
        clean(page)
    return deal


def take_out(page: Page, url: str, words: Words) -> None:
    """The list as a file: every cell as it came."""
    page.goto(f"{url}/export/?kind=account")
    clean(page)
    page.locator("#e-format").select_option("csv")
    for name in ("external_id", "other_name"):
        page.locator(f"input[name=columns][value={name}]").check()
    page.locator("form:has(#e-format) button[type=submit]").click()
    with page.expect_download() as loading:
        page.locator("a[download]").click(timeout=30_000)
    text = Path(loading.value.path()).read_text("utf-8-sig")
    lines = {line[0]: line for line in csv.reader(io.StringIO(text))}
    assert len(lines) == ROWS, text
    found = next(line for line in lines.values() if words.first in line)
    assert {"007", "2/4", words.first} <= set(found), found


def phone(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] < 800


def correct(page: Page, url: str, words: Words) -> str:
    """Somebody works on one of the imported customers before the import is taken back. → its address."""
    page.goto(f"{url}/accounts/?q={words.first} 3")
    page.locator("[data-row]:visible").get_by_text(f"{words.first} 3", exact=True).click()
    address = page.url.split("?")[0]
    page.goto(f"{address}edit")
    page.locator("form.fill [name=address_city]").fill("York")
    page.locator("form.fill .form-f button[type=submit].btn-p").click()
    expect(page.locator("h1:visible").first).to_have_text(f"{words.first} 3")
    return address


def take_back(page: Page, run: str, words: Words, changed: str) -> None:
    """The whole import is undone; what was worked on since is counted, listed and left."""
    page.goto(run)
    page.locator("form[action$='/undo'] button").click()
    page.wait_for_url("**/undo/*/")  # what was changed since is shown first
    expect(page.locator("main .left")).to_contain_text(f"{words.first} 3")
    clean(page)
    page.locator("main form [type=submit]").click()
    page.wait_for_url("**/changes/")
    page.goto(run)
    expect(page.locator("main h1:visible").last).to_have_text(words.undone, timeout=30_000)
    expect(page.locator(".cnt-c b")).to_have_text([str(ROWS - 2), "1", "0"])
    left = page.locator("table.rej tbody tr")
    expect(left).to_have_count(1)
    expect(left.locator("td").first).to_have_text("4")
    assert changed.endswith(str(left.locator("a").first.get_attribute("href")))
    clean(page)
    page.goto(changed)
    expect(page.locator("main")).to_contain_text("York")
