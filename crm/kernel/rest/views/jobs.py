"""Background jobs: how far, and what came of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.queue import actions, queries
from crm.kernel.queue.models import Task
from crm.kernel.rest import render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import LIMIT


@operation(_("Read a job"), name="read_job", scope="read", tag="jobs", answer="job")
def read_job(call: Call, id: UUID) -> HttpResponse:
    """One job, for whoever started it and for administrators."""
    return render.answer(job(queries.own(id)))


@operation(_("List your jobs"), name="list_jobs", scope="read", tag="jobs", params=(LIMIT,), answer="jobs")
def list_jobs(call: Call) -> HttpResponse:
    """Your newest jobs; administrators see all of the workspace."""
    return render.page(map(job, queries.owned(call.query["limit"])))


@operation(_("Stop a job"), name="cancel_job", scope="write", tag="jobs", answer="job")
def cancel_job(call: Call, id: UUID) -> HttpResponse:
    """Stops a job: one that waits at once, one that runs at its next step. What it has written stays."""
    return render.answer(job(actions.cancel(queries.own(id).id)))


@operation(_("Send a job on again"), name="retry_job", scope="write", tag="jobs", answer="job")
def retry_job(call: Call, id: UUID) -> HttpResponse:
    """Sends a job that failed or was stopped on again, from where it was."""
    return render.answer(job(actions.retry(queries.own(id).id)))


def job(task: Task) -> dict[str, Any]:
    """A job as JSON."""
    return {
        "id": task.id,
        "name": task.name,
        "label": str(task.label),
        "state": task.state,
        "stopping": task.stopping,
        "by": task.by_id,
        "done": task.done,
        "total": task.total,
        "message": task.message,
        "result": task.result,
        "error": task.failure,
        "created_at": render.moment(task.created_at),
        "started_at": render.moment(task.started_at),
        "finished_at": render.moment(task.finished_at),
    }
