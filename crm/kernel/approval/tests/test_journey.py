"""A verified value is changed, and approved, in a real browser: asked in English, decided in Chinese."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from crm.kernel.approval.tests.test_pending import OLD, verified
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

NEW_STREET = "崧泽大道6638弄18号"


def signed_in(page: Page, company: Company, who: str, url: str) -> None:
    page.context.clear_cookies()
    session = company.browser(who).cookies["kith_session"].value
    page.context.add_cookies([{"name": "kith_session", "value": session, "url": url}])


@pytest.mark.journey
def test_a_change_is_asked_for_in_english_and_decided_in_chinese(live_server: Any, page: Page, north: Company) -> None:
    record = north.make("account", {"name": "盈晟标牌", "billing_address": OLD}, by="ada")
    verified(north, record, "billing_address")
    with north.as_("admin"):
        User.objects.filter(pk=north.people["admin"].pk).update(language="zh-hans")
    signed_in(page, north, "ada", live_server.url)
    page.goto(f"{live_server.url}/accounts/{record.pk}/edit")
    page.locator("[name=billing_address_street]").fill(NEW_STREET)
    page.locator("[name=industry]").fill("Signs")
    page.locator("form button.btn-p[type=submit]").click()
    box = page.locator(".pending")
    expect(box).to_contain_text("in force")
    expect(box).to_contain_text(NEW_STREET)
    expect(page.get_by_role("status").filter(has_text="waits for approval")).to_be_visible()
    expect(page.locator(".hilite")).to_contain_text("Signs")
    box.get_by_role("button", name="Details…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Ada Whitfield asked for it")
    expect(page.get_by_role("dialog").get_by_role("button", name="Approve")).to_have_count(0)
    run_jobs(north.id)
    signed_in(page, north, "admin", live_server.url)
    page.goto(f"{live_server.url}/")
    page.get_by_role("link", name="待审批 1").click()
    page.get_by_role("button", name="审批…").click()
    page.get_by_role("dialog").get_by_label("备注 选填").fill("已电话核实")
    page.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(page.get_by_text("没有待审批的变更")).to_be_visible()
    page.goto(f"{live_server.url}/accounts/{record.pk}/")
    expect(page.locator(".rec-l")).to_contain_text(NEW_STREET)
    expect(page.locator(".pending")).to_have_count(0)
