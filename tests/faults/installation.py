"""A running Kith of its own, on a small file system in memory where that can be mounted, and what is done to it."""

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from config.database import addresses, embedded
from config.launcher import ports
from config.launcher.supervisor import state
from tests.launch.conftest import Run

SIZE = 3 * 2**30


@dataclass(slots=True)
class Installation:
    """Its folder, where it listens, an administrator's token, address and password. `small`: it lies on SIZE bytes in memory."""

    data: Path
    port: int
    token: str
    email: str
    password: str
    small: bool

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, **headers: str) -> httpx.Client:
        """A client of the administrator, for pages and the API."""
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}", **headers}, timeout=20, trust_env=False
        )

    def ready(self) -> bool:
        return ports.answer(f"{self.url}/readyz")[0] == 200

    def kill(self, name: str) -> float:
        """kill -9 of one part; answers after how many seconds the whole answered again (half a second at least)."""
        os.kill(self.pid(name), signal.SIGKILL)
        time.sleep(0.5)
        return 0.5 + until(self.ready)

    def pid(self, name: str) -> int:
        known: Any = state(self.data)
        pid = embedded(self.data).pid() if name == "database" else known["pid"] if name == "supervisor" else known["pids"][name]
        assert pid is not None
        return int(pid)

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """PostgreSQL is killed, and whoever would start it again sleeps."""
        supervisor = self.pid("supervisor")
        os.kill(supervisor, signal.SIGSTOP)
        try:
            os.kill(self.pid("database"), signal.SIGKILL)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)

    @contextmanager
    def database_asleep(self) -> Iterator[None]:
        """PostgreSQL and all its processes hold still: connections are taken, and nothing is said."""
        root = self.pid("database")
        family = [root, *_children(root)]
        for pid in family:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in family:
                os.kill(pid, signal.SIGCONT)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(addresses(self.data).owner) as link:
            return link.execute(sql, values).fetchall()  # type: ignore[arg-type]


def until(holds: Callable[[], object], seconds: float = 60) -> float:
    """Waits until it holds; answers how many seconds that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + seconds, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - begun


def _children(root: int) -> list[int]:
    return [int(pid) for task in Path(f"/proc/{root}/task").iterdir() for pid in (task / "children").read_text().split()]


@contextmanager
def place() -> Iterator[tuple[Path, bool]]:
    """(an empty folder, whether it lies on a file system of SIZE bytes): only root may mount one."""
    with tempfile.TemporaryDirectory(prefix="kith-faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's own user has to get in
        command = ["/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "kith-faults", name]
        small = os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
        try:
            yield folder, small
        finally:
            if small:
                subprocess.run(["/bin/umount", "-l", name], check=True)


@contextmanager
def running(kith: Run) -> Iterator[Installation]:
    with place() as (folder, small):
        data, port = folder / "data", ports.free_port()
        done = kith("up", "--detach", "--data", str(data), "--port", str(port))
        assert done.returncode == 0, done.stderr
        said = dict(re.findall(r"^ +(\w+): +(\S+)$", done.stdout, re.MULTILINE))
        token = kith("token", "--data", str(data)).stdout.strip()
        try:
            yield Installation(data, port, token, said["email"], said["password"], small)
        finally:
            kith("down", "--data", str(data))
