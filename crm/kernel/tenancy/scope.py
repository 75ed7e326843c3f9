"""The ambient workspace and actor.

A scope is a transaction that knows for whom it runs: the database backend tells PostgreSQL the workspace, actor
and reason when the transaction opens, and the row policies read them there. Without a scope a query on a
workspace table is refused by the database itself.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction

T = TypeVar("T")


class ActorLike(Protocol):
    """What tenancy needs to know of an actor: who is written into the audit log."""

    @property
    def id(self) -> UUID | None: ...
    @property
    def name(self) -> str: ...


class NoWorkspace(RuntimeError):
    """Code that needs a workspace ran outside a scope: a bug, never shown."""


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom the present transaction runs."""

    workspace_id: UUID
    actor: Any = None
    reason: str = ""


_scope: ContextVar[Scope | None] = ContextVar("kith_scope", default=None)
#: What `once` has worked out in the transaction that is open.
_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("kith_known", default=None)


def ambient() -> Scope | None:
    """The scope, or None outside one."""
    return _scope.get()


def current() -> Scope:
    found = _scope.get()
    if found is None:
        raise NoWorkspace("no workspace is set: open a scope(workspace_id, actor) first")
    return found


def current_workspace_id() -> UUID:
    return current().workspace_id


def current_actor() -> Any:
    """The actor of the present scope; raises NoWorkspace where there is none."""
    found = current().actor
    if found is None:
        raise NoWorkspace("this scope has no actor")
    return found


@contextmanager
def scope(workspace_id: UUID, actor: Any = None, reason: str = "") -> Iterator[Scope]:
    """Runs the block in one transaction for this workspace and actor; nested scopes become savepoints."""
    mine = Scope(workspace_id, actor, reason)
    token, known = _scope.set(mine), _known.set({})
    outer = connection.in_atomic_block
    try:
        with transaction.atomic():
            if outer:
                connection.announce_scope()  # type: ignore[attr-defined]
            yield mine
    finally:
        _scope.reset(token)
        _known.reset(known)
        if outer and not connection.needs_rollback and _scope.get() is not None:
            connection.announce_scope()  # type: ignore[attr-defined]


def once(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` answers, worked out once in a scope: for reads that several parts of one page need. A write forgets all."""
    known = _known.get()
    if known is None:
        return make()
    if key not in known:
        known[key] = make()
    found: T = known[key]
    return found


@contextmanager
def afresh() -> Iterator[None]:
    """Inside, `once` knows nothing of what it worked out before, and afterwards nothing of what it worked out inside."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def forget() -> None:
    """After a write: nothing that `once` knows may be true any more."""
    known = _known.get()
    if known:
        known.clear()


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Adds a reason, kept in the audit log, to what the block writes."""
    token = _scope.set(replace(current(), reason=reason))
    try:
        connection.announce_scope()  # type: ignore[attr-defined]
        yield
    finally:
        _scope.reset(token)
        if connection.in_atomic_block and not connection.needs_rollback:
            connection.announce_scope()  # type: ignore[attr-defined]


def become(actor: Any) -> None:
    """Names the actor of the scope that is already open (used where the actor is looked up inside it)."""
    _scope.set(replace(current(), actor=actor))
    connection.announce_scope()  # type: ignore[attr-defined]


@contextmanager
def standing_in(actor: Any) -> Iterator[None]:
    """The block puts statements together as if for this actor. It asks the database nothing, which is told nothing either."""
    token = _scope.set(replace(current(), actor=actor))
    try:
        yield
    finally:
        _scope.reset(token)


_shapes: list[Callable[[], Hashable]] = []


def tell_shapes(token: Callable[[], Hashable]) -> None:
    """`token` answers the same in all transactions whose record kinds are the same (`entity.custom.shapes`)."""
    _shapes[:] = [token]


def shape_token() -> Hashable:
    """Which record kinds this transaction has."""
    return _shapes[0]() if _shapes else None


def versions() -> tuple[int, int]:
    """(schema version, permission version) of the workspace, as read when the transaction opened."""
    return connection.kith_versions  # type: ignore[attr-defined,no-any-return]


def bump_schema() -> None:
    """Every process reads kinds and fields anew from its next request on. Whoever changes them next waits until this one is done."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workspace SET schema_version = schema_version + 1 WHERE id = %s", [current_workspace_id()])
    reshape()


def reshape() -> None:
    """After a change of kinds or fields: what this transaction has read of them meanwhile is read once more."""
    connection.reshaped()  # type: ignore[attr-defined]
    forget()


def bump_permissions() -> None:
    """Every process reads rights anew from its next request on."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workspace SET permission_version = permission_version + 1 WHERE id = %s", [current_workspace_id()])
    connection.apart()  # type: ignore[attr-defined]
    forget()


def bump_looks() -> None:
    """Every process reads saved views, and what pages show of them, anew from its next request on."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE workspace SET look_version = look_version + 1 WHERE id = %s", [current_workspace_id()])
    connection.relooked()  # type: ignore[attr-defined]
    forget()
