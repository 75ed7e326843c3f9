"""Signing in, before the workspace is known."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from crm.kernel.base.errors import Refusal, Words, Wrong
from crm.kernel.identity import passwords
from crm.kernel.identity.actions.guards import refuse_outside_of_dates
from crm.kernel.identity.actions.keys import open_session
from crm.kernel.identity.attempts import SIGN_IN, Paused, forgive, take
from crm.kernel.identity.keys import digest
from crm.kernel.identity.models import User
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.queries import Candidate, candidates
from crm.kernel.tenancy.scope import scope

_CHOICE = "kith.sign-in.choice"
_CHOICE_SECONDS = 300
_VERIFIED_AT_LEAST = 2


class WrongPassword(Wrong):
    """E-mail and password do not belong together. `left`: tries before the pause."""

    code = "wrong-password"

    def __init__(self, left: int) -> None:
        said: Words = _("E-mail and password do not match.")
        if left:
            said = ngettext(
                "E-mail and password do not match. %(left)d try is left before a ten-minute pause.",
                "E-mail and password do not match. %(left)d tries are left before a ten-minute pause.",
                left,
            ) % {"left": left}
        super().__init__(said, {"password": [said]})
        self.left = left


class ChoiceGone(Refusal):
    """The person took too long to choose a workspace, or something changed meanwhile."""

    code = "choice-gone"
    title = _("That took a while. Sign in once more.")


@dataclass(frozen=True, slots=True)
class Entry:
    """A workspace that the password opens."""

    workspace_id: UUID
    slug: str
    workspace_name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The answer to a right password: a cookie's value, or several workspaces and the proof with which to choose."""

    cookie: str = ""
    entries: tuple[Entry, ...] = ()
    proof: str = ""


def sign_in(email: str, password: str, origin: Origin | None = None, slug: str = "") -> SignedIn:
    """Checks a password in every workspace that knows the e-mail (or only in `slug`).

    Raises WrongPassword, or Paused with `retry_after`. Whether the e-mail is known shows neither in the words nor in
    the time: at least two hashes are computed.
    """
    origin = origin or Origin()
    left = take(SIGN_IN, email, origin)
    found = candidates(email, slug)
    right = [person for person in found if passwords.matches(password, person.password)]
    for _missing in range(_VERIFIED_AT_LEAST - len(found)):
        passwords.matches(password, "")
    if not right:
        raise WrongPassword(left) if left else Paused(600)
    forgive(SIGN_IN, email, origin)
    if len(right) == 1:
        return SignedIn(cookie=_enter(right[0].workspace_id, right[0].user_id, origin))
    proof = signing.dumps([_sealed(person) for person in right], salt=_CHOICE, compress=True)
    return SignedIn(entries=_entries(right), proof=proof)


def choose_workspace(proof: str, workspace_id: UUID | None, origin: Origin | None = None) -> str:
    """The cookie for one of the workspaces that `sign_in` offered. Raises ChoiceGone."""
    try:
        sealed = signing.loads(proof, salt=_CHOICE, max_age=_CHOICE_SECONDS)
    except signing.BadSignature:
        raise ChoiceGone from None
    for workspace, person, mark in sealed:
        if workspace_id is not None and workspace == workspace_id.hex:
            return _enter(workspace_id, UUID(person), origin or Origin(), mark)
    raise ChoiceGone


def _enter(workspace_id: UUID, user_id: UUID, origin: Origin, mark: str = "") -> str:
    with scope(workspace_id):
        user = User.objects.filter(id=user_id, is_active=True).first()
        if user is None or (mark and mark != _mark(user.password)):
            raise ChoiceGone
        refuse_outside_of_dates(user)
        return open_session(user, origin)


def _sealed(person: Candidate) -> tuple[str, str, str]:
    return person.workspace_id.hex, person.user_id.hex, _mark(person.password)


def _mark(stored: str) -> str:
    """Changes with the password, so that a choice offered before a reset opens nothing after it."""
    return digest(stored)[:16]


def _entries(people: list[Candidate]) -> tuple[Entry, ...]:
    return tuple(Entry(person.workspace_id, person.slug, person.workspace_name) for person in people)
