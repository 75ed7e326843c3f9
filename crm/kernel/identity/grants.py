"""What a person may do, from the grants of their roles.

A role's grants are data:

    {"admin": true}
    {"kinds": {"*": {"view": "team"}, "account": {"view": "all", "edit": "own", "create": true,
               "fields": {"amount": "hidden"}, "filter": {…}}}, "does": ["sales.close", "*"]}

A kind's own entry goes before "*", verb by verb. Several roles add up: the most generous wins.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong

LEVELS = ("none", "own", "team", "team_below", "all")
ROW_VERBS = ("view", "edit", "delete")
FLAG_VERBS = ("create", "export", "import")
VERBS = (*ROW_VERBS, *FLAG_VERBS)
FILTER = "filter"

#: What an API token may be limited to, beside "<kind>:read" and "<kind>:write".
SCOPES = ("read", "write", "admin")
_READING = frozenset({"view", "export"})
_ADMINISTRATION = "administration."

Role = Mapping[str, Any]


class Grants:
    """The rights of one actor. `scopes` (of an API token) can only take away."""

    __slots__ = ("_levels", "_roles", "_scopes", "filtered", "is_admin", "said")

    def __init__(self, roles: Iterable[Role] = (), scopes: frozenset[str] | None = None) -> None:
        self._roles = tuple(roles)
        self._scopes = scopes
        #: The same for all who hold the same roles.
        self.said = (json.dumps(self._roles, sort_keys=True, default=dict), scopes)
        self._levels: dict[tuple[str, str], str] = {}
        #: Whether a filter opens rows of any kind.
        self.filtered = any(entry.get("filter") for role in self._roles for entry in role.get("kinds", {}).values())
        self.is_admin = any(role.get("admin") is True for role in self._roles) and self._in_scope_admin()

    @classmethod
    def everything(cls) -> "Grants":
        return cls(({"admin": True},))

    def level(self, kind: str, verb: str) -> str:
        """One of LEVELS, or "filter" where nothing but a filter gives the verb. Never wider than what may be seen."""
        if (kind, verb) not in self._levels:
            self._levels[kind, verb] = self._level(kind, verb)
        return self._levels[kind, verb]

    def _level(self, kind: str, verb: str) -> str:
        return _widest(self.levels(kind, verb))

    def levels(self, kind: str, verb: str) -> list[str]:
        """What each role contributes, in their order. Editing and deleting reach no further than what all together show."""
        if not self.in_scope(kind, verb):
            return ["none"] * len(self._roles)
        own = [self._by_role(role, kind, verb) for role in self._roles]
        if verb not in ("edit", "delete"):
            return own
        seen = _widest([self._by_role(role, kind, "view") for role in self._roles])
        return [_narrower(one, seen) for one in own]

    def _by_role(self, role: Role, kind: str, verb: str) -> str:
        return "all" if role.get("admin") is True else _level(_entry(role, kind).get(verb))

    def filter(self, kind: str, verb: str = "view") -> dict[str, Any] | None:
        """The filter (as JSON) that opens further rows for the verb, or None."""
        if not self.in_scope(kind, verb):
            return None
        found = [
            entry["filter"]
            for entry in (_entry(role, kind) for role in self._roles)
            if entry.get(verb) == FILTER and entry.get("filter")
        ]
        if not found:
            return None
        return found[0] if len(found) == 1 else {"any": found}

    def filter_of(self, number: int, kind: str) -> dict[str, Any] | None:
        """The filter of one role, by its place among them, on a kind."""
        return _entry(self._roles[number], kind).get("filter") or None

    def fields_said(self, kind: str, field: str) -> list[str | None]:
        """What each role says of a field, in their order: "hidden", "readonly" or None. "" of a role that has no say, because
        it does not show the kind and another one does."""
        entries = [_entry(role, kind) for role in self._roles]
        shows = [self._by_role(role, kind, "view") != "none" for role in self._roles]
        said = [entry.get("fields", {}).get(field) for entry in entries]
        return [one if show or not any(shows) else "" for one, show in zip(said, shows, strict=True)]

    def may(self, name: str) -> bool:
        """Whether the named act is given: by its name, by "part.*", or by "*" (all but administration)."""
        if name.startswith(_ADMINISTRATION):
            return self._in_scope_admin() and (self._holds_admin() or self._does(name))
        if self._scopes is not None and "write" not in self._scopes:
            return False
        return self._holds_admin() or self._does(name)

    def field(self, kind: str, field: str) -> str | None:
        """"hidden", "readonly" or None. Only roles that show the kind have a say; where none does, all of them."""
        if self._holds_admin():
            return None
        said = [one for one in self.fields_said(kind, field) if one != ""]
        if not said or None in said:
            return None
        return "readonly" if "readonly" in said else "hidden"

    def limited_to(self, scopes: frozenset[str] | None) -> "Grants":
        """The same rights, as far as a token's scopes allow."""
        return self if scopes is None else Grants(self._roles, scopes)

    def _holds_admin(self) -> bool:
        return any(role.get("admin") is True for role in self._roles)

    def _does(self, name: str) -> bool:
        patterns = {pattern for role in self._roles for pattern in role.get("does", ())}
        if name in patterns or f"{name.split('.', 1)[0]}.*" in patterns:
            return True
        return "*" in patterns and not name.startswith(_ADMINISTRATION)

    def in_scope(self, kind: str, verb: str) -> bool:
        """Whether a token's scopes leave the verb open; a session's always do."""
        if self._scopes is None:
            return True
        wanted = {"write", f"{kind}:write"}
        if verb in _READING:
            wanted |= {"read", f"{kind}:read"}
        return not wanted.isdisjoint(self._scopes)

    def _in_scope_admin(self) -> bool:
        return self._scopes is None or "admin" in self._scopes


def _entry(role: Role, kind: str) -> dict[str, Any]:
    kinds = role.get("kinds", {})
    return {**kinds.get("*", {}), **kinds.get(kind, {})}


def _level(raw: Any) -> str:
    if raw is True:
        return "all"
    return raw if raw in LEVELS or raw == FILTER else "none"


def _widest(levels: list[str]) -> str:
    best = max((level for level in levels if level != FILTER), key=LEVELS.index, default="none")
    return FILTER if best == "none" and FILTER in levels else best


def _narrower(own: str, seen: str) -> str:
    if "none" in (own, seen):
        return "none"
    return own if FILTER in (own, seen) else min(own, seen, key=LEVELS.index)


def gives_administration(role: Role) -> bool:
    """Whether a role opens any part of the administration; only an administrator may hand such a role on."""
    return role.get("admin") is True or any(str(name).startswith(_ADMINISTRATION) for name in role.get("does", ()))


def checked(raw: Any) -> dict[str, Any]:
    """The grants as they are stored, or Wrong with what is right."""
    if not isinstance(raw, dict):
        raise Wrong(_("Grants are an object with “admin” or “kinds” and “does”."))
    if raw.get("admin") is True:
        return {"admin": True}
    kinds = raw.get("kinds", {})
    does = raw.get("does", [])
    if not isinstance(kinds, dict) or not isinstance(does, list) or not all(isinstance(n, str) for n in does):
        raise Wrong(_("“kinds” is an object, “does” is a list of names."))
    return {"kinds": {str(kind): _checked_entry(entry) for kind, entry in kinds.items()}, "does": sorted(set(does))}


def _checked_entry(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise Wrong(_("The rights on a kind are an object."))
    kept: dict[str, Any] = {}
    for verb in ROW_VERBS:
        if verb in entry:
            if entry[verb] not in (*LEVELS, FILTER):
                raise Wrong(_("A level is none, own, team, team_below, all or filter."))
            kept[verb] = entry[verb]
    kept |= {verb: bool(entry[verb]) for verb in FLAG_VERBS if verb in entry}
    fields = entry.get("fields", {})
    if not isinstance(fields, dict) or any(said not in ("hidden", "readonly") for said in fields.values()):
        raise Wrong(_("A field is hidden or readonly."))
    if fields:
        kept["fields"] = dict(fields)
    if entry.get("filter"):
        kept["filter"] = entry["filter"]
    return kept


def checked_scopes(raw: Iterable[str] | None) -> frozenset[str] | None:
    """Scopes of a token; None means: all that its person may."""
    if raw is None:
        return None
    scopes = frozenset(raw)
    for name in scopes:
        if name not in SCOPES and name.rpartition(":")[2] not in ("read", "write"):
            raise Wrong(_("A scope is read, write, admin, or a kind with :read or :write."), {"scopes": [name]})
    if not scopes:
        raise Wrong(fields={"scopes": [_("Choose what this token may do.")]})
    return scopes
