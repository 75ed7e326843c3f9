"""Background jobs: how far, and what came of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import NotFound
from crm.kernel.identity.actor import Actor
from crm.kernel.queue.models import Task
from crm.kernel.rest import render
from crm.kernel.rest.operation import Call, operation


@operation(_("Read a job"), name="read_job", scope="read", tag="jobs", answer="job")
def read_job(call: Call, id: UUID) -> HttpResponse:
    """One job, for whoever started it and for administrators."""
    return render.answer(job(fetch(id, call.actor)))


def fetch(task_id: UUID, actor: Actor) -> Task:
    """The job; `NotFound` when it is another person's."""
    found = Task.objects.filter(id=task_id).first()
    if found is None or not (found.by_id == actor.id or actor.is_admin):
        raise NotFound()
    return found


def job(task: Task) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "id": task.id,
        "name": task.name,
        "label": str(task.label),
        "state": task.state,
        "done": task.done,
        "total": task.total,
        "message": task.message,
        "result": task.result,
        "error": task.failure,
        "created_at": render.moment(task.created_at),
        "started_at": render.moment(task.started_at),
        "finished_at": render.moment(task.finished_at),
    }
