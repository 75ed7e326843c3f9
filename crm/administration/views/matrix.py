"""The grants of a role as a table on a page: record kinds down, verbs across."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.filters import check_filters
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.filter import from_json, parse_text, to_json, to_text
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FILTER, FLAG_VERBS, LEVELS, ROW_VERBS

VERB_LABELS: dict[str, Promise] = {
    "view": _("See"), "edit": _("Change"), "delete": _("Delete"),
    "create": _("Create"), "export": _("Export"), "import": _("Import"),
}
LEVEL_LABELS: dict[str, Promise] = {
    "none": _("None"), "own": _("Own"), "team": _("Team"), "team_below": _("Team and below"), "all": _("All"),
    "filter": _("By filter…"),
}
FIELD_LABELS: dict[str, Promise] = {"": _("Editable"), "readonly": _("Read only"), "hidden": _("Hidden")}
ADMINISTRATION: dict[str, Promise] = {
    "administration.workspace": _("Workspace settings"),
    "administration.users": _("Users and invitations"),
    "administration.teams": _("Teams"),
    "administration.roles": _("Roles"),
    "administration.kinds": _("Kinds of records, fields and layouts"),
    "administration.parts": _("Which parts are used"),
    "administration.configuration": _("The whole configuration, out and in"),
    "administration.webhooks": _("Webhooks"),
    "administration.files": _("Files and public links"),
    "administration.tokens": _("API tokens of others"),
    "administration.pipelines": _("Pipelines, web forms and assignment"),
    "administration.products": _("Products, prices and rates"),
    "administration.work": _("Background work of everybody"),
    "administration.audit": _("Audit log: seals, how long it is kept, who read what"),
}
ACTIONS = "*"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind: its own rights, where it has any, and the fields that are hidden or read only."""

    kind: str
    label: Any
    own: bool
    rights: Mapping[str, Any]
    filter: str = ""
    follows: bool = False
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
        rights = _filled({**general, **entry})
        if entity.parent is not None and rights["view"] != "none":
            rights["view"] = "all"
        found.append(Line(entity.kind, entity.labels, own, rights, _text(entry), entity.parent is not None, fields))
    return found


def _text(entry: Mapping[str, Any]) -> str:
    """The filter of a line in its text form; what cannot be read (typed so in the form) as it was typed."""
    held = entry.get("filter")
    if not held:
        return ""
    return held if isinstance(held, str) else to_text(from_json(held))


def _filled(entry: Mapping[str, Any]) -> dict[str, Any]:
    rights: dict[str, Any] = {verb: entry.get(verb, "none") for verb in ROW_VERBS}
    return rights | {verb: bool(entry.get(verb, False)) for verb in FLAG_VERBS}


def levels(line: Line, verb: str) -> list[tuple[str, Any]]:
    """What may be chosen for a verb. What follows another record is seen with it or not at all."""
    if line.follows and verb == "view":
        return [("none", LEVEL_LABELS["none"]), ("all", _("With its record"))]
    offered = LEVELS if line.kind == "*" else (*LEVELS, FILTER)
    return [(level, LEVEL_LABELS[level]) for level in offered]


def read(sent: QueryDict, before: Mapping[str, Any]) -> dict[str, Any]:
    """The grants a form means; named actions of parts stay. A filter that cannot be read is kept as the text it is:
    `read_filters` says what is wrong with it.
    """
    if sent.get("admin") == "on":
        return {"admin": True}
    kinds, shown = {}, {line.kind: line.rights for line in lines(before)}
    for kind in ("*", *(entity.kind for entity in registry.all())):
        entry = _read_entry(sent, kind, shown.get(kind, {}))
        if entry:
            kinds[kind] = entry
    does = {name for name in before.get("does", ()) if name not in ADMINISTRATION and name != ACTIONS}
    does |= {name for name in sent.getlist("does") if name in ADMINISTRATION or name == ACTIONS}
    return {"kinds": kinds, "does": sorted(does)}


def read_filters(grants: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The same grants with their filters as trees. Raises Wrong by kind, naming kind and field, for what cannot be."""
    wrong: dict[str, list[Any]] = {}
    kinds = {kind: dict(entry) for kind, entry in grants.get("kinds", {}).items()}
    for kind, entry in kinds.items():
        entity = registry.kind(kind)
        if entity is None or not isinstance(entry.get("filter"), str) or not entry["filter"]:
            continue
        try:
            entry["filter"] = to_json(parse_text(entry["filter"]))
        except Wrong as refusal:
            said = " ".join(str(one) for texts in refusal.fields.values() for one in texts)
            wrong[kind] = [_t("%(kinds)s: the filter cannot be used. %(said)s") % {"kinds": entity.labels, "said": said}]
    if wrong:
        raise Wrong(fields=wrong)
    made = grants | ({"kinds": kinds} if "kinds" in grants else {})
    check_filters(made, actor)
    return made


def _rights(sent: QueryDict, kind: str) -> dict[str, Any]:
    rights: dict[str, Any] = {verb: sent.get(f"{kind}.{verb}", "none") for verb in ROW_VERBS}
    return rights | {verb: sent.get(f"{kind}.{verb}") == "on" for verb in FLAG_VERBS}


def _read_entry(sent: QueryDict, kind: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """A kind has its own rule where that is ticked, or where somebody changed what the line showed."""
    entry: dict[str, Any] = {}
    rights, general = _rights(sent, kind), _rights(sent, "*")
    there = any(f"{kind}.{verb}" in sent for verb in ROW_VERBS)
    by_filter = kind != "*" and FILTER in rights.values()
    if kind == "*" or sent.get(f"{kind}.own") == "on" or there and rights not in (dict(shown), general):
        entry |= rights
        text = sent.get(f"{kind}.filter", "").strip()
        if by_filter and text:
            entry["filter"] = text
    entity = registry.kind(kind)
    names = entity.fields if entity is not None else ()
    said = {name: sent.get(f"{kind}.field.{name}", "") for name in names}
    fields = {name: how for name, how in said.items() if how}
    if fields:
        entry["fields"] = fields
    return entry
