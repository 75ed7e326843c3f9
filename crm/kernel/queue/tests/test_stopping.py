"""Stopping a task and sending it on again."""

from collections.abc import Callable

import pytest

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.identity.models import Team
from crm.kernel.queue import queries
from crm.kernel.queue.actions import cancel, defer, retry
from crm.kernel.queue.models import Task
from crm.kernel.queue.runner import run_task
from crm.kernel.queue.tests import sample
from crm.kernel.queue.tests.test_tasks import again, run
from crm.kernel.testing.cast import Company


def rows_of(company: Company, mark: str) -> int:
    with company.as_("admin"):
        return Team.objects.filter(path__startswith=f"{mark}/").count()


def at_batch(number: int, act: Callable[[], object]) -> Callable[[], bool]:
    """Something that happens between two batches; the worker asks before each whether it has to stop."""
    seen = [0]

    def asked() -> bool:
        seen[0] += 1
        if seen[0] == number:
            act()
        return False

    return asked


def test_what_waits_is_stopped_at_once_and_never_runs(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="never")
        assert queries.task(task.id).stoppable
        assert cancel(task.id).state == Task.CANCELLED
    done = run(task)
    assert (done.state, done.attempt, done.stopped_by_id) == (Task.CANCELLED, 0, north.people["ada"].id)
    with north.as_("ada"), pytest.raises(Conflict):
        cancel(task.id)


def test_what_runs_is_stopped_at_its_next_batch_and_goes_on_from_there(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="stop", batches=4, size=3, rest=0)

    def stop() -> None:
        with north.as_("admin"):
            asked = cancel(task.id)
            assert (asked.state, asked.stopping, asked.stoppable) == (Task.RUNNING, True, False)

    run_task(north.id, task.id, at_batch(3, stop))
    stopped = again(task)
    assert (stopped.state, stopped.done, stopped.stopping, rows_of(north, "stop")) == (Task.CANCELLED, 6, False, 6)
    assert run(task).state == Task.CANCELLED
    with north.as_("ada"):
        assert retry(task.id).state == Task.WAITING
    assert (run(task).state, rows_of(north, "stop")) == (Task.DONE, 12)


def test_what_is_over_cannot_be_stopped_and_what_is_done_not_sent_on(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="late", batches=1, size=2, rest=0)
    assert run(task).state == Task.DONE
    for act in (cancel, retry):
        with north.as_("ada"), pytest.raises(Conflict):
            act(task.id)


def test_a_worker_that_died_after_the_wish_does_not_begin_again(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="died", batches=2, size=2, rest=0)
        Task.objects.filter(id=task.id).update(state=Task.RUNNING, attempt=1, stopping=True)
    assert (run(task).state, rows_of(north, "died")) == (Task.CANCELLED, 0)


def test_one_step_that_runs_cannot_be_stopped(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="step")
        Task.objects.filter(id=task.id).update(state=Task.RUNNING)
        assert not queries.task(task.id).stoppable
        with pytest.raises(Conflict):
            cancel(task.id)


def test_only_the_own_tasks_and_only_of_the_own_company(north: Company, south: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="own")
    for company, who in ((north, "cleo"), (south, "admin")):
        with company.as_(who):
            for look in (queries.own, *((cancel, retry) if company is south else ())):
                with pytest.raises(NotFound):
                    look(task.id)
            assert task not in queries.owned()
    for who in ("ada", "admin"):
        with north.as_(who):
            assert queries.own(task.id) == task and task in queries.owned()
    with south.as_("admin"):
        assert not queries.under_way() and not queries.over(Task.FAILED)
