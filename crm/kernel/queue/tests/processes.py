"""A real worker process for the tests. Others count as dead to it after two seconds instead of fifteen."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

_PROGRAM = """
import django
django.setup()
from crm.kernel.queue import engine, worker
from crm.kernel.queue.tests import sample
engine.HEARTBEAT, engine.DEAD_AFTER, worker.RESCUE_EVERY = 0.5, 2.0, 0.5
worker.WorkerProcess(concurrency=%d).run()
"""


@contextmanager
def worker_process(log: Path, name: str = "queue-test", concurrency: int = 1) -> Iterator["subprocess.Popen[bytes]"]:
    """Runs a worker until the block ends; `name` is its name at the database."""
    environment = {**os.environ, "KITH_PROCESS": name, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", _PROGRAM % concurrency]
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out)
    try:
        yield process
    except BaseException:
        print(f"the worker is {process.poll() or 'running'}; it said:\n{log.read_text()[-4000:]}")  # noqa: T201
        raise
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    """Waits until something holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
