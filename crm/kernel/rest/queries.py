"""`filter`, `sort` and `fields` of a list, read against one kind as one actor sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, from_json, parse_text
from crm.kernel.identity.actor import Actor
from crm.kernel.rest.body import check_values, parse_json
from crm.kernel.rest.problems import BadRequest


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
        raise BadRequest(fields={"sort": [_("This is not a field that can be sorted by.")]})
    return sent


def read_fields(entity: Entity[Any], sent: list[str] | None, actor: Actor) -> list[str]:
    """The names to answer; all visible ones when none are asked for."""
    known = policy_for(entity).fields(actor)
    if sent is None:
        return list(known)
    unknown = [name for name in sent if name not in known and name not in ("id", "version")]
    if unknown:
        raise BadRequest(fields={"fields": [_("There is no field “%(name)s”.") % {"name": name} for name in unknown]})
    return [name for name in known if name in sent]
