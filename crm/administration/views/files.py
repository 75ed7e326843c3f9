"""How much room files may take, how long they are kept, what is kept apart, and every public link of the workspace."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.page import done, need, section
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.entity.registry import registry
from crm.kernel.files import actions, keeping, links, queries, quota
from crm.kernel.files.models import FileRoom, FileRule
from crm.kernel.tenancy.scope import current_workspace_id

THERE = "/settings/files"


@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest) -> HttpResponseBase:
    need(queries.RIGHT)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            if "kept" in request.POST:
                keeping.keep(_spans(request))
                return done(THERE, _("How long files are kept is saved."))
            quota.save(request.POST.get("quota", ""), request.POST.get("largest", ""))
            return done(THERE, _("The room for files is saved."))
        except Wrong as wrong:
            refusal = wrong
    at, row = now(), FileRoom.objects.filter(pk=current_workspace_id()).first() or FileRoom()
    held = [(one, queries.why_held(one)) for one in queries.held_files()]
    made = [(one, one.is_open(at)) for one in queries.all_links()]
    own = {"quota": (row.quota or 0) // quota.MEGABYTE or "", "largest": (row.largest or 0) // quota.MEGABYTE or ""}
    known = keeping.rules()
    ordered = sorted(registry.all(), key=lambda one: one.menu_order)
    kinds = [(entity, known.get(entity.kind) or FileRule(kind=entity.kind)) for entity in ordered]
    kept: list[Any] = [(entity, rule, keeping.due(rule) if rule.days or rule.versions_days else None) for entity, rule in kinds]
    spans = (list(keeping.KEPT.items()), list(keeping.KEPT_VERSIONS.items()))
    parts: dict[str, Any] = {"kept": [one for one in kept if one[0].menu], "spans": spans}
    parts["kept_more"] = [one for one in kept if not one[0].menu]
    parts["kept_more_open"] = any(due is not None for _entity, _rule, due in parts["kept_more"])
    return section(request, "files", room=quota.room(), own=own, held=held, made=made, refusal=refusal, **parts)


def _spans(request: HttpRequest) -> dict[str, tuple[int, int]]:
    """{kind: (days for files, days for earlier versions)} of the kinds that were sent; -1 for what is no number."""

    def days(name: str) -> int:
        number = plain_number(request.POST.get(name, ""))
        return -1 if number is None else number

    asked = [entity.kind for entity in registry.all() if f"keep-{entity.kind}" in request.POST]
    return {kind: (days(f"keep-{kind}"), days(f"versions-{kind}")) for kind in asked}


@require_POST
def release(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Gives a file free that was kept apart."""
    need(queries.RIGHT)
    return done(THERE, _("%(name)s is released.") % {"name": actions.release(file_id).name})


@require_POST
def discard(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Removes a file for good that was kept apart."""
    need(queries.RIGHT)
    return done(THERE, _("%(name)s is deleted for good.") % {"name": actions.discard(file_id).name})


@require_POST
def end_link(request: HttpRequest, link_id: UUID) -> HttpResponseBase:
    """Ends a public link."""
    need(queries.RIGHT)
    links.revoke(link_id)
    return done(THERE, _("The link no longer works."))
