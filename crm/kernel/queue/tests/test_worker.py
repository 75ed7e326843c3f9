"""The real worker process: killed, stopped, cut off from the database, and fair."""

import signal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from crm.kernel.identity.models import Team
from crm.kernel.queue import queries
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.tests import sample
from crm.kernel.queue.tests.processes import until, worker_process
from crm.kernel.testing.cast import Company


def written(company: Company, mark: str) -> int:
    with company.as_kith():
        return Team.objects.filter(path__startswith=f"{mark}/").count()


def reached(company: Company, mark: str, number: int) -> bool:
    return written(company, mark) >= number


def state(company: Company, task: Task) -> Task:
    with company.as_kith():
        return queries.task(task.id)


def test_after_kill_9_another_worker_goes_on_without_a_lost_or_doubled_row(north: Company, tmp_path: Path) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="cut", batches=30, size=5, rest=0.1)
    for turn in range(2):
        with worker_process(tmp_path / f"{turn}.log") as process:
            until(partial(reached, north, "cut", 25 * (turn + 1)))
            process.send_signal(signal.SIGKILL)
            process.wait()
        kept = written(north, "cut")
        assert kept % 5 == 0
        assert state(north, task).done == kept
    with worker_process(tmp_path / "last.log"):
        until(lambda: state(north, task).over)
    done = state(north, task)
    assert (done.state, done.done, done.attempt) == (Task.DONE, 150, 3)
    assert written(north, "cut") == 150


def test_sigterm_finishes_the_batch_and_stops(north: Company, tmp_path: Path) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="stop", batches=60, size=1, rest=0.1)
    with worker_process(tmp_path / "one.log") as process:
        until(lambda: written(north, "stop") >= 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0, (tmp_path / "one.log").read_text()
    paused = state(north, task)
    assert (paused.state, paused.failures) == (Task.WAITING, 0)
    assert written(north, "stop") == paused.done < 60
    with worker_process(tmp_path / "two.log"):
        until(lambda: state(north, task).over)
    assert written(north, "stop") == 60


def test_the_worker_outlives_the_loss_of_the_database(north: Company, tmp_path: Path, harness: Any) -> None:
    log = tmp_path / "worker.log"
    with north.as_("ada"):
        task = defer(sample.rows, mark="away", batches=30, size=2, rest=0.1)
    with worker_process(log, name="away-test") as process:
        until(lambda: written(north, "away") >= 6)
        with psycopg.connect(harness.server.admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER DATABASE {harness.name} CONNECTION LIMIT 1")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'away-test'")
            try:
                until(lambda: "The database does not answer" in log.read_text())
            finally:
                admin.execute(f"ALTER DATABASE {harness.name} CONNECTION LIMIT -1")
        until(lambda: state(north, task).over, 40)
        assert process.poll() is None
    said = log.read_text()
    assert said.count("The database does not answer") == said.count("The database is back") == 1
    assert (state(north, task).state, written(north, "away")) == (Task.DONE, 60)


def test_a_company_with_many_jobs_does_not_keep_another_waiting(north: Company, south: Company, tmp_path: Path) -> None:
    with north.as_("ada"):
        many = [defer(sample.once, mark=f"fair/{number}", rest=0.02) for number in range(12)]
    with south.as_("ada"):
        few = [defer(sample.once, mark=f"fair/{number}", rest=0.02) for number in range(2)]
    assert [task.rank - many[0].rank for task in many] == list(range(12))
    with worker_process(tmp_path / "worker.log"):
        until(lambda: all(state(north, task).over for task in many) and all(state(south, task).over for task in few))
    started = {task.id: state(north, task).started_at for task in many}
    order = sorted([*started.items(), *((t.id, state(south, t).started_at) for t in few)], key=lambda pair: str(pair[1]))
    places = [number for number, (task_id, _at) in enumerate(order) if task_id in {t.id for t in few}]
    assert max(places) <= 4, places
    assert sorted(started, key=lambda key: str(started[key])) == [task.id for task in many]


@pytest.mark.parametrize("jobs", [3])
def test_ranks_follow_what_is_being_served(north: Company, south: Company, jobs: int) -> None:
    with north.as_("ada"):
        first = [defer(sample.once, mark=f"rank/{number}") for number in range(jobs)]
    with south.as_("ada"):
        assert defer(sample.once, mark="rank/0").rank <= first[0].rank
