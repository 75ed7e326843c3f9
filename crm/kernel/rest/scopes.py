"""What a token may do at most, beside the rights of the person behind it.

Scopes are `read` and `write` for everything, `account:read` and `account:write` for one kind. `write` includes
`read`. A session (no scopes) may do all that the person may. The grants of the actor are narrowed by the same
scopes; this gate only says so early and by name.
"""

from collections.abc import Set as AbstractSet

from django.utils.translation import gettext as _

from crm.kernel.base.errors import NotAllowed


def allows(scopes: AbstractSet[str] | None, needed: str, kind: str = "") -> bool:
    """`needed` is "read" or "write"; `kind` is empty where the address names none: then any kind's scope will do."""
    if scopes is None:
        return True
    enough = {"read", "write"} if needed == "read" else {"write"}
    if kind:
        return not scopes.isdisjoint(enough | {f"{kind}:{word}" for word in enough})
    return any(scope.rpartition(":")[2] in enough for scope in scopes)


def require(scopes: AbstractSet[str] | None, needed: str, kind: str = "") -> None:
    """Raises `NotAllowed` when the token was not made for this."""
    if not allows(scopes, needed, kind):
        raise NotAllowed(_("This token was made without the scope “%(scope)s”.") % {"scope": needed})
