"""What belongs to the person: my day, bin, notifications, preferences, keys, jobs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.notify import actions as notifying
from crm.kernel.notify import queries as notices
from crm.kernel.pages import bin_screen, finding, greeting, keys, myday, preferences, toasts
from crm.kernel.pages.cells import record_url
from crm.kernel.queue import actions as working
from crm.kernel.queue import queries as work
from crm.kernel.records.undo import note
from crm.kernel.records.writing import restore
from crm.kernel.tenancy.scope import current_actor


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    words = {"sections": myday.sections(actor), "hello": greeting.greeting(actor, now()), "here": "home"}
    return render(request, "pages/home.jinja", words)


@require_GET
def bin_page(request: HttpRequest) -> HttpResponse:
    words = {
        "rows": bin_screen.rows(request.GET.get("kind", "")),
        "kinds": bin_screen.kinds(),
        "here": "bin",
        "kind": request.GET.get("kind", ""),
    }
    return render(request, "pages/bin.jinja", words)


@require_POST
def take_out(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Restores a record from the bin and goes to it."""
    entity = bin_screen.kind_of(pk)
    record = restore(entity, pk)
    text = _("%(name)s is back.") % {"name": entity.name_of(record)}
    return toasts.later(redirect(record_url(entity, pk)), text, note(text, 1).pk)  # type: ignore[return-value]


@require_GET
def notifications(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    words = {"notices": notices.recent(actor.id, 40), "reminders": notices.reminders(actor.id, 10), "tasks": work.under_way(actor.id, 10)}
    return render(request, "pages/notices.jinja", words)


@require_POST
def all_read(request: HttpRequest) -> HttpResponse:
    notifying.mark_read(current_actor().id)
    return notifications_again(request)


def notifications_again(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    words = {"notices": notices.recent(actor.id, 40), "reminders": notices.reminders(actor.id, 10), "tasks": work.under_way(actor.id, 10)}
    return render(request, "pages/notices.jinja", words)


@require_GET
def open_notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To what a notification is about; it counts as read then."""
    actor = current_actor()
    found = next((one for one in notices.recent(actor.id, 200) if one.pk == pk), None)
    if found is None:
        raise NotFound
    notifying.mark_read(actor.id, [pk])
    return redirect(found.url or (f"/go/{found.record_id}" if found.record_id else "/"))


@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    actor = current_actor()
    newest = notices.unread(actor.id, 1)
    latest = {"text": newest[0].text, "url": f"/notices/{newest[0].pk}"} if newest else None
    return JsonResponse({"unread": notices.unread_count(actor.id), "latest": latest})


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    preferences.keep_own({name: request.POST[name] for name in request.POST})
    return HttpResponse(status=204)


@require_GET
def keyboard(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/keys.jinja", {"groups": keys.groups()})


@require_GET
def palette(request: HttpRequest) -> HttpResponse:
    """The box, with what is at hand: on an open record its actions first."""
    words = {"groups": finding.at_hand(request.headers.get("HX-Current-URL", "")), "verbs": keys.verbs(current_actor())}
    return render(request, "pages/palette.jinja", words)


@require_GET
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a long job is; only for whoever asked for it, and administrators. Once it is over, a page that shows it among other
    things is read again: they say what came of it."""
    found = work.own(pk)
    if request.headers.get("HX-Request") != "true":
        return render(request, "pages/job.jinja", {"task": found})
    answer = render(request, "pages/job_part.jinja", {"task": found})
    if found.over and request.path not in request.headers.get("HX-Current-URL", ""):
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
def stop_job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stops a job, for whoever asked for it and who looks after background work; the page then shows how it is."""
    stopped = working.cancel(work.own(pk).pk)
    text = _("It stops at its next step; what is written stays.") if stopped.stopping else _("Stopped.")
    return toasts.later(HttpResponse(status=204, headers={"HX-Refresh": "true"}), text)  # type: ignore[return-value]
