"""Dates: read in any usual writing, shown as the reader's language writes them."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.kernel.entity.forms.errors import FieldError, Words, filled
from crm.kernel.entity.forms.reading import DateOrder, Reading
from crm.kernel.entity.forms.text import as_text, blank, clean

_MONTHS_EN = "January February March April May June July August September October November December".split()
_SHORT_EN = [name[:3] for name in _MONTHS_EN]
_MONTH_NAMES = {name.casefold(): number for number, name in enumerate(_MONTHS_EN, 1)}
_MONTH_NAMES |= {name.casefold(): number for number, name in enumerate(_SHORT_EN, 1)} | {"sept": 9}
_DAYS_EN = "Mon Tue Wed Thu Fri Sat Sun".split()
_DAYS_ZH = "一二三四五六日"
_MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "PH", "FM", "MH", "PW", "BZ"})
_YEAR_FIRST = frozenset({"CN", "TW", "HK", "MO", "JP", "KR", "KP", "HU", "LT", "MN", "IR", "ZA", "SE"})

_WEEKDAY = re.compile(
    r"^(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)|[\s(]*(?:周|週|星期|礼拜)[一二三四五六日天]\)?$",
    re.IGNORECASE,
)
_YMD = re.compile(r"(\d{4})\s*[-/.\s年]\s*(\d{1,2})\s*[-/.\s月]\s*(\d{1,2})\s*[日号號]?")
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTS = re.compile(r"(\d{1,2})\s*[-/.\s]\s*(\d{1,2})\s*[-/.\s]\s*(\d{4}|\d{2})")
_NAMED_DMY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/.\s]*(?:of\s+)?([a-z]{3,9})\.?[-/,\s]*(\d{4}|\d{2})", re.IGNORECASE)
_NAMED_MDY = re.compile(r"([a-z]{3,9})\.?[-/\s]*(\d{1,2})(?:st|nd|rd|th)?,?[-/\s]+(\d{4}|\d{2})", re.IGNORECASE)
_NAMED_YMD = re.compile(r"(\d{4})[-/\s]*([a-z]{3,9})\.?[-/\s]*(\d{1,2})", re.IGNORECASE)
_NO_YEAR = re.compile(r"\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号號]?")
_NO_DAY = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?")
# A time behind a date, as spreadsheets write it: cut off where only a date is asked for.
_TIME_TAIL = re.compile(r"(?:T|\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]m)?(?:Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)


def parse_date(raw: object, reading: Reading) -> date | None:
    """A day; None where it is blank. A moment with a zone gives the day it has in the reader's zone.

    Reads 2026-11-22, 2026/11/22, 20261122, 2026年11月22日, 22 Nov 2026, Nov 22, 2026, and 22/11/2026 or 11/22/2026 by
    `reading.date_order`, else by country.
    """
    if isinstance(raw, datetime):
        return (raw.astimezone(reading.zone) if raw.tzinfo else raw).date()
    if isinstance(raw, date):
        return raw
    text = unicodedata.normalize("NFKC", clean(as_text(raw)))
    if blank(text, reading):
        return None
    return read_day(text, reading)


def read_day(text: str, reading: Reading) -> date:
    """The day that a cleaned, not blank text means."""
    plain = _WEEKDAY.sub("", _TIME_TAIL.sub("", text)).strip().rstrip(",")
    match = _SOLID.fullmatch(plain) or _YMD.fullmatch(plain)
    if match:
        return _day(int(match[1]), int(match[2]), int(match[3]))
    match = _PARTS.fullmatch(plain)
    if match:
        return _by_order(int(match[1]), int(match[2]), _year(match[3]), reading)
    return _named(plain, reading)


def _named(text: str, reading: Reading) -> date:
    for pattern, places in ((_NAMED_DMY, (3, 2, 1)), (_NAMED_MDY, (3, 1, 2)), (_NAMED_YMD, (1, 2, 3))):
        match = pattern.fullmatch(text)
        month = _MONTH_NAMES.get(match[places[1]].casefold()) if match else None
        if match and month:
            return _day(_year(match[places[0]]), month, int(match[places[2]]))
    if _NO_YEAR.fullmatch(text):
        raise FieldError(_("Add the year, as in 2026-11-22."))
    if _NO_DAY.fullmatch(text):
        raise FieldError(_("Add the day, as in 2026-11-22."))
    raise FieldError(_("Write a date as %(example)s."), example=example(reading))


def example(reading: Reading) -> str:
    """How a date may be typed, in the reader's own order."""
    return {"ymd": "2026-11-22", "mdy": "11/22/2026", "dmy": "22/11/2026"}[date_order(reading)]


def date_order(reading: Reading) -> DateOrder:
    """The order of year, month and day that the reader means."""
    if reading.date_order:
        return reading.date_order
    if reading.country in _MONTH_FIRST:
        return "mdy"
    return "ymd" if reading.country in _YEAR_FIRST or reading.chinese else "dmy"


def _by_order(first: int, second: int, year: int, reading: Reading) -> date:
    # Where the year comes first by habit, the month stands before the day also when the year is written last.
    day_first = date_order(reading) == "dmy"
    month, day = (second, first) if day_first else (first, second)
    if month > 12 >= day and reading.date_order is None:
        month, day = day, month
    if month > 12 >= day:
        raise FieldError(
            _("Read as day/month/year, %(month)s would be the month; there are 12.")
            if day_first
            else _("Read as month/day/year, %(month)s would be the month; there are 12."),
            month=month,
        )
    return _day(year, month, day)


def _year(text: str) -> int:
    number = int(text)
    if len(text) == 4:
        return number
    return 2000 + number if number < 69 else 1900 + number


def _day(year: int, month: int, day: int) -> date:
    if year < 1000:
        raise FieldError(_("A year has four digits, such as 2026."))
    if not 1 <= month <= 12:
        raise FieldError(_("A year has 12 months; this says month %(month)s."), month=month)
    days = days_in(year, month)
    if not 1 <= day <= days:
        raise FieldError(_DAYS_IN[month - 1], year=year, days=days)
    return date(year, month, day)


def days_in(year: int, month: int) -> int:
    """How many days a month has."""
    following = date(year + month // 12, month % 12 + 1, 1) if (year, month) != (9999, 12) else None
    return (following - date(year, month, 1)).days if following else 31


_DAYS_IN: list[Words] = [
    _("January %(year)s has %(days)s days."),
    _("February %(year)s has %(days)s days."),
    _("March %(year)s has %(days)s days."),
    _("April %(year)s has %(days)s days."),
    _("May %(year)s has %(days)s days."),
    _("June %(year)s has %(days)s days."),
    _("July %(year)s has %(days)s days."),
    _("August %(year)s has %(days)s days."),
    _("September %(year)s has %(days)s days."),
    _("October %(year)s has %(days)s days."),
    _("November %(year)s has %(days)s days."),
    _("December %(year)s has %(days)s days."),
]


def show_date(value: date | None, reading: Reading) -> str:
    """Whole: "22 Nov 2026", "2026年11月22日"; "" for None."""
    if value is None:
        return ""
    if reading.chinese:
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_SHORT_EN[value.month - 1]} {value.year}"


def short_date(value: date | None, reading: Reading, today: date) -> str:
    """As rows show it: "Tue 24 Nov", "11月24日 周二" in the year of `today`, whole else."""
    if value is None or value.year != today.year:
        return show_date(value, reading)
    if reading.chinese:
        week = "週" if reading.language == "zh-hant" else "周"
        return f"{value.month}月{value.day}日 {week}{_DAYS_ZH[value.weekday()]}"
    return f"{_DAYS_EN[value.weekday()]} {value.day} {_SHORT_EN[value.month - 1]}"


def show_due(value: date, reading: Reading, today: date) -> Words:
    """How far a day is: today, tomorrow, 3 days late, else the short date."""
    days = (value - today).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if -15 < days < 0:
        late = ngettext_lazy("%(days)s day late", "%(days)s days late", "days")
        return filled(late, days=-days)
    return short_date(value, reading, today)


def guess_date_order(samples: Iterable[object]) -> DateOrder | None:
    """The order in which a column writes its dates, where the samples leave no doubt; None where they do.

    A number past 12 settles it: 10/25/2016 is month first, 25/10/2016 day first. Both in one column: None.
    """
    year_first = day_first = month_first = 0
    for sample in samples:
        try:
            text = unicodedata.normalize("NFKC", clean(as_text(sample)))
        except FieldError:
            continue
        plain = _WEEKDAY.sub("", _TIME_TAIL.sub("", text)).strip()
        parts = _PARTS.fullmatch(plain)
        if parts and len(parts[3]) == 4:
            day_first += int(parts[1]) > 12 >= int(parts[2])
            month_first += int(parts[2]) > 12 >= int(parts[1])
        elif _YMD.fullmatch(plain) or _SOLID.fullmatch(plain):
            year_first += 1
    if day_first and month_first:
        return None
    if day_first or month_first:
        return "dmy" if day_first else "mdy"
    return "ymd" if year_first else None
