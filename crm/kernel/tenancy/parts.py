"""Which parts a workspace uses. What the others brought (kinds, pages, menu, panels, steps, jobs) stays away; their data stays."""

from collections.abc import Callable
from typing import Any

_told: list[Callable[[], frozenset[str]]] = []


def tell_off(off: Callable[[], frozenset[str]]) -> None:
    """`off` answers the parts that the ambient workspace does not use (`entity.custom.shapes`)."""
    _told[:] = [off]


def off() -> frozenset[str]:
    """Names of the parts that the ambient workspace does not use; none outside a scope."""
    return _told[0]() if _told else frozenset()


def part_of(module: str) -> str:
    """`crm.sales.entities.day` → `sales`; of a package of its own its name; `kernel` for what is always there."""
    names = module.split(".")
    return names[1] if names[0] == "crm" and len(names) > 1 else names[0]


def in_use(made: Any) -> bool:
    """Whether the ambient workspace uses the part that a function or class belongs to."""
    unused = off()
    return not unused or part_of(str(made.__module__)) not in unused
