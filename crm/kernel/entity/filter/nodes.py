"""The filter language: a small typed tree.

JSON: `{"all": [{"field": "stage", "op": "is", "value": "won"}, {"any": [...]}, {"not": {...}}]}`.
Meaning of a missing value: a comparison with it is unknown, and neither it nor its negation matches; ask for it with
`empty` and `filled`, and for why it is missing with `missing` (`not_missing` holds of all others, values too). Of a missing value it is
neither true that it is verified nor that it is not. A relation to many records means "there is at least one".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong

OPPOSITE = {
    "is": "is_not", "in": "not_in", "contains": "not_contains", "starts": "not_starts", "lt": "gte", "lte": "gt",
    "between": "not_between", "empty": "filled", "has": "has_not", "within": "not_within", "missing": "not_missing",
    "verified": "not_verified", "pending": "not_pending",
}
OPPOSITE |= {other: one for one, other in OPPOSITE.items()}

#: A filter larger than this is refused: nobody wrote it by hand.
MOST_NODES = 200
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Where:
    """One comparison; `value` is raw, as typed or sent: it is cleaned by the field when the filter is compiled."""

    field: str
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class All:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Any_:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Found:
    """These records, such as a search found. Nobody writes it: it has no text form, and its JSON is for jobs of ours alone."""

    ids: tuple[UUID, ...]


Node = Where | All | Any_ | Not | Found


def wrong(message: str) -> Wrong:
    return Wrong(_("The filter cannot be read."), fields={"filter": [message]})


def from_json(raw: Any, depth: int = 0) -> Node:
    """The tree that a JSON value means; raises Wrong naming the part that cannot be read."""
    if depth > DEEPEST:
        raise wrong(_("A filter may be at most %(n)s levels deep.") % {"n": DEEPEST})
    if not isinstance(raw, Mapping):
        raise wrong(_("Each part is an object with “field” and “op”, or “all”, “any”, “not”."))
    if "not" in raw:
        return Not(from_json(raw["not"], depth + 1))
    for name, make in (("all", All), ("any", Any_)):
        if name in raw:
            parts = raw[name]
            if not isinstance(parts, list) or len(parts) > MOST_NODES:
                raise wrong(_("“%(name)s” needs a list of at most %(n)s parts.") % {"name": name, "n": MOST_NODES})
            return make(tuple(from_json(part, depth + 1) for part in parts))
    if not isinstance(raw.get("field"), str) or not isinstance(raw.get("op"), str):
        raise wrong(_("Each part is an object with “field” and “op”, or “all”, “any”, “not”."))
    return Where(raw["field"], raw["op"], raw.get("value"))


def from_ours(raw: Mapping[str, Any]) -> Node:
    """The tree that `to_json` wrote for a job."""
    if "ids" in raw:
        return Found(tuple(UUID(one) for one in raw["ids"]))
    if "all" in raw:
        return All(tuple(from_ours(part) for part in raw["all"]))
    return from_json(raw)


def to_json(node: Node) -> dict[str, Any]:
    match node:
        case All(parts):
            return {"all": [to_json(part) for part in parts]}
        case Any_(parts):
            return {"any": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Where(field, op, value):
            return {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": value}
        case Found(ids):
            return {"ids": [str(one) for one in ids]}


def negated(node: Node) -> Node:
    """The tree with `not` pushed down to the comparisons (it keeps its three-valued meaning)."""
    match node:
        case All(parts):
            return Any_(tuple(negated(part) for part in parts))
        case Any_(parts):
            return All(tuple(negated(part) for part in parts))
        case Not(part):
            return flat(part)
        case Where(field, op, value):
            if op not in OPPOSITE:
                raise wrong(_("“%(op)s” is not a comparison.") % {"op": op})
            return Where(field, OPPOSITE[op], value)
        case Found():
            raise TypeError("what a search found is not negated")


def flat(node: Node) -> Node:
    """The same tree without `Not`."""
    match node:
        case All(parts):
            return All(tuple(flat(part) for part in parts))
        case Any_(parts):
            return Any_(tuple(flat(part) for part in parts))
        case Not(part):
            return negated(part)
        case Where() | Found():
            return node


def leaves(node: Node) -> list[Where]:
    match node:
        case All(parts) | Any_(parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case Not(part):
            return leaves(part)
        case Where():
            return [node]
        case Found():
            return []


def both(*nodes: Node | None) -> Node | None:
    """All of the given filters; None where there is none."""
    kept = tuple(node for node in nodes if node is not None)
    return None if not kept else kept[0] if len(kept) == 1 else All(kept)
