"""The pictures of the guide: KITH_PICTURES=1 writes docs/guide/pictures anew from the demonstration company."""

import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, expect

from config.demo.colleagues import NORTHLIGHT
from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import User
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import PASSWORD
from tests.harness.servers import LiveServer
from tests.journeys.screens import sat_down, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs/guide/pictures"
LARGEST = 300_000
CUSTOMERS = "/accounts/?filter=status = customer"
PLACES = {"home": "/", "list": CUSTOMERS, "record": CUSTOMERS, "board": "/opportunities/board"}

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not os.environ.get("KITH_PICTURES"), reason="KITH_PICTURES=1 draws them")]


def test_pictures(browser: Browser, live_server: LiveServer) -> None:
    call_command("demo", password=PASSWORD, verbosity=0)
    reader = _busiest()
    for language, width, screens in (("en", 1440, ("home", "list", "record", "board")), ("zh-hans", 360, ("list",))):
        _speak(reader, language)
        with sat_down(browser, language, width) as page:
            sign_in(page, live_server.url, reader)
            for screen in screens:
                page.goto(live_server.url + PLACES[screen])
                if screen == "record":
                    page.locator("[data-row] [data-main]:visible").nth(1).click()
                    expect(page.locator("h1:visible").first).to_be_visible()
                page.wait_for_load_state("load")
                page.evaluate("document.fonts.ready.then(() => null)")
                path = FOLDER / f"{screen}-{language[:2]}-{width}.png"
                page.screenshot(path=path, animations="disabled")
                assert path.stat().st_size < LARGEST, path


def _busiest() -> str:
    """The mail address of the English colleague who has most to do today: an empty day makes no picture."""
    english = [one.email for one in NORTHLIGHT if one.language == "en"]
    found: Counter[str] = Counter()
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            rows = Activity.objects.filter(done_at=None, due__lt=now(), owner__email__in=english)
            found.update(rows.values_list("owner__email", flat=True))
    return found.most_common(1)[0][0]


def _speak(reader: str, language: str) -> None:
    """The reader of the demonstration company reads this language."""
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            User.objects.filter(email=reader).update(language=language)
