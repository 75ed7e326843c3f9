"""What uses a field: views, rules, formulas, exports. Whoever holds names of fields tells of them here, so that nobody takes a field
away without knowing what it carries."""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import Node, leaves, parse_text


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a field of a kind. `what` is its sort in words (View, Rule), `name` which one, `address` where it stands in the
    product ("" nowhere), `at` when it was last used where that is known, `times` how often. `chosen`: somebody decided it, Kith did
    not place the field there by itself."""

    field: str
    what: Words
    name: str
    address: str = ""
    at: datetime.datetime | None = None
    times: int = 0
    chosen: bool = True


Teller = Callable[[Entity[Any]], Iterable[Use]]
_TELLERS: list[Teller] = []


def tells_uses(teller: Teller) -> Teller:
    """Adds somebody who knows of uses: asked for the uses of a kind's fields, as Kith itself."""
    _TELLERS.append(teller)
    return teller


def uses_of(entity: Entity[Any]) -> dict[str, list[Use]]:
    """{field: its uses}; of names that are no fields of the kind nothing is said."""
    found: dict[str, list[Use]] = {}
    for teller in _TELLERS:
        for one in teller(entity):
            if one.field in entity.fields:
                found.setdefault(one.field, []).append(one)
    return found


def named_in(node: Node | str | None) -> Iterator[str]:
    """The fields of its own kind that a filter names, as a tree or as text; one that cannot be read names none."""
    if isinstance(node, str):
        try:
            node = parse_text(node) if node.strip() else None
        except Wrong:
            return
    if node is not None:
        yield from dict.fromkeys(one.field.partition(".")[0] for one in leaves(node))
