"""Asking a colleague in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.identity import passwords
from crm.kernel.identity.actions.guards import may_give, need
from crm.kernel.identity.actions.keys import open_session
from crm.kernel.identity.actions.passwords import LinkGone
from crm.kernel.identity.keys import Key, digest, new_link, read_link
from crm.kernel.identity.models import Invitation, Role, Team, User, UserRole
from crm.kernel.identity.models.keys import INVITATION_LASTS
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, scope


@dataclass(frozen=True, slots=True)
class Invited:
    """What the person who opens the link is told; `last_day` of the access, where it ends."""

    email: str
    name: str
    workspace_name: str
    language: str
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Whether somebody comes from outside, and the moment from which on they cannot come in any more."""

    outside: bool = False
    until: datetime | None = None


WITHOUT_END = Stay()


def invite(
    email: str, name: str = "", roles: Iterable[UUID] = (), team_id: UUID | None = None, language: str = "",
    stay: Stay = WITHOUT_END,
) -> tuple[Invitation, str]:
    """An invitation and the secret of its link, which works once and for seven days. Needs `administration.users`.

    A second invitation to the same e-mail replaces the first. Whoever accepts it may come in until the end of `stay`, if
    it has one; the link opens nothing after it either.
    """
    actor = need("administration.users")
    answers = Answers()
    email = answers.email("email", email)
    name = answers.line("name", name, required=False)
    workspace = Workspace.objects.get(id=current_workspace_id())
    language = answers.language(language or workspace.language)
    chosen = list(Role.objects.filter(id__in=list(roles)))
    if not chosen:
        answers.refuse("roles", _("Choose at least one role."))
    if team_id is not None and not Team.objects.filter(id=team_id).exists():
        answers.refuse("team", _("Choose one of the list."))
    if User.objects.filter(email=email).exists():
        answers.refuse("email", _("This person is in the workspace already."))
    if stay.until is not None and stay.until <= now():
        answers.refuse("access_until", _("This day is over already."))
    answers.done()
    may_give(actor, chosen)
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now())
    secret = new_link(current_workspace_id())
    lasts = now() + INVITATION_LASTS
    invitation = Invitation.objects.create(
        email=email, name=name, team_id=team_id, roles=[str(role.id) for role in chosen], language=language,
        digest=digest(secret), by_id=actor.id, expires_at=min(lasts, stay.until) if stay.until is not None else lasts,
        outside=stay.outside, access_until=stay.until,
    )
    return invitation, secret


def revoke_invitation(invitation_id: UUID) -> None:
    """Takes an invitation back. Needs `administration.users`."""
    need("administration.users")
    rows = Invitation.objects.filter(id=invitation_id, accepted_at=None, revoked_at=None)
    if not rows.update(revoked_at=now()):
        raise NotFound(_("This invitation is no longer open."))


def check_invitation(secret: str) -> Invited:
    """What an open invitation says. Raises LinkGone."""
    key = _read(secret)
    with scope(key.workspace_id):
        found = _open(key)
        workspace = Workspace.objects.get(id=current_workspace_id())
        end = found.access_until
        last = (end - timedelta(seconds=1)).astimezone(ZoneInfo(workspace.time_zone)).date() if end is not None else None
        return Invited(found.email, found.name, workspace.name, found.language, last)


def accept_invitation(secret: str, name: str, password: str, origin: Origin | None = None) -> str:
    """Makes the person and signs in; answers the cookie's value. Raises LinkGone, or Wrong for name and password."""
    key = _read(secret)
    with scope(key.workspace_id, reason="invitation accepted"):
        invitation = _open(key, lock=True)
        answers = Answers()
        name = answers.line("name", name)
        try:
            passwords.accepted(password, (invitation.email, name))
        except Wrong as wrong:
            answers.wrong |= wrong.fields
        answers.done()
        if User.objects.filter(email=invitation.email).exists():
            raise LinkGone
        user = _make(invitation, name, passwords.hashed(password))
        Invitation.objects.filter(id=invitation.id).update(accepted_at=now())
        return open_session(user, origin or Origin())


def _make(invitation: Invitation, name: str, stored: str) -> User:
    workspace = Workspace.objects.get(id=current_workspace_id())
    user = User.objects.create(
        email=invitation.email, name=name, password=stored, team_id=invitation.team_id, language=invitation.language,
        time_zone=workspace.time_zone, currency=workspace.currency, country=workspace.country, invited_by_id=invitation.by_id,
        outside=invitation.outside, access_until=invitation.access_until,
    )
    roles = Role.objects.filter(id__in=invitation.roles)
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in roles)
    return user


def _read(secret: str) -> Key:
    key = read_link(secret)
    if key is None:
        raise LinkGone
    return key


def _open(key: Key, lock: bool = False) -> Invitation:
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects.all()
    found = rows.filter(digest=key.digest).first()
    if found is None or not found.is_open(now()):
        raise LinkGone
    return found
