"""Where import and export of a kind are found; absent where their part is not installed or not allowed."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse

from crm.kernel.access.policy import policy_for
from crm.kernel.entity.entity import Entity
from crm.kernel.tenancy.scope import current_actor

_ROUTES = {"import": ("exchange:start", "exchange:import"), "export": ("exchange:export",), "edit": ("exchange:edited_start",)}


def _route(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def exchange_links(entity: Entity[Any], given: QueryDict, columns: Sequence[str] = (), view: str = "") -> dict[str, str]:
    """{"import": address, "export": address, "edit": where edited workbooks come back}.

    The export takes filter, sort and words with it, and the name and columns of a saved view.
    """
    actor, policy = current_actor(), policy_for(entity)
    found = {}
    for verb, names in _ROUTES.items():
        base = _route(names) if policy.may(actor, verb) else ""
        if base:
            query = QueryDict(mutable=True)
            query["kind"] = entity.kind
            if verb == "export":
                for name in ("filter", "q", "sort"):
                    if given.get(name):
                        query[name] = str(given[name])  # not `|=`, which takes a text for a list of letters
                query.setlist("columns", list(columns))
                query.setlist("view", [view] if view else [])
            found[verb] = f"{base}?{query.urlencode()}"
    return found
