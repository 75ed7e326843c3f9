"""Moments: a date with a time, kept in UTC to the whole second, read and shown in the reader's zone."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from crm.kernel.entity.forms.dates import example, read_day, short_date, show_date
from crm.kernel.entity.forms.errors import FieldError, Words, filled
from crm.kernel.entity.forms.reading import Reading, zone_named
from crm.kernel.entity.forms.text import as_text, blank, clean

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_ZONE = re.compile(r"\s*(?:(Z|UTC|GMT)|(?:UTC|GMT)?\s*([+-])(\d{2}):?(\d{2})|([A-Z][A-Za-z_]+/[A-Za-z_/+-]+))$")
_TIME = re.compile(
    r"[\sT,]*(?P<half>上午|下午|早上|晚上|凌晨|中午)?\s*(?P<hour>\d{1,2})\s*(?::|时|時|点|點)\s*(?:(?P<minute>\d{1,2})\s*分?)?"
    r"\s*(?::?\s*(?P<second>\d{1,2})(?:[.,]\d{1,9})?\s*秒?)?\s*(?P<noon>[ap]\.?m\.?)?$",
    re.IGNORECASE,
)
_AFTERNOON = frozenset({"下午", "晚上", "中午"})


def parse_datetime(raw: object, reading: Reading) -> datetime | None:
    """A moment, aware, in UTC, to the second; None where it is blank.

    Without a zone in the text the reader's zone is meant; without a time the start of the day.
    """
    try:
        if isinstance(raw, datetime):
            return _in_utc(raw, reading.zone)
        if isinstance(raw, date):
            return _in_utc(datetime(raw.year, raw.month, raw.day), reading.zone)
        text = unicodedata.normalize("NFKC", clean(as_text(raw)))
        return None if blank(text, reading) else _in_utc(*_read(text, reading))
    except OverflowError:
        raise FieldError(_("A year has four digits, such as 2026.")) from None


def _in_utc(moment: datetime, zone: tzinfo) -> datetime:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return aware.astimezone(UTC).replace(microsecond=0)


def _read(text: str, reading: Reading) -> tuple[datetime, tzinfo]:
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text), reading.zone
        except ValueError:
            pass  # the reading below says what is amiss
    zone, body = _take_zone(text, reading)
    match = _TIME.search(body)
    if not match or (not match["minute"] and ":" in match.group()):
        day = read_day(body, reading)
        return datetime(day.year, day.month, day.day), zone
    if not body[: match.start()].strip():
        raise FieldError(_("Add the date, as in %(example)s 14:30."), example=example(reading))
    day = read_day(body[: match.start()], reading)
    hour, minute, second = _clock(match)
    return datetime(day.year, day.month, day.day, hour, minute, second), zone


def _take_zone(text: str, reading: Reading) -> tuple[tzinfo, str]:
    match = _ZONE.search(text)
    if not match or not (":" in text[: match.start()] or match[1] or match[5]):
        return reading.zone, text
    if match[5]:
        named = zone_named(match[5])
        if named is None:
            raise FieldError(_("Name a time zone such as Asia/Shanghai; %(zone)s is not known."), zone=match[5][:60])
        return named, text[: match.start()]
    if match[1]:
        return UTC, text[: match.start()]
    away = timedelta(hours=int(match[3]), minutes=int(match[4]))
    if away > timedelta(hours=18):
        raise FieldError(_("A time zone is at most 18 hours from UTC."))
    return timezone(-away if match[2] == "-" else away), text[: match.start()]


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    hour, minute, second = int(match["hour"]), int(match["minute"] or 0), int(match["second"] or 0)
    noon = (match["noon"] or "").casefold()[:1]
    if noon and not 1 <= hour <= 12:
        raise FieldError(_("With am or pm, hours go from 1 to 12."))
    if noon:
        hour = hour % 12 + (12 if noon == "p" else 0)
    elif match["half"] in _AFTERNOON and hour < 12 and not (match["half"] == "中午" and hour == 11):
        hour += 12
    if hour > 23 or minute > 59 or second > 59:
        raise FieldError(_("A time goes from 00:00 to 23:59."))
    return hour, minute, second


def show_datetime(value: datetime | None, reading: Reading) -> str:
    """Whole, in the reader's zone: "22 Nov 2026, 14:30", "2026年11月22日 14:30"; "" for None.

    Seconds show where there are any; the offset where the clock shows the same time twice.
    """
    if value is None:
        return ""
    local = value.astimezone(reading.zone)
    return f"{show_date(local, reading)}{' ' if reading.chinese else ', '}{_clock_text(local)}"


def _clock_text(local: datetime) -> str:
    text = local.strftime("%H:%M:%S" if local.second else "%H:%M")
    if not local.fold:
        return text
    offset = local.strftime("%z")
    return f"{text} {offset[:3]}:{offset[3:5]}"


def short_datetime(value: datetime | None, reading: Reading, now: datetime) -> str:
    """As rows show it: "14:30" on the day of `now`, "Tue 24 Nov 14:30" in its year, whole else."""
    if value is None:
        return ""
    local, today = value.astimezone(reading.zone), now.astimezone(reading.zone).date()
    if local.date() == today:
        return local.strftime("%H:%M")
    if local.year == today.year:
        return f"{short_date(local.date(), reading, today)} {local.strftime('%H:%M')}"
    return show_datetime(value, reading)


def show_ago(value: datetime, reading: Reading, now: datetime) -> Words:
    """ "2 h ago", "2 小时前"; within a week in days, else the short date. The future says "in 2 h"."""
    seconds = int((now - value).total_seconds())
    past, size = seconds >= 0, abs(seconds)
    if size < 60:
        return _("just now") if past else _("in a moment")
    if size < 3600:
        return filled(_("%(count)s min ago") if past else _("in %(count)s min"), count=size // 60)
    if size < 86_400:
        return filled(_("%(count)s h ago") if past else _("in %(count)s h"), count=size // 3600)
    if size < 7 * 86_400:
        template = (
            ngettext_lazy("%(count)s day ago", "%(count)s days ago", "count")
            if past
            else ngettext_lazy("in %(count)s day", "in %(count)s days", "count")
        )
        return filled(template, count=size // 86_400)
    return short_date(value.astimezone(reading.zone).date(), reading, now.astimezone(reading.zone).date())
