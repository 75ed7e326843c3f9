"""Changing a password: knowing the old one, or with a link."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.identity import passwords
from crm.kernel.identity.actions.guards import may_touch, need, refuse_outside_of_dates, the_person
from crm.kernel.identity.actions.keys import lock_out, open_session, revoke_other_sessions
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.attempts import RESET, SIGN_IN, forgive, take
from crm.kernel.identity.keys import Key, digest, new_link, read_link
from crm.kernel.identity.models import PasswordReset, User
from crm.kernel.identity.models.keys import RESET_LASTS
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.queries import candidates
from crm.kernel.tenancy.scope import current_actor, current_workspace_id, scope


class LinkGone(NotFound):
    """The link of a letter was used, was replaced, has expired, or never was: the answer is the same."""

    code = "link-gone"
    title = _("This link no longer works. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class ResetLetter:
    """What a letter with a reset link says. `secret` is the last part of the link."""

    workspace_id: UUID
    workspace_name: str
    email: str
    name: str
    language: str
    secret: str


def request_reset(email: str, origin: Origin | None = None) -> list[ResetLetter]:
    """Letters for everybody with this e-mail, one for each workspace; none where nobody has it.

    The caller sends them and answers the same in every case. Raises Paused after too many requests.
    """
    take(RESET, email, origin or Origin())
    letters = []
    for person in candidates(email):
        with scope(person.workspace_id):
            user = User.objects.get(id=person.user_id)
            letters.append(_letter(user, person.workspace_name))
    return letters


def make_reset_link(user_id: UUID) -> str:
    """The secret of a reset link that an administrator hands over. Needs `administration.users`."""
    actor = need("administration.users")
    user = User.objects.filter(id=user_id, is_active=True).first()
    if user is None:
        raise NotFound(_("There is no such person."))
    may_touch(actor, user)
    return _letter(user, "").secret


def _letter(user: User, workspace_name: str) -> ResetLetter:
    secret = new_link(current_workspace_id())
    PasswordReset.objects.filter(user=user, created_at__lt=now() - timedelta(days=1)).delete()
    PasswordReset.objects.create(user=user, digest=digest(secret), expires_at=now() + RESET_LASTS)
    return ResetLetter(current_workspace_id(), workspace_name, user.email, user.name, user.language, secret)


def check_reset(secret: str) -> str:
    """The e-mail for which a link sets the password. Raises LinkGone."""
    key = _read(secret)
    with scope(key.workspace_id):
        return str(_open_reset(key).user.email)


def reset_password(secret: str, password: str, origin: Origin | None = None) -> str:
    """Sets a new password with a link and signs in; answers the cookie's value.

    Every other link, session and token of the person ends. Raises LinkGone, or Wrong for the password.
    """
    key = _read(secret)
    with scope(key.workspace_id):
        user = _open_reset(key, lock=True).user
        stored = passwords.hashed(passwords.accepted(password, (user.email, user.name)))
        User.objects.filter(id=user.id).update(password=stored)
        PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now())
        lock_out(user)
        refuse_outside_of_dates(user)
        cookie = open_session(user, origin or Origin())
    forgive(SIGN_IN, user.email, Origin())
    return cookie


def change_password(old: str, new: str, origin: Origin | None = None) -> None:
    """Changes the actor's own password; the other sessions end. Raises Wrong, or Paused after too many tries."""
    actor: Actor = current_actor()
    origin = origin or Origin()
    take(SIGN_IN, actor.email, origin)
    user = the_person(actor)
    if not passwords.matches(old, user.password):
        raise Wrong(fields={"old": [_("This is not your present password.")]})
    forgive(SIGN_IN, actor.email, origin)
    stored = passwords.hashed(passwords.accepted(new, (user.email, user.name)))
    User.objects.filter(id=user.id).update(password=stored)
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=now())
    revoke_other_sessions()


def _read(secret: str) -> Key:
    key = read_link(secret)
    if key is None:
        raise LinkGone
    return key


def _open_reset(key: Key, lock: bool = False) -> PasswordReset:
    rows = PasswordReset.objects.select_for_update(of=("self",)) if lock else PasswordReset.objects.all()
    found = rows.select_related("user").filter(digest=key.digest, user__is_active=True).first()
    if found is None or not found.is_open(now()):
        raise LinkGone
    return found
