"""Runs one task: begins it, calls the body, writes down how it ended."""

import logging
from collections.abc import Callable
from uuid import UUID

import msgspec
from django.db import InterfaceError, OperationalError
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.queries import actor_of
from crm.kernel.queue import engine
from crm.kernel.queue.ending import arguments, close, stop_now
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Paused, Pausing, Progress, Stopped, Superseded, never
from crm.kernel.queue.registry import Job, job_named
from crm.kernel.tenancy.scope import scope

logger = logging.getLogger("kith.queue")

#: How often a task may end with the process that ran it, without one finished batch between, before it is given up.
MOST_CUTS = 10
#: How often a task is tried anew when the database refused or was away.
DATABASE_TRIES = 20

GIVEN_UP = gettext_noop("This work stopped the process that did it several times and was given up.")
NO_SUCH_JOB = gettext_noop("This version of Kith does not know this kind of work.")
NOBODY = gettext_noop("The person who asked for this can no longer sign in.")
UNEXPECTED = gettext_noop("Something unexpected happened. The details are in the log.")


class Again(Exception):
    """The task goes back into the queue for `seconds`, with a new `rank` if one is given."""

    def __init__(self, seconds: float, rank: int | None = None) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds
        self.rank = rank


def run_task(workspace_id: UUID, task_id: UUID, stopping: Callable[[], bool] = never, crowded: Callable[[], bool] = never) -> None:
    """Runs a task to its end, however it ends. Raises Again where it has to be tried once more."""
    task = _begin(workspace_id, task_id)
    if task is None:
        return
    declared = job_named(task.name)
    actor = _actor_for(task)
    if declared is None or actor is None:
        _give_up(task, NO_SUCH_JOB if declared is None else NOBODY)
        return
    progress = Progress(task, actor, declared.batched, Pausing(stopping, crowded))
    try:
        with translation.override(actor.language), timezone.override(actor.time_zone):
            _call(declared, task, progress)
    except Superseded:
        logger.warning("task %s (%s) was taken over by another worker", task.id, task.name)
    except Paused:
        raise Again(0, _put_back(task, failed=False)) from None
    except Stopped:
        _stop(task, actor)
    except Refusal as refusal:
        _give_up(task, str(refusal))
    except Exception as problem:
        _failed(task, declared, problem)


def _begin(workspace_id: UUID, task_id: UUID) -> Task | None:
    with scope(workspace_id, system_actor(workspace_id)):
        task = Task.objects.select_for_update().filter(id=task_id).first()
        if task is None or task.over:
            return None
        if task.stopping:
            stop_now(task)
            return None
        task.cuts += task.state == Task.RUNNING
        task.attempt += 1
        task.state, task.started_at = Task.RUNNING, task.started_at or now()
        if task.cuts > MOST_CUTS:
            close(task, Task.FAILED, GIVEN_UP)
            return None
        task.save()
        return task


def _actor_for(task: Task) -> Actor | None:
    """Who the task runs as: the person who deferred it as he is now, or Kith itself; None if he may not sign in."""
    system = system_actor(task.home)
    if task.by_id is None:
        return system
    with scope(task.home, system):
        return actor_of(task.by_id)


def _call(declared: Job, task: Task, progress: Progress) -> None:
    args = arguments(declared.body, task.args)
    if declared.batched:
        answer = declared.body(progress, **args)
    with scope(task.home, progress.actor, task.reason):
        row = progress.claim(last=declared.batched)
        if not declared.batched:
            answer = declared.body(progress, **args)
        if answer is not None:
            progress.result = msgspec.to_builtins(answer)
        progress.save(row)
        close(row, Task.DONE)


def _mine(task: Task) -> Task | None:
    """The task as it is now, locked, unless another worker has taken it over."""
    row = Task.objects.select_for_update().get(id=task.id)
    return row if row.attempt == task.attempt and row.state == Task.RUNNING else None


def _give_up(task: Task, error: str) -> None:
    with scope(task.home, system_actor(task.home)):
        row = _mine(task)
        if row is not None:
            close(row, Task.FAILED, error)


def _stop(task: Task, actor: Actor) -> None:
    with scope(task.home, actor, task.reason):
        row = _mine(task)
        if row is not None:
            stop_now(row)


def _put_back(task: Task, failed: bool) -> int | None:
    """Lets the task wait again. One that only paused goes behind what is being served now: answers its new rank."""
    with scope(task.home, system_actor(task.home)):
        row = _mine(task)
        if row is None:
            return None
        if row.stopping:
            stop_now(row)
            return None
        row.state, row.failures = Task.WAITING, row.failures + failed
        row.rank = row.rank if failed else max(row.rank, engine.best_rank() + 1)
        row.save()
        return row.rank


def _failed(task: Task, declared: Job, problem: Exception) -> None:
    away = isinstance(problem, (OperationalError, InterfaceError))
    tries = DATABASE_TRIES if away else declared.attempts
    if task.failures + 1 >= tries:
        logger.error("task %s (%s) failed and is given up", task.id, task.name, exc_info=problem)
        _give_up(task, UNEXPECTED)
        return
    wait = pause(task.failures, away)
    logger.warning("task %s (%s) failed, again in %s s: %s", task.id, task.name, wait, problem, exc_info=not away)
    _put_back(task, failed=True)
    raise Again(wait)


def pause(failures: int, away: bool = False) -> float:
    """Seconds until the next try: soon when the database was away, else longer each time, an hour at most."""
    return 2.0 if away else float(min(3600, 5 * 4**failures))
