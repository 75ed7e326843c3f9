"""The workspace's own settings, and the API tokens of everybody in it."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.administration.views import choices
from crm.administration.views.page import done, need, section
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.identity import actions, queries
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id

FIELDS = ("name", "language", "currency", "time_zone", "country")


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponseBase:
    need("administration.workspace")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            actions.save_workspace(**{name: request.POST.get(name, "") for name in FIELDS})
            return done("/settings/workspace", _("The workspace is saved."))
        except Wrong as wrong:
            refusal = wrong
    workspace = Workspace.objects.get(id=current_workspace_id())
    return section(request, "workspace", workspace=workspace, choices=choices.of_place(), refusal=refusal)


@require_safe
def all_tokens(request: HttpRequest) -> HttpResponseBase:
    need("administration.tokens")
    return section(request, "all-tokens", tokens=queries.tokens(), now=now())
