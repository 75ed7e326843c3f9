"""Relative days: `today`, `this_month`, `last_7_days` … mean a span of days in the reader's zone."""

import datetime
import re
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.entity.forms.reading import Reading

Span = tuple[datetime.date, datetime.date]
"""First day, and the day after the last."""

_COUNTED = re.compile(r"^(last|next)_(\d{1,4})_days$")

NAMED = {
    "today": _("today"), "yesterday": _("yesterday"), "tomorrow": _("tomorrow"),
    "this_week": _("this week"), "last_week": _("last week"), "next_week": _("next week"),
    "this_month": _("this month"), "last_month": _("last month"), "next_month": _("next month"),
    "this_quarter": _("this quarter"), "last_quarter": _("last quarter"), "next_quarter": _("next quarter"),
    "this_year": _("this year"), "last_year": _("last year"), "next_year": _("next year"),
    "last_7_days": _("the last 7 days"), "last_30_days": _("the last 30 days"), "last_90_days": _("the last 90 days"),
    "next_7_days": _("the next 7 days"), "next_30_days": _("the next 30 days"), "next_90_days": _("the next 90 days"),
}


def today(reading: Reading) -> datetime.date:
    return now().astimezone(ZoneInfo(reading.time_zone)).date()


def _months(day: datetime.date, many: int) -> datetime.date:
    count = day.year * 12 + day.month - 1 + many
    return datetime.date(count // 12, count % 12 + 1, 1)


def span(token: str, reading: Reading) -> Span | None:
    """The days a relative word means; None where the word is none."""
    day, one = today(reading), datetime.timedelta(days=1)
    if counted := _COUNTED.match(token):
        many = int(counted[2])
        return (day - one * (many - 1), day + one) if counted[1] == "last" else (day + one, day + one * (many + 1))
    if token in ("today", "yesterday", "tomorrow"):
        first = day + one * {"yesterday": -1, "today": 0, "tomorrow": 1}[token]
        return first, first + one
    shift, _underscore, unit = token.partition("_")
    step = {"last": -1, "this": 0, "next": 1}.get(shift)
    if step is None:
        return None
    if unit == "week":
        first = day - one * day.weekday() + one * 7 * step
        return first, first + one * 7
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return None
    start = datetime.date(day.year, (day.month - 1) // months * months + 1, 1)
    return _months(start, step * months), _months(start, (step + 1) * months)


def moment(day: datetime.date, reading: Reading) -> datetime.datetime:
    """Midnight of this day in the reader's zone."""
    return datetime.datetime.combine(day, datetime.time(), ZoneInfo(reading.time_zone))
