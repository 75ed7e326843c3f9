"""Reading tasks, for screens and the API."""

from uuid import UUID

from crm.kernel.base.errors import NotFound
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import current_actor

#: The right to see, stop and repeat the background work of everybody.
WORK = "administration.work"


def task(task_id: UUID) -> Task:
    """One task of this workspace. Raises NotFound. The caller decides who may see it."""
    found = Task.objects.filter(id=task_id).first()
    if found is None:
        raise NotFound
    return found


def own(task_id: UUID) -> Task:
    """One task of the ambient actor, or anybody's for who looks after background work. Raises NotFound."""
    found, actor = task(task_id), current_actor()
    if found.by_id != actor.id and not actor.may(WORK):
        raise NotFound
    return found


def owned(limit: int = 50) -> list[Task]:
    """The actor's newest tasks; all of the workspace for who looks after background work."""
    actor = current_actor()
    rows = Task.objects.all() if actor.may(WORK) else Task.objects.filter(by_id=actor.id)
    return list(rows.order_by("-created_at", "-id")[:limit])


def under_way(user_id: UUID | None = None, limit: int = 50) -> list[Task]:
    """What runs and waits, what runs first; with `user_id` only what that person asked for."""
    rows = Task.objects.filter(state__in=(Task.RUNNING, Task.WAITING)).select_related("by")
    if user_id is not None:
        rows = rows.filter(by_id=user_id)
    return list(rows.order_by("state", "rank", "created_at")[:limit])


def over(state: str, limit: int = 50) -> list[Task]:
    """The tasks that ended so ("failed", "cancelled", "done"), the last one first."""
    return list(Task.objects.filter(state=state).select_related("by", "stopped_by").order_by("-finished_at")[:limit])
