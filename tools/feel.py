"""`just feel`: how soon a running demonstration answers what people do all day, and whether anything moves under their eyes.

    ./kith up --demo --detach
    just feel EMAIL PASSWORD [--url http://localhost:8000] [--runs 3]

A real browser does each act at 1440 and at 360 px. Told are: the first sign (the result, or the line that says that it is under way:
whatever comes first), the end (the result is there), the longest frame that an input had to wait for, and what moved without being
asked to. Writes docs/feel.md; fails above 100 ms without a sign, or above 0.02 of moving.
"""

import argparse
import datetime
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as Refused

from tools.screens import CHROMIUM, KEEP, signed_in

ROOT = Path(__file__).resolve().parents[1]
WIDTHS = (1440, 360)
#: ms until something must be seen, and how much may move (the share of the window that moved, times how far).
SOON, STILL = 100, 0.02
#: Watches each page from its first script on. What was seen before a page was left is kept for the next one.
_WATCH = """
(() => {
  const kept = JSON.parse(sessionStorage.feel || '{}');
  const now = () => performance.timeOrigin + performance.now();
  const feel = window.feel = {began: kept.began || 0, first: kept.first || 0, moved: kept.moved || 0, frame: kept.frame || 0};
  const seen = at => { if (feel.began && !feel.first) feel.first = at; };
  const begin = e => {
    if (!feel.armed || !e.isTrusted) return;
    feel.armed = false; feel.began = performance.timeOrigin + e.timeStamp; feel.first = 0; feel.moved = 0; feel.frame = 0;
  };
  for (const name of ['pointerdown', 'keydown', 'paste']) addEventListener(name, begin, true);
  new MutationObserver(all => {
    if (!feel.began || feel.first) return;
    const told = ['hidden', 'open', 'class', 'aria-busy', 'aria-selected'];
    const real = all.some(m => m.type !== 'attributes' || told.includes(m.attributeName));
    if (real) requestAnimationFrame(() => setTimeout(() => seen(now())));
  }).observe(document, {subtree: true, childList: true, attributes: true});
  const watch = (type, more, each) => new PerformanceObserver(list => list.getEntries().forEach(each)).observe({type, ...more});
  watch('layout-shift', {buffered: true}, one => { if (!one.hadRecentInput) feel.moved += one.value; });
  watch('event', {durationThreshold: 16}, one => { feel.frame = Math.max(feel.frame, one.duration); });
  watch('paint', {buffered: true}, one => { if (one.name === 'first-contentful-paint') seen(performance.timeOrigin + one.startTime); });
  addEventListener('pagehide', () => { sessionStorage.feel = JSON.stringify(feel); });
})()
"""
_PASTE = """() => { const data = new DataTransfer(); data.setData('text/plain', 'Lamps\\nLamps');
  document.activeElement.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})); }"""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that people do: the page on which, what is made ready, the act, and what is there when it is done."""

    name: str
    page: str
    act: Callable[[Page], Any]
    done: str
    ready: Callable[[Page], Any] = lambda page: None
    phone: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds, and the layout shift score."""

    first: float
    done: float
    frame: float
    moved: float


def _row(page: Page, number: int = 2) -> Any:
    return page.locator("[data-row]").filter(visible=True).nth(number)


def _editor(page: Page) -> None:
    page.locator("td[data-edit=industry]").nth(1).click()
    page.locator("form[data-cell] input[name=industry]").wait_for()


def _in_record(page: Page) -> None:
    _row(page).locator("a[data-main]").or_(_row(page)).last.click()
    page.locator(".rec-h").wait_for()


def _naming(page: Page) -> None:
    page.keyboard.press("c")
    page.locator("dialog[open] input[name=name]").fill("Feel & Sons")


def _searching(page: Page) -> None:
    page.keyboard.press("/")
    page.locator("#pal-list a").first.wait_for()
    page.keyboard.type("g")


def _choose(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).filter(visible=True).first.click()


def _press(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def _drag(page: Page) -> None:
    card, onto = page.locator("[data-card]").first, page.locator("[data-column]").nth(1)
    a, b = card.bounding_box(), onto.bounding_box()
    assert a and b
    page.mouse.move(a["x"] + 60, a["y"] + 40)
    page.mouse.down()
    page.mouse.move(b["x"] + 80, b["y"] + 140, steps=8)
    page.mouse.up()


LIST = "/accounts/?view=all"
ACTS = (
    Act("open a list", "/", _choose("a[href='/contacts/']"), "a[aria-current][href='/contacts/']"),
    Act("sort", LIST, _choose("thead a >> nth=1"), "th[aria-sort=ascending]:nth-child(3)", phone=False),
    Act("next page", LIST, _choose("a[rel=next]"), "a[rel=prev]"),
    Act("open the filter", LIST, _choose("[hx-get^='/accounts/filter']"), "dialog[open]"),
    Act("open a record", LIST, lambda page: _row(page).locator("a[data-main]").or_(_row(page)).last.click(), ".rec-h"),
    Act("a record beside the list", LIST, _press("Control+Enter"), "dialog.drawer[open]", _press("j"), phone=False),
    Act("the menu of a row", LIST, lambda page: _row(page).click(button="right"), "#context-menu [data-doings] .mi"),
    Act("open a cell", LIST, _choose("td[data-edit=industry]"), "form[data-cell]", phone=False),
    Act("save a cell", LIST, _press("Enter"), "td[data-edit=industry]:not(.edit) >> nth=1", _editor, phone=False),
    Act("tick all rows", LIST, _choose("#tick-all"), "#bulk:not([hidden])", phone=False),
    Act("paste", LIST, lambda page: page.evaluate(_PASTE), ".toast, #layer dialog", _editor, phone=False),
    Act("the short form", LIST, _press("c"), "dialog[open] form", phone=False),
    Act("save the short form", LIST, _press("Control+Enter"), ".rec-h, dialog .is-err", _naming, phone=False),
    Act("open the search", "/", _press("/"), "dialog[open] #pal-list a"),
    Act("search as one types", "/", _press("u"), "#pal-list a:has(mark)", _searching),
    Act("another tab", "/opportunities/?view=all", _choose("#tab-history"), "#tab-panel:not(:has(#composer))", _in_record),
    Act("the whole form", "/opportunities/?view=all", _press("e"), ".form-f", _in_record),
    Act("drag a card", "/opportunities/board", _drag, ".toast", phone=False),
    Act("another board", "/opportunities/board", _choose(".boardbar a[href*='owner']"), "[href*='filter=']"),
)


def measured(page: Page, url: str, act: Act) -> Seen:
    """Does one act and says what was seen."""
    page.goto(url + act.page)
    act.ready(page)
    page.wait_for_timeout(600)
    page.evaluate("feel.armed = true")
    if act.name == "paste":  # the clipboard of a browser without a window is empty: its event is sent as the key would
        page.evaluate("feel.armed = false; feel.first = 0; feel.moved = 0; feel.began = performance.timeOrigin + performance.now()")
    act.act(page)
    page.locator(act.done).filter(visible=True).first.wait_for(timeout=15_000)
    end = page.evaluate("performance.timeOrigin + performance.now()")
    page.wait_for_timeout(700)
    found = page.evaluate("feel")
    page.evaluate("delete sessionStorage.feel")
    first = found["first"] or end
    return Seen(first - found["began"], end - found["began"], found["frame"], found["moved"])


def all_of(browser: Browser, url: str, state: Any, width: int, runs: int) -> dict[str, Seen]:
    """{act: the middle of its runs}; what moved is that of the worst one."""
    phone = width < 800
    context = browser.new_context(storage_state=state, viewport={"width": width, "height": 800 if phone else 900}, locale="en-GB")
    context.add_init_script(_WATCH)
    page, made = context.new_page(), {}
    page.goto(url)
    page.evaluate(KEEP, "en")
    for act in ACTS:
        if phone and not act.phone:
            continue
        try:
            tries = [measured(page, url, act) for _ in range(runs)]
        except Refused as late:
            sys.exit(f"{act.name} at {width}: {late}")
        middle = [statistics.median(times) for times in zip(*((one.first, one.done, one.frame) for one in tries), strict=True)]
        made[act.name] = Seen(middle[0], middle[1], middle[2], max(one.moved for one in tries))
        print(width, act.name, made[act.name], flush=True)
    context.close()
    return made


_HEAD = """# How it feels

`just feel` writes this page. A real browser does on the demonstration company what people do all day. *First sign* is when something
is seen: the result, or the line at the window's upper edge that says that it is under way. *Done* is when the result is there;
*frame* is the longest time that an input waited for its frame; *moved* is the layout shift without a recent input. Times are the
middle of {runs} runs, moving is the worst of them. At most {soon} ms may pass without a sign, and {still} may move.

{day}, commit {commit}, {cores} cores; on average {load:.0f} processes wanted the processor.

| act | width | first sign | done | frame | moved |
|---|---|---|---|---|---|
"""


def written(found: dict[int, dict[str, Seen]], runs: int) -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    day = datetime.date.today().isoformat()
    head = _HEAD.format(runs=runs, soon=SOON, still=STILL, day=day, commit=commit, cores=os.cpu_count(), load=os.getloadavg()[1])
    rows = [
        f"| {name} | {width} | {one.first:.0f} ms | {one.done:.0f} ms | {one.frame:.0f} ms | {one.moved:.3f} |\n"
        for width, acts in found.items()
        for name, one in acts.items()
    ]
    return head + "".join(rows)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("email")
    asked.add_argument("password")
    asked.add_argument("--url", default="http://localhost:8000")
    asked.add_argument("--runs", type=int, default=3)
    words = asked.parse_args()
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        state = signed_in(browser, words.url, words.email, words.password)
        found = {width: all_of(browser, words.url, state, width, words.runs) for width in WIDTHS}
        browser.close()
    (ROOT / "docs" / "feel.md").write_text(written(found, words.runs), encoding="utf-8")
    late = [(width, name) for width, acts in found.items() for name, one in acts.items() if one.first > SOON or one.moved > STILL]
    for one in late:
        print("too late, or it moved:", *one)
    return int(bool(late))


if __name__ == "__main__":
    sys.exit(main())
