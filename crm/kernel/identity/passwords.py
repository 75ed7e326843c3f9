"""Passwords: argon2id, never more than a few at once.

One computation takes 64 MiB and about 70 ms; without the cap a burst of sign-ins would take the machine's memory.
"""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import TooMany, Wrong

AT_ONCE = 2
WAIT_SECONDS = 8.0
SHORTEST = 10
LONGEST = 512

_turns = threading.BoundedSemaphore(AT_ONCE)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    memory_kib = getattr(settings, "KITH_PASSWORD_MEMORY_KIB", 64 * 1024)
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


@lru_cache(maxsize=1)
def _common() -> CommonPasswordValidator:
    return CommonPasswordValidator()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password matches: what is verified where there is no person."""
    return hashed(secrets.token_urlsafe(32))


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise TooMany(_("Many people are signing in right now. Try again in a few seconds."))
    try:
        yield
    finally:
        _turns.release()


def hashed(password: str) -> str:
    """The form that is stored."""
    with _turn():
        return _hasher().hash(password)


def matches(password: str, stored: str) -> bool:
    """Whether the password is the stored one. Takes the same time where nothing is stored."""
    known = stored or _nobody()
    with _turn():
        try:
            return _hasher().verify(known, password) and bool(stored)
        except (VerificationError, InvalidHashError, UnicodeError):
            return False


def accepted(password: str, about: tuple[str, ...] = ()) -> str:
    """The password, or Wrong with what is right. `about`: the person's e-mail and name, which it may not be."""
    said = None
    if len(password) < SHORTEST:
        said = _("A password has at least 10 characters.")
    elif len(password) > LONGEST:
        said = _("A password has at most 512 characters.")
    elif any("\ud800" <= letter <= "\udfff" for letter in password):
        said = _("This password holds half a character. Type it again.")
    elif password.casefold() in {word.casefold() for word in about} or len(set(password)) < 4:
        said = _("Choose something that others cannot guess.")
    elif _is_common(password):
        said = _("This password is on the lists that attackers try first. Choose another.")
    if said is not None:
        raise Wrong(fields={"password": [said]})
    return password


def _is_common(password: str) -> bool:
    try:
        _common().validate(password)
    except ValidationError:
        return True
    return False


def generated() -> str:
    """A password for the first administrator: 16 letters in groups, read aloud without doubt."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for letter in range(4)) for group in range(4))
