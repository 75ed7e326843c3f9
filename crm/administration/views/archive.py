"""Settings → Whole company: everything into one file, and how it becomes a workspace again."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.views.page import done, need, section
from crm.kernel.archive import actions
from crm.kernel.archive.handing import handed_out
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.base.errors import NotFound, Refusal
from crm.kernel.exchange.screens import pace
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.queries import actor_of
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, scope

PAGE = "/settings/archive"


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """What there is; POST why: asks for a new one."""
    need(actions.RIGHT)
    if request.method == "POST":
        try:
            actions.start(request.POST.get("why", ""))
        except Refusal as refusal:
            return _page(request, refusal)
        return done(PAGE, _("The archive is being made. You are told when it is ready."))
    return _page(request)


def _page(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    runs = actions.all_runs()
    facts = {
        "runs": [(run, actions.address(run) if _there(run) else "") for run in runs if not run.inward],
        "origin": next((run for run in runs if run.inward), None),
        "waiting": next((run for run in runs if run.state == ArchiveRun.WAITING), None),
        "slug": Workspace.objects.get(pk=current_workspace_id()).slug,
    }
    return section(request, "archive", refusal=refusal, **facts, **_moving(runs))


def _there(run: ArchiveRun) -> bool:
    return run.state == ArchiveRun.DONE


def _moving(runs: list[ArchiveRun]) -> dict[str, object]:
    run = next((one for one in runs if one.state == ArchiveRun.WAITING), None)
    return {"run": run, "pace": pace(actions.task_of(run)) if run is not None else None}


@require_safe
def progress(request: HttpRequest) -> HttpResponseBase:
    """The moving part; once nothing is being made, the page is asked to load anew."""
    need(actions.RIGHT)
    found = _moving(actions.all_runs())
    if found["run"] is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exchange/progress.jinja", found)


@require_safe
def fetch(request: HttpRequest, archive_id: UUID) -> HttpResponseBase:
    """The file, for who is signed in."""
    need(actions.RIGHT)
    return handed_out(*actions.fetched(archive_id))


@require_POST
def remove(request: HttpRequest, archive_id: UUID) -> HttpResponseBase:
    need(actions.RIGHT)
    actions.remove(archive_id)
    return done(PAGE, _("The archive is removed."))


@never_cache
@require_safe
def by_address(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The file behind a signed address, within an hour and while the person who made the address may have it. No session is needed,
    so that a program can fetch it."""
    named = actions.read_address(secret)
    if named is None:
        raise NotFound(_("This address has ended. Take a new one from the settings."))
    workspace_id, archive_id, person = named
    with scope(workspace_id, system_actor(workspace_id)):
        actor = actor_of(person)
    if actor is None:
        raise NotFound(_("This address has ended. Take a new one from the settings."))
    with scope(workspace_id, actor):
        return handed_out(*actions.fetched(archive_id))
