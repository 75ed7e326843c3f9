"""The only place that asks what time it is."""

import datetime


def now() -> datetime.datetime:
    """The present moment, aware, in UTC."""
    return datetime.datetime.now(datetime.UTC)
