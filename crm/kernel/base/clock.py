"""The only place that asks what time it is."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_set_back: ContextVar[datetime.datetime | None] = ContextVar("kith_clock", default=None)


def now() -> datetime.datetime:
    """The present moment, aware, in UTC."""
    return _set_back.get() or datetime.datetime.now(datetime.UTC)


@contextmanager
def set_back(moment: datetime.datetime) -> Iterator[None]:
    """The block takes a past moment for the present one: for questions about a past day, which write nothing."""
    token = _set_back.set(moment)
    try:
        yield
    finally:
        _set_back.reset(token)
