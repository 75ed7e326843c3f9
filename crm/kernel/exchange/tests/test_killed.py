"""kill -9 of the worker in the middle of an import: no row twice, none lost."""

import signal
import time
from typing import Any

import pytest

from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ImportRow, ImportRun
from crm.kernel.exchange.tests.test_import import Workbench, account
from crm.kernel.queue import engine
from crm.kernel.testing.cast import Company
from tests.harness.servers import commands

ROWS = 8_000


def _state(north: Company, run: ImportRun) -> ImportRun:
    with north.as_("admin"):
        return queries.import_run(run.pk)


def test_a_killed_worker_leaves_no_row_twice_and_none_out(north: Company, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "QUEUE", "kith")  # the live worker's, not that of the tests
    bench = Workbench(north)
    bench.upload(account(), "name,customer id\n" + "".join(f"Firm {n:05},K{n}\n" for n in range(ROWS)))
    bench.map(key=None)
    with north.as_("admin"):
        actions.run_import(queries.import_run(bench.run.pk))
    until = time.monotonic() + 120
    kills = 0
    while time.monotonic() < until:
        run = _state(north, bench.run)
        if run.state == "done":
            break
        if kills < 2 and run.many("create") > kills * 1_500:
            live_server.processes["worker"].send_signal(signal.SIGKILL)
            live_server.processes["worker"].wait()
            live_server.run("worker", commands.worker())
            kills += 1
        time.sleep(0.2)
    assert (kills, _state(north, bench.run).state) == (2, "done"), live_server.log("worker")
    with north.as_("admin"):
        numbers = account().model.objects.values_list("external_id", flat=True)
        assert sorted(numbers) == sorted(f"K{n}" for n in range(ROWS))
        assert ImportRow.objects.filter(run_id=bench.run.pk, outcome="create").count() == ROWS
