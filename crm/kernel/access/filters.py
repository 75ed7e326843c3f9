"""The filters of roles, checked before they are kept."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import All, Any_, Asker, Node, compile_filter, from_json
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FILTER, ROW_VERBS


def check_filters(grants: Mapping[str, Any], actor: Actor) -> None:
    """Raises Wrong, by kind, where a level "filter" has no filter or one that cannot be applied to the kind."""
    wrong: dict[str, list[Any]] = {}
    for kind, entry in grants.get("kinds", {}).items():
        if not any(entry.get(verb) == FILTER for verb in ROW_VERBS):
            continue
        entity = registry.kind(kind)
        said = _("A filter needs a kind of records; give all kinds another level.") if entity is None else _fault(entity, entry, actor)
        if said:
            wrong[kind] = [said]
    if wrong:
        raise Wrong(fields=wrong)


def _fault(entity: Entity[Any], entry: Mapping[str, Any], actor: Actor) -> str:
    if not entry.get("filter"):
        return _("%(kinds)s: choose which records “by filter” means.") % {"kinds": entity.labels}
    try:
        # One level is kept back: the filters of several roles are joined by “any”.
        node = from_json(entry["filter"], 1)
        if _empty(node):
            return _("%(kinds)s: choose which records “by filter” means.") % {"kinds": entity.labels}
        compile_filter(node, entity, Asker(Reading.of(actor), actor.id, actor.team_id))
    except Wrong as refusal:
        said = " ".join(str(text) for texts in refusal.fields.values() for text in texts) or str(refusal.message)
        return _("%(kinds)s: the filter cannot be used. %(said)s") % {"kinds": entity.labels, "said": said}
    return ""


def _empty(node: Node) -> bool:
    return isinstance(node, All | Any_) and not node.parts
