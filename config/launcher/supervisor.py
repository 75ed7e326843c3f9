"""Keeps PostgreSQL, web and worker running until it is told to stop; starts anew whichever dies."""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from config.database import embedded, is_external
from config.embedded import Embedded
from config.environment import process_environment
from config.launcher import commands
from config.launcher.say import line
from config.problem import Problem

_STOP_SECONDS = 20
_LONGEST_PAUSE = 10.0


def lock_path(data: Path) -> Path:
    return data / "run" / "supervisor.lock"


def running(data: Path) -> bool:
    """Whether a supervisor holds this data folder now."""
    try:
        with lock_path(data).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def state(data: Path) -> dict[str, object]:
    """What the running supervisor wrote about itself; empty when there is nothing."""
    try:
        return dict(json.loads((data / "run" / "state.json").read_text()))
    except (OSError, ValueError):
        return {}


@dataclass(slots=True)
class Child:
    """One supervised process and when to start it again."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0
    pause: float = 0.2
    restarts: int = field(default=0)

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def due(self) -> bool:
        return time.monotonic() >= self.started + self.pause


class Supervisor:
    """Runs in the foreground of `up`, or in the background with --detach."""

    def __init__(self, data: Path, port: int, host: str) -> None:
        self.data, self.port, self.host = data, port, host
        self.stopping = False
        self.server: Embedded | None = None if is_external(data) else embedded(data)
        self.children = [Child("web", commands.web(port, host)), Child("worker", commands.worker())]
        self.lock: IO[str] | None = None
        self.database_due = 0.0
        #: Whether state.json has to be written, and whether it was told that this failed.
        self.stale = self.told = False

    def take(self) -> None:
        """Takes the data folder for this supervisor. Raises Problem when another has it."""
        path = lock_path(self.data)
        path.parent.mkdir(parents=True, exist_ok=True)
        (self.data / "log").mkdir(exist_ok=True)
        self.lock = path.open("w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Problem(f"Kith already runs on {self.data}.") from None
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask_to_stop)

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def tick(self) -> None:
        """One look at everything; call it a few times a second."""
        if self.server is not None:
            said = self.server.mind_the_disk()
            if said:
                line(f"· {said}")
            if self.server.pid() is None:
                self._revive_database()
        for child in self.children:
            if not child.alive() and child.due() and not self.stopping:
                self._start(child)
                self.stale = True
        if self.stale:
            self._write_state()

    def healthy(self) -> bool:
        """False once a process has died so often that it will not come up by itself."""
        return not self.stopping and all(child.restarts < 4 for child in self.children)

    def run(self) -> None:
        while not self.stopping:
            self.tick()
            time.sleep(0.2)

    def stop(self) -> None:
        """Web and worker first, so that no write is under way, then the database."""
        self.stopping = True
        live = [child.process for child in self.children if child.process is not None and child.alive()]
        for process in live:
            process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in live:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _kill_group(process)
        if self.server is not None:
            self.server.stop()
        (self.data / "run" / "state.json").unlink(missing_ok=True)
        if self.lock is not None:
            self.lock.close()

    def _revive_database(self) -> None:
        if self.server is None or time.monotonic() < self.database_due:
            return
        line("· PostgreSQL does not run: starting it …")
        try:
            self.server.start()
        except (Problem, OSError, subprocess.TimeoutExpired) as problem:  # OSError: the disk is full
            line(str(problem))
            self.database_due = time.monotonic() + 5

    def _start(self, child: Child) -> None:
        if child.process is not None:
            _kill_group(child.process)  # what is left of a killed process would keep the port
            if time.monotonic() - child.started > 30:
                child.pause, child.restarts = 0.2, 0
            child.restarts += 1
            child.pause = min(_LONGEST_PAUSE, child.pause * 2)
            line(f"· {child.name} ended ({_ending(child.process)}): starting it again …")
        environment = _clean(os.environ) | process_environment(self.data, child.name)
        environment.setdefault("KITH_BASE_URL", f"http://localhost:{self.port}")
        with (self.data / "log" / f"{child.name}.log").open("ab") as log:
            child.process = subprocess.Popen(
                child.command,
                cwd=commands.ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        child.started = time.monotonic()

    def _write_state(self) -> None:
        pids = {child.name: child.process.pid for child in self.children if child.process is not None}
        kept = {
            "pid": os.getpid(),
            "port": self.port,
            "host": self.host,
            "url": f"http://localhost:{self.port}",
            "pids": pids,
        }
        fresh = self.data / "run" / "state.json.new"
        try:
            fresh.write_text(json.dumps(kept))
            fresh.replace(self.data / "run" / "state.json")
        except OSError as problem:
            if not self.told:
                line(f"{fresh} cannot be written ({problem.strerror}). Kith tries again.")
            self.told = True
        else:
            self.stale = self.told = False


def _clean(environ: "os._Environ[str]") -> dict[str, str]:
    """The launcher's environment without what only migrations may know."""
    return {
        name: value
        for name, value in environ.items()
        if name not in {"KITH_DB_ROLE", "KITH_OWNER_DATABASE_URL"}
    }


def _ending(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return signal.Signals(-code).name if code is not None and code < 0 else f"code {code}"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _die_with_parent() -> None:
    """Linux: the kernel ends this process when the supervisor is killed, so that none is left behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
