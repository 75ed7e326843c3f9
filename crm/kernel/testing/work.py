"""Doing background work in the test's own process."""

import time
from uuid import UUID

from crm.kernel.identity.actor import system_actor
from crm.kernel.outbox import queries
from crm.kernel.outbox.dispatch import deliver_next
from crm.kernel.queue.models import Task
from crm.kernel.queue.runner import Again, run_task
from crm.kernel.tenancy.scope import scope


def run_jobs(workspace_id: UUID) -> list[Task]:
    """Delivers the events and runs the waiting jobs of a workspace until nothing is left; answers those jobs.

    A job that wants another try gets it at once. Call it outside any scope.
    """
    ran: dict[UUID, Task] = {}
    while True:
        deliver(workspace_id)
        with scope(workspace_id, system_actor(workspace_id)):
            waiting = list(Task.objects.filter(state=Task.WAITING).order_by("rank", "created_at"))
        if not waiting:
            return list(ran.values())
        for task in waiting:
            try:
                run_task(workspace_id, task.id)
            except Again:
                continue
            finally:
                with scope(workspace_id, system_actor(workspace_id)):
                    ran[task.id] = Task.objects.get(id=task.id)


def deliver(workspace_id: UUID, seconds: float = 30) -> None:
    """Delivers a workspace's events until none is due.

    It waits for transactions of other tests, which hold events back for a moment, and for a worker of the live server
    that may be delivering the same ones.
    """
    ends = time.monotonic() + seconds
    while True:
        while deliver_next(workspace_id):
            pass
        with scope(workspace_id, system_actor(workspace_id)):
            if not queries.due():
                return
        assert time.monotonic() < ends, "events of this workspace are not delivered"
        time.sleep(0.05)
