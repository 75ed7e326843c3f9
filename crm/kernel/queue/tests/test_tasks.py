"""A job is deferred with the work that asks for it, runs as who asked, and says how it ended."""

import json
from contextlib import suppress

import pytest
from django.db import connection, transaction

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Team, User
from crm.kernel.queue import queries
from crm.kernel.queue.actions import defer, retry
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Paused, Pausing, Progress, Superseded
from crm.kernel.queue.registry import Periodic
from crm.kernel.queue.runner import Again, run_task
from crm.kernel.queue.tests import sample
from crm.kernel.queue.tick import run_everywhere
from crm.kernel.tenancy.scope import current, scope
from crm.kernel.testing.cast import Company


def run(task: Task, stopping: bool = False) -> Task:
    run_task(task.workspace_id, task.id, stopping=lambda: stopping)
    return again(task)


def again(task: Task) -> Task:
    with scope(task.workspace_id, system_actor(task.workspace_id)):
        return queries.task(task.id)


def engine_jobs(task: Task) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'task' = %s", [str(task.id)])
        return int(cursor.fetchone()[0])


def test_a_job_gets_its_arguments_typed_and_runs_as_who_deferred_it(north: Company) -> None:
    ada = north.people["ada"]
    with north.as_("ada"):
        task = defer(sample.typed, owner=ada.id, numbers=[1, 2, 3])
    done = run(task)
    assert (done.state, done.percent, done.error) == (Task.DONE, 100, "")
    assert done.result == {"owner": str(ada.id), "sum": 6, "by": "Ada Whitfield"}
    assert done.started_at is not None
    assert done.finished_at is not None


def test_the_engine_knows_ids_only(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="a secret text")
    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE args ->> 'task' = %s", [str(task.id)])
        assert json.loads(cursor.fetchone()[0]) == {"task": str(task.id), "workspace": str(north.id)}


def test_nothing_is_deferred_when_the_work_around_it_is_rolled_back(north: Company) -> None:
    with north.as_("ada"):
        with pytest.raises(RuntimeError), transaction.atomic():
            task = defer(sample.once, mark="never")
            raise RuntimeError
        assert not Task.objects.filter(id=task.id).exists()
    assert engine_jobs(task) == 0


def test_a_failing_job_leaves_no_trace_and_is_given_up_after_its_attempts(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.fails, mark="poor")
    with pytest.raises(Again):
        run(task)
    assert again(task).state == Task.WAITING
    failed = run(task)
    assert (failed.state, failed.failure) == (Task.FAILED, "Something unexpected happened. The details are in the log.")
    assert sample.calls.count("poor") == 2
    with north.as_("ada"):
        assert not Team.objects.filter(path="poor").exists()


def test_a_refusal_is_final_and_told_in_its_own_words(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.refuses)
    failed = run(task)
    assert (failed.state, failed.failure) == (Task.FAILED, "That is not possible.")


def test_a_refusal_that_quotes_hostile_text_is_told_all_the_same(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.quotes)
    assert run(task).failure == "not  possible: "


def test_a_failed_task_can_be_tried_once_more(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.refuses)
        with pytest.raises(Conflict):
            retry(task.id)
    run(task)
    with north.as_("ada"):
        assert retry(task.id).state == Task.WAITING
    assert engine_jobs(task) == 2


def test_a_task_runs_once_however_often_it_is_called(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="one")
    assert run(task).state == Task.DONE
    assert run(task).attempt == 1


def test_the_job_of_a_person_who_left_does_not_run(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="left")
        User.objects.filter(id=north.people["ada"].id).update(is_active=False)
    assert run(task).failure == "The person who asked for this can no longer sign in."


def test_a_stopping_worker_puts_the_task_back_at_its_bookmark(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="paused", batches=3, size=2, rest=0)
    with pytest.raises(Again):
        run(task, stopping=True)
    assert (again(task).state, again(task).failures) == (Task.WAITING, 0)
    done = run(task)
    assert (done.done, done.total, done.result) == (6, 6, {"written": 6})


def test_a_long_job_gets_on_and_then_makes_way_for_others(north: Company, south: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="long", batches=3, size=2, rest=0)
    turns = 0
    while not again(task).over:
        with south.as_("ada"):
            defer(sample.once, mark=f"short/{turns}")
        turns += 1
        with suppress(Again):
            run_task(north.id, task.id, crowded=lambda: True)
            break
        assert again(task).done == 2 * turns
        assert again(task).rank > 0, "it did not go behind the one that is served next"
    assert (again(task).state, again(task).done, turns) == (Task.DONE, 6, 3)


def test_a_worker_that_was_taken_for_dead_writes_nothing_more(north: Company) -> None:
    with north.as_("ada") as ada:
        task = defer(sample.rows, mark="ghost", batches=3, size=2, rest=0)
        Task.objects.filter(id=task.id).update(state=Task.RUNNING, attempt=1)
        task.refresh_from_db()
    ghost = Progress(task, ada, batched=True, pausing=Pausing())
    assert run(task).attempt == 2
    with pytest.raises(Superseded), ghost.batch():
        pytest.fail("the batch of a superseded worker was opened")


def test_a_job_that_keeps_killing_its_process_is_given_up(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="bomb")
        Task.objects.filter(id=task.id).update(state=Task.RUNNING, cuts=10)
    assert run(task).state == Task.FAILED


def test_batches_need_a_batched_job(north: Company) -> None:
    with north.as_("ada") as ada:
        task = defer(sample.once, mark="x")
        progress = Progress(task, ada, batched=False, pausing=Pausing())
        with pytest.raises(RuntimeError, match="batched=True"), progress.batch():
            pytest.fail("a batch was opened inside another transaction")
    with pytest.raises(Paused), Progress(task, ada, batched=True, pausing=Pausing(lambda: True)).batch():
        pytest.fail("a batch was opened in a stopping worker")


def test_a_task_of_another_company_is_not_found(north: Company, south: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.once, mark="mine")
    with south.as_("admin"), pytest.raises(NotFound):
        queries.task(task.id)


def test_periodic_work_runs_in_every_workspace_and_one_failure_stops_no_other(north: Company, south: Company) -> None:
    seen = []

    def work() -> None:
        seen.append(current().workspace_id)
        if current().workspace_id == north.id:
            raise ValueError("only here")

    assert run_everywhere(Periodic("test.tick", "* * * * *", work)) == len(seen) - 1
    assert {north.id, south.id} <= set(seen)
    assert len(seen) == len(set(seen))
