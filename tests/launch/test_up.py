"""`./kith up` and its companions, as a person types them: one installation for the whole file, in order."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.database import embedded
from config.launcher import ports
from config.launcher.supervisor import state
from tests.launch.conftest import Run


@dataclass
class Installation:
    """A running Kith and what its first start said."""

    data: Path
    port: int
    said: str = ""
    words: list[str] = field(default_factory=list)

    def ready(self) -> bool:
        return ports.answer(f"http://127.0.0.1:{self.port}/readyz")[0] == 200

    def pid(self, name: str) -> int:
        pids = state(self.data).get("pids")
        assert isinstance(pids, dict)
        return int(pids[name])


@pytest.fixture(scope="module")
def installed(kith: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    found = Installation(tmp_path_factory.mktemp("installed") / "data", ports.free_port())
    found.words = ["--data", str(found.data), "--port", str(found.port)]
    done = kith("up", "--detach", *found.words)
    assert done.returncode == 0, done.stderr
    found.said = done.stdout
    yield found
    kith("down", "--data", str(found.data))


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_the_first_start_prints_address_and_credentials(installed: Installation) -> None:
    assert f"http://localhost:{installed.port}" in installed.said
    assert re.search(r"password: +\S{12,}", installed.said)
    assert not (installed.data / "run/first-sign-in.json").exists()


def test_a_second_up_says_that_it_runs(installed: Installation, kith: Run) -> None:
    done = kith("up", *installed.words)
    assert done.returncode == 0
    assert f"already runs at http://localhost:{installed.port}" in done.stdout


def test_status_names_every_part(installed: Installation, kith: Run) -> None:
    done = kith("status", "--data", str(installed.data))
    assert done.returncode == 0
    assert "ready" in done.stdout
    assert re.search(r"worker +runs", done.stdout)
    assert re.search(r"database +runs", done.stdout)


def test_token_prints_a_token_and_nothing_else(installed: Installation, kith: Run) -> None:
    done = kith("token", "--data", str(installed.data))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"kith_[0-9a-f]{32}_\S{20,}\n", done.stdout)


def test_the_audit_log_is_looked_through(installed: Installation, kith: Run) -> None:
    done = kith("audit", "verify", "--data", str(installed.data))
    assert done.returncode == 0, done.stderr
    assert "the audit log is as it was written" in done.stdout and "note it elsewhere" in done.stdout
    lost = kith("audit", "verify", "--noted", "0123456789abcdef", "--data", str(installed.data))
    assert lost.returncode == 1 and "tampered with" in lost.stdout


def test_a_token_for_nobody_is_a_sentence(installed: Installation, kith: Run) -> None:
    done = kith("token", "--data", str(installed.data), "nobody@example.org")
    assert done.returncode != 0
    assert "nobody@example.org" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_a_sentence(installed: Installation, kith: Run, tmp_path: Path) -> None:
    done = kith("up", "--data", str(tmp_path / "other"), "--port", str(installed.port))
    assert done.returncode == 1
    assert f"Port {installed.port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["web", "worker"])
def test_what_is_killed_comes_back(installed: Installation, name: str) -> None:
    before = installed.pid(name)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: state(installed.data).get("pids", {}).get(name) not in {None, before})  # type: ignore[attr-defined]
    wait_for(installed.ready)


def test_the_killed_database_comes_back(installed: Installation) -> None:
    server = embedded(installed.data)
    before = server.pid()
    assert before is not None
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: server.pid() not in {None, before})
    wait_for(installed.ready)


def test_without_the_database_requests_are_refused_at_once(installed: Installation) -> None:
    server = embedded(installed.data)
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    code, _ = ports.answer(f"http://127.0.0.1:{installed.port}/readyz", timeout=20)
    assert time.monotonic() - started < 6
    assert code in {200, 503}
    wait_for(installed.ready)


def test_down_and_up_again_keeps_everything(installed: Installation, kith: Run) -> None:
    down = kith("down", "--data", str(installed.data))
    assert (down.returncode, down.stdout) == (0, "Kith is stopped.\n")
    assert kith("status", "--data", str(installed.data)).returncode == 1
    assert kith("down", "--data", str(installed.data)).returncode == 0
    again = kith("up", "--detach", *installed.words)
    assert again.returncode == 0, again.stderr
    assert "password" not in again.stdout
    assert installed.ready()


def test_a_killed_supervisor_leaves_nothing_that_hinders_the_next_start(installed: Installation, kith: Run) -> None:
    pid = state(installed.data)["pid"]
    assert isinstance(pid, int)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: ports.is_free(installed.port))
    again = kith("up", "--detach", *installed.words)
    assert again.returncode == 0, again.stderr
    assert installed.ready()


def test_an_unwritable_folder_is_a_sentence(kith: Run) -> None:
    done = kith("up", "--data", "/proc/nowhere", "--port", str(ports.free_port()))
    assert done.returncode == 1
    assert "--data" in done.stderr
    assert "Traceback" not in done.stderr


def test_commands_before_the_first_up_are_a_sentence(kith: Run, tmp_path: Path) -> None:
    for words in (["token"], ["manage", "check"]):
        done = kith(words[0], "--data", str(tmp_path / "none"), *words[1:])
        assert done.returncode == 1
        assert "./kith up" in done.stderr
    assert kith("down", "--data", str(tmp_path / "none")).returncode == 0
    assert not (tmp_path / "none").exists()


def test_the_launcher_itself_needs_no_package(outside: dict[str, str]) -> None:
    done = subprocess.run(
        ["/usr/bin/env", "python3", "-S", "kith", "help"], capture_output=True, text=True, env=outside, check=False
    )
    assert done.returncode == 0
    assert "up [--demo]" in done.stdout


def test_words_for_pytest_and_django_are_handed_on_untouched(installed: Installation, kith: Run) -> None:
    listed = kith("test", "--collect-only", "-q", "tests/launch/test_locks.py")
    assert listed.returncode == 0, listed.stdout + listed.stderr
    assert "test_every_package_is_pinned_by_hash" in listed.stdout
    for words in (["--version", "--data", str(installed.data)], ["--data", str(installed.data), "--version"]):
        done = kith("manage", *words)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("5.2")
