"""`filter`, `sort` and `fields` of a list, read against one kind as one actor sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, from_json, parse_text
from crm.kernel.identity.actor import Actor
from crm.kernel.rest.body import check_values, parse_json
from crm.kernel.rest.problems import BadRequest
from crm.kernel.saved.models import SavedView
from crm.kernel.saved.queries import columns_seen, view


@contextmanager
def of_the_address() -> Iterator[None]:
    """Values of the query string that do not fit are a bad request (400), not refused values (422)."""
    try:
        yield
    except Wrong as wrong:
        raise BadRequest(wrong.message, fields=wrong.fields) from None


def read_filter(sent: Any) -> Node | None:
    """The filter tree from the JSON form (text or already parsed) or from the text form; None for no filter."""
    if sent is None or sent in ("", {}):
        return None
    try:
        if isinstance(sent, dict):
            return from_json(sent)
        if not isinstance(sent, str):
            raise Wrong(_("The filter cannot be read."))
        if not sent.lstrip().startswith("{"):
            return parse_text(sent)
        tree = parse_json(sent.encode())
        check_values(tree)
        return from_json(tree) if tree else None
    except Wrong as wrong:
        raise BadRequest(wrong.message, fields=wrong.fields or {"filter": [wrong.message]}) from None


def read_sort(entity: Entity[Any], sent: str | None, actor: Actor) -> str:
    """The sort order; the kind's own when none is asked for."""
    if not sent:
        return entity.default_sort
    field = policy_for(entity).fields(actor).get(sent.removeprefix("-"))
    if field is None or not field.sortable:
        why = f"{field.label}: {field.why_closed}" if field is not None and field.why_closed else ""
        raise BadRequest(fields={"sort": [why or _("This is not a field that can be sorted by.")]})
    return sent


def read_view(entity: Entity[Any], sent: str | None) -> SavedView | None:
    """The saved view asked for; raises `NotFound` for one that is not shared with the actor, `BadRequest` for what is no id."""
    if not sent:
        return None
    pk = as_uuid(sent)
    if pk is None:
        raise BadRequest(fields={"view": [_("This is no id.")]})
    return view(entity, pk)


def view_fields(entity: Entity[Any], one: SavedView) -> list[str]:
    """The columns of a view which the actor may see."""
    return columns_seen(entity, one)


def view_sort(entity: Entity[Any], one: SavedView, actor: Actor) -> str:
    """The order of a view; the kind's own where the actor does not see its field."""
    return one.sort if one.sort.removeprefix("-") in policy_for(entity).fields(actor) else entity.default_sort


def read_fields(entity: Entity[Any], sent: list[str] | None, actor: Actor) -> list[str]:
    """The names to answer; all visible ones when none are asked for."""
    known = policy_for(entity).fields(actor)
    if sent is None:
        return list(known)
    unknown = [name for name in sent if name not in known and name not in ("id", "version")]
    if unknown:
        raise BadRequest(fields={"fields": [_("There is no field “%(name)s”.") % {"name": name} for name in unknown]})
    return [name for name in known if name in sent]
