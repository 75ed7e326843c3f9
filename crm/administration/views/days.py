"""Days of a form as the moments between which something holds, in the reader's zone."""

import datetime
from collections.abc import Mapping

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong

#: From an end, which is the first moment that is shut, to its last day.
SECOND = datetime.timedelta(seconds=1)


def first(sent: Mapping[str, str], name: str) -> datetime.datetime | None:
    """The moment at which the given day begins; None where none is given. Raises Wrong by the field's name."""
    raw = sent.get(name, "").strip()
    if not raw:
        return None
    try:
        return datetime.datetime.combine(datetime.date.fromisoformat(raw), datetime.time(), get_current_timezone())
    except ValueError:
        raise Wrong(fields={name: [_("Give a day, such as 2026-11-24.")]}) from None


def end(sent: Mapping[str, str], name: str) -> datetime.datetime | None:
    """The moment after the given day: the first that is shut."""
    begun = first(sent, name)
    if begun is None:
        return None
    try:
        return datetime.datetime.combine(begun.date() + datetime.timedelta(days=1), datetime.time(), get_current_timezone())
    except OverflowError:
        raise Wrong(fields={name: [_("Give a day, such as 2026-11-24.")]}) from None
