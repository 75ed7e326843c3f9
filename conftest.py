"""The harness of all tests: a PostgreSQL and a database of its own for each test process that runs beside others.

News and seals wait for the oldest transaction of the whole server: what one process tests must not hold up the other. The servers
live in a folder under the system's temporary folder. Each is started by the first session and stopped by the last one. The migrated
database is kept as a template, so that a session starts in a second; it is made anew when anything that shapes tables has changed.
Tests run as the application's role: row policies hold them as they hold the product. They never clean up: each test makes its own
workspace.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest
from playwright.sync_api import Page
from psycopg import sql

from config.database import embedded, grant_connect, prepare, secrets_for
from config.embedded import Embedded
from tests.harness.browsers import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parent
_SHAPING = {"models", "migrations", "sql", "tenancy", "entity", "fields"}
pytest_plugins = ["tests.harness.servers"]


class Harness:
    """The server and database of this test process."""

    def __init__(self, worker: str) -> None:
        place = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:8]
        default = Path(tempfile.gettempdir()) / f"kith-test-{os.geteuid()}-{place}"
        self.data = Path(os.environ.get("KITH_TEST_DATA", default)) / worker
        self.data.mkdir(parents=True, exist_ok=True)
        self.name = f"kith_t_{os.getpid()}_{worker}"
        self.users: IO[str] = (self.data / "users.lock").open("w")
        self.server: Embedded | None = None

    def start(self) -> None:
        """Starts the server if need be, makes the template if need be, and this process's own database from it."""
        with self._gate():
            prepare(self.data, durable=False)
            self.server = embedded(self.data, durable=False)
            if self._alone():
                self._drop("datname LIKE 'kith_t_%%'")
            fcntl.flock(self.users, fcntl.LOCK_SH)
            template = self._template()
            self._create(self.name, template)
        os.environ.update(self.environment())

    def stop(self) -> None:
        """The last one out stops the server; databases that are left over go when the next one comes in."""
        with self.users, self._gate():
            fcntl.flock(self.users, fcntl.LOCK_UN)
            if (self.data / "secrets.json").exists() and self._alone():
                embedded(self.data, durable=False).stop()

    def _gate(self) -> AbstractContextManager[Any]:
        return _locked(self.data / "start.lock")

    def environment(self) -> dict[str, str]:
        kept = secrets_for(self.data)
        return {
            "DJANGO_SETTINGS_MODULE": "tests.kinds.settings",
            "KITH_DATA": str(self.data / "files" / self.name),
            "KITH_DATABASE_URL": self.url("kith_app", kept.app, self.name),
            "KITH_SECRET_KEY": kept.key,
            "KITH_POOL": "0",
            "KITH_QUEUE": "tests",
            "KITH_PASSWORD_MEMORY_KIB": "64",
        }

    def url(self, user: str, password: str, database: str) -> str:
        assert self.server is not None
        return self.server.url(user, password, database)

    @property
    def owner_url(self) -> str:
        """The owner of this process's database: for tests which look behind the row policies."""
        return self.url("kith_owner", secrets_for(self.data).owner, self.name)

    def _alone(self) -> bool:
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _template(self) -> str:
        name = f"kith_m_{_shape()}"
        with self._admin() as admin:
            if admin.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]
            ).fetchone():
                return name
        self._drop(f"datname LIKE 'kith_m_%%' AND (NOT datistemplate OR datname <> '{name}')")
        self._create(name, "kith")
        owner = self.url("kith_owner", secrets_for(self.data).owner, name)
        environment = {
            **os.environ,
            **self.environment(),
            "KITH_DB_ROLE": "owner",
            "KITH_OWNER_DATABASE_URL": owner,
        }
        command = [sys.executable, "manage.py", "migrate", "--run-syncdb", "--verbosity=0"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.exit(f"migrate failed:\n{(done.stdout + done.stderr)[-3000:]}", returncode=3)
        with self._admin() as admin:
            admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name)))
        return name

    def _create(self, name: str, template: str) -> None:
        with self._admin() as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER kith_owner").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
            grant_connect(admin, name, "kith_app")

    def _drop(self, which: str) -> None:
        with self._admin() as admin:
            found = admin.execute(f"SELECT datname, datistemplate FROM pg_database WHERE {which}").fetchall()
            for name, template in found:
                if template:  # an invalid database, left by a killed session, can only be dropped
                    admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(name)))
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _admin(self) -> "psycopg.Connection[Any]":
        assert self.server is not None
        return psycopg.connect(self.server.admin_url, autocommit=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _shape() -> str:
    """A digest of every file that decides what the tables look like."""
    always = [ROOT / "conftest.py", ROOT / "requirements/app.txt", *(ROOT / "config/settings").glob("*.py")]
    always += (ROOT / "tests" / "kinds").rglob("*.py")
    ours = [*(ROOT / "crm").rglob("*.py"), *(ROOT / "crm").rglob("*.sql")]
    shaping = [
        path for path in ours
        if path.suffix == ".sql" or path.stem in _SHAPING or _SHAPING & set(path.parts)
    ]  # fmt: skip
    digest = hashlib.sha256()
    for path in sorted([*always, *shaping]):
        if "tests" not in path.parts or "kinds" in path.parts:
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


_harness: Harness | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--real", action="store_true", help="a test whose real data set is absent fails instead of being skipped")


REAL = ROOT.parent / "shared" / "data"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    many = sum(1 for path in REAL.iterdir() if path.is_dir()) if REAL.is_dir() else 0
    terminalreporter.write_line(f"real data sets at hand: {many}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of the real sets run wherever the sets are."""
    if config.getoption("--real") or REAL.is_dir():
        return
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.skip(reason=f"no real data sets in {REAL.parent.name}/{REAL.name} beside this folder"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """With --real a missing data set is a failure, not a reason to skip."""
    report = yield
    if report.skipped and item.config.getoption("--real") and item.get_closest_marker("real"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: {report.longrepr[2] if report.longrepr else 'skipped'}"
    return report


def pytest_configure(config: pytest.Config) -> None:
    """Before anything of ours is imported by a test: database, environment, Django."""
    worker = getattr(config, "workerinput", {}).get("workerid", "")
    global _harness
    _harness = Harness(worker or "main")
    if config.getoption("numprocesses", None) and not worker and not config.option.collectonly:
        return  # the workers of xdist do the tests
    _harness.start()

    import django
    from django.test.utils import setup_test_environment

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver keeps an event loop in the tests' thread
    django.setup()
    setup_test_environment()
    config.pluginmanager.import_plugin("crm.kernel.testing.fixtures")  # its imports need the settings


def pytest_unconfigure(config: pytest.Config) -> None:
    if _harness is None:
        return
    if sys.modules.get("django.db") and "DJANGO_SETTINGS_MODULE" in os.environ:
        sys.modules["django.db"].connections.close_all()
    _harness.stop()
    if _harness.server is None:  # the workers may be ended before they have tidied up, so we look after them
        for other in _harness.data.parent.glob("gw*"):
            Harness(other.name).stop()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose console stays silent: a script error, a refused style or a missing file fails the test."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    yield page
    assert not found, "the browser's console has errors:\n" + "\n".join(found)


@pytest.fixture(scope="session")
def harness() -> Harness:
    assert _harness is not None
    return _harness
