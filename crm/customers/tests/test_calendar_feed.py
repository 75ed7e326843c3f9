"""The calendar address: what a calendar program reads from it, and when it opens nothing."""

import datetime
import re
from pathlib import Path

import pytest
from django.test import Client

from crm.kernel.base import ics
from crm.kernel.identity.actions import deactivate_user
from crm.kernel.testing.cast import Company

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "ics_icalendar"
HOSTILE = "Lunch; at \"Chez, Noé\" \\ BEGIN:VEVENT\n" + "会议室预订与客户拜访安排" * 8


def read(text: str) -> list[tuple[str, dict[str, str]]]:
    """A plain reader of RFC 5545: [(component, {property: value, unescaped})] of the innermost components."""
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    found: list[tuple[str, dict[str, str]]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN":
            found.append((value, {}))
        elif found and name != "END":
            plain = re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], value)
            found[-1][1].setdefault(name, plain)
    return found


def address(company: Company, name: str = "ada", tasks: str = "event") -> str:
    page = company.browser(name).post("/settings/calendar", {"tasks": tasks}).content.decode()
    found = re.search(r"/calendar/[^\"<]+\.ics", page)
    assert found is not None
    assert 'name="name" value=""' not in page, "the profile's form keeps its values"
    return found[0]


def planned(company: Company, by: str, subject: str, **values: object) -> None:
    company.make("activity", {"subject": subject, "due": "2026-11-24T09:30:00Z", **values}, by=by)


def test_ones_own_activities_and_nothing_else(north: Company) -> None:
    planned(north, "ada", "Visit the harbour", type="visit", duration=90)
    planned(north, "ada", "Send the offer", type="task")
    planned(north, "bo", "Bo's meeting", type="meeting")
    where = address(north)
    answer = Client().get(where)
    assert answer.status_code == 200 and answer["Content-Type"] == "text/calendar; charset=utf-8"
    parts = {facts["SUMMARY"]: (kind, facts) for kind, facts in read(answer.content.decode()) if "SUMMARY" in facts}
    assert set(parts) == {"Visit the harbour", "Send the offer"}
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    kind, visit = parts["Visit the harbour"]
    assert (kind, visit["DTSTART"], visit["DTEND"]) == ("VEVENT", "20261124T093000Z", "20261124T110000Z")
    assert parts["Send the offer"][0] == "VEVENT"
    as_tasks = read(Client().get(address(north, tasks="todo")).content.decode())
    assert {kind for kind, facts in as_tasks if facts.get("SUMMARY") == "Send the offer"} == {"VTODO"}
    assert {kind for kind, facts in as_tasks if facts.get("SUMMARY") == "Visit the harbour"} == {"VEVENT"}


def test_who_is_named_in_a_text_stands_there_by_name(north: Company) -> None:
    bo = north.people["bo"]
    planned(north, "ada", "Visit", type="visit", body=f"Bring @[Bo](person:{bo.pk}) along")
    (facts,) = [facts for _kind, facts in read(Client().get(address(north)).content.decode()) if "SUMMARY" in facts]
    assert facts["DESCRIPTION"] == f"Bring @{bo.name} along"


def test_fetched_again_only_when_something_changed(north: Company) -> None:
    planned(north, "ada", "One", type="meeting")
    where, client = address(north), Client()
    first = client.get(where)
    assert client.get(where, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(where, headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    planned(north, "ada", "Two", type="meeting")
    assert client.get(where, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.post(where).status_code == 405


def test_a_wrong_old_or_revoked_address_opens_nothing(north: Company) -> None:
    old = address(north)
    new = address(north)
    client = Client(raise_request_exception=False)
    assert client.get(old).status_code == 404 and client.get(new).status_code == 200
    assert client.get(new[:-6] + "x.ics").status_code == 404 and client.get("/calendar/nothing.ics").status_code == 404
    assert north.browser("ada").post("/settings/calendar", {"act": "drop"}).status_code == 302
    assert client.get(new).status_code == 404
    last = address(north)
    assert client.get(last).status_code == 200
    with north.as_("admin"):
        deactivate_user(north.people["ada"].pk)
    assert client.get(last).status_code == 404


def test_hostile_text_stays_text_and_lines_stay_short() -> None:
    body = ics.calendar("北光", [ics.component("VEVENT", {"UID": "1", "SUMMARY": HOSTILE, "DTSTART": datetime.date(2026, 2, 28)})])
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    assert "\n" not in body.replace("\r\n", "") and body.count("BEGIN:VEVENT\r\n") == 1
    assert read(body)[-1][1]["SUMMARY"] == HOSTILE
    assert ics.escaped("a\x00b\ud800c") == "abc"


@pytest.mark.real
def test_texts_of_real_calendars_go_round() -> None:
    """What real calendars say is written and read back without a loss."""
    if not REAL.is_dir():
        pytest.skip("the real calendars are not on this machine")
    seen = 0
    for path in sorted(REAL.glob("*.ics")):
        for kind, facts in read(path.read_bytes().decode("utf-8", "replace")):
            said = {name: facts[name] for name in ("SUMMARY", "DESCRIPTION", "LOCATION") if facts.get(name)}
            if kind != "VEVENT" or not said:
                continue
            body = ics.calendar("x", [ics.component("VEVENT", said)])
            back = read(body)[-1][1]
            assert back == {name: ics._UNFIT.sub("", text) for name, text in said.items()}, path.name
            seen += 1
    assert seen >= 20
