"""The grants of a role as a table on a page: record kinds down, verbs across."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.registry import registry
from crm.kernel.identity.grants import FLAG_VERBS, LEVELS, ROW_VERBS

VERB_LABELS: dict[str, Promise] = {
    "view": _("See"), "edit": _("Change"), "delete": _("Delete"),
    "create": _("Create"), "export": _("Export"), "import": _("Import"),
}
LEVEL_LABELS: dict[str, Promise] = {
    "none": _("None"), "own": _("Own"), "team": _("Team"), "team_below": _("Team and below"), "all": _("All"),
    "filter": _("By filter"),
}
FIELD_LABELS: dict[str, Promise] = {"": _("Editable"), "readonly": _("Read only"), "hidden": _("Hidden")}
ADMINISTRATION: dict[str, Promise] = {
    "administration.workspace": _("Workspace settings"),
    "administration.users": _("Users and invitations"),
    "administration.teams": _("Teams"),
    "administration.roles": _("Roles"),
    "administration.tokens": _("API tokens of others"),
}
ACTIONS = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: its own rights, where it has any, and the fields that are hidden or read only."""

    kind: str
    label: Any
    own: bool
    rights: Mapping[str, Any]
    fields: list[tuple[str, Any, str]] = field(default_factory=list)


def lines(grants: Mapping[str, Any]) -> list[Line]:
    """The general line first, then every kind of the registry."""
    kinds: Mapping[str, Any] = grants.get("kinds", {})
    general = kinds.get("*", {})
    found = [Line("*", _("All kinds"), True, _filled(general))]
    for entity in registry.all():
        entry = kinds.get(entity.kind, {})
        said = entry.get("fields", {})
        fields = [(one.name, one.label, said.get(one.name, "")) for one in entity.fields.values() if not one.part_of]
        own = any(verb in entry for verb in (*ROW_VERBS, *FLAG_VERBS))
        found.append(Line(entity.kind, entity.labels, own, _filled({**general, **entry}), fields))
    return found


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    rights: dict[str, Any] = {verb: entry.get(verb, "none") for verb in ROW_VERBS}
    return rights | {verb: bool(entry.get(verb, False)) for verb in FLAG_VERBS}


def levels(line: Line, verb: str) -> list[tuple[str, Any]]:
    """What may be chosen for a verb; "by filter" only where the role has it, since it is written through the API."""
    offered = [*LEVELS, "filter"] if line.rights[verb] == "filter" else list(LEVELS)
    return [(level, LEVEL_LABELS[level]) for level in offered]


def read(sent: QueryDict, before: Mapping[str, Any]) -> dict[str, Any]:
    """The grants a form means. Filters, which the form does not show, and named actions of parts stay."""
    if sent.get("admin") == "on":
        return {"admin": True}
    kinds = {}
    for kind in ("*", *(entity.kind for entity in registry.all())):
        entry = _read_entry(sent, kind, before.get("kinds", {}).get(kind, {}))
        if entry:
            kinds[kind] = entry
    does = {name for name in before.get("does", ()) if name not in ADMINISTRATION and name != ACTIONS}
    does |= {name for name in sent.getlist("does") if name in ADMINISTRATION or name == ACTIONS}
    return {"kinds": kinds, "does": sorted(does)}


def _read_entry(sent: QueryDict, kind: str, before: Mapping[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if kind == "*" or sent.get(f"{kind}.own") == "on":
        entry |= {verb: sent.get(f"{kind}.{verb}", "none") for verb in ROW_VERBS}
        entry |= {verb: sent.get(f"{kind}.{verb}") == "on" for verb in FLAG_VERBS}
        if before.get("filter"):
            entry["filter"] = before["filter"]
    entity = registry.kind(kind)
    names = entity.fields if entity is not None else ()
    said = {name: sent.get(f"{kind}.field.{name}", "") for name in names}
    fields = {name: how for name, how in said.items() if how}
    if fields:
        entry["fields"] = fields
    return entry
