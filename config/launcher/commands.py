"""The command lines of Kith's processes: the launcher and the tests start the same ones."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def web(port: int, host: str = "127.0.0.1", workers: int = 2) -> list[str]:
    """granian: `workers` processes, each one event loop and a pool of threads for Django."""
    return [
        sys.executable, "-m", "granian", "config.asgi:app", "--interface", "asgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--no-ws", "--http", "1", "--respawn-failed-workers", "--workers-kill-timeout", "10",
        "--backlog", "1024", "--log-level", "warning",
    ]  # fmt: skip


def worker() -> list[str]:
    """The process that runs jobs and delivers events."""
    return [sys.executable, str(ROOT / "manage.py"), "worker"]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]
