"""`just screens`: draws every screen of a running demonstration, to be looked at beside the design.

    ./kith up --demo --detach
    just screens EMAIL PASSWORD --out /tmp/screens [--url http://localhost:8000] [--only accounts,settings]

Screens are found by following links from the first page, one for each shape of address; dialogs and menus by what opens them. Each is
drawn at 360, 768 and 1440 px in three languages and two themes, and looked over: what is wider than the window, and words that are
cut without a sign. The folder gets an index.html to look through; it belongs outside the repository.
"""

import argparse
import html
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as Refused

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (360, 768, 1440)
LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN", "zh-hant": "zh-TW"}
THEMES = ("light", "dark")
OUTSIDE = ("/sign-in", "/reset")
#: What opens over a screen: {name: (shape of the screen, what is chosen there)}.
OVER = {
    "palette": ("/", "[data-key=palette]"),
    "keys": ("/", "[data-key=help]"),
    "notices": ("/", ".bell"),
    "me": ("/", "[popovertarget=me-menu]"),
    "new": ("/", "[popovertarget=new-menu]"),
    "more": ("/", "[popovertarget=more-menu]"),
    "quick": ("/accounts/", "[hx-get='/accounts/new']"),
    "filter": ("/accounts/", "[hx-get^='/accounts/filter']"),
    "columns": ("/accounts/", "[hx-get^='/accounts/columns']"),
    "views": ("/accounts/", "[popovertarget=view-menu]"),
    "ticked": ("/accounts/", "#tick-all"),
    "drawer": ("/accounts/", "[data-drawer]"),
    "menu of a row": ("/accounts/", "[data-row]"),
    "menu of a record": ("/accounts/*/", "[popovertarget=record-menu]"),
    "share": ("/accounts/*/", "[hx-get$='/shares']"),
    "history": ("/accounts/*/", "#tab-history"),
    "files": ("/accounts/*/", "#tab-files"),
    "lose": ("/opportunities/*/", "[hx-get$='/do/lose']"),
}
#: Not screens: files, other servers' formats, ways out.
_NOT = re.compile(
    r"^/(api/v1|static|media|sign-out|files/.*/get|feed|live|import/template)|\.(json|ics|csv|xlsx|eml|webp)$|/(previous|next|print)$"
)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/settings/kinds/)(?!new)[a-z_]+|(?<=/)\d+(?=/|$)")
_LINKS = "[...document.querySelectorAll('a[href]')].map(a => new URL(a.getAttribute('href'), location.href).href)"
#: Chooses the person's language.
KEEP = """language => fetch('/preferences', {method: 'POST', body: new URLSearchParams({language}),
  headers: {'X-CSRFToken': document.querySelector('meta[name=csrf]').content}})"""
#: Adverse to eyes: wider than the window, and words cut off where nothing says so.
_FAULTS = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`${wide} px too wide`);
  const shown = e => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden' && !e.closest('.sr, [hidden]');
  for (const one of document.querySelectorAll('h1, h2, h3, button, .btn, label, th, td, dt, dd, p, .chip, .tab, .mi, .nav')) {
    if (!shown(one) || !one.textContent.trim()) continue;
    const style = getComputedStyle(one);
    const clips = style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis';
    if (clips && one.scrollWidth > one.clientWidth + 2) found.push(`cut: ${one.textContent.trim().slice(0, 40)}`);
    const box = one.getBoundingClientRect();
    const lines = one.matches('.btn, .tab, .chip, th') && box.height > 3.3 * parseFloat(style.fontSize) && !one.querySelector('div, br');
    if (lines) found.push(`wraps: ${one.textContent.trim().slice(0, 40)}`);
  }
  return [...new Set(found)].slice(0, 8);
}"""


def shape(path: str) -> str:
    """The address without what differs from record to record."""
    return _ID.sub("*", path)


def signed_in(browser: Browser, url: str, email: str, password: str) -> Any:
    """What a context needs to be that person."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#f-email", email)
    page.fill("#f-password", password)
    page.press("#f-password", "Enter")
    page.wait_for_url(f"{url}/")
    state = context.storage_state()
    context.close()
    return state


def found(context: BrowserContext, url: str, most: int) -> dict[str, str]:
    """{shape: address} of every screen that links lead to."""
    page, waiting, known = context.new_page(), ["/"], {"/": "/"}
    while waiting and len(known) < most:
        there = waiting.pop(0)
        try:
            page.goto(url + there, wait_until="domcontentloaded")
        except Refused:  # a file
            known = {at: address for at, address in known.items() if address != there}
            continue
        for link in page.evaluate(_LINKS):
            parts = urlsplit(link)
            at = shape(parts.path)
            if not link.startswith(url) or at in known or _NOT.search(parts.path):
                continue
            known[at] = parts.path + (f"?{parts.query}" if "view=all" not in parts.query and parts.query and "/do" not in at else "")
            waiting.append(known[at])
    page.close()
    return known


def opened(page: Page, what: str, selector: str) -> bool:
    """Whether there was something to choose, and it opened."""
    target = page.locator(selector).filter(visible=True) if what not in ("keys", "drawer") else page.locator(selector)
    if not target.count():
        return False
    if what == "menu of a row":
        page.locator("[data-row] a[data-main], a[data-row]").filter(visible=True).nth(2).click(button="right")
    elif what in ("keys", "drawer"):
        target.first.evaluate("one => one.click()")
    else:
        target.first.click()
    page.wait_for_timeout(500)
    return True


def screens(words: argparse.Namespace, known: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """(name, address, what opens over it)."""
    for at, address in [*((one, one) for one in OUTSIDE), *known.items()]:
        yield at, address, ""
    for what, (at, selector) in OVER.items():
        if at in known:
            yield f"{at} {what}", known[at], selector


def drawn(page: Page, url: str, screen: tuple[str, str, str], folder: Path) -> dict[str, list[str]]:
    """Draws one screen in both themes; answers what is wrong with it."""
    name, address, selector = screen
    page.goto(url + address)
    page.wait_for_timeout(150)
    if selector and not opened(page, name.partition(" ")[2], selector):
        return {}
    faults = page.evaluate(_FAULTS)
    file = re.sub(r"\W+", "_", name.replace("*", "one")).strip("_") or "home"
    for theme in THEMES:
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.wait_for_timeout(200)
        page.screenshot(path=folder / f"{file}-{theme}.jpg", type="jpeg", quality=72)
    return {file: faults}


def index(out: Path) -> None:
    """A page to look through: a line for each screen, a column for each width, language and theme."""
    names = sorted({one.name.rsplit("-", 1)[0] for one in out.glob("*/*.jpg")})
    folders = sorted(one.name for one in out.iterdir() if one.is_dir())
    rows = []
    for name in names:
        shots = "".join(
            f'<a href="{folder}/{name}-{theme}.jpg"><img loading="lazy" src="{folder}/{name}-{theme}.jpg" alt="{folder} {theme}"></a>'
            for folder in folders
            for theme in THEMES
            if (out / folder / f"{name}-{theme}.jpg").exists()
        )
        rows.append(f"<h2>{html.escape(name)}</h2><div>{shots}</div>")
    style = "body{font:14px sans-serif;background:#888}img{height:260px;margin:3px}"
    (out / "index.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(rows)}", encoding="utf-8")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("email")
    asked.add_argument("password")
    asked.add_argument("--url", default="http://localhost:8000")
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--only", default="", help="words, parted by commas, of which a screen's name has one")
    asked.add_argument("--languages", default=",".join(LANGUAGES))
    asked.add_argument("--widths", default=",".join(str(one) for one in WIDTHS))
    asked.add_argument("--most", type=int, default=160)
    words = asked.parse_args()
    wanted, wrong = [one for one in words.only.split(",") if one], 0
    with sync_playwright() as playing:
        browser = playing.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        state = signed_in(browser, words.url, words.email, words.password)
        known = found(browser.new_context(storage_state=state), words.url, words.most)
        every = [one for one in screens(words, known) if not wanted or any(word in one[0] for word in wanted)]
        for language in words.languages.split(","):
            for width in (int(one) for one in words.widths.split(",")):
                wrong += _one_look(browser, words, state, language, width, every)
        browser.close()
    index(words.out)
    print(f"{len(every)} screens, {wrong} with something to look at: {words.out / 'index.html'}")
    return 0


def _one_look(browser: Browser, words: argparse.Namespace, state: Any, language: str, width: int, every: list[tuple[str, str, str]]) -> int:
    """All screens in one language at one width."""
    folder = words.out / f"{language}-{width}"
    folder.mkdir(parents=True, exist_ok=True)
    window = {"width": width, "height": 800 if width < 700 else 900}
    facts: dict[str, Any] = {"viewport": window, "locale": LANGUAGES[language], "reduced_motion": "reduce"}
    inside = browser.new_context(storage_state=state, **facts)
    page, wrong = inside.new_page(), 0
    page.goto(words.url)
    page.evaluate(KEEP, language)
    outside = browser.new_context(**facts).new_page()
    for screen in every:
        try:
            faults = drawn(outside if screen[0] in OUTSIDE else page, words.url, screen, folder)
        except Refused as late:
            faults = {screen[0]: [str(late)[:80]]}
        for name, said in faults.items():
            if said:
                wrong += 1
                print(f"{language} {width} {name}: {'; '.join(said)}", flush=True)
    inside.close()
    outside.context.close()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
