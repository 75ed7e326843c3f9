"""A person at a browser: signs in, and every screen they see is quiet, clean and no wider than the window."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from crm.kernel.testing.cast import PASSWORD

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}


@contextmanager
def sat_down(browser: Browser, language: str, width: int, theme: Any = "light") -> Iterator[Page]:
    """A window of its own. What the console says as an error (a script error, a refused style) fails in the end."""
    context = browser.new_context(
        viewport={"width": width, "height": 800 if width < 800 else 900}, locale=LOCALES[language], color_scheme=theme
    )
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda said: found.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    try:
        yield page
        assert not found, "the browser's console has errors:\n" + "\n".join(found)
    finally:
        context.close()


def sign_in(page: Page, url: str, email: str) -> None:
    """Through the form, as people do."""
    page.goto(f"{url}/sign-in")
    page.locator("#f-email").fill(email)
    page.locator("#f-password").fill(PASSWORD)
    page.locator("#f-password").press("Enter")
    expect(page).to_have_url(f"{url}/")


def clean(page: Page) -> None:
    """Nothing that WCAG 2 AA forbids and no sideways scroll. axe comes by the debugger: the page's policy would refuse it."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    session.detach()
    found: list[Any] = page.evaluate(
        "async () => (await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})).violations"
        ".map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200))])"
    )
    assert not found, (page.url, found)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
