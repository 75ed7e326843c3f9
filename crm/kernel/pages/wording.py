"""How dates, numbers and amounts read on a page: by the language, zone and currency of whoever looks."""

import datetime
from typing import Any

from django.utils.translation import get_language

from crm.kernel.base.clock import now
from crm.kernel.base.money import Money
from crm.kernel.entity.forms import dates, moments, numbers
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.tenancy.scope import ambient


def actor() -> Any:
    """Who looks; None on the pages before signing in."""
    scope = ambient()
    return scope.actor if scope is not None else None


def reading() -> Reading:
    """How the present reader reads."""
    who = actor()
    if who is not None:
        return Reading.of(who)
    language = (get_language() or "en").lower()
    return Reading(language=language if language in ("zh-hans", "zh-hant") else "en")


def language_tag() -> str:
    """The value of the lang attribute."""
    return {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get((get_language() or "en").lower(), "en")


def today() -> datetime.date:
    """The reader's day."""
    return now().astimezone(reading().zone).date()


def money(value: Money | None) -> str:
    """Exact, as in tables."""
    return numbers.show_money(value, reading())


def short_money(value: Money | None) -> str:
    """¥1.29M, ¥128.6万."""
    return numbers.short_money(value, reading()) if value is not None else "–"


def number(value: Any) -> str:
    return "" if value is None else numbers.show_integer(int(value), reading())


def date(value: datetime.date | None) -> str:
    """Tue 24 Nov, 11月24日 周二; with the year where it is another one."""
    if isinstance(value, datetime.datetime):
        value = value.astimezone(reading().zone).date()
    return "" if value is None else dates.short_date(value, reading(), today())


def iso_day(value: datetime.datetime | None) -> str:
    """The reader's day of a moment, as date inputs hold it."""
    return "" if value is None else value.astimezone(reading().zone).date().isoformat()


def due(value: datetime.date | None) -> str:
    """today, tomorrow, 3 days late."""
    if isinstance(value, datetime.datetime):
        value = value.astimezone(reading().zone).date()
    return "" if value is None else str(dates.show_due(value, reading(), today()))


def moment(value: datetime.datetime | str | None) -> str:
    """24 Nov 2026, 08:48:00; of a moment as JSON holds it, too."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return "" if value is None else moments.show_datetime(value, reading())


def clock(value: datetime.datetime | None) -> str:
    """The time of day, 08:48."""
    return "" if value is None else value.astimezone(reading().zone).strftime("%H:%M")


def ago(value: datetime.datetime | None) -> str:
    """2 h ago, 2 小时前."""
    return "" if value is None else str(moments.show_ago(value, reading(), now()))
