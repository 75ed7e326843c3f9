"""The moment of the past as of which the present block reads records; None where it reads them as they are."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm.kernel.tenancy.scope import afresh

_moment: ContextVar[datetime.datetime | None] = ContextVar("kith_moment", default=None)


def moment() -> datetime.datetime | None:
    """As of when records are read."""
    return _moment.get()


@contextmanager
def reading_as_of(when: datetime.datetime | None) -> Iterator[None]:
    """Sets the moment for the block, or None for today. What was kept for another moment is not known inside."""
    token = _moment.set(when)
    try:
        with afresh():
            yield
    finally:
        _moment.reset(token)


@contextmanager
def today() -> Iterator[None]:
    """Inside, records and rights are read as they are now, whatever is read around it."""
    if _moment.get() is None:
        yield
        return
    with reading_as_of(None):
        yield
