"""Users and invitations."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views import days
from crm.administration.views.letters import invitation_link, reset_link, send_invitation
from crm.administration.views.page import done, need, section
from crm.kernel.access.delegating import absences
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.identity import actions, queries
from crm.kernel.identity.actions.invitations import Stay
from crm.kernel.identity.models import Invitation
from crm.kernel.identity.models.people import Language
from crm.kernel.mail import actions as mail
from crm.kernel.records.why_words import VERBS
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id


@require_http_methods(["GET", "HEAD", "POST"])
def users(request: HttpRequest) -> HttpResponseBase:
    """Everybody in the workspace, and the form to ask somebody in. Its link is shown once, in that answer."""
    actor = need("administration.users")
    refusal: Refusal | None = None
    context: dict[str, Any] = {"link": "", "invited": None, "posted": False}
    if request.method == "POST":
        try:
            invitation, secret = actions.invite(
                request.POST.get("email", ""), request.POST.get("name", ""), _ids(request, "roles"),
                as_uuid(request.POST.get("team", "")), request.POST.get("language", ""),
                Stay(request.POST.get("outside") == "on", days.end(request.POST, "access_until")),
            )
            workspace = Workspace.objects.get(id=current_workspace_id())
            posted = send_invitation(invitation, workspace.name, actor.name, secret)
            context = {"link": invitation_link(secret), "invited": invitation, "posted": posted}
        except Refusal as refused:
            refusal = refused
    shown = request.GET.get("show", "active")
    words = request.GET.get("q", "")
    active = None if shown in ("all", "outside") else shown != "inactive"
    return section(
        request, "users", people=queries.users(words, active, shown == "outside"), shown=shown,
        now=now(), second=days.SECOND,
        words=words, invitations=Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=now()),
        roles=queries.roles(), teams=queries.teams(), languages=Language.choices, configured=mail.configured(),
        refusal=refusal, **context,
    )


def _ids(request: HttpRequest, name: str) -> list[UUID]:
    return [found for found in (as_uuid(raw) for raw in request.POST.getlist(name)) if found is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """Name, team and roles of one person."""
    need("administration.users")
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            saved = actions.change_user(
                user_id, request.POST.get("name", ""), as_uuid(request.POST.get("team", "")), _ids(request, "roles")
            )
            return done("/settings/users", _("%(name)s is saved.") % {"name": saved.name})
        except NotFound:
            raise
        except Refusal as refused:
            refusal = refused
    return user_page(request, user_id, refusal=refusal)


@require_POST
def access(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """Whether the person is from outside, and the days on which they may come in."""
    need("administration.users")
    try:
        first, end = days.first(request.POST, "access_from"), days.end(request.POST, "access_until")
        person = actions.limit_access(user_id, request.POST.get("outside") == "on", first, end)
    except NotFound:
        raise
    except Refusal as refused:
        return user_page(request, user_id, refusal=refused)
    return done(f"/settings/users/{user_id}", _("The access of %(name)s is saved.") % {"name": person.name})


def user_page(request: HttpRequest, user_id: UUID, link: str = "", refusal: Refusal | None = None) -> HttpResponseBase:
    """The page of one person, with what was wrong with a form of it."""
    person = queries.users().filter(id=user_id).first()
    if person is None:
        raise NotFound(_("There is no such person."))
    return section(
        request, "users", template="user", person=person, roles=queries.roles(), teams=queries.teams(), link=link,
        sessions=queries.sessions_of(person.id).count(), tokens=queries.tokens(person.id).count(), refusal=refusal,
        absences=absences(person.id), now=now(), second=days.SECOND, verbs=VERBS,
    )


@require_POST
def deactivate(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    person = actions.deactivate_user(user_id)
    return done(f"/settings/users/{user_id}", _("%(name)s can no longer sign in.") % {"name": person.name})


@require_POST
def activate(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    person = actions.activate_user(user_id)
    return done(f"/settings/users/{user_id}", _("%(name)s can sign in again.") % {"name": person.name})


@require_POST
def make_reset(request: HttpRequest, user_id: UUID) -> HttpResponseBase:
    """A reset link to hand over, shown once."""
    return user_page(request, user_id, link=reset_link(actions.make_reset_link(user_id)))


@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponseBase:
    actions.revoke_invitation(invitation_id)
    return done("/settings/users", _("The invitation is taken back."))
