"""The calendar of one kind: records laid out by a day or a moment of theirs, in the reader's zone and week."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from babel import Locale, UnknownLocaleError
from babel.dates import format_interval, format_skeleton, get_day_names
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.filter import Node, Where, both
from crm.kernel.entity.forms.dates import short_date
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages import filters
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.lists import rights
from crm.kernel.pages.looks import Look, day_fields
from crm.kernel.records import listing
from crm.kernel.tenancy.scope import current_actor

SPANS = ("month", "week", "agenda")
AGENDA_DAYS = 30
#: Records that the grid of a calendar lays out; where there are more, each day has its first ones and says how many more.
MOST = 1000
#: So many are counted on one day; a day of a week lays out at most `WEEK_ROWS` of them where there are too many.
COUNTED, WEEK_ROWS = 100, 30
#: Records of one page of an agenda; what comes later is a page of its own.
AGENDA_ROWS = 200
#: Records that a day of the month shows before it says how many more there are.
SHOWN = 3
_DAY = datetime.timedelta(days=1)
_FIRST, _LAST = datetime.date(1900, 1, 31), datetime.date(9990, 1, 1)


@dataclass(frozen=True, slots=True)
class Item:
    """One record on its day: `clock` "" where it has no time of day; `facts` what else tells it."""

    id: UUID
    version: int
    title: str
    url: str
    clock: str
    facts: str
    owner: str
    done: bool


@dataclass(slots=True)
class Day:
    """`value` as an address says it; `beside` days of the months around. `total`: how many stand on it where `items` are only the
    first, counted to one more than `COUNTED`."""

    value: str
    number: int
    label: str
    today: bool = False
    beside: bool = False
    items: list[Item] = field(default_factory=list)
    total: int = 0

    def more(self, shown: int = SHOWN) -> str:
        """How many are behind the first so many, as words; "" where there are none."""
        many = max(self.total, len(self.items)) - min(shown, len(self.items))
        if self.total > COUNTED:
            return _("over %(num)s more") % {"num": COUNTED - min(shown, len(self.items))}
        return ngettext("%(num)s more", "%(num)s more", many) % {"num": many} if many else ""


@dataclass(slots=True)
class CalendarScreen:
    """`shown`: how many of the days stand in the grid; the agenda of a phone may go on behind them.

    `onward` names the last entry that is shown where there are later ones, `until` its day. `from_today` are the days of a phone's
    agenda where the grid did not come as far.
    """

    entity: Entity[Any]
    look: Look
    by: Fact
    fields: list[Fact]
    span: str
    title: str
    days: list[Day]
    heads: list[str]
    filter: filters.Filter
    chips: list[filters.Chip]
    may: dict[str, bool]
    movable: bool
    before: str
    after: str
    asked: bool
    shown: int
    onward: str = ""
    until: str = ""
    full: bool = False
    from_today: list[Day] | None = None
    words: dict[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> list[Day]:
        """The days of an agenda: those with something on them, and today. Where no span was asked for (a phone shows an agenda
        then), it goes on from today."""
        if self.from_today is not None:
            return [day for day in self.from_today if day.items or day.today]
        now_on = next((place for place, day in enumerate(self.days) if day.today), None) if not self.asked else None
        days = self.days if now_on is None else self.days[now_on : now_on + AGENDA_DAYS]
        there = [day for day in days if (day.items or day.today) and (now_on is not None or not day.beside)]
        return [day for day in there if not self.onward or day.value <= self.until]


def first_weekday(reading: Reading) -> int:
    """0 for Monday: the day with which a week begins where the reader is."""
    try:
        return int(Locale("zh" if reading.chinese else "en", reading.country).first_week_day)
    except (UnknownLocaleError, ValueError):
        return 0


def screen(look: Look) -> CalendarScreen:
    """The calendar which a look asks for: `by` the field, `span` month, week or agenda, `day` one that it shows."""
    entity, given, actor = look.entity, look.given, current_actor()
    reading = Reading.of(actor)
    policy = policy_for(entity)
    seen = policy.fields(actor)
    names = day_fields(entity)
    by = seen[look.given.get("by", "") if look.given.get("by") in names else names[0]]
    today = now().astimezone(reading.zone).date()
    span = given.get("span") if given.get("span") in SPANS else "month"
    day = _day(given.get("day", "")) or today
    first, last = _reach(str(span), day, first_weekday(reading))
    shown, asked = (last - first).days + 1, "span" in given
    if not asked and first <= today <= last:
        last = max(last, today + _DAY * (AGENDA_DAYS - 1))
    found, after = filters.read(entity, given), given.get("after", "") if span == "agenda" else ""
    most = AGENDA_ROWS if span == "agenda" else MOST
    try:
        rows, onward = _rows(look, by, found, (first, last), most, after)
    except Wrong as refusal:
        found = filters.refused(found, refusal)
        rows, onward = _rows(look, by, found, (first, last), most, after)
    may = rights(entity)
    days = [_made(first + _DAY * place, today, day, str(span), reading) for place in range((last - first).days + 1)]
    _lay(days, rows, entity, by, reading)
    made = CalendarScreen(
        entity, look, by, [seen[name] for name in names], str(span), _title(str(span), day, first, last, reading), days,
        [_weekday(first + _DAY * place, reading) for place in range(7)], found, filters.chips(entity, found, reading), may,
        may["edit"] and by.name not in policy.readonly(actor), _turn(str(span), day, -1), _turn(str(span), day, 1), asked, shown,
    )
    made.full, made.words = bool(onward) and span != "agenda", _words()
    if made.full and not asked and first <= today <= last:
        last = today + _DAY * (AGENDA_DAYS - 1)
        rows, onward = _rows(look, by, found, (today, last), AGENDA_ROWS)
        made.from_today = [_made(today + _DAY * place, today, today, "agenda", reading) for place in range(AGENDA_DAYS)]
        _lay(made.from_today, rows, entity, by, reading)
    if made.full:
        _lay_first(days[:shown], look, by, found, SHOWN if span == "month" else WEEK_ROWS)
        onward = onward if made.from_today is not None else ""  # each day has its own way onward
    made.onward, made.until = onward, stands(rows[-1].values[by.name], reading)[0].isoformat() if onward else ""
    return made


def _words() -> dict[str, str]:
    """What the calendar says to those who do not see it; the script puts record and day into the braces."""
    return {
        "lifted": _("{card}, lifted from {column}. Arrows move it by days and weeks, space puts it down, escape puts it back."),
        "over": _("{card}, over {column}."),
        "end": _("There is no further day here."),
        "dropped": _("{card}, put down on {column}."),
        "back": _("{card}, back on {column}."),
        "offline": _("No connection. The entry is back where it was."),
    }


def _day(raw: str) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(raw)
    except ValueError:
        return None
    return found if _FIRST < found < _LAST else None


def _reach(span: str, day: datetime.date, start: int) -> tuple[datetime.date, datetime.date]:
    """The first and last day that are shown."""
    if span == "agenda":
        return day, day + _DAY * (AGENDA_DAYS - 1)
    anchor = day.replace(day=1) if span == "month" else day
    first = anchor - _DAY * ((anchor.weekday() - start) % 7)
    if span == "week":
        return first, first + _DAY * 6
    last = _month_on(anchor, 1) - _DAY
    return first, last + _DAY * ((start - 1 - last.weekday()) % 7)


def _month_on(day: datetime.date, by: int) -> datetime.date:
    """The first of the month that lies `by` months on."""
    count = day.year * 12 + day.month - 1 + by
    return datetime.date(count // 12, count % 12 + 1, 1)


def _turn(span: str, day: datetime.date, way: int) -> str:
    """The day by which the neighbouring page is asked for."""
    there = _month_on(day, way) if span == "month" else day + _DAY * way * (7 if span == "week" else AGENDA_DAYS)
    return there.isoformat()


def _title(span: str, day: datetime.date, first: datetime.date, last: datetime.date, reading: Reading) -> str:
    if span == "month":
        return str(format_skeleton("yMMMM", day, locale=reading.locale))
    same_year = first.year == last.year == now().astimezone(reading.zone).year  # the days of the week stand at the columns
    skeleton = "MMMd" if same_year else "yMMMd"
    locale = reading.locale if reading.locale != "en" else "en_GB"  # the day stands before its month, as everywhere
    return str(format_interval(first, last, skeleton, locale=locale))


def _weekday(day: datetime.date, reading: Reading) -> str:
    return str(get_day_names("abbreviated", locale=reading.locale)[day.weekday()])


def _made(one: datetime.date, today: datetime.date, day: datetime.date, span: str, reading: Reading) -> Day:
    beside = span == "month" and one.month != day.month
    return Day(one.isoformat(), one.day, short_date(one, reading, today), one == today, beside)


def between(by: Fact, first: datetime.date, last: datetime.date, found: filters.Filter) -> Node:
    """What a filter leaves of these days."""
    within = Where(by.name, "between", [first.isoformat(), last.isoformat()])
    return both(within, found.node) or within


def _rows(
    look: Look, by: Fact, found: filters.Filter, days: tuple[datetime.date, datetime.date], most: int, after: str = ""
) -> tuple[Sequence[listing.Row], str]:
    """(so many rows of these days in time, behind the one that `after` names; what names the last of them, "" where no more follow)."""
    entity, ref = look.entity, str(by.storage.ref())
    rows = listing.rows_of(entity, between(by, *days, found))
    place = _place(by, after)
    if place is not None:
        rows = rows.filter(Q(**{f"{ref}__gt": place[0]}) | Q(**{ref: place[0], "pk__gt": place[1]}))
    ids = list(rows.order_by(ref, "pk").values_list("pk", flat=True)[: most + 1])
    laid = listing.load(entity, ids[:most], _told(entity, by))
    return laid, f"{laid[-1].values[by.name].isoformat().replace('+00:00', 'Z')} {laid[-1].id}" if len(ids) > most else ""


def _place(by: Fact, after: str) -> tuple[Any, UUID] | None:
    """The (value, id) of an entry that an address names; None where it names none."""
    raw, _space, rest = after.partition(" ")
    pk = as_uuid(rest)
    try:
        value = datetime.datetime.fromisoformat(raw) if by.type == "datetime" else datetime.date.fromisoformat(raw)
    except ValueError:
        return None
    return None if pk is None or isinstance(value, datetime.datetime) and value.tzinfo is None else (value, pk)


def stands(value: Any, reading: Reading) -> tuple[datetime.date, str]:
    """(the reader's day of a value, its time of day or "")."""
    if not isinstance(value, datetime.datetime):
        return value, ""
    local = value.astimezone(reading.zone)
    return local.date(), f"{local:%H:%M}"


def _lay(days: Sequence[Day], rows: Sequence[listing.Row], entity: Entity[Any], by: Fact, reading: Reading) -> None:
    places = {day.value: day for day in days}
    for row in rows:
        value, clock = stands(row.values.get(by.name), reading)
        day = places.get(value.isoformat()) if value is not None else None
        if day is not None:
            day.items.append(_item(row, entity, by, clock, reading))


def _lay_first(days: Sequence[Day], look: Look, by: Fact, found: filters.Filter, each: int) -> None:
    """Lays out the first of each day, and counts the others as far as it is told."""
    entity, reading, ref = look.entity, Reading.of(current_actor()), str(by.storage.ref())
    first: list[UUID] = []
    for day in days:
        one = datetime.date.fromisoformat(day.value)
        rows = listing.rows_of(entity, between(by, one, one, found)).order_by(ref, "pk")
        ids = list(rows.values_list("pk", flat=True)[: COUNTED + 1])
        day.items, day.total = [], len(ids)
        first += ids[:each]
    _lay(days, listing.load(entity, first, _told(entity, by)), entity, by, reading)


def _told(entity: Entity[Any], by: Fact) -> list[str]:
    """The fields that an entry tells of its record."""
    return list(dict.fromkeys([entity.title, by.name, "owner", *([entity.done] if entity.done else []), *entity.hint, *entity.card]))


def _item(row: listing.Row, entity: Entity[Any], by: Fact, clock: str, reading: Reading) -> Item:
    title_field, value = entity.title_field, row.values.get(entity.title)
    title = (row.names.get(entity.title) if title_field.type == "link" else title_field.display(value, reading)) or str(entity.label)
    told = []
    for name in row.values:
        one = entity.fields[name]
        if name not in (entity.title, by.name, "owner", entity.done):
            told.append(str(row.names.get(name, "")) if one.type == "link" else one.display(row.values[name], reading))
    done = bool(entity.done and row.values.get(entity.done))
    facts = " · ".join(text for text in told if text)
    return Item(row.id, row.version, title, record_url(entity, row.id), clock, facts, str(row.names.get("owner", "")), done)


def moved(by: Fact, value: Any, raw: str, reading: Reading) -> Any:
    """The field's value on another day, its time of day kept. Raises Wrong for what is no day."""
    day = _day(raw)
    if day is None:
        raise Wrong(fields={by.name: [_("Give a day, such as 2026-11-24.")]})
    if by.type == "date":
        return day
    clock = value.astimezone(reading.zone).time() if value is not None else datetime.time(9)
    return datetime.datetime.combine(day, clock, reading.zone)
