"""Days of a form as the moments between which something holds, in the reader's zone."""

import datetime
from collections.abc import Mapping

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong

#: From an end, which is the first moment that is shut, to its last day.
SECOND = datetime.timedelta(seconds=1)
#: Of any others a moment in some zone is none in another.
YEARS = range(1900, 2201)


def first(sent: Mapping[str, str], name: str) -> datetime.datetime | None:
    """The moment at which the given day begins; None where none is given. Raises Wrong by the field's name."""
    raw = sent.get(name, "").strip()
    if not raw:
        return None
    try:
        day = datetime.date.fromisoformat(raw)
    except ValueError:
        day = datetime.date.min
    if day.year not in YEARS:
        raise Wrong(fields={name: [_("Give a day, such as 2026-11-24.")]})
    return datetime.datetime.combine(day, datetime.time(), get_current_timezone())


def end(sent: Mapping[str, str], name: str) -> datetime.datetime | None:
    """The moment after the given day: the first that is shut."""
    begun = first(sent, name)
    if begun is None:
        return None
    return datetime.datetime.combine(begun.date() + datetime.timedelta(days=1), datetime.time(), get_current_timezone())
