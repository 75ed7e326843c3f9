"""Asking for work to be done later."""

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Max

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.queue import engine
from crm.kernel.queue.models import Task
from crm.kernel.queue.registry import Body, name_of
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


def retry(task_id: UUID) -> Task:
    """Tries a failed task once more, from its bookmark. Raises NotFound, or Conflict while it is not failed."""
    task = Task.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        raise NotFound
    if task.state != Task.FAILED:
        raise Conflict
    task.state, task.failures, task.cuts, task.error, task.finished_at = Task.WAITING, 0, 0, "", None
    task.rank = _next_rank()
    task.save()
    engine.enqueue(task.home, task.id, task.rank)
    return task
