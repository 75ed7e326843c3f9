"""In a real browser: a mail is taken in and its stranger made a contact, a colleague is named, a line of my day is put off."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

WORDS = {
    "en": {"add": "Add as contact", "later": "Remind me tomorrow", "more": "More", "follow": "Follow"},
    "zh-hans": {"add": "添加为联系人", "later": "明天再提醒", "more": "更多", "follow": "关注"},
}
MAIL = "From: 陈静 <chen@xingda.cn>\nTo: x@y.cn\nSubject: 报价\nMessage-ID: <1@x>\n\n请确认交货期。\n\n> 旧邮件\n"


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh-hans", 360)])
def test_mail_mention_and_day(browser: Browser, north: Company, live_server: Any, tmp_path: Path, language: str, width: int) -> None:
    words = WORDS[language]
    with north.as_kith():
        User.objects.update(language=language)
    account = north.make("account", {"name": "Acme"}, by="ada")
    due = {"type": "task", "subject": "<b>Late</b>", "due": now() - datetime.timedelta(days=3)}
    north.make("activity", due, by="ada")
    file = tmp_path / "m.eml"
    file.write_bytes(MAIL.encode())
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["ada"].email)
        line = page.locator(".step", has_text="<b>Late</b>")
        expect(line).to_be_visible()
        clean(page)
        line.locator("[popovertarget]").click()
        page.get_by_role("menuitem", name=words["later"], exact=True).click()
        expect(line).to_have_count(0)

        page.goto(f"{live_server.url}/accounts/{account.pk}/")
        expect(page.locator("[data-mails]")).to_be_visible()
        page.wait_for_timeout(300)
        page.set_input_files("#mail-file", str(file))
        expect(page.locator(".mail")).to_contain_text("请确认交货期。")
        clean(page)
        page.locator(".mail").get_by_role("button", name=words["add"]).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator("[name=name]")).to_have_value("陈静")
        dialog.get_by_role("button", name=words["add"]).click()
        expect(page.locator(".mail-n")).to_have_count(0)

        field = page.locator("#log-subject")
        field.press_sequentially("@zb", delay=30)
        expect(page.locator(".mention-list [role=option]")).to_contain_text("周博")
        field.press("Enter")
        expect(field).to_have_value("@周博 ")
        field.press_sequentially("?")
        field.press("Enter")
        expect(page.locator(".tl")).to_contain_text("@周博 ?")
        if width > 800:
            page.get_by_role("button", name=words["follow"], exact=True).click()
            expect(page.locator(".watch[aria-pressed=false]")).to_be_visible()
        page.goto(f"{live_server.url}/settings/profile")
        clean(page)
