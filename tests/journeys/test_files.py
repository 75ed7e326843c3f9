"""Files in a browser: attached, looked at without leaving the record, replaced, found by what stands in them, sent by link."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.files.tests import making
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.harness.servers import LiveServer
from tests.journeys.screens import LOCALES, clean, sat_down, sign_in

pytestmark = pytest.mark.journey
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000208020000 00fdd49a73".replace(" ", "")
    + "0000001249444154789c63f8cfc0f01f88191840040024e503fd17b7a3f30000000049454e44ae426082"
)


@dataclass(frozen=True)
class Words:
    """What is typed and what is read in one language."""

    language: str
    inside: str
    word: str
    current: str
    kept: str
    link: str
    back: str


WORDS = [
    Words("en", "Penalty clause: chalcedony per day", "chalcedony", "current", "holds a program", "Make a link", "Bring back"),
    Words("zh-hans", "逾期违约金按日计算", "违约金", "当前", "实际内容是程序", "生成链接", "恢复"),
]


@pytest.mark.parametrize(
    ("words", "width", "theme"), [(WORDS[0], 1440, "light"), (WORDS[1], 1440, "dark"), (WORDS[1], 360, "light")],
    ids=["en-1440", "zh-1440-dark", "zh-360"],
)
def test_a_file_from_upload_to_public_link(
    browser: Browser, north: Company, live_server: LiveServer, words: Words, width: int, theme: str
) -> None:
    with north.as_kith():
        User.objects.update(language=words.language)
    account = north.make("account", {"name": "Harbour Optics"}, by="ada")
    with sat_down(browser, words.language, width, theme) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        _opened(page, live_server.url, account.id)
        _attach(page, "terms.pdf", making.pdf(words.inside, pages=3))
        _looked_at(page, words)
        _replaced(page, words)
        _found(page, live_server.url, words)
        address = _linked(page, words)
        _kept_apart(page, live_server.url, account.id, words)
    _fetched(browser, address, words)


def _opened(page: Page, url: str, account: object) -> None:
    page.goto(f"{url}/accounts/{account}/")
    expect(page.locator("html")).to_have_attribute("data-ready", "yes")
    page.locator("#tab-files").click()
    expect(page.locator("ul.files")).to_be_attached()
    expect(page.locator("[role=tab][aria-selected=true]")).to_have_id("tab-files")
    expect(page.locator("#tab-panel")).to_have_attribute("aria-labelledby", "tab-files")


def _attach(page: Page, name: str, body: bytes) -> None:
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping, .htmx-added')")
    with page.expect_response(lambda answer: answer.url.endswith("/files") and answer.request.method == "POST"):
        page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": body})
    expect(page.locator(".files .file", has_text=name)).to_be_visible()
    expect(page.locator("#count-files")).to_have_text(str(page.locator(".files .file").count()))


def _looked_at(page: Page, words: Words) -> None:
    """Every page is a picture that was drawn; nothing of the PDF runs in the browser."""
    page.locator(".files .file a", has_text="terms.pdf").first.click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator(".file-p img")).to_have_count(3)
    first = dialog.locator(".file-p img").first
    first.scroll_into_view_if_needed()
    page.wait_for_function("one => one.complete && one.naturalWidth > 1000", arg=first.element_handle())
    assert page.locator("iframe, embed, object").count() == 0
    clean(page)


def _replaced(page: Page, words: Words) -> None:
    dialog = page.locator("dialog[open]")
    more = f"{words.inside} 2"
    dialog.locator(".file-f input[type=file]").set_input_files(
        {"name": "terms.docx", "mimeType": "application/octet-stream", "buffer": making.docx(more)}
    )
    expect(dialog.locator(".file-f .rel").first).to_contain_text("terms.docx")
    expect(dialog.locator(".file-f .rel").first.locator(".chip")).to_have_text(words.current)
    expect(dialog.locator(".file-f .rel").nth(1)).to_contain_text("terms.pdf")
    expect(page.locator(".files .file")).to_have_count(1)
    expect(page.locator(".files .file")).to_contain_text("terms.docx")


def _found(page: Page, url: str, words: Words) -> None:
    """The worker reads it within moments; the hit says which file and leads to its preview."""
    hit = page.locator(".found a.pi", has_text="terms.docx")
    for _turn in range(20):
        page.goto(f"{url}/search?q={words.word}")
        if hit.count():
            break
        page.wait_for_timeout(500)
    expect(hit).to_have_count(1)
    expect(hit).to_contain_text("Harbour Optics")
    expect(hit).to_contain_text(words.word)
    clean(page)
    hit.click()
    expect(page.locator(".file-p pre")).to_contain_text(words.inside)
    clean(page)


def _linked(page: Page, words: Words) -> str:
    page.locator("#l-hours").select_option("24")
    page.locator("#l-most").fill("1")
    page.get_by_role("button", name=words.link).click()
    made = page.locator(".once code")
    expect(made).to_be_visible()
    clean(page)
    return made.inner_text()


def _fetched(browser: Browser, address: str, words: Words) -> None:
    """Signed out, elsewhere: the page, the file, and then no more."""
    context = browser.new_context(locale=LOCALES[words.language])
    page = context.new_page()
    page.goto(address)
    expect(page.locator("h1")).to_have_text("terms.docx")
    clean(page)
    with page.expect_download() as fetched:
        page.locator("main form button[type=submit]").first.click()
    assert fetched.value.suggested_filename == "terms.docx"
    answer = page.goto(address)
    assert answer is not None and answer.status == 410
    answer = page.goto(address[:-3])
    assert answer is not None and answer.status == 404
    context.close()


def _kept_apart(page: Page, url: str, account: object, words: Words) -> None:
    _opened(page, url, account)
    _attach(page, "photo.png", _PNG)
    expect(page.locator(".files .file", has_text="photo.png").locator("img.thumb")).to_have_count(1)
    _attach(page, "offer.pdf", b"MZ\x90\x00" + bytes(200))
    bad = page.locator(".files .file", has_text="offer.pdf")
    expect(bad).to_contain_text(words.kept)
    expect(bad.locator("a[href^='/files/'][aria-label]")).to_have_count(0)
    clean(page)
    bad.locator("button").last.click()
    expect(bad).to_have_count(0)
    page.locator(".file-bin summary").click()
    page.locator(".file-bin button", has_text=words.back).first.click()
    expect(page.locator(".files .file")).to_have_count(3)


def test_pages_of_a_file_run_nothing(browser: Browser, north: Company, live_server: LiveServer) -> None:
    """What is uploaded as a web page or drawing is never a document of our own origin: opened by its address it is downloaded."""
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        account = north.make("account", {"name": "Harbour"})
        _opened(page, live_server.url, account.id)
        evil = b"<!doctype html><script>document.cookie='stolen=1';parent.stolen=1</script>"
        for name in ("page.html", "drawing.svg", "notes.md"):
            _attach(page, name, evil if name != "drawing.svg" else b"<svg xmlns='http://www.w3.org/2000/svg'><script>stolen=1</script></svg>")
            link = page.locator(".files .file", has_text=name).locator("a[aria-label]").get_attribute("href")
            with page.expect_download() as fetched:
                page.evaluate("to => { location.href = to }", f"{link}?show=1")
            assert fetched.value.suggested_filename == name
            page.locator(".files .file a", has_text=name).first.click()
            expect(page.locator("dialog[open] .file-p")).to_be_visible()
            assert not page.evaluate("() => window.stolen || document.cookie.includes('stolen')")
            page.keyboard.press("Escape")
        assert re.search("script", page.locator(".files").inner_html()) is None


def test_an_administrator_releases_what_was_kept_apart(browser: Browser, north: Company, live_server: LiveServer) -> None:
    account = north.make("account", {"name": "Harbour"})
    with sat_down(browser, "en", 1440) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        _opened(page, live_server.url, account.id)
        _attach(page, "offer.pdf", b"MZ\x90\x00" + bytes(200))
        page.goto(f"{live_server.url}/settings/files")
        clean(page)
        page.get_by_role("button", name="Release").click()
        expect(page.locator("#held-h + p")).to_be_visible()
        page.locator("#f-quota").fill("1")
        page.get_by_role("button", name="Save", exact=True).first.click()
        expect(page.locator(".set-h")).to_contain_text("1.0 MB are used")
        _opened(page, live_server.url, account.id)
        expect(page.locator(".files .file .file-h")).to_have_count(0)
        expect(page.locator(".file-add")).to_contain_text("of 1.0 MB left")
