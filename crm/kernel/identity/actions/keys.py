"""Sessions and API tokens: made, listed, taken back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.identity.actions.guards import may_touch, the_person
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import checked_scopes
from crm.kernel.identity.keys import Key, digest, new_link, new_token
from crm.kernel.identity.models import ApiToken, CalendarLink, Session, User
from crm.kernel.identity.models.keys import SESSION_IDLE
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.scope import bump_permissions, current_actor, current_workspace_id, scope


def open_session(user: User, origin: Origin) -> str:
    """Signs a browser in and answers the cookie's value. Inside the workspace's scope."""
    at = now()
    Session.objects.filter(user=user, last_used_at__lt=at - SESSION_IDLE).delete()
    secret = new_link(current_workspace_id())
    Session.objects.create(
        user=user, digest=digest(secret), browser=origin.browser, address=origin.address, last_used_at=at
    )
    User.objects.filter(id=user.id).update(last_seen_at=at)
    return secret


def sign_out(key: Key | None) -> None:
    """Ends the session of a cookie; does nothing where it is none. Opens the scope itself."""
    if key is None or key.is_token:
        return
    with scope(key.workspace_id):
        if Session.objects.filter(digest=key.digest).delete()[0]:
            bump_permissions()


def revoke_session(session_id: UUID) -> None:
    """Ends one of the actor's own sessions."""
    if not Session.objects.filter(id=session_id, user=the_person(current_actor())).delete()[0]:
        raise NotFound(_("This session has ended already."))
    bump_permissions()


def revoke_other_sessions() -> int:
    """Ends all of the actor's sessions but the present one; answers how many."""
    actor: Actor = current_actor()
    others = Session.objects.filter(user=the_person(actor))
    if actor.session_id is not None:
        others = others.exclude(id=actor.session_id)
    ended = others.delete()[0]
    if ended:
        bump_permissions()
    return ended


def make_token(user: User, name: str, scopes: Iterable[str] | None, expires_at: datetime | None = None) -> str:
    """An API token for a person. The answer is the only time it can be read.

    `scopes` None: all that the person may. People make tokens for themselves; Kith itself may for anybody.
    """
    actor: Actor = current_actor()
    if actor.id != user.id and actor.kind != "system":
        raise NotAllowed(_("Everybody makes their own tokens."))
    answers = Answers()
    name = answers.line("name", name, longest=80)
    answers.done()
    allowed = checked_scopes(scopes)
    if actor.scopes is not None and (allowed is None or not allowed <= actor.scopes):
        raise NotAllowed(_("A token cannot make another one that may do more."))
    if expires_at is not None and expires_at <= now():
        raise Wrong(fields={"expires_at": [_("Choose a day that is still to come.")]})
    secret = new_token(current_workspace_id())
    ApiToken.objects.create(
        user=user, name=name, digest=digest(secret), hint=secret[-4:], expires_at=expires_at,
        scopes=None if allowed is None else sorted(allowed),
    )
    return secret


def revoke_token(token_id: UUID) -> ApiToken:
    """Takes a token back: one's own, or anybody's with `administration.tokens`."""
    actor: Actor = current_actor()
    token = ApiToken.objects.select_related("user").filter(id=token_id, revoked_at=None).first()
    if token is None or (token.user_id != actor.id and not actor.may("administration.tokens")):
        raise NotFound(_("There is no such token, or it was taken back already."))
    may_touch(actor, token.user)
    ApiToken.objects.filter(id=token.id).update(revoked_at=now())
    bump_permissions()
    return token


def make_calendar_link(tasks: str) -> str:
    """The secret of a new calendar address of the actor; the one before it opens nothing any more. Shown this once."""
    person = the_person(current_actor())
    if tasks not in CalendarLink.Tasks.values:
        raise Wrong(fields={"tasks": [_("Choose one of the two.")]})
    drop_calendar_link()
    secret = new_link(current_workspace_id())
    CalendarLink.objects.create(user=person, digest=digest(secret), tasks=tasks)
    return secret


def drop_calendar_link() -> None:
    """Takes the actor's calendar address back."""
    CalendarLink.objects.filter(user=the_person(current_actor())).delete()


def lock_out(user: User) -> None:
    """Ends every session, token and calendar address of a person."""
    CalendarLink.objects.filter(user=user).delete()
    Session.objects.filter(user=user).delete()
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=now())
    bump_permissions()
