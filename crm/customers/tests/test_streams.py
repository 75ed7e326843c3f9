"""Over random policies: what comes by itself tells of the same records as lists do.

The bell, the timeline, the day's page, the calendar that other programs fetch, who is on a record, and lists of a past day: each is
held against the plain logic of `test_agreement`.
"""

import asyncio
import datetime
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.customers.tests.test_calendar_feed import address
from crm.kernel.access.tests.test_agreement import PEOPLE, RECORDS, Drawn, House, drawn
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Role, UserRole
from crm.kernel.notify.following import follow
from crm.kernel.notify.models import Notification
from crm.kernel.notify.tests.test_live import cookie_of, run
from crm.kernel.notify.tests.test_presence import On
from crm.kernel.records import listing, writing
from crm.kernel.records.past import as_of
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.work import deliver

EXAMPLES = 5


class Streams(House):
    """The same company, where everybody follows every record and has something planned about each."""

    def __init__(self) -> None:
        super().__init__()
        due = (now() + datetime.timedelta(hours=1)).isoformat()
        self.talks: dict[tuple[str, int], Any] = {}
        for number, record in enumerate(self.records):
            for who in PEOPLE:
                with self.company.as_kith():
                    follow(record.pk, self.company.people[who].pk)
                given = {"subject": f"Talk {number} of {who}", "due": due, "record": str(record.pk)}
                given["owner"] = str(self.company.people[who].pk)
                self.talks[who, number] = self.company.make("activity", given)
        self.feeds = {who: address(self.company, who) for who in PEOPLE}
        self.cookies = {who: cookie_of(self.company, who) for who in ("admin", *PEOPLE)}

    def set(self, policy: Drawn) -> None:
        super().set(policy)
        with self.company.as_kith():
            bump_permissions()
            role = Role.objects.create(name="drawn talks", grants={"kinds": {"activity": {"view": "own"}}, "does": []})
            UserRole.objects.bulk_create(UserRole(user=self.company.people[who], role=role) for who in PEOPLE)
            Notification.objects.all().delete()


@pytest.fixture(scope="module")
def house() -> Streams:
    return Streams()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=(Phase.generate,))
@given(policy=drawn, one=st.integers(0, len(RECORDS) - 1))
def test_what_comes_by_itself_agrees(house: Streams, policy: Drawn, one: int) -> None:
    house.set(policy)
    sees = {who: {number for number in range(len(RECORDS)) if policy.sees(who, number)} for who in PEOPLE}
    by_bell(house, one, sees)
    by_presence(house, one, sees)
    for who in PEOPLE:
        by_past_day(house, who, sees[who])
        by_feed(house, who, sees[who])
        by_pages(house, who, sees[who], one)


def named(text: str) -> set[int]:
    """The records whose names stand in a text."""
    return {number for number, (name, *_rest) in enumerate(RECORDS) if name in text}


def by_bell(house: Streams, one: int, sees: dict[str, set[int]]) -> None:
    """A new owner is told to everybody who follows; at the moment when it is told, the record is as it was."""
    entity, record = registry.kind("account"), house.records[one]
    assert entity is not None
    with house.company.as_("admin"):
        admin, before = house.company.people["admin"].pk, record.owner_id
        other = house.company.people["vi"].pk
        for owner in (other, before if before != other else admin):
            writing.change(entity, record.pk, {"owner": str(owner)})
    deliver(house.company.id)
    with house.company.as_kith():
        told = set(Notification.objects.filter(record=record.pk).values_list("user_id", flat=True))
    assert told & {house.company.people[who].pk for who in PEOPLE} == {house.company.people[who].pk for who in PEOPLE if one in sees[who]}
    for who in PEOPLE:
        assert (one in named(house.clients[who][1].get("/notices").content.decode())) == (one in sees[who])


def by_presence(house: Streams, one: int, sees: dict[str, set[int]]) -> None:
    record = house.records[one].pk

    async def work() -> None:
        windows = {who: On(cookie, record) for who, cookie in house.cookies.items()}
        tasks = {who: window.open() for who, window in windows.items()}
        for who in PEOPLE:
            if one in sees[who]:
                await windows[who].until("Admin Lee")
                await windows["admin"].until(json.dumps(house.company.people[who].name)[1:-1])
        await asyncio.sleep(0.1)
        for who in PEOPLE:
            if one not in sees[who]:
                assert "presence" not in windows[who].text, f"{who} hears who is on a record unseen"
                assert json.dumps(house.company.people[who].name)[1:-1] not in windows["admin"].text
        for who, task in tasks.items():
            await windows[who].close(task)

    run(work)


def by_past_day(house: Streams, who: str, sees: set[int]) -> None:
    """Today's rights decide about past days, too."""
    entity = registry.kind("account")
    assert entity is not None
    with house.company.as_kith():
        moment = now()
    with house.company.as_(who), as_of(moment):
        assert {row.id for row in listing.page(entity).items} == {house.records[number].pk for number in sees}
        assert listing.count(entity) == (len(sees), True)


def by_feed(house: Streams, who: str, sees: set[int]) -> None:
    """One's own plans are there whatever they are about; the names of accounts only where these are seen."""
    text = Client().get(house.feeds[who]).content.decode().replace("\r\n ", "")
    assert all(f"Talk {number} of {who}" in text for number in range(len(RECORDS)))
    assert not any(f"of {other}" in text for other in PEOPLE if other != who)
    assert named(text) == sees


def by_pages(house: Streams, who: str, sees: set[int], one: int) -> None:
    browser = house.clients[who][1]
    timeline = browser.get(f"/accounts/{house.records[one].pk}/tab/timeline")
    assert (timeline.status_code == 200) == (one in sees)
    assert named(timeline.content.decode()) <= sees
    own = browser.get(f"/activities/{house.talks[who, one].pk}/").content.decode()
    assert f"Talk {one} of {who}" in own and named(own.split("<main")[1].split("</main")[0]) <= sees
    for where in ("/", "/activities/", "/activities/calendar", "/accounts/?group=status"):
        text = browser.get(where).content.decode()
        assert named(text) <= sees, where
    if sees:
        assert f"{len(sees)} record" in browser.get("/accounts/?group=status").content.decode()
