"""The real processes for tests over HTTP and in a browser: granian and the worker, on this test process's database."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.launcher import commands, ports


class LiveServer:
    """A running web server and worker. `url` has no slash at its end."""

    def __init__(self, folder: Path) -> None:
        self.port = ports.free_port()
        self.url = f"http://localhost:{self.port}"
        self.folder = folder
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self.run("web", commands.web(self.port, host="127.0.0.1", workers=1))
        self.run("worker", commands.worker())
        ready, last = ports.wait_ready(f"{self.url}/readyz", 60, lambda: self.processes["web"].poll() is None)
        if not ready:
            pytest.fail(f"the web server is not ready: {last}\n{self.log('web')}")

    def run(self, name: str, command: list[str]) -> None:
        """Starts one process, its output in a file of this name."""
        environment = {
            **{name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"},
            "KITH_BASE_URL": self.url,
            "KITH_POOL": "1",
            "KITH_QUEUE": "kith",
            "KITH_OUTBOUND_ALLOW": "127.0.0.0/8",
            "KITH_PROCESS": f"test-{name}",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=commands.ROOT, env=environment, stdout=log, stderr=log)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("live"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
