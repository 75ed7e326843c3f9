"""Who can see this, and why, in a real browser: asked, shared, asked again; an absence agreed and recalled; dates that shut somebody out.

`KITH_WHY_SHOTS=<folder>` keeps pictures of the screens.
"""

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions import change_roles, save_role
from crm.kernel.identity.models import User
from crm.kernel.records.sharing import share
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company
from tests.journeys.screens import clean, sat_down, sign_in

WORDS = {
    "en": {
        "menu": "Who can see this?", "ask": "Ask", "no": "Cleo Marsh cannot see it.", "yes": "Cleo Marsh can see it.",
        "owner": "It belongs to Ada Whitfield, team East", "shared": "Admin Lee shared it with Cleo Marsh to see",
        "then": "Cleo Marsh could not see it then.", "field": "Cleo Marsh cannot see the field “Tax number”.", "tax": "Tax number",
        "agree": "Agree the absence", "stands": "Cleo Marsh stands in", "recall": "Recall", "none": "No absence is agreed.",
        "outside": "From outside the company", "save": "Save the access", "ended": "this person cannot come in", "why": "Ask why",
        "past": "audit log begins",
    },
    "zh-hans": {
        "menu": "谁能看到它？", "ask": "询问", "no": "Cleo Marsh 不能查看它。", "yes": "Cleo Marsh 可以查看它。",
        "owner": "它由 Ada Whitfield（团队 East）负责", "shared": "Admin Lee 把它共享给 Cleo Marsh 查看",
        "then": "Cleo Marsh 当时不能查看它。", "field": "Cleo Marsh 不能查看字段“税号”。", "tax": "税号",
        "agree": "约定代理", "stands": "由 Cleo Marsh 代理", "recall": "收回", "none": "没有约定休假代理。",
        "outside": "公司外部人员", "save": "保存访问期限", "ended": "此人无法进入", "why": "询问原因",
        "past": "审计日志始于",
    },
}  # fmt: skip


def kept(page: Page, name: str) -> None:
    folder = os.environ.get("KITH_WHY_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=False)


def chosen(page: Page, field: str, letters: str) -> None:
    """Types letters into a lookup and takes the first hit."""
    page.locator(field).fill(letters)
    page.locator(f"{field}-list [role=option]", has_text=letters).first.click()


@pytest.mark.journey
@pytest.mark.parametrize(("language", "width", "theme"), [("en", 1440, "light"), ("zh-hans", 360, "dark")])
def test_why_somebody_sees_it(browser: Browser, north: Company, live_server: Any, language: str, width: int, theme: str) -> None:
    words, mark = WORDS[language], f"{language}-{width}-{theme}"
    with north.as_kith():
        User.objects.update(language=language, theme=theme)
        bump_permissions()
    with north.as_("admin"):
        role = save_role(None, "Field sales", "", {"kinds": {"account": {"view": "own", "fields": {"tax_id": "hidden"}}}, "does": []})
        change_roles(north.people["cleo"].pk, [role.pk])
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    page_of = f"{live_server.url}/accounts/{record.pk}/"
    with sat_down(browser, language, width) as page:
        sign_in(page, live_server.url, north.people["admin"].email)
        page.goto(page_of)
        _asked(page, words, mark)
        _shared_and_asked_again(page, page_of, words, mark, north, record)
        _from_the_person(page, live_server.url, words, mark, north)


def _asked(page: Page, words: dict[str, str], mark: str) -> None:
    page.locator("[popovertarget=record-menu]:visible").first.click()
    page.get_by_role("menuitem", name=words["menu"]).click()
    expect(page.locator(".why table tbody tr")).to_have_count(5)
    clean(page)
    kept(page, f"why-all-{mark}")
    chosen(page, "#w-user", "Cleo")
    page.get_by_role("button", name=words["ask"], exact=True).click()
    expect(page.locator(".why-a")).to_contain_text(words["no"])
    expect(page.locator(".why-a")).to_contain_text(words["owner"])
    clean(page)
    kept(page, f"why-no-{mark}")


def _shared_and_asked_again(page: Page, page_of: str, words: dict[str, str], mark: str, north: Company, record: Any) -> None:

    early, entity = now(), registry.kind("account")
    assert entity is not None
    with north.as_("admin"):
        share(entity, record.pk, user=north.people["cleo"].pk, until=early + datetime.timedelta(days=9))
    page.get_by_role("button", name=words["ask"], exact=True).click()
    expect(page.locator(".why-a")).to_contain_text(words["yes"])
    expect(page.locator(".why-a")).to_contain_text(words["shared"])
    kept(page, f"why-yes-{mark}")
    page.locator("#w-field").select_option(label=words["tax"])
    page.get_by_role("button", name=words["ask"], exact=True).click()
    expect(page.locator(".why-a")).to_contain_text(words["field"])
    clean(page)
    kept(page, f"why-field-{mark}")
    page.locator("#w-day").fill("2020-01-01")
    page.get_by_role("button", name=words["ask"], exact=True).click()
    expect(page.locator(".bn")).to_contain_text(words["past"])
    kept(page, f"why-past-{mark}")


def _from_the_person(page: Page, base: str, words: dict[str, str], mark: str, north: Company) -> None:
    today = now().date()
    page.goto(f"{base}/settings/users/{north.people['ada'].pk}")
    chosen(page, "#a-delegate", "Cleo")
    page.locator("#f-since").fill(str(today - datetime.timedelta(days=1)))
    page.locator("#f-until").fill(str(today + datetime.timedelta(days=6)))
    page.get_by_role("button", name=words["agree"]).click()
    expect(page.locator("#absence")).to_contain_text(words["stands"])
    clean(page)
    kept(page, f"why-person-{mark}")
    page.locator("#absence").scroll_into_view_if_needed()
    kept(page, f"why-absence-{mark}")
    page.get_by_role("button", name=words["recall"]).click()
    expect(page.locator("#absence")).to_contain_text(words["none"])
    page.goto(f"{base}/settings/users/{north.people['cleo'].pk}")
    page.get_by_label(words["outside"]).check()
    page.locator("#f-access_until").fill(str(today - datetime.timedelta(days=2)))
    page.get_by_role("button", name=words["save"]).click()
    expect(page.locator("main")).to_contain_text(words["ended"])
    page.locator("#f-access_until").scroll_into_view_if_needed()
    kept(page, f"why-access-{mark}")
    chosen(page, "#r-record", "Harbour")
    page.get_by_role("button", name=words["why"]).click()
    expect(page.locator(".why-a")).to_contain_text(words["no"])
    clean(page)
