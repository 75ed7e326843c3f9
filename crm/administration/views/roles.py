"""Roles and their grants."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.views import matrix
from crm.administration.views.page import done, need, section
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.identity import actions, queries
from crm.kernel.identity.grants import FLAG_VERBS, ROW_VERBS
from crm.kernel.identity.models import Role


@require_safe
def roles(request: HttpRequest) -> HttpResponseBase:
    need("administration.roles")
    return section(request, "roles", roles=queries.roles())


@require_http_methods(["GET", "HEAD", "POST"])
def role(request: HttpRequest, role_id: UUID | None = None) -> HttpResponseBase:
    """One role (a new one without `role_id`): name and the table of grants."""
    actor = need("administration.roles")
    found = queries.roles().filter(id=role_id).first() if role_id is not None else Role(grants={})
    if found is None:
        raise NotFound(_("There is no such role."))
    grants, refusal = found.grants, None
    if request.method == "POST":
        grants = matrix.read(request.POST, found.grants)
        try:
            name, description = request.POST.get("name", ""), request.POST.get("description", "")
            saved = actions.save_role(role_id, name, description, matrix.read_filters(grants, actor))
            return done("/settings/roles", _("The role “%(name)s” is saved.") % {"name": saved.name})
        except (Wrong, Conflict, NotAllowed) as refused:
            refusal = refused
    return _page(request, found, grants, refusal)


def _page(request: HttpRequest, found: Role, grants: dict[str, object], refusal: Refusal | None) -> HttpResponseBase:
    return section(
        request, "roles", template="role", role=found, is_new=found._state.adding, grants=grants,
        lines=matrix.lines(grants), levels=matrix.levels, row_verbs=ROW_VERBS, flag_verbs=FLAG_VERBS,
        verb_labels=matrix.VERB_LABELS, field_labels=matrix.FIELD_LABELS, administration=matrix.ADMINISTRATION,
        refusal=refusal,
    )


@require_POST
def delete(request: HttpRequest, role_id: UUID) -> HttpResponseBase:
    actions.delete_role(role_id)
    return done("/settings/roles", _("The role is removed."))
