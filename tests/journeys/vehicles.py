"""What follows once an administrator has made the kind “Vehicle”: ten thousand come in, are found, grouped, taken out and asked for by
the API; a change to many is undone; last Tuesday is looked at, and why a colleague does not see one."""

import csv
import datetime
import io
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from playwright.sync_api import Page, expect

from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean


@dataclass(frozen=True)
class Words:
    """What is typed and read in one language."""

    language: str
    code: str
    kind: str
    keeper: str
    choices: tuple[str, str, str]
    labels: dict[str, str]
    plate: str
    undo: str
    imported: str
    why: str
    cannot: str

    def __getitem__(self, name: str) -> str:
        return self.labels[name]


_TEN = ("state", "keeper", "seats", "price", "service", "insured", "discount", "driver", "notes", "site")
ENGLISH = Words(
    "en", "en", "Vehicle", "Harbour Optics", ("Ordered", "In use", "Sold"),
    dict(zip(_TEN, ("State", "Keeper", "Seats", "Price", "Service", "Insured", "Discount", "Driver", "Notes", "Site"), strict=True)),
    "Van 7", "Undo", "Imported", "Who can see this?", "Cleo Marsh cannot see it.",
)  # fmt: skip
CHINESE = Words(
    "zh-hans", "zh-hans", "车辆", "海港光学有限公司", ("已订购", "使用中", "已出售"),
    dict(zip(_TEN, ("状态", "使用客户", "座位数", "价格", "保养", "投保", "折扣", "司机", "记事", "网页"), strict=True)),
    "沪A 12345", "撤销", "已导入", "谁能看到它？", "Cleo Marsh 不能查看它。",
)  # fmt: skip
ROWS, WRONG = 10_000, 13
_GOOD = [n for n in range(1, ROWS + 1) if n != WRONG]
#: So many are in use (the one that was typed was moved there on the board), so many of them have five seats.
USED, FIVES = sum(n % 3 == 1 for n in _GOOD) + 1, sum(n % 3 == 1 and n % 9 == 4 for n in _GOOD)
MANY = re.compile(f"{FIVES}|{FIVES:,}")


def live_with(page: Page, url: str, north: Company, words: Words, owner_url: str) -> None:
    """The whole of it, in the order of a week."""
    bring_in(page, url, words)
    filter_and_group(page, url, words)
    take_out(page, url, words)
    ask_the_api(page, url, north, words)
    tuesday = two_weeks_ago(north, owner_url)
    change_many(page, url, words)
    look_back(page, url, tuesday, words)
    take_back(page, url, words)
    ask_why(page, url, words)


def spreadsheet(words: Words) -> bytes:
    """10,000 lines, every third in use, 1 to 9 seats, one of them with none, a price, a day, and “2/4” as what it is."""
    said = io.StringIO()
    out = csv.writer(said)
    out.writerow([words.kind, *(words[name] for name in ("state", "keeper", "seats", "price", "service", "insured", "notes"))])
    yes = "yes" if words.language == "en" else "是"
    for n in range(1, ROWS + 1):
        seats = 0 if n == WRONG else 1 + n % 9
        out.writerow([f"{words.kind} {n:05}", words.choices[n % 3], words.keeper, seats, n * 100, f"2026-{1 + n % 12:02}-15", yes, "2/4"])
    return said.getvalue().encode("utf-8-sig")


def bring_in(page: Page, url: str, words: Words) -> None:
    page.goto(f"{url}/import/?kind=vehicle")
    page.locator("#i-file").set_input_files({"name": "vehicles.csv", "mimeType": "text/csv", "buffer": spreadsheet(words)})
    page.locator("form:has(#i-file) button[type=submit]").click()
    picked = page.locator("#map select[name=field]")
    expect(picked).to_have_count(8)
    found = [one.input_value() for one in picked.all()]
    assert found == ["name", "state", "keeper", "seats", "price", "service", "insured", "notes"]
    clean(page)
    page.locator("#map button[type=submit].btn-p").last.click()
    counts = page.locator(".cnt-c b")
    expect(counts).to_have_text([f"{ROWS - 1:,}", "0", "0", "1"], timeout=90_000)
    expect(page.locator("table.rej").last).to_contain_text(str(WRONG + 1))
    page.locator("form[action$='/run'] button:visible").last.click()
    expect(page.locator("main h1:visible").last).to_have_text(words.imported, timeout=90_000)
    expect(counts).to_have_text([f"{ROWS - 1:,}", "0", "0", "1"])
    clean(page)


def pick(page: Page, part: int, field: str, operator: str, value: str) -> None:
    """One line of the filter editor, its value chosen or typed."""
    line = page.locator("#layer dialog form .frow").nth(part)
    line.locator("[data-part=field]").select_option(field)
    line.locator("[data-part=operator]").select_option(operator)
    given = line.locator("[data-part=value]")
    if given.evaluate("one => one.tagName") == "SELECT":
        given.select_option(label=value)
    else:
        given.fill(value)


def narrowed(page: Page, url: str, words: Words) -> None:
    """In use, with five seats."""
    page.goto(f"{url}/vehicles/")
    page.locator("[data-key=filter-button]").click()
    pick(page, 0, "state", "is", words.choices[1])
    page.locator("#layer dialog form .frows + button").click()
    pick(page, 1, "seats", "is", "5")
    page.locator("#layer dialog form .dlg-f button[type=submit]").click()
    expect(page.locator(".fchip")).to_have_count(2)
    expect(page.locator(".pager")).to_contain_text(f"{FIVES:,}")


def filter_and_group(page: Page, url: str, words: Words) -> None:
    narrowed(page, url, words)
    clean(page)
    page.goto(f"{url}/vehicles/")
    page.locator("#list-group").select_option("state")
    heads = page.locator(".grp-h .count")
    expect(heads).to_have_count(len(words.choices))
    expect(page.locator(".grp-h", has_text=words.choices[1]).locator(".count")).to_have_text(f"{USED:,}")
    expect(page.locator(".grp-s").first).to_contain_text(re.compile("[1-9]"))
    clean(page)


def take_out(page: Page, url: str, words: Words) -> None:
    """What the filter leaves, every cell as it came in."""
    narrowed(page, url, words)
    page.locator("a[href*='/export/?kind=vehicle']:visible").click()
    expect(page.locator("main")).to_contain_text(f"{FIVES:,}")
    page.locator("#e-format").select_option("csv")
    for name in ("seats", "notes"):
        page.locator(f"input[name=columns][value={name}]").check()
    clean(page)
    page.locator("form:has(#e-format) button[type=submit]").click()
    with page.expect_download() as loading:
        page.locator("a[download]").click(timeout=60_000)
    lines = list(csv.DictReader(io.StringIO(Path(loading.value.path()).read_text("utf-8-sig"))))
    assert len(lines) == FIVES, len(lines)
    found = next(line for line in lines if f"{words.kind} 00022" in line.values())
    assert (found[words["seats"]], found[words["notes"]]) == ("5", "2/4"), found


def ask_the_api(page: Page, url: str, north: Company, words: Words) -> None:
    head = {"Authorization": f"Bearer {north.token('admin')}"}
    answer = page.request.get(f"{url}/api/v1/vehicles?filter=seats = 5&sort=-price&limit=2", headers=head)
    assert answer.ok, answer.text()
    names = [one["name"] for one in answer.json()["items"]]
    assert names == [f"{words.kind} {n:05}" for n in (9994, 9985)], names
    made = page.request.post(f"{url}/api/v1/vehicles", headers=head, data={"name": "By API", "seats": 0})
    assert made.status == 422 and "seats" in made.text(), made.text()


def two_weeks_ago(north: Company, owner_url: str) -> datetime.date:
    """What was done so far is moved back by two weeks, behind the program's back. → last Tuesday."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("UPDATE audit_entry SET at = at - interval '14 days' WHERE workspace_id = %s", [north.id])
    today = datetime.datetime.now(datetime.UTC).date()
    return today - datetime.timedelta(days=(today.weekday() - 1) % 7 or 7)


def change_many(page: Page, url: str, words: Words) -> None:
    """All that the filter leaves are sold, in one go."""
    narrowed(page, url, words)
    page.locator("#tick-all").check()
    page.locator("[data-whole-button]").click()
    page.locator("#bulk button[value=change]").click()
    dialog = page.locator("#layer dialog")
    dialog.locator("#bulk-field").select_option("state")
    dialog.locator("select[name=state]").select_option(label=words.choices[2])
    clean(page)
    dialog.locator(".dlg-f [type=submit]").click()
    expect(page.locator(".toast")).to_contain_text(MANY, timeout=30_000)
    page.goto(f"{url}/vehicles/?group=state")
    expect(page.locator(".grp-h", has_text=words.choices[1]).locator(".count")).to_have_text(f"{USED - FIVES:,}")


def look_back(page: Page, url: str, tuesday: datetime.date, words: Words) -> None:
    """The same groups as they stood last Tuesday."""
    page.locator("[popovertarget=past-menu]:visible").click()
    page.locator("#past-menu [name=as_of]").fill(tuesday.isoformat())
    page.locator("#past-menu [type=submit]").click()
    expect(page.locator(".past")).to_be_visible()
    expect(page.locator(".grp-h", has_text=words.choices[1]).locator(".count")).to_have_text(f"{USED:,}")
    clean(page)


def take_back(page: Page, url: str, words: Words) -> None:
    """From what the person changed, long after the toast is gone."""
    page.goto(f"{url}/changes/")
    act = page.locator("li", has_text=MANY).first
    act.get_by_role("button", name=words.undo, exact=True).click()
    page.wait_for_url("**/undo/*/")  # of so many it is said first what stands in the way
    clean(page)
    page.locator("main form [type=submit]").click()
    expect(page.locator(".bn-ok")).to_be_visible(timeout=60_000)
    page.goto(f"{url}/vehicles/?group=state")
    expect(page.locator(".grp-h", has_text=words.choices[1]).locator(".count")).to_have_text(f"{USED:,}", timeout=30_000)


def ask_why(page: Page, url: str, words: Words) -> None:
    page.goto(f"{url}/vehicles/?q={words.kind} 00042")
    page.locator("[data-row]:visible").first.get_by_text(f"{words.kind} 00042").click()
    page.locator("[popovertarget=record-menu]:visible").first.click()
    page.get_by_role("menuitem", name=words.why).click()
    page.locator("#w-user").fill("Cleo")
    page.locator("#w-user-list [role=option]", has_text="Cleo").first.click()
    page.locator(".why form button[type=submit], .why button.btn-p").first.click()
    expect(page.locator(".why-a")).to_contain_text(words.cannot)
    clean(page)
