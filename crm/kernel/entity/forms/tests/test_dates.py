"""Dates and moments, in every usual writing; the wrong ones answered by what is right."""

from datetime import UTC, date, datetime

import pytest

from crm.kernel.entity.forms.dates import guess_date_order, parse_date, short_date, show_date, show_due
from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.moments import parse_datetime, short_datetime, show_ago, show_datetime
from crm.kernel.entity.forms.reading import Reading

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22", "2026/11/22", "2026.11.22", "20261122", "2026年11月22日", "2026 年 11 月 22 日",
        "２０２６年１１月２２日",
        "22/11/2026", "11/22/2026", "22.11.2026", "22 Nov 2026", "22-Nov-26", "Nov 22, 2026", "November 22nd, 2026",
        "Sun 22 Nov 2026", "2026年11月22日 周日", "2026-11-22 00:00:00", "2026-11-22T08:00:00Z", DAY,
        datetime(2026, 11, 22, 8),
    ],
)  # fmt: skip
def test_a_day(raw: object, english: Reading) -> None:
    assert parse_date(raw, english) == DAY


def test_what_a_doubtful_date_means_depends_on_the_reader(english: Reading, american: Reading) -> None:
    british = Reading(country="GB")
    assert parse_date("3/1/2017", american) == date(2017, 3, 1)
    assert parse_date("3/1/2017", british) == date(2017, 1, 3)
    assert parse_date("3/1/2017", Reading(date_order="dmy")) == date(2017, 1, 3)
    assert parse_date("10/20/2016", british) == date(2016, 10, 20)
    with pytest.raises(FieldError, match="Read as day/month/year, 20 would be the month; there are 12."):
        parse_date("10/20/2016", Reading(date_order="dmy"))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2026-02-29", "February 2026 has 28 days."),
        ("30.2.2024", "February 2024 has 29 days."),
        ("2026-04-31", "April 2026 has 30 days."),
        ("2026-13-01", "A year has 12 months; this says month 13."),
        ("11月22日", "Add the year, as in 2026-11-22."),
        ("2026年11月", "Add the day, as in 2026-11-22."),
        ("next week", "Write a date as 2026-11-22."),
        ("0001-01-01", "A year has four digits, such as 2026."),
    ],
)
def test_an_impossible_day_is_explained(raw: str, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_date(raw, english)
    assert str(caught.value.message) == words


def test_dates_show_in_both_languages(english: Reading, chinese: Reading) -> None:
    today = date(2026, 11, 22)
    assert show_date(DAY, english) == "22 Nov 2026"
    assert show_date(DAY, chinese) == "2026年11月22日"
    assert short_date(date(2026, 11, 24), english, today) == "Tue 24 Nov"
    assert short_date(date(2026, 11, 24), chinese, today) == "11月24日 周二"
    assert short_date(date(2025, 11, 24), chinese, today) == "2025年11月24日"
    assert str(show_due(date(2026, 11, 19), english, today)) == "3 days late"


def test_guess_the_order_of_a_column() -> None:
    assert guess_date_order(["10/20/2016", "3/1/2017", ""]) == "mdy"
    assert guess_date_order(["20/10/2016", "3/1/2017"]) == "dmy"
    assert guess_date_order(["2016-10-20", None, "n/a"]) == "ymd"
    assert guess_date_order(["3/1/2017", "4/2/2017"]) is None
    assert guess_date_order(["20/10/2016", "10/20/2016"]) is None


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-22 14:30", "2026-11-22T14:30", "2026-11-22T14:30+08:00", "2026-11-22T06:30:00Z",
        "2026-11-22T06:30:00.999Z",
        "2026-11-22 06:30 UTC", "2026-11-22 15:30 Asia/Tokyo", "22 Nov 2026, 14:30", "22/11/2026 2:30 PM",
        "22/11/2026 2:30pm",
        "2026年11月22日 下午2:30", "2026年11月22日14时30分", datetime(2026, 11, 22, 14, 30),
        datetime(2026, 11, 22, 6, 30, tzinfo=UTC),
    ],
)  # fmt: skip
def test_a_moment(raw: object, english: Reading) -> None:
    assert parse_datetime(raw, english) == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("14:30", "Add the date, as in 2026-11-22 14:30."),
        ("2026-11-22 25:00", "A time goes from 00:00 to 23:59."),
        ("2026-11-22 14:30 PM", "With am or pm, hours go from 1 to 12."),
        ("2026-11-22 14:30 Mars/Base", "Name a time zone such as Asia/Shanghai; Mars/Base is not known."),
        ("2026-02-30 14:30", "February 2026 has 28 days."),
        ("9999-12-31 23:59 -18:00", "A year has four digits, such as 2026."),
    ],
)
def test_an_impossible_moment_is_explained(raw: str, words: str, english: Reading) -> None:
    with pytest.raises(FieldError) as caught:
        parse_datetime(raw, english)
    assert str(caught.value.message) == words


def test_moments_show_in_the_readers_zone(english: Reading, chinese: Reading, american: Reading) -> None:
    moment = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert show_datetime(moment, english) == "22 Nov 2026, 14:30"
    assert show_datetime(moment, chinese) == "2026年11月22日 14:30"
    assert show_datetime(moment, american) == "22 Nov 2026, 01:30"
    now = datetime(2026, 11, 22, 8, 45, tzinfo=UTC)
    assert short_datetime(moment, english, now) == "14:30"
    assert str(show_ago(moment, english, now)) == "2 h ago"


def test_an_hour_that_comes_twice_keeps_its_offset() -> None:
    berlin = Reading(country="DE", time_zone="Europe/Berlin")
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert show_datetime(second, berlin) == "25 Oct 2026, 02:30 +01:00"
    assert parse_datetime(show_datetime(second, berlin), berlin) == second
