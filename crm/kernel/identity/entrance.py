"""From a presented key to an actor.

One cache entry a key, valid for one permission version: the version is read when the transaction opens, so a revoked
right, session or person is refused in the next request of every process.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from crm.kernel.base.clock import now
from crm.kernel.base.recent import Recent
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.keys import Key
from crm.kernel.identity.models import ApiToken, Session, User
from crm.kernel.identity.models.keys import SESSION_IDLE
from crm.kernel.identity.queries import actor_for
from crm.kernel.tenancy.scope import become, current, scope, versions

TOUCH_EVERY = timedelta(minutes=10)
_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known about a key. `key_id`: the session or token row; `until`: when the person's access ends, if it does."""

    version: int
    actor: Actor
    user_id: UUID
    key_id: UUID
    touched_at: datetime
    expires_at: datetime | None
    until: datetime | None = None


#: The most recently used keys of this process.
cache: Recent[str, Entry] = Recent(_KEPT)


def expected(key: Key) -> Actor | None:
    """Who the key belonged to when it was last seen here: saves naming the actor twice. `admit` decides."""
    entry = cache.get(key.digest)
    return entry.actor if entry is not None else None


def admit(key: Key) -> Actor | None:
    """The actor of a valid key, named in the open scope of its workspace; None where the key opens nothing."""
    version = versions()[1]
    if version == 0:
        return None
    entry = cache.get(key.digest)
    if entry is None or entry.version != version or _expired(entry):
        entry = _look_up(key, version)
        cache.put(key.digest, entry)
    if entry is None:
        return None
    if current().actor is not entry.actor:
        become(entry.actor)
    if now() - entry.touched_at >= TOUCH_EVERY:
        _touch(key, entry)
    return entry.actor


def who(key: Key | None) -> Actor | None:
    """The actor of a key, looked up in a scope of its own: for doors beside the request, such as live streams."""
    if key is None:
        return None
    with scope(key.workspace_id, expected(key)):
        return admit(key)


def _expired(entry: Entry) -> bool:
    return any(end is not None and end <= now() for end in (entry.expires_at, entry.until))


def _look_up(key: Key, version: int) -> Entry | None:
    entry = _token(key, version) if key.is_token else _session(key, version)
    return None if entry is None or _expired(entry) else entry


def _session(key: Key, version: int) -> Entry | None:
    found = Session.objects.select_related("user__team").filter(digest=key.digest, user__is_active=True).first()
    if found is None or not found.user.let_in(now()):
        return None
    actor = actor_for(found.user, session_id=found.id)
    return Entry(version, actor, found.user_id, found.id, found.last_used_at, found.expires_at, found.user.access_until)


def _token(key: Key, version: int) -> Entry | None:
    rows = ApiToken.objects.select_related("user__team")
    found = rows.filter(digest=key.digest, revoked_at=None, user__is_active=True).first()
    if found is None or not found.user.let_in(now()):
        return None
    touched_at = found.last_used_at or found.created_at
    actor = actor_for(found.user, token=found)
    return Entry(version, actor, found.user_id, found.id, touched_at, found.expires_at, found.user.access_until)


def _touch(key: Key, entry: Entry) -> None:
    """Notes that the key is in use. Rows that another request is touching are left alone, so nobody waits."""
    at = now()
    table = ApiToken if key.is_token else Session
    free = table.objects.select_for_update(skip_locked=True).filter(id=entry.key_id)
    table.objects.filter(id__in=list(free.values_list("id", flat=True))).update(last_used_at=at)
    person = User.objects.select_for_update(skip_locked=True, no_key=True).filter(id=entry.user_id)
    User.objects.filter(id__in=list(person.values_list("id", flat=True))).update(last_seen_at=at)
    expires_at = entry.expires_at if key.is_token else at + SESSION_IDLE
    cache.put(key.digest, replace(entry, touched_at=at, expires_at=expires_at))
