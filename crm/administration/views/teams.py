"""Teams in their tree."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views.page import done, need, section
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity import actions, queries


@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponseBase:
    """The tree, and the form for a new team."""
    need("administration.teams")
    if request.method == "POST":
        return _save(request, None)
    return section(request, "teams", teams=queries.teams(), team=None)


@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest, team_id: UUID) -> HttpResponseBase:
    """One team: its name, and what it stands below."""
    need("administration.teams")
    if request.method == "POST":
        return _save(request, team_id)
    return _page(request, team_id)


def _save(request: HttpRequest, team_id: UUID | None) -> HttpResponseBase:
    try:
        saved = actions.save_team(team_id, request.POST.get("name", ""), as_uuid(request.POST.get("parent", "")))
        return done("/settings/teams", _("The team “%(name)s” is saved.") % {"name": saved.name})
    except Wrong as wrong:
        return _page(request, team_id, wrong)


def _page(request: HttpRequest, team_id: UUID | None, refusal: Wrong | None = None) -> HttpResponseBase:
    tree = queries.teams()
    found = next((one for one in tree if one.id == team_id), None)
    if team_id is not None and found is None:
        raise NotFound(_("There is no such team."))
    return section(request, "teams", teams=tree, team=found, refusal=refusal)


@require_POST
def delete(request: HttpRequest, team_id: UUID) -> HttpResponseBase:
    actions.delete_team(team_id)
    return done("/settings/teams", _("The team is removed."))
