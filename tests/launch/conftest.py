"""What the launcher's tests share: an environment without the harness's variables, a server of their own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.database import embedded
from config.embedded import Embedded
from config.launcher.commands import ROOT

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def outside() -> dict[str, str]:
    """The environment of somebody who has just opened a terminal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KITH_", "DJANGO_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "KITH_CALLED_FROM": str(ROOT), "LANG": "C.UTF-8"}


@pytest.fixture(scope="session")
def kith(outside: dict[str, str]) -> Run:
    """Runs a command of the launcher in this virtual environment; answers code, output and errors."""

    def run(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "config.launcher", *words]
        return subprocess.run(
            command, cwd=ROOT, env={**outside, **more}, capture_output=True, text=True, timeout=240, check=False
        )

    return run


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Embedded]:
    """A cluster of its own, not started."""
    found = embedded(tmp_path / "data", durable=False)
    yield found
    found.stop()
