"""The pictures of the guide: KITH_PICTURES=1 writes docs/guide/pictures anew from the demonstration company."""

import base64
import os
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page

from config.demo.colleagues import NORTHLIGHT
from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import User
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import PASSWORD
from tests.harness.servers import LiveServer
from tests.journeys.scenes import CHINESE, ENGLISH, SCENES, SHAPING, SMALL, Script
from tests.journeys.screens import sat_down, sign_in

FOLDER = Path(__file__).resolve().parents[2] / "docs/guide/pictures"
LARGEST, ALL = 150_000, 3_000_000

pytestmark = [pytest.mark.journey, pytest.mark.skipif(not os.environ.get("KITH_PICTURES"), reason="KITH_PICTURES=1 draws them")]


def test_pictures(browser: Browser, live_server: LiveServer) -> None:
    call_command("demo", password=PASSWORD, verbosity=0)
    for script in (ENGLISH, CHINESE):
        reader, admin = _busiest(script.language), _administrator(script.language)
        usual = tuple(name for name in SCENES if name not in SHAPING)
        for who, width, names, mark in ((reader, 1440, usual, ""), (admin, 1440, SHAPING, ""), (reader, 390, SMALL, "-phone")):
            with sat_down(browser, script.language, width) as page:
                sign_in(page, live_server.url, who)
                for name in filter(_wanted, names):
                    draw(page, live_server.url, name, script, FOLDER / f"{name}{mark}-{script.language[:2]}.webp")
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < ALL


def draw(page: Page, url: str, name: str, script: Script, path: Path) -> None:
    """One scene into one file: WebP, which Chromium writes itself, at a third of the size of PNG."""
    page.emulate_media(reduced_motion="reduce")
    SCENES[name](page, url, script)
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    session = page.context.new_cdp_session(page)
    taken = session.send("Page.captureScreenshot", {"format": "webp", "quality": 82})
    session.detach()
    path.write_bytes(base64.b64decode(taken["data"]))
    assert path.stat().st_size < LARGEST, path


def _wanted(name: str) -> bool:
    """KITH_PICTURES=1 draws all of them, KITH_PICTURES=board,deal those."""
    asked = os.environ["KITH_PICTURES"]
    return asked == "1" or name in asked.split(",")


def _administrator(language: str) -> str:
    """The mail address of the administrator, who reads this language from now on."""
    email = next(one.email for one in NORTHLIGHT if one.role == "administrator")
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            User.objects.filter(email=email).update(language=language)
    return email


def _busiest(language: str) -> str:
    """The mail address of the manager with this language who has most to do today: an empty day makes no picture."""
    asked = [one.email for one in NORTHLIGHT if one.language == language and one.role == "manager"]
    found: Counter[str] = Counter()
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            rows = Activity.objects.filter(done_at=None, due__lt=now(), owner__email__in=asked)
            found.update(rows.values_list("owner__email", flat=True))
    return found.most_common(1)[0][0]
