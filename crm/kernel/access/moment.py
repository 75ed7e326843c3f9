"""The rights of one person as they stood at a past moment, for the policies to answer by instead of the present ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm.kernel.base.clock import set_back


@dataclass(frozen=True, slots=True)
class Past:
    """`held`: {kind: shares} and `delegated`: absences, both of the one person who is asked about."""

    moment: datetime
    held: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    delegated: tuple[Any, ...] = ()


_past: ContextVar[Past | None] = ContextVar("kith_past", default=None)


def past() -> Past | None:
    """The past moment of the block, or None: the present."""
    return _past.get()


@contextmanager
def as_of(then: Past) -> Iterator[None]:
    """The block asks the policies as of a past moment. It only reads, and keeps nothing of what it puts together."""
    token = _past.set(then)
    try:
        with set_back(then.moment):
            yield
    finally:
        _past.reset(token)
