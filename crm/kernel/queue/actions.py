"""Asking for work to be done later."""

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.queue import engine
from crm.kernel.queue.ending import arguments, stop_now
from crm.kernel.queue.models import Task
from crm.kernel.queue.registry import Body, job_named, name_of, works_in_batches
from crm.kernel.tenancy.scope import current


def defer(body: Body, **ids: Any) -> Task:
    """Defers a declared job; it runs after the open transaction commits, as the present actor.

    `ids` must fit into JSON (ids, texts, numbers); give ids, not contents. Raises KeyError for a function that is no
    job.
    """
    ambient = current()
    by = ambient.actor.id if ambient.actor is not None else None
    args = msgspec.to_builtins(ids)
    task = Task(name=name_of(body), args=args, by_id=by, reason=ambient.reason, rank=_next_rank())
    task.save(force_insert=True)
    engine.enqueue(ambient.workspace_id, task.id, task.rank)
    return task


def _next_rank() -> int:
    """Fair queueing: behind the workspace's own waiting jobs, and not before what all workspaces have reached.

    Jobs are served by rank. A workspace that asks for a thousand jobs gets ranks 0 to 999; another one's first job
    gets the rank that is being served, so it is next.
    """
    last = Task.objects.filter(state=Task.WAITING).aggregate(last=Max("rank"))["last"]
    return max(engine.best_rank(), 0 if last is None else last + 1)


def cancel(task_id: UUID) -> Task:
    """Stops a task: one that waits at once, one that runs at its next batch; what finished batches wrote stays.

    The caller decides who may. Raises NotFound, or Conflict where it is over or cannot be stopped in the middle.
    """
    seen = Task.objects.filter(id=task_id).first()
    if seen is None:
        raise NotFound
    if seen.state == Task.RUNNING and not works_in_batches(seen.name):
        # Its one transaction holds the row: waiting for that would be waiting for its end.
        raise Conflict(_("This work is done in one step and is over in a moment; it cannot be stopped."))
    task = Task.objects.select_for_update().get(id=task_id)
    if task.over:
        raise Conflict(_("This work is over already."))
    actor = current().actor
    task.stopped_by_id = actor.id if actor is not None else None
    if task.state == Task.WAITING:
        stop_now(task)
    else:
        task.stopping = True
        task.save()
    return task


def retry(task_id: UUID) -> Task:
    """Sends a failed or stopped task on once more, from its bookmark. Raises NotFound, or Conflict for any other."""
    task = Task.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        raise NotFound
    if task.state not in (Task.FAILED, Task.CANCELLED):
        raise Conflict(_("Only work that failed or was stopped can be sent on again."))
    declared = job_named(task.name)
    if declared is not None and declared.resumed is not None:
        declared.resumed(**arguments(declared.resumed, task.args))
    task.state, task.failures, task.cuts, task.error, task.finished_at = Task.WAITING, 0, 0, "", None
    task.stopping, task.stopped_by_id = False, None
    task.rank = _next_rank()
    task.save()
    engine.enqueue(task.home, task.id, task.rank)
    return task
