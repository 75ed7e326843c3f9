"""By the command line onto another installation: all ids stay, and the log with its seals holds as it is, bit by bit."""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from config.database import secrets_for
from config.launcher import __main__ as launcher
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.archive.tests.comparing import told
from crm.kernel.audit import sealing
from crm.kernel.tenancy.queries import workspace_by_slug
from crm.kernel.testing.cast import PASSWORD, Company
from tests.whole.house import out

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def elsewhere(harness: Any, tmp_path: Path) -> Iterator[Command]:
    """`manage.py` on a database and a folder of their own."""
    name = f"{harness.name}_b"
    harness._create(name, harness._template())
    address = harness.url("kith_app", secrets_for(harness.data).app, name)
    environment = {**os.environ, "KITH_DATABASE_URL": address, "KITH_DATA": str(tmp_path / "data")}

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)

    yield run
    with harness._admin() as admin:
        admin.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name)))


def test_another_installation_has_the_very_same(north: Company, elsewhere: Command, tmp_path: Path) -> None:
    north.make("account", {"name": "Tin Works", "phone": "021 6488 2107"}, by="ada")
    here = tmp_path / "here.zip"
    out(north.id, here, passwords=True)
    with north.as_kith():
        sign = sealing.state().sign
    done = elsewhere("import_workspace", str(here), "--workspace", "moved")
    assert done.returncode == 0 and "are in the workspace “moved”" in done.stdout, done.stderr
    assert "new ones" not in done.stdout and "password" not in done.stdout
    verified = elsewhere("audit", "verify", "--noted", sign)
    assert verified.returncode == 0 and "is as it was written" in verified.stdout, verified.stdout + verified.stderr
    there = tmp_path / "there.zip"
    back = elsewhere("export_workspace", "--to", str(there), "--why", "Way back", "--with-passwords")
    assert back.returncode == 0 and "rows" in back.stdout, back.stderr
    first, second = told(here, lambda text: text), told(there, lambda text: text)
    assert first == second
    assert PASSWORD not in "".join(map(str, first.values()))


def test_the_commands_say_what_is_right(north: Company, tmp_path: Path) -> None:
    here, said = tmp_path / "here.zip", io.StringIO()
    call_command("export_workspace", workspace=north.slug, to=here, stdout=said)
    assert "rows and 0 files" in said.getvalue() and "sha256" in said.getvalue()
    assert "argon2" not in "".join(map(str, told(here, lambda text: text).values()))
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_workspace", workspace=north.slug, to=here)
    with pytest.raises(CommandError, match="There is no workspace “nowhere”"):
        call_command("export_workspace", workspace="nowhere", to=tmp_path / "b.zip")
    with pytest.raises(CommandError, match="There is a workspace"):
        call_command("import_workspace", here, workspace=north.slug)
    slug = f"moved-{north.slug[-10:]}"
    call_command("import_workspace", here, workspace=slug, check=True, stdout=said)
    assert "can be taken in here" in said.getvalue() and workspace_by_slug(slug) is None
    call_command("import_workspace", here, workspace=slug, name="Moved Ltd", stdout=said)
    assert "Moved Ltd" in said.getvalue() and "new ones" in said.getvalue()
    secret = said.getvalue().partition("/reset/")[2].split()[0]
    page = Client().get(f"/reset/{secret}")
    assert page.status_code == 200 and "admin-" in page.content.decode()
    with north.as_kith():
        run = ArchiveRun.objects.get()
        assert (run.state, run.why, run.by_id) == (ArchiveRun.GONE, "./kith export", None)


def test_the_launcher_hands_the_words_on() -> None:
    asked = launcher.parser().parse_args(["export", "--workspace", "a", "--to", "/x/a.zip", "--with-passwords"])
    assert launcher._archive(asked) == ["export_workspace", "--to", "/x/a.zip", "--workspace=a", "--with-passwords"]
    asked = launcher.parser().parse_args(["import", "/x/a.zip", "--workspace", "b", "--name", "B -- C", "--check"])
    assert launcher._archive(asked) == ["import_workspace", "/x/a.zip", "--workspace=b", "--name=B -- C", "--check"]
