"""One's own settings: profile, password, sessions, API tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.administration.views import choices
from crm.administration.views.browsers import described
from crm.administration.views.page import done, section
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, Refusal, Wrong
from crm.kernel.identity import actions, queries
from crm.kernel.identity.actions.guards import the_person
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User
from crm.kernel.identity.origin import origin_of
from crm.kernel.notify import bell
from crm.kernel.tenancy.scope import current_actor

LASTING = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365)}


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponseBase:
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            if "bell" in request.POST:
                bell.choose(the_person_id(), request.POST.getlist("topic"))
                return done("/settings/profile", _("What rings is saved."))
            actions.save_profile(request.POST.get("name", ""), request.POST.dict())
            return done("/settings/profile", _("Your profile is saved."))
        except Wrong as wrong:
            refusal = wrong
    return _profile(request, refusal=refusal)


@require_POST
def calendar(request: HttpRequest) -> HttpResponseBase:
    """Makes a calendar address, which is shown this once, or takes it back."""
    if request.POST.get("act") == "drop":
        actions.drop_calendar_link()
        return done("/settings/profile", _("The calendar address no longer works."))
    secret = actions.make_calendar_link(request.POST.get("tasks", "event"))
    return _profile(request, feed=request.build_absolute_uri(f"/calendar/{secret}.ics"))


def _profile(request: HttpRequest, **facts: Any) -> HttpResponseBase:
    user = User.objects.select_related("team").get(id=current_actor().id)
    words = {"refusal": None, "feed": "", **({"sent": {}} if "feed" in facts else {}), **facts}
    words |= {"link": queries.calendar_link(user.id), **_bell(user)}
    return section(request, "profile", person=user, choices=choices.of_place(), **words)


def _bell(user: User) -> dict[str, Any]:
    return {"topics": bell.TOPICS, "silent": bell.off(user.pk)}


def the_person_id() -> UUID:
    """Who is signed in; a program has no bell. Raises NotAllowed."""
    found: UUID | None = current_actor().id
    if found is None:
        raise NotAllowed
    return found


@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def security(request: HttpRequest) -> HttpResponseBase:
    """Password, and where one is signed in."""
    actor: Actor = current_actor()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            actions.change_password(request.POST.get("old", ""), request.POST.get("new", ""), origin_of(request))
            return done("/settings/security", _("Your password is changed. You are signed out everywhere else."))
        except Refusal as refused:
            refusal = refused
    found = queries.sessions_of(actor.id) if actor.id else []
    sessions = [(one, described(one.browser)) for one in found]
    return section(request, "security", sessions=sessions, mine=actor.session_id, refusal=refusal)


@require_POST
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponseBase:
    actions.revoke_session(session_id)
    return done("/settings/security", _("That session has ended."))


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponseBase:
    actions.revoke_other_sessions()
    return done("/settings/security", _("You are signed out everywhere else."))


@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """One's own API tokens; a new one is shown once, in the answer that made it."""
    actor: Actor = current_actor()
    refusal: Refusal | None = None
    made = ""
    if request.method == "POST":
        lasting = LASTING.get(request.POST.get("lasting", ""))
        try:
            made = actions.make_token(
                the_person(actor), request.POST.get("name", ""), _scopes(request),
                now() + lasting if lasting else None,
            )
        except Refusal as refused:
            refusal = refused
    found = queries.tokens(actor.id) if actor.id else []
    return section(request, "tokens", tokens=found, made=made, refusal=refusal, now=now(), lasting=list(LASTING))


def _scopes(request: HttpRequest) -> list[str] | None:
    """None means everything the person may; scopes for single kinds are made through the command line."""
    extent = request.POST.get("extent", "")
    return None if extent == "all" else [extent] if extent in ("read", "write") else []


@require_POST
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponseBase:
    """Takes a token back, from one's own list or from that of the workspace."""
    token = actions.revoke_token(token_id)
    back = "/settings/all-tokens" if request.POST.get("from") == "all" else "/settings/tokens"
    return done(back, _("The token “%(name)s” no longer works.") % {"name": token.name})
