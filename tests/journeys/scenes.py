"""What the pictures of the guide show: each scene brings a page of the demonstration company into its state."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class Script:
    """What is typed and chosen in one language. `legal` are two ways to write the legal form of a company."""

    language: str
    legal: tuple[str, str]
    typed: str
    file: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


ENGLISH = Script(
    "en", ("Ltd", "Limited"), "harb", "fair-in-bristol.csv",
    ("Company name", "Phone", "City", "Employees", "Met at the fair"),
    (
        ("Quayside Lettering Ltd", "0117 496 0482", "Bristol", "24", "wants samples on brushed steel"),
        ("Tamarind Kitchens", "0117 496 0733", "Bath", "11", "opens two more shops in spring"),
        ("Brunel Yard Brewing Co", "0117 496 0215", "Bristol", "35", "asked for illuminated signs"),
        ("Severn Museum Trust", "01452 496 118", "Gloucester", "many", "tender in January"),
        ("Cotswold Veterinary Group", "01285 496 320", "Cirencester", "60", "new name, new signs"),
        ("Larkfield Interiors", "0117 496 0901", "Bristol", "8", "call after the 10th"),
    ),
)  # fmt: skip
CHINESE = Script(
    "zh-hans", ("有限公司", "股份有限公司"), "shgy", "上海标识展.csv",
    ("公司名称", "电话", "城市", "员工数", "展会备注"),
    (
        ("上海云栈文化传播有限公司", "021 5550 3182", "上海", "24", "想看不锈钢样品"),
        ("苏州拾光餐饮管理有限公司", "0512 5550 7733", "苏州", "11", "春季新开两家门店"),
        ("宁波海塘酿造有限公司", "0574 5550 2153", "宁波", "35", "询问发光字"),
        ("嘉兴运河博物馆", "0573 5550 1186", "嘉兴", "很多", "一月招标"),
        ("杭州望宠动物医院连锁有限公司", "0571 5550 3204", "杭州", "60", "更名，全部换标识"),
        ("无锡栖木装饰工程有限公司", "0510 5550 9017", "无锡", "8", "10 号以后致电"),
    ),
)  # fmt: skip


def spreadsheet(script: Script) -> bytes:
    """The visitors of a fair; one row has a word where a number belongs."""
    text = io.StringIO()
    csv.writer(text).writerows([script.head, *script.rows])
    return text.getvalue().encode("utf-8-sig")


def home(page: Page, url: str, script: Script) -> None:
    page.goto(url)


def accounts(page: Page, url: str, script: Script) -> None:
    page.goto(f"{url}/accounts/?{urlencode({'filter': 'status = customer'})}")


def record(page: Page, url: str, script: Script) -> None:
    accounts(page, url, script)
    page.locator("[data-row] [data-main]:visible").nth(1).click()
    expect(page.locator("h1:visible").first).to_be_visible()
    page.wait_for_load_state("networkidle")


def similar(page: Page, url: str, script: Script) -> None:
    """A company is typed whose name is stored with another legal form."""
    page.goto(f"{url}/accounts/?{urlencode({'filter': f'owner = me and name ~ {script.legal[0]}'})}")
    stored = page.locator("[data-row] [data-main]:visible").first.inner_text().strip()
    page.goto(f"{url}/accounts/new")
    page.locator("form.fill [name=name]").press_sequentially(stored.replace(*script.legal))
    expect(page.locator("[data-similar]").get_by_text(stored)).to_be_visible()


def columns(page: Page, url: str, script: Script) -> None:
    """The columns of an import, after the file was read."""
    page.goto(f"{url}/import/?kind=account")
    page.locator("#i-file").set_input_files({"name": script.file, "mimeType": "text/csv", "buffer": spreadsheet(script)})
    page.locator("form:has(#i-file) button[type=submit]").click()
    fields = page.locator("#map select[name=field]")
    expect(fields).to_have_count(len(script.head))
    fields.last.select_option("description")


def rehearsal(page: Page, url: str, script: Script) -> None:
    """The dry run of that import."""
    columns(page, url, script)
    page.locator("#map button[type=submit].btn-p").last.click()
    expect(page.locator(".cnt-c b")).to_have_text([str(len(script.rows) - 1), "0", "0", "1"], timeout=30_000)


def search(page: Page, url: str, script: Script) -> None:
    accounts(page, url, script)
    page.keyboard.press("/")
    box = page.locator("dialog.pal input")
    expect(box).to_be_focused()
    with page.expect_response(lambda answer: "/find?" in answer.url and f"={script.typed}" in answer.url):
        box.press_sequentially(script.typed)
    expect(page.locator("#pal-list [role=option]").nth(1)).to_be_visible()


def groups(page: Page, url: str, script: Script) -> None:
    """Open deals in groups by their stage, with sums."""
    page.goto(f"{url}/opportunities/?{urlencode({'filter': 'owner = me and closed_on is empty', 'group': 'stage'})}")
    expect(page.locator("[data-row]:visible").first).to_be_visible()


def view(page: Page, url: str, script: Script) -> None:
    """A view is being saved."""
    page.goto(f"{url}/accounts/?{urlencode({'filter': 'owner = me and status = customer', 'sort': 'address_city'})}")
    page.locator("[hx-get*='/views/save']:visible").first.click()
    expect(page.locator("#layer dialog")).to_be_visible()


def board(page: Page, url: str, script: Script) -> None:
    page.goto(f"{url}/opportunities/board")


def deal(page: Page, url: str, script: Script) -> None:
    board(page, url, script)
    page.locator("h3 a:visible, a[data-main]:visible").nth(2).click()
    expect(page.locator("button[hx-get$='/do/lose']:visible").first).to_be_visible()
    page.wait_for_load_state("networkidle")


def lead(page: Page, url: str, script: Script) -> None:
    """A lead about to be converted, of a company that is a customer already."""
    page.goto(f"{url}/leads/?{urlencode({'filter': 'owner = me and status in (new, working)'})}")
    found = [one.get_attribute("href") for one in page.locator("[data-row] [data-main]:visible").all()]
    for address in found:
        page.goto(f"{url}{address}")
        page.locator("button[hx-get$='/do/convert']:visible").first.click()
        dialog = page.locator("#layer dialog")
        expect(dialog).to_be_visible()
        if dialog.locator("input[name=account]").count() > 2:  # more than a new one and none
            return
    raise AssertionError("no lead of a company that is there already")


def form(page: Page, url: str, script: Script) -> None:
    """The web form as a visitor sees it."""
    page.goto(f"{url}/lead_forms/")
    page.locator("[data-row] [data-main]:visible").first.click()
    page.goto(page.locator("a[href*='/f/']").first.get_attribute("href") or "")


def token(page: Page, url: str, script: Script) -> None:
    page.goto(f"{url}/settings/tokens")


def operations(page: Page, url: str, script: Script) -> None:
    """The documentation of the API, one operation open."""
    page.goto(f"{url}/api/docs?chapter=accounts")
    page.evaluate("document.querySelector('.set-nav a[href$=specimens]')?.remove()")  # a kind that only the tests have
    page.locator("details.api-op summary").nth(1).click()


def types(page: Page, url: str, script: Script) -> None:
    """The types of which a new field can be."""
    page.goto(f"{url}/settings/kinds/account")
    page.locator("[hx-get$='/add']:visible").first.click()
    expect(page.locator("#layer dialog")).to_be_visible()


def layout(page: Page, url: str, script: Script) -> None:
    """The layout of accounts: the year of foundation is shown only for partners."""
    page.goto(f"{url}/settings/kinds/account/layout")
    row = page.locator("[data-sections] [data-item]", has=page.locator("[name=place][value=founded]"))
    row.scroll_into_view_if_needed()
    row.hover()
    row.locator("[data-when]").click()
    dialog = page.locator("#layer dialog")
    dialog.locator("[data-part=field]").select_option("type")
    dialog.locator("[data-part=value]").select_option("partner")
    dialog.locator(".btn-p").click()
    expect(row.locator("[name='when:founded']")).to_have_value("type = partner")


Scene = Callable[[Page, str, Script], None]
SCENES: dict[str, Scene] = {
    "home": home, "list": accounts, "record": record, "similar": similar, "columns": columns, "dry-run": rehearsal,
    "search": search, "groups": groups, "view": view, "board": board, "deal": deal, "lead": lead, "form": form,
    "token": token, "api": operations, "types": types, "layout": layout,
}  # fmt: skip
#: Those that an administrator sees.
SHAPING = ("types", "layout")
#: Those that are taken on a phone as well.
SMALL = ("home",)
