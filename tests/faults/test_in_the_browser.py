"""What a person at the screen sees of it: nothing typed is lost, and the page comes back by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.faults.installation import Installation, until
from tests.faults.test_full_disk import full

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture
def desk(browser: Browser, installation: Installation) -> Iterator[Page]:
    """A signed-in administrator. The console is not looked at: refused requests stand in it."""
    until(installation.ready)
    context = browser.new_context(locale="en", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{installation.url}/sign-in")
    page.fill("[name=email]", installation.email)
    page.fill("[name=password]", installation.password)
    page.click("[type=submit].btn-p")
    page.wait_for_url(f"{installation.url}/")
    yield page
    context.close()


def test_what_was_typed_is_still_there_when_the_database_is_back(installation: Installation, desk: Page) -> None:
    with installation.client() as client:
        pk = client.post("/api/v1/accounts", json={"name": "Kept Ltd", "employees": 12}).json()["id"]
    desk.goto(f"{installation.url}/accounts/{pk}/")
    cell = desk.locator("[data-edit$='employees']").first
    cell.click()
    typed = cell.locator("[name=employees]")
    typed.fill("4321")
    toast = desk.locator(".toast.bad", has_text="The database does not answer.")
    form = desk.context.new_page()
    form.goto(f"{installation.url}/accounts/new")
    form.fill("[name=name]", "Typed in the whole form")
    with installation.without_database():
        typed.press("Enter")
        expect(toast).to_be_visible(timeout=8_000)
        expect(desk.locator(".toast.bad")).to_have_count(1)
        expect(typed).to_have_value("4321")
        form.locator("form[data-draft] [type=submit]").first.click()
        expect(form.get_by_text("what you typed is still there")).to_be_visible()
        waiting = desk.context.new_page()
        waiting.goto(f"{installation.url}/accounts/")
        expect(waiting.get_by_role("heading", name="The database does not answer")).to_be_visible()
    until(lambda: all(installation.ready() for _ in range(12)))
    typed.press("Enter")
    expect(cell).to_contain_text("4,321")
    expect(waiting.locator("tbody tr").first).to_be_visible(timeout=15_000)
    form.go_back()
    expect(form.locator("[name=name]")).to_have_value("Typed in the whole form")
    form.locator("form[data-draft] [type=submit]").first.click()
    expect(form.get_by_role("heading", name="Typed in the whole form").first).to_be_visible()


def test_a_full_disk_is_told_in_a_toast_and_the_dialog_stays(installation: Installation, desk: Page) -> None:
    if not installation.small:
        pytest.skip("needs a file system of its own, which only root may mount")
    desk.goto(f"{installation.url}/accounts/")
    desk.locator("[data-create-default]").dispatch_event("click")
    name = desk.locator("#layer [name=name]")
    name.fill("Typed in the dialog")
    with full(installation.data.parent):
        desk.locator("#layer [type=submit].btn-p").first.click()
        expect(desk.locator(".toast.bad", has_text="The storage is full: nothing was saved.")).to_be_visible()
        expect(name).to_have_value("Typed in the dialog")
    until(installation.ready)
    desk.locator("#layer [type=submit].btn-p").first.click()
    expect(desk.locator(".toast", has_text="Typed in the dialog was created")).to_be_visible(timeout=15_000)
