"""Asking for an archive in the settings and by the API, and fetching it: administrators alone, with a reason, for a time."""

import datetime
import hashlib
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from crm.kernel.archive import actions, jobs, places
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base import clock
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.notify.models import Notification
from crm.kernel.queue import runner
from crm.kernel.queue.actions import cancel
from crm.kernel.queue.models import Task
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

PAGE = "/settings/archive"


def asked(company: Company, why: str = "Yearly copy") -> ArchiveRun:
    answer = company.browser("admin").post(PAGE, {"why": why})
    assert answer.status_code == 302, answer.content
    with company.as_("admin"):
        return actions.all_runs()[0]


def one(company: Company, run: ArchiveRun) -> ArchiveRun:
    with company.as_("admin"):
        return actions.one(run.pk)


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_reason_a_job_a_bell_a_file(north: Company) -> None:
    north.make("account", {"name": "Tin Works"})
    admin = north.browser("admin")
    refused = admin.post(PAGE, {"why": "  "})
    assert refused.status_code == 422 and "Say what the archive is for" in refused.content.decode()
    run = asked(north)
    assert admin.post(PAGE, {"why": "Again"}).status_code == 409
    assert "jobc" in admin.get(PAGE).content.decode() and admin.get(f"{PAGE}/progress").status_code == 200
    run_jobs(north.id)
    assert admin.get(f"{PAGE}/progress").headers["HX-Refresh"] == "true"
    text = admin.get(PAGE).content.decode()
    address = text.partition('href="/archive/')[2].partition('"')[0]
    assert "Yearly copy" in text and address
    stranger = Client()
    answer = stranger.get(f"/archive/{address}")
    data = whole(answer)
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="kith-') and "no-store" in answer.headers["Cache-Control"]
    done = one(north, run)
    assert hashlib.sha256(data).hexdigest() == done.sha256 and len(data) == done.size and done.fetched == 1
    assert "rows/account.jsonl" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    with north.as_("admin"):
        assert Notification.objects.filter(url=PAGE).count() == 1
        entries = AuditEntry.objects.filter(table_name="archive_run", record=run.pk).order_by("id")
        assert [(entry.op, entry.actor_label, entry.reason) for entry in entries][0] == ("I", "Admin Lee", "Yearly copy")
        assert "Archive fetched" in {entry.reason for entry in entries}
    assert "Archive of the whole company" in admin.get("/settings/audit").content.decode()


def test_none_but_administrators(north: Company, south: Company) -> None:
    run = asked(north)
    run_jobs(north.id)
    with north.as_("admin"):
        address = actions.address(one(north, run))
    for who in ("ada", "bo", "vi"):
        page, api = north.browser(who), north.api(who)
        assert page.get(PAGE).status_code in (403, 404) and page.post(PAGE, {"why": "x"}).status_code in (403, 404)
        assert page.get(f"{PAGE}/{run.pk}/file").status_code in (403, 404)
        assert api.get("/api/v1/archives").status_code == 403
        assert api.post("/api/v1/archives", {"why": "x"}, content_type="application/json").status_code == 403
        assert api.get(f"/api/v1/archives/{run.pk}/file").status_code == 403
    assert south.browser("admin").get(f"{PAGE}/{run.pk}/file").status_code == 404
    assert south.api("admin").get(f"/api/v1/archives/{run.pk}").status_code == 404
    assert north.api("admin", ["read"]).get(f"/api/v1/archives/{run.pk}/file").status_code == 403, "a token without the scope admin"
    with north.as_("admin"):
        change_roles(north.people["bo"].pk, [north.roles["Administrator"].pk])
    with north.as_("bo"):
        change_roles(north.people["admin"].pk, [north.roles["Seller"].pk])
    assert Client().get(f"/archive/{address}").status_code == 403, "an address is no better than the right of who made it"


def test_addresses_and_archives_end(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(north)
    run_jobs(north.id)
    with north.as_("admin"):
        address = actions.address(one(north, run))
    assert Client().get("/archive/x").status_code == 404
    assert Client().get(f"/archive/{address[:-1]}x").status_code == 404
    monkeypatch.setattr(actions, "ADDRESS_LASTS", -1)
    assert Client().get(f"/archive/{address}").status_code == 404
    with north.as_("admin"):
        ArchiveRun.objects.update(expires_at=clock.now() - datetime.timedelta(seconds=1))
    assert north.browser("admin").get(f"{PAGE}/{run.pk}/file").status_code == 404
    assert places.place(north.id, run.pk).exists()
    with north.as_kith():
        jobs.forget()
    assert one(north, run).state == ArchiveRun.GONE and not places.place(north.id, run.pk).exists()


def test_it_is_removed_before_its_time(north: Company) -> None:
    run = asked(north)
    admin = north.browser("admin")
    assert admin.post(f"{PAGE}/{run.pk}/remove").status_code == 409
    run_jobs(north.id)
    assert admin.post(f"{PAGE}/{run.pk}/remove").status_code == 302
    assert not places.place(north.id, run.pk).exists() and admin.post(f"{PAGE}/{run.pk}/remove").status_code == 404


WRONG: list[Any] = [None, 1, ["x"], {}, True, "", "x" * 201, "a\nb"]


@pytest.mark.parametrize("body", [{}, {"why": "x", "passwords": True}, *({"why": why} for why in WRONG)])
def test_the_api_refuses_by_field(north: Company, body: Any) -> None:
    answer = north.api("admin").post("/api/v1/archives", body, content_type="application/json")
    assert answer.status_code == 422 and set(answer.json()["fields"]) <= {"why", "passwords"}, answer.content


def test_by_the_api(north: Company) -> None:
    api = north.api("admin")
    made = api.post("/api/v1/archives", {"why": "By a program"}, content_type="application/json")
    assert made.status_code == 202 and made.json()["state"] == "waiting" and made.json()["file"] is None
    where = made.headers["Location"]
    assert api.get(f"{where}/file").status_code == 404
    run_jobs(north.id)
    done = api.get(where).json()
    assert done["state"] == "done" and done["rows"] > 50
    assert hashlib.sha256(whole(api.get(done["file"]))).hexdigest() == done["sha256"]
    assert [item["id"] for item in api.get("/api/v1/archives").json()["items"]] == [done["id"]]


def test_a_killed_worker_begins_anew(north: Company) -> None:
    """kill -9 while it writes: the next try writes it whole, and nothing half stays beside it."""
    run = asked(north)
    program = (
        "import os, signal, sys, django; django.setup()\n"
        "from uuid import UUID\n"
        "from crm.kernel.archive import readable, writing\n"
        "writing.lists = lambda *given: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from crm.kernel.queue.runner import run_task\n"
        "run_task(UUID(sys.argv[1]), UUID(sys.argv[2]))\n"
    )
    words = [sys.executable, "-c", program, str(north.id), str(run.task_id)]
    done = subprocess.run(words, cwd=settings.BASE_DIR, env=os.environ, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    path = places.place(north.id, run.pk)
    assert not path.exists() and path.with_name(f"{path.name}.part").exists()
    assert run.task_id is not None
    runner.run_task(north.id, run.task_id)
    assert one(north, run).state == ArchiveRun.DONE
    assert sorted(one.name for one in Path(path.parent).iterdir()) == [path.name]


def test_it_can_be_stopped_and_failure_is_told(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asked(north)
    with north.as_("admin"):
        cancel(run.task_id)  # type: ignore[arg-type]
    assert one(north, run).state == ArchiveRun.STOPPED
    again = asked(north)
    with north.as_("admin"):
        Task.objects.filter(pk=again.task_id).update(state=Task.FAILED, error=runner.UNEXPECTED)
    assert "Something unexpected happened" in north.browser("admin").get(PAGE).content.decode()
    assert one(north, again).state == ArchiveRun.FAILED
