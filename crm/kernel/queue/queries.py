"""Reading tasks, for screens and the API."""

from uuid import UUID

from crm.kernel.base.errors import NotFound
from crm.kernel.queue.models import Task


def task(task_id: UUID) -> Task:
    """One task of this workspace. Raises NotFound. The caller decides who may see it."""
    found = Task.objects.filter(id=task_id).first()
    if found is None:
        raise NotFound
    return found


def failed(limit: int = 50) -> list[Task]:
    """The failed tasks of this workspace, the last one first."""
    return list(Task.objects.filter(state=Task.FAILED).order_by("-finished_at")[:limit])


def counts() -> dict[str, int]:
    """How many tasks of this workspace wait and run: `{"waiting": …, "running": …}`."""
    return {state: Task.objects.filter(state=state).count() for state in (Task.WAITING, Task.RUNNING)}
