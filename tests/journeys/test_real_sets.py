"""The public data sets, taken in by hand in a real browser: file, columns, dry run, import, list."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from crm.kernel.exchange.tests.test_reading import real
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import clean, sat_down, sign_in

pytestmark = [pytest.mark.journey, pytest.mark.real]

SALES = "crm_sales_opportunities"
DERIVED = "cn_encodings_derived"
LONG = 60_000


@dataclass(frozen=True)
class Sheet:
    """A file and what becomes of it. `guessed`: the fields that the select boxes show by themselves; `chosen`: what the
    person sets by hand; `read_as`: {value in the file: what it is read as}; `dates`: {column: order that Kith says}."""

    kind: str
    name: str
    content: bytes
    rows: int
    guessed: Mapping[str, str]
    chosen: Mapping[str, str] = field(default_factory=dict)
    read_as: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "UTF-8"


@contextmanager
def seated(browser: Browser, company: Company, server: LiveServer, language: str = "en", width: int = 1440) -> Iterator[Page]:
    """The administrator, signed in, in their language."""
    with company.as_kith():
        User.objects.update(language=language)
    with sat_down(browser, language, width) as page:
        sign_in(page, server.url, company.people["admin"].email)
        yield page


def take_in(page: Page, url: str, sheet: Sheet) -> None:
    """File → columns → dry run → import, with every figure that the screens promise."""
    hand_over(page, url, sheet)
    expect(page.locator("main")).to_contain_text(re.compile(rf"{sheet.rows:,}.*·{sheet.encoding}"))
    match_columns(page, sheet)
    clean(page)
    page.locator("#map .btn-p[type=submit]").last.click()
    counts = page.locator(".cnt-c b")
    promised = [f"{sheet.rows:,}", "0", "0", "0"]
    expect(counts).to_have_text(promised, timeout=LONG)
    clean(page)
    page.locator("form[action$='/run'] button:visible").last.click()
    expect(counts).to_have_text(promised, timeout=LONG)
    expect(page.locator("form[action$='/undo'] button")).to_be_visible()
    clean(page)
    page.locator("main a.btn-p").click()
    expect(page.locator("[data-row]:visible").first).to_be_visible()


def hand_over(page: Page, url: str, sheet: Sheet) -> None:
    """The file field shows what was chosen, then the columns appear."""
    page.goto(f"{url}/import/?kind={sheet.kind}")
    page.locator("#i-file").set_input_files({"name": sheet.name, "mimeType": "text/csv", "buffer": sheet.content})
    expect(page.locator("[data-drop-name]")).to_have_text(sheet.name)
    page.locator("form:has(#i-file) button[type=submit]").click()
    expect(page.locator("#map")).to_be_visible(timeout=LONG)


def column(page: Page, name: str) -> Locator:
    """The line of one column on the mapping screen."""
    return page.locator("#map .mapr").filter(has=page.locator(f"input[name=column][value='{name}']"))


def match_columns(page: Page, sheet: Sheet) -> None:
    """What Kith guessed is as expected; the rest is set by hand, as are values that it does not know."""
    columns = [one.get_attribute("value") for one in page.locator("#map input[name=column]").all()]
    guessed = dict(zip(columns, (one.input_value() for one in page.locator("#map select[name=field]").all()), strict=True))
    assert {name: value for name, value in guessed.items() if value} == sheet.guessed
    for name, value in sheet.chosen.items():
        column(page, name).locator("select[name=field]").select_option(value)
    for name, order in sheet.dates.items():
        expect(column(page, name).locator("[data-dates] select")).to_have_value(order)
    unknown = [one.get_attribute("value") for one in page.locator("#map input[name^='from:']").all()]
    assert unknown == list(sheet.read_as)
    for value, meant in sheet.read_as.items():
        line = page.locator("#map .mapr").filter(has=page.locator(f"input[value='{value}']"))
        line.locator("select").select_option(meant)


def listed(page: Page, url: str, path: str, *words: str) -> None:
    """A list that shows these words, beside them nothing that is amiss."""
    page.goto(f"{url}{path}")
    for word in words:
        expect(page.locator("[data-row]:visible").filter(has_text=word).first).to_be_visible()
    clean(page)


def test_the_sales_pipeline_of_another_system(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """85 customers, two stages made for the deals, 8,800 deals; the board and the sales page show the known figures."""
    url = live_server.url
    accounts = Sheet(
        "account", "accounts.csv", real(SALES, "accounts.csv").read_bytes().replace(b"Norway", b"Norwegia"), 85,
        {
            "account": "name", "sector": "industry", "year_established": "founded", "revenue": "annual_revenue",
            "employees": "employees", "office_location": "address_country", "subsidiary_of": "parent",
        },
        read_as={"Norwegia": "NO"},
    )  # fmt: skip
    deals = Sheet(
        "opportunity", "sales_pipeline.csv", real(SALES, "sales_pipeline.csv").read_bytes(), 8800,
        {
            "opportunity_id": "external_id", "sales_agent": "owner", "product": "name", "account": "account",
            "deal_stage": "stage", "engage_date": "opened_on", "close_date": "closed_on", "close_value": "amount",
        },
        dates={"engage_date": "mdy", "close_date": "mdy"},
    )  # fmt: skip
    with seated(browser, north, live_server) as page:
        take_in(page, url, accounts)
        listed(page, url, "/accounts/?filter=address_country = NO", "Globex Corporation")
        for name in ("Prospecting", "Engaging"):
            page.goto(f"{url}/sales/pipelines/")
            page.locator("input[id^=as-]").fill(name)
            page.locator("form:has(input[id^=as-]) button[type=submit]").click()
            expect(page.locator(f"[data-stage='{name}']")).to_be_visible()
        take_in(page, url, deals)
        listed(page, url, "/opportunities/?filter=external_id = 1C1I7A6R", "GTX Plus Basic")
        page.goto(f"{url}/sales/")
        for tile, figures in {"won": "4,238", "lost": "2,473", "open": "2,089"}.items():
            expect(page.locator(f"[data-tile={tile}]")).to_contain_text(figures)
        for stage, count in {"Engaging": "1,589", "Prospecting": "500"}.items():
            expect(page.locator(f"[data-stage='{stage}'] td.num").first).to_have_text(count)
        expect(page.locator("[data-stage=Won] td.num").nth(1)).to_have_text("¥10,005,534")
        clean(page)
        page.goto(f"{url}/opportunities/board")
        for stage, count in {"Won": "4,?238", "Lost": "2,?473", "Engaging": "1,?589", "Prospecting": "500"}.items():
            expect(page.locator(f"[data-label={stage}] [data-head=count]")).to_have_text(re.compile(f"^{count}$"))
        expect(page.locator("[data-label=Won] [data-head=sum]")).to_have_text("¥10.01M")
        clean(page)


def test_northwind_customers(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """Customers and, out of the same file, the people there."""
    content = real("northwind", "customers.csv").read_bytes()
    guessed = {
        "CustomerID": "external_id", "CompanyName": "name", "Address": "address", "City": "address_city",
        "Region": "address_region", "PostalCode": "address_postcode", "Country": "address_country", "Phone": "phone", "Fax": "fax",
    }  # fmt: skip
    with seated(browser, north, live_server) as page:
        take_in(page, live_server.url, Sheet("account", "customers.csv", content, 91, guessed))
        listed(page, live_server.url, "/accounts/?filter=address_city = Luleå", "Berglunds snabbköp")


def test_adventureworks_customers(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """18,148 people on a telephone, in Chinese; births are month first, as the values show."""
    guessed = {
        "CustomerKey": "external_id", "Prefix": "salutation", "FirstName": "given_name", "LastName": "family_name",
        "BirthDate": "birthday", "MaritalStatus": "marital_status", "Gender": "gender", "EmailAddress": "email",
        "AnnualIncome": "annual_income", "TotalChildren": "children", "EducationLevel": "education",
        "Occupation": "occupation", "HomeOwner": "home_owner",
    }  # fmt: skip
    name = "AdventureWorks_Customers.csv"
    people = Sheet("contact", name, real("adventureworks", name).read_bytes(), 18_148, guessed, dates={"BirthDate": "mdy"})
    with seated(browser, north, live_server, "zh-hans", 360) as page:
        take_in(page, live_server.url, people)
        listed(page, live_server.url, "/contacts/?filter=birthday = 1966-04-08 and external_id = 11000", "Yang")


def test_chinese_listed_companies(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """2,321 companies; the file has the whole name beside the short one, and a place that is a stock exchange."""
    lines = [json.loads(line) for line in real("cn_listed_companies_give", "company.jsonl").read_text("utf-8").splitlines()]
    text = io.StringIO()
    csv.writer(text).writerows([list(lines[0]), *(line.values() for line in lines)])
    guessed = {"name": "other_name", "fullname": "name", "code": "external_id", "location": "address_city"}
    sheet = Sheet("account", "company.csv", text.getvalue().encode(), 2321, guessed, {"location": "description"})
    with seated(browser, north, live_server, "zh-hans") as page:
        take_in(page, live_server.url, sheet)
        listed(page, live_server.url, "/accounts/?filter=external_id = 001216", "湖南华联瓷业股份有限公司")


@pytest.mark.parametrize(
    ("name", "rows", "encoding", "first", "guessed"),
    [
        ("listed_companies_gb18030.csv", 2321, "GB18030", "湖南华联瓷业股份有限公司", ("other_name", "name", "external_id", "", "")),
        ("listed_companies_utf16le_tab.txt", 2321, "UTF-16", "湖南华联瓷业股份有限公司", ("other_name", "name", "external_id", "", "")),
        ("areas_gbk.csv", 2978, "GB18030", "东城区", ("external_id", "name", "", "")),
    ],
    ids=["gb18030", "utf-16", "gbk"],
)
def test_chinese_tables_in_old_encodings(
    browser: Browser, north: Company, live_server: LiveServer, name: str, rows: int, encoding: str, first: str, guessed: tuple[str, ...]
) -> None:
    """Every encoding is found and every character is right."""
    content = real(DERIVED, name).read_bytes()
    head = content.decode("utf-16" if encoding.startswith("UTF-16") else "gb18030").splitlines()[0]
    columns = re.split("[,\t]", head.lstrip("\ufeff"))
    sheet = Sheet(
        "account", name, content, rows, {one: field for one, field in zip(columns, guessed, strict=True) if field}, encoding=encoding
    )
    with seated(browser, north, live_server) as page:
        take_in(page, live_server.url, sheet)
        listed(page, live_server.url, f"/accounts/?filter=name = {first}", first)
