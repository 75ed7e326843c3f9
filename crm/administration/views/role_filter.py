"""The filter of a role's line: the editor that lists use, in a dialog, and its text form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.administration.views import filter_dialog, matrix
from crm.administration.views.page import need
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.registry import registry
from crm.kernel.identity.grants import FILTER
from crm.kernel.pages import toasts


@require_http_methods(["GET", "POST"])
def editor(request: HttpRequest, kind: str) -> HttpResponse:
    """GET: the dialog for `<kind>.filter` in text form; POST: the line of the role's form with what was chosen."""
    actor = need("administration.roles")
    entity = registry.kind(kind)
    if entity is None:
        raise NotFound

    def checked(text: str) -> str:
        matrix.read_filters({"kinds": {kind: {"view": FILTER, "filter": text}}}, actor)
        return text

    asked = filter_dialog.Dialog(
        entity, _("By filter: %(kinds)s") % {"kinds": entity.labels}, f"/settings/roles/filter/{kind}", checked,
        "industry = electronics and owner = me", _("“me” and “my_team” are whoever holds the role."),
    )  # fmt: skip
    if request.method != "POST":
        return filter_dialog.show(request, asked, request.GET.get(f"{kind}.filter", ""))
    found = filter_dialog.sent(request, asked)
    if isinstance(found, HttpResponse):
        return found
    answer = render(request, "administration/role_filter_kept.jinja", {"entity": entity, "text": found})
    return toasts.trigger(answer, closelayer={})  # type: ignore[return-value]
