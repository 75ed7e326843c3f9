"""A person at a browser: signs in, drags with mouse or finger, and every screen they see is quiet, clean and no wider
than the window, in both themes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from crm.kernel.testing.cast import PASSWORD

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}


@contextmanager
def sat_down(browser: Browser, language: str, width: int, theme: Any = "light", silent: bool = True) -> Iterator[Page]:
    """A window of its own. What the console says as an error (a script error, a refused style) fails in the end, unless the
    test is about a refusal (`silent` false)."""
    phone = width < 800
    context = browser.new_context(
        viewport={"width": width, "height": 800 if phone else 900}, locale=LOCALES[language], color_scheme=theme, has_touch=phone
    )
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda said: found.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    try:
        yield page
        assert not (silent and found), "the browser's console has errors:\n" + "\n".join(found)
    finally:
        context.close()


def sign_in(page: Page, url: str, email: str) -> None:
    """Through the form, as people do."""
    page.goto(f"{url}/sign-in")
    page.locator("#f-email").fill(email)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-password").press("Enter")
    expect(page).to_have_url(f"{url}/")


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
#: A theme without its transitions: what is measured is the colour, not the way to it.
_THEME = (
    "theme => { document.documentElement.dataset.theme = theme; for (const one of document.getAnimations())"
    " if (Number.isFinite(one.effect?.getComputedTiming().endTime)) one.finish(); }"
)
_AXE = (
    "async rules => (await axe.run(document, {runOnly: rules})).violations"
    ".map(one => [one.id, one.nodes.map(node => [node.html.slice(0, 200), node.any.map(any => any.message)])])"
)


def clean(page: Page) -> None:
    """Nothing that WCAG 2 AA forbids, in neither theme, and no sideways scroll. axe comes by the debugger: the page's policy
    would refuse it."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    session.detach()
    before = page.evaluate("document.documentElement.dataset.theme ?? null")
    for theme, rules in (("light", RULES), ("dark", ["color-contrast"])):
        page.evaluate(_THEME, theme)
        found: list[Any] = page.evaluate(_AXE, rules)
        assert not found, (page.url, theme, found)
    page.evaluate("theme => theme === null ? delete document.documentElement.dataset.theme : (" + _THEME + ")(theme)", before)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


EDGE = 80  # px from the window's edge within which the board scrolls under a dragged card, and some more
_AT_ITS_END = "(() => { const b = document.querySelector('[data-board]'); return b.scrollLeft + b.clientWidth >= b.scrollWidth - 1; })()"


def middle(box: Locator) -> tuple[float, float]:
    """The point in the middle of what is seen of an element."""
    found = box.bounding_box()
    assert found is not None
    return found["x"] + found["width"] / 2, found["y"] + min(found["height"] / 2, 140)


def drag_by_mouse(page: Page, what: Locator, onto: Locator) -> None:
    """Press, move in steps as a hand does, let go."""
    what.scroll_into_view_if_needed()
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 8, y + 4, steps=4)
    expect(page.locator(".is-dragged")).to_have_count(1)
    to_x, to_y = middle(onto)
    page.mouse.move(to_x, to_y, steps=20)
    expect(onto).to_have_class(re.compile(r"\btarget\b"))
    page.mouse.up()


def drag_by_finger(page: Page, what: Locator, onto: Locator) -> None:
    """Rest on it until it lifts, carry it to the window's edge, wait until the board has scrolled there, let go."""
    what.scroll_into_view_if_needed()
    hand = page.context.new_cdp_session(page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in places]})

    x, y = middle(what)
    touch("touchStart", (x, y))
    page.wait_for_timeout(400)
    touch("touchMove", (x + 12, y))
    expect(page.locator(".is-dragged")).to_have_count(1)
    width = page.viewport_size["width"]  # type: ignore[index]

    def carry(to_x: float, to_y: float) -> None:
        for step in range(5):
            touch("touchMove", (to_x - 4 + step, to_y))
            page.wait_for_timeout(60)

    def away() -> int:
        """On which side (-1, 1) its middle lies too near to the edge to rest there, or 0."""
        at = middle(onto)[0]
        if at > width - EDGE:
            return int(not page.evaluate(_AT_ITS_END))
        return -(at < EDGE)

    for step in range(400):
        side = away()
        if not side:
            carry(width / 2, y)  # away from the edge: the board comes to rest, on a busy machine a good deal later
            if not away():
                break
        else:
            touch("touchMove", ((width - 20 if side > 0 else 20) + step % 3, y + step % 2))
            page.wait_for_timeout(40)
    carry(*middle(onto))
    expect(onto).to_have_class(re.compile(r"\btarget\b"))
    touch("touchEnd")
    hand.detach()
