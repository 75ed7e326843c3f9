"""The two quick acts on a record page: log something, mark something as done."""

import datetime
import hashlib
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from crm.customers import actions, planned
from crm.customers.models.activity import ActivityType
from crm.kernel.base.clock import now
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.registry import registry
from crm.kernel.identity.keys import read_link
from crm.kernel.identity.models import CalendarLink
from crm.kernel.identity.queries import actor_for, calendar_reader
from crm.kernel.pages import wording
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.toasts import later
from crm.kernel.records.actions import perform
from crm.kernel.records.reading import fetch_any
from crm.kernel.records.undo import note
from crm.kernel.tenancy.scope import become, scope


@require_POST
def log(request: HttpRequest, record: UUID) -> HttpResponse:
    """POST type, subject, body, in_days: with `in_days` or `due` it is planned, else it was done just now."""
    entity, about = fetch_any(record)
    values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("type", "subject", "body", "duration", "result", "due")}
    values = {name: value for name, value in values.items() if value.strip()}
    if not values.get("subject") and values.get("body"):
        values["subject"] = values["body"].splitlines()[0][:120]
    days = request.POST.get("in_days", "")
    if days.isascii() and days.isdigit() and len(days) < 4:
        values["due"] = _in_days(int(days))
    planned = "due" in values or values.get("type") == ActivityType.TASK
    named = [pk for raw in request.POST.getlist("mention") if (pk := as_uuid(raw))]
    made = actions.log(about.pk, values, planned, named)
    change = note(str(made.subject), 1)
    said = _("Planned: %(subject)s") if planned else _("Logged: %(subject)s")
    return _back(request, record_url(entity, about.pk), said % {"subject": made.subject}, change.pk)


def _in_days(days: int) -> datetime.datetime:
    """Nine o'clock of that day where the person is; today: in an hour."""
    zone = wording.reading().zone
    if days == 0:
        return now() + datetime.timedelta(hours=1)
    day = now().astimezone(zone).date() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(9), zone)


@require_POST
def done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST result: the activity is marked as done."""
    entity = registry.kind("activity")
    assert entity is not None
    result = request.POST.get("result", "").strip()
    made = perform(entity, "complete", pk, {"result": result} if result else {})
    change = note(str(made.subject), 1)
    return _back(request, record_url(entity, made.pk), _("Done: %(subject)s") % {"subject": made.subject}, change.pk)


def _back(request: HttpRequest, url: str, said: str, change: UUID) -> HttpResponse:
    """The page one came from, fresh, with the way back in a toast."""
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    else:
        answer = HttpResponseRedirect(url)
    later(answer, said, change)
    return answer


@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar behind a secret address; 404 where it opens nothing (any more)."""
    key = read_link(secret)
    if key is None:
        raise Http404
    with scope(key.workspace_id):
        link = calendar_reader(key.digest)
        actor = actor_for(link.user) if link is not None else None
        if link is None or actor is None:
            raise Http404
        become(actor)
        with translation.override(actor.language):
            text = planned.calendar(actor, link.tasks, lambda pk: request.build_absolute_uri(f"/activities/{pk}/"))
        changed = planned.changed_at(actor)
        CalendarLink.objects.filter(pk=link.pk).update(last_used_at=now())
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-cache"})
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Content-Disposition"] = 'inline; filename="kith.ics"'
    etag = quote_etag(hashlib.sha256(text.encode()).hexdigest())
    last = int(changed.timestamp()) if changed else None
    answer.headers["ETag"] = etag
    if last:
        answer.headers["Last-Modified"] = http_date(last)
    return get_conditional_response(request, etag=etag, last_modified=last, response=answer) or answer
