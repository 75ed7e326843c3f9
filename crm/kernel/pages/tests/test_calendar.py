"""The calendar over HTTP: laid out in the reader's zone, moved with undo, refused with a reason."""

import datetime
import json
import re
from html import unescape
from typing import Any

import pytest

from crm.kernel.base.ids import uuid7
from crm.kernel.identity.models import User
from crm.kernel.pages import calendars
from crm.kernel.testing.cast import Company

HTMX = {"HX-Request": "true"}


def days_in(page: Any) -> dict[str, list[str]]:
    """{day: names} of a month or week."""
    text = page.content.decode()
    found = {}
    for day, rest in re.findall(r'data-column="([\d-]+)"(.*?)</section>', text, re.S):
        found[day] = re.findall(r'tabindex="-1" title="([^"·]*?)(?: ·[^"]*)?"', rest)
    return found


def test_an_entry_stands_on_the_readers_day(north: Company) -> None:
    north.make("activity", {"subject": "Late call", "due": "2026-03-10T16:30:00Z"}, by="ada")
    with north.as_kith():
        User.objects.filter(pk=north.people["ada"].pk).update(time_zone="Asia/Shanghai")
    days = days_in(north.browser("ada").get("/activities/calendar?span=month&day=2026-03-01"))
    assert days["2026-03-11"] == ["Late call"] and len(days) % 7 == 0
    with north.as_kith():
        User.objects.filter(pk=north.people["ada"].pk).update(time_zone="America/New_York", country="US")
    days = days_in(north.browser("ada").get("/activities/calendar?span=week&day=2026-03-10"))
    assert days["2026-03-10"] == ["Late call"] and list(days)[0] == "2026-03-08", "a week begins on Sunday there"


def test_moved_keeps_its_time_and_can_be_undone(north: Company) -> None:
    one = north.make("activity", {"subject": "Call", "due": "2026-03-10T01:30:00Z"}, by="ada")
    client, where = north.browser("ada"), f"/activities/{one.pk}/day?by=due"
    moved = client.post(where, {"value": "2026-03-12", "version": "1"}, headers=HTMX)
    assert moved.status_code == 200 and moved.json()["version"] == 2
    with north.as_("ada"):
        assert f"{type(one)._default_manager.get(pk=one.pk).due:%Y-%m-%dT%H:%M}" == "2026-03-12T01:30"
    stale = client.post(where, {"value": "2026-03-20", "version": "1"}, headers=HTMX)
    assert stale.status_code == 409
    assert client.post(json.loads(moved.headers["HX-Trigger"])["toast"]["undo"], headers=HTMX).status_code == 204
    with north.as_("ada"):
        assert f"{type(one)._default_manager.get(pk=one.pk).due:%Y-%m-%d}" == "2026-03-10"


def test_who_may_not_move_or_see_is_refused(north: Company, south: Company) -> None:
    one = north.make("opportunity", {"name": "Deal", "closes": "2026-03-10"}, by="ada")
    where, sent = f"/opportunities/{one.pk}/day?by=closes", {"value": "2026-03-12", "version": "1"}
    assert north.browser("cleo").post(where, sent, headers=HTMX).status_code == 404
    assert south.browser("admin").post(where, sent, headers=HTMX).status_code == 404
    ada = north.browser("ada")
    assert ada.post(where.replace("closes", "name"), sent, headers=HTMX).status_code == 404
    for bad in ("", "2026-02-30", "x", "0001-01-01", "9999-12-31"):
        assert ada.post(where, {"value": bad, "version": "1"}, headers=HTMX).status_code == 422, bad
    assert days_in(north.browser("cleo").get("/opportunities/calendar?day=2026-03-01"))["2026-03-10"] == []


def test_every_span_by_every_field_and_odd_days(north: Company) -> None:
    client = north.browser("admin")
    for kind in ("accounts", "contacts", "opportunities", "activities"):
        page = client.get(f"/{kind}/calendar").content.decode()
        for by in [*re.findall(r'<option value="([a-z_]+)"', page.partition('id="cal-by"')[2].partition("</select>")[0]), "nothing"]:
            for span in ("month", "week", "agenda", "odd"):
                assert client.get(f"/{kind}/calendar?by={by}&span={span}").status_code == 200
    for day in ("9999-12-31", "0001-01-01", "1900-02-01", "9989-12-31", "x", "2024-02-29"):
        for span in ("month", "week", "agenda"):
            assert client.get(f"/activities/calendar?day={day}&span={span}").status_code == 200, (day, span)


def test_a_calendar_is_saved_as_a_view(north: Company) -> None:
    client = north.browser("ada")
    made = client.post("/activities/views/save", {"name": "Mine", "form": "calendar", "by": "due", "filter": "owner = me"}, headers=HTMX)
    assert "/activities/calendar?view=" in made["HX-Redirect"] and client.get(made["HX-Redirect"]).status_code == 200
    dialog = client.get("/activities/new?due=2026-03-12T09:00", headers=HTMX).content.decode()
    assert 'value="2026-03-12T09:00"' in dialog, "a click on a day begins there"
    other = client.get("/contacts/new?birthday=1990-03-12", headers=HTMX).content.decode()
    assert 'value="1990-03-12"' in other, "by whatever day the calendar is laid out"


def agenda_of(page: Any) -> tuple[list[str], str]:
    """(the names in the agenda, the address of what comes later)."""
    text = page.content.decode().partition('class="scroll agenda')[2]
    onward = re.search(r'rel="next" href="([^"]*)"', text)
    return re.findall(r'<span class="m cut">([^<]*)</span>', text), unescape(onward.group(1)) if onward else ""


def test_an_agenda_begins_today_and_goes_on_page_by_page(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days before today hold more than a calendar lays out, and today more than one page."""
    monkeypatch.setattr(calendars, "MOST", 4)
    monkeypatch.setattr(calendars, "AGENDA_ROWS", 2)
    today = datetime.datetime(2026, 3, 20, 8, tzinfo=datetime.UTC)
    monkeypatch.setattr(calendars, "now", lambda: today)
    for number in range(5):
        north.make("activity", {"subject": f"Past {number}", "due": "2026-03-03T08:00:00Z"}, by="ada")
    for number in range(5):
        north.make("activity", {"subject": f"Today {number}", "due": today.isoformat()}, by="ada")
    ada, found = north.browser("ada"), []
    shown, onward = agenda_of(ada.get("/activities/calendar?by=due&filter=subject+~+o"))
    while onward:
        found += shown
        assert len(shown) == 2 and len(found) < 10
        shown, onward = agenda_of(ada.get(f"/activities/calendar{onward}"))
    assert [*found, *shown] == [f"Today {number}" for number in range(5)]
    for odd in ("x", "2026-03-01", "2026-03-01T09:00:00 y", f"2026-03-01T09:00:00 {uuid7()}", "\0"):
        assert ada.get("/activities/calendar", {"by": "due", "span": "agenda", "after": odd}).status_code == 200, odd


def test_a_grid_that_holds_too_much_has_the_first_of_each_day_and_says_how_many_more(
    north: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "MOST", 4)
    monkeypatch.setattr(calendars, "COUNTED", 6)
    for day, many in ((3, 5), (9, 9), (20, 2)):
        for number in range(many):
            north.make("activity", {"subject": f"Crowd {day}.{number}", "due": f"2026-03-{day:02}T0{number}:30:00Z"}, by="ada")
    ada = north.browser("ada")
    where = "/activities/calendar?by=due&filter=subject+~+crowd&day=2026-03-05"
    text = ada.get(where + "&span=month").content.decode()
    days = days_in(ada.get(where + "&span=month"))
    assert [len(days[f"2026-03-{day:02}"]) for day in (3, 9, 20)] == [3, 3, 2], "what came late in the month is there, too"
    said = re.findall(r'<a class="cd-m[^>]*>([^<]*)</a>', text)
    assert said == ["2 more", "over 3 more"], said
    said = re.findall(r'<a class="ag-m[^>]*>([^<]*)</a>', text)
    assert said == ["2 more", "over 3 more"] and 'rel="next"' not in text, "on a phone the same"
    monkeypatch.setattr(calendars, "WEEK_ROWS", 4)
    week = ada.get(where + "&span=week&day=2026-03-09")
    assert len(days_in(week)["2026-03-09"]) == 4 and "over 2 more" in week.content.decode()
