"""Background work of the workspace: what runs, what failed, which news could not be delivered, and what to do about it."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.administration.views.page import done, need, section
from crm.kernel.base.errors import Conflict
from crm.kernel.outbox import actions as news
from crm.kernel.outbox import queries as outbox
from crm.kernel.queue import actions as queue
from crm.kernel.queue import queries
from crm.kernel.queue.models import Task
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of

PAGE = "/settings/work"


@require_safe
def work(request: HttpRequest) -> HttpResponseBase:
    """The whole page, or its moving part where htmx asks."""
    need(queries.WORK)
    letters = outbox.dead_letters()
    words = {
        "under_way": queries.under_way(), "failed": queries.over(Task.FAILED, 30), "stopped": queries.over(Task.CANCELLED, 10),
        "finished": queries.over(Task.DONE, 10), "letters": letters, "undelivered": outbox.waiting(),
        "titles": names_of(RecordRow, {one.record for one in letters if one.record}),
    }
    part = request.headers.get("HX-Request") == "true"
    return section(request, "work", template="work_part" if part else "work", **words)


@require_POST
def stop(request: HttpRequest, task_id: UUID) -> HttpResponseBase:
    need(queries.WORK)
    return _told(lambda: _("It stops at its next step; what is written stays.") if queue.cancel(task_id).stopping else _("Stopped."))


@require_POST
def retry(request: HttpRequest, task_id: UUID) -> HttpResponseBase:
    need(queries.WORK)
    return _told(lambda: _("It is sent on again.") if queue.retry(task_id) else "")


@require_POST
def retry_letter(request: HttpRequest, event_id: UUID) -> HttpResponseBase:
    need(queries.WORK)
    news.retry(event_id)
    return done(PAGE, _("It is delivered again."))


@require_POST
def discard_letter(request: HttpRequest, event_id: UUID) -> HttpResponseBase:
    need(queries.WORK)
    news.discard(event_id)
    return done(PAGE, _("It is given up; what its record told since goes out now."))


def _told(act: Callable[[], str]) -> HttpResponseBase:
    """Back to the page with what was done; it may have ended by itself meanwhile."""
    try:
        return done(PAGE, act())
    except Conflict as refusal:
        return done(PAGE, refusal.message)
