"""Limits on tries at a password, per e-mail and per network address.

A try is counted *before* the password is looked at, so that many at once cannot slip through, and is forgiven when it
was right. The same happens for an e-mail that nobody has: the answers tell nothing. What is counted is a digest.
"""

import ipaddress
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import ngettext

from crm.kernel.base.clock import now
from crm.kernel.base.errors import TooMany
from crm.kernel.identity.keys import digest
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.words import folded_email

PAUSE = timedelta(minutes=10)
_KEPT = timedelta(days=1)


class Paused(TooMany):
    """Too many tries. `retry_after`: seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        minutes = math.ceil(retry_after / 60)
        said = ngettext(
            "Too many tries. Wait %(minutes)d minute, then try again.",
            "Too many tries. Wait %(minutes)d minutes, then try again.",
            minutes,
        )
        super().__init__(said % {"minutes": minutes})
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """What is counted, and how many tries are accepted within ten minutes."""

    purpose: str
    by_email: int
    by_address: int


SIGN_IN = Limit("sign-in", by_email=5, by_address=50)
RESET = Limit("reset", by_email=3, by_address=20)

_TAKE = """
INSERT INTO attempt AS a (key, tries, since, until) VALUES (%(key)s, 1, %(now)s, NULL)
ON CONFLICT (key) DO UPDATE SET
  tries = CASE WHEN coalesce(a.until, a.since + %(pause)s) <= %(now)s THEN 1 ELSE least(a.tries + 1, 1000000) END,
  since = CASE WHEN coalesce(a.until, a.since + %(pause)s) <= %(now)s THEN %(now)s ELSE a.since END,
  until = CASE WHEN coalesce(a.until, a.since + %(pause)s) <= %(now)s THEN NULL
               WHEN a.until IS NOT NULL THEN a.until
               WHEN a.tries + 1 >= %(limit)s THEN %(now)s + %(pause)s END
RETURNING tries, until
"""


def take(limit: Limit, email: str, origin: Origin) -> int:
    """Counts a try and answers how many are left for this e-mail; raises Paused when there are none."""
    at, left = now(), 0
    with _cursor() as cursor:
        for key, allowed in _keys(limit, email, origin):
            cursor.execute(_TAKE, {"key": key, "now": at, "pause": PAUSE, "limit": allowed})
            tries, until = cursor.fetchone()
            if tries == 1:
                _forget_old(cursor)
            if tries > allowed:
                raise Paused(max(1, math.ceil((until - at).total_seconds())))
            left = max(0, allowed - int(tries))
    return left


def forgive(limit: Limit, email: str, origin: Origin) -> None:
    """The last try was right: it does not count, and the e-mail starts anew."""
    with _cursor() as cursor:
        for key, allowed in _keys(limit, email, origin):
            if allowed == limit.by_email:
                cursor.execute("DELETE FROM attempt WHERE key = %s", [key])
            else:
                cursor.execute("UPDATE attempt SET tries = tries - 1, until = NULL WHERE key = %s AND tries > 0", [key])


def _keys(limit: Limit, email: str, origin: Origin) -> list[tuple[str, int]]:
    """The address comes first, the e-mail last: `take` answers what is left for the e-mail."""
    keys = [(digest(f"{limit.purpose} email {folded_email(email)}"), limit.by_email)]
    if origin.address:
        keys.insert(0, (digest(f"{limit.purpose} address {network_of(origin.address)}"), limit.by_address))
    return keys


def network_of(address: str) -> str:
    """One customer of a provider: an IPv4 address, or the first half of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _forget_old(cursor: Any) -> None:
    cursor.execute(
        "DELETE FROM attempt WHERE key IN (SELECT key FROM attempt WHERE since < %s LIMIT 50)", [now() - _KEPT]
    )


@contextmanager
def _cursor() -> Iterator[Any]:
    """A count outlives the request's transaction, which is rolled back after a refusal: it gets its own connection."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            yield cursor
        return
    apart = connection.copy()
    try:
        with apart.cursor() as cursor:
            yield cursor
    finally:
        apart.close()
