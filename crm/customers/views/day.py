"""Acts on a line of my day: later, not useful, another date."""

import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.customers.entities.ranking import DATES, WEIGHTS, put_off
from crm.kernel.base.errors import NotAllowed, NotFound
from crm.kernel.base.text import plain_number
from crm.kernel.pages import wording
from crm.kernel.pages.toasts import later as told_later
from crm.kernel.records.reading import fetch_any
from crm.kernel.records.undo import note
from crm.kernel.records.writing import change
from crm.kernel.tenancy.scope import current_actor

LONGEST = 365


def _days(request: HttpRequest) -> int:
    return min(LONGEST, max(1, plain_number(request.POST.get("days", "")) or 1))


@require_POST
def later(request: HttpRequest, record: UUID, reason: str) -> HttpResponse:
    """POST days, useless: the line stays away so long; with `useless` such lines weigh less for this person."""
    fetch_any(record)
    actor = current_actor()
    if actor.id is None:
        raise NotAllowed
    if reason not in WEIGHTS:
        raise NotFound
    day, useless = wording.today() + datetime.timedelta(days=_days(request)), request.POST.get("useless") == "1"
    put_off(actor, record, reason, datetime.datetime.combine(day, datetime.time(), wording.reading().zone), useless)
    said = _("Such lines weigh less for you from now on.") if useless else _("It comes back on %(date)s.") % {"date": wording.date(day)}
    return _home(request, said)


@require_POST
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """POST days: what is due is due so many days after today, at the same time of day."""
    entity, record = fetch_any(pk, "edit")
    name = DATES.get(entity.kind)
    if name is None:
        raise NotFound
    day, old = wording.today() + datetime.timedelta(days=_days(request)), getattr(record, name)
    value: datetime.date = day
    if isinstance(old, datetime.datetime):
        value = datetime.datetime.combine(day, old.astimezone(wording.reading().zone).time(), wording.reading().zone)
    change(entity, pk, {name: value})
    said = _("%(name)s: moved to %(date)s") % {"name": entity.name_of(record), "date": wording.date(day)}
    return _home(request, said, note(said, 1).pk)


def _home(request: HttpRequest, said: str, undo: UUID | None = None) -> HttpResponse:
    answer = HttpResponse(status=204, headers={"HX-Refresh": "true"}) if request.headers.get("HX-Request") else HttpResponseRedirect("/")
    told_later(answer, said, undo)
    return answer
