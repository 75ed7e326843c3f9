"""An event is told after its change commits, once to each handler, in the order of its record."""

import threading
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import uuid7
from crm.kernel.base.money import Money
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Team
from crm.kernel.outbox import dispatch, events, queries
from crm.kernel.outbox.actions import discard, retry
from crm.kernel.outbox.events import Event, event, handles, name_of, pack, unpack
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.outbox.publishing import publish, publish_many
from crm.kernel.tenancy.scope import current, scope
from crm.kernel.testing import work
from crm.kernel.testing.cast import Company


@event
class Rung(Event):
    """A bell was rung; `tone` says how."""

    record: UUID | None
    tone: str


@event
class Silent(Event):
    """Nobody listens to this."""

    record: UUID


@event
class Rich(Event):
    """Holds a value of every kind that events may hold."""

    record: UUID
    amount: Money
    on: date
    share: Decimal
    names: tuple[str, ...] = ()


#: Known while these tests run, and not to others: what webhooks may ask for is read off all that is known.
OURS = {name: events._events.pop(name) for name in ("outbox.rung", "outbox.silent", "outbox.rich")}


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    events._events.update(OURS)
    yield
    for name in OURS:
        events._events.pop(name)


heard: list[tuple[UUID, str, str]] = []
broken: set[str] = set()


@handles(Rung)
def listen(happened: Rung) -> None:
    """Writes a team, and fails for the tones that are broken."""
    ambient = current()
    Team(name="heard", path=f"{happened.tone}/{uuid7().hex}").save(force_insert=True)
    if happened.tone in broken:
        raise ValueError(f"cannot bear {happened.tone}")
    heard.append((ambient.workspace_id, happened.tone, ambient.actor.name))


@handles(Rung)
def count(happened: Rung) -> None:
    """A second handler that never fails."""
    Team(name="counted", path=f"count/{happened.tone}/{uuid7().hex}").save(force_insert=True)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    heard.clear()
    broken.clear()
    yield
    broken.clear()


def deliver(company: Company) -> None:
    """Delivers until nothing is due."""
    work.deliver(company.id)


def tones(company: Company) -> list[str]:
    return [tone for workspace, tone, _name in heard if workspace == company.id]


def rung(company: Company, after: tuple[int, int] = (0, 0)) -> list[OutboxEvent]:
    """The bells in the feed."""
    with company.as_kith():
        return [row for row in queries.feed(after) if row.name == "outbox.rung"]


def impatient(company: Company) -> None:
    """Lets what waits for its next try be due now."""
    with company.as_kith():
        OutboxEvent.objects.filter(state="pending").update(next_at=now() - timedelta(seconds=1))


def test_an_event_is_frozen_named_and_documented() -> None:
    rung = Rung(record=None, tone="a")
    with pytest.raises(FrozenInstanceError):
        rung.tone = "b"  # type: ignore[misc]
    assert name_of(rung) == "outbox.rung"
    with pytest.raises(ValueError, match="docstring"):

        @event
        class Undocumented(Event):
            record: UUID

    with pytest.raises(ValueError, match="record"):

        @event
        class Nameless(Event):
            """About nothing."""

            tone: str


def test_values_come_back_as_they_were() -> None:
    rich = Rich(uuid7(), Money(105400, "CNY"), date(2026, 11, 22), Decimal("0.25"), ("a", "b"))
    assert unpack(name_of(rich), rich.record, pack(rich)) == rich
    assert "outbox.rich" in events.all_events()


def test_an_event_reaches_every_handler_once_as_who_caused_it(north: Company) -> None:
    with north.as_("ada"):
        published = publish(Rung(uuid7(), "a"))
    deliver(north)
    deliver(north)
    assert heard == [(north.id, "a", "Ada Whitfield")]
    with north.as_kith():
        row = OutboxEvent.objects.get(id=published)
        assert (row.state, len(row.handled), Team.objects.filter(name="counted").count()) == ("done", 2, 1)


def test_what_is_rolled_back_is_never_told(north: Company) -> None:
    with north.as_("ada"), pytest.raises(RuntimeError), transaction.atomic():
        publish(Rung(uuid7(), "never"))
        raise RuntimeError
    deliver(north)
    assert tones(north) == []


def test_news_of_one_record_comes_in_order(north: Company) -> None:
    record = uuid7()
    with north.as_("ada"):
        publish_many([Rung(record, str(number)) for number in range(5)])
        publish(Rung(record, "5"))
    with north.as_("bo"):
        publish(Rung(record, "6"))
    deliver(north)
    assert tones(north) == list("0123456")


def test_a_poison_event_parks_its_own_record_and_nothing_else(north: Company) -> None:
    sick, well = uuid7(), uuid7()
    broken.add("poison")
    with north.as_("ada"):
        publish_many([Rung(sick, "poison"), Rung(sick, "behind"), Rung(well, "beside"), Rung(None, "alone")])
    deliver(north)
    assert tones(north) == ["beside", "alone"]
    with north.as_kith():
        assert not Team.objects.filter(path__startswith="poison/").exists(), "a failed try left something behind"
    impatient(north)
    deliver(north)
    with north.as_kith():
        assert Team.objects.filter(path__startswith="count/poison/").count() == 1, "the other handler was kept waiting"
    broken.clear()
    impatient(north)
    deliver(north)
    assert tones(north) == ["beside", "alone", "poison", "behind"]


def test_after_the_last_try_it_is_a_dead_letter_to_retry_or_discard(north: Company) -> None:
    broken.add("dead")
    record = uuid7()
    with north.as_("ada"):
        publish_many([Rung(record, "dead"), Rung(record, "after")])
    for _ in range(dispatch.TRIES + 1):
        deliver(north)
        impatient(north)
    with north.as_("admin"):
        (letter,) = queries.dead_letters()
        assert (letter.attempts, letter.error) == (dispatch.TRIES, "ValueError: cannot bear dead")
        assert queries.waiting() == 1
        retry(letter.id)
        with pytest.raises(NotFound):
            discard(letter.id)
    assert tones(north) == []
    for _ in range(dispatch.TRIES):
        deliver(north)
        impatient(north)
    with north.as_("admin"):
        discard(queries.dead_letters()[0].id)
    deliver(north)
    assert tones(north) == ["after"]


def test_an_event_that_commits_late_is_neither_skipped_nor_overtaken(north: Company) -> None:
    """The first transaction takes its number first and commits last: what came later waits for it."""
    opened, close = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with scope(north.id, system_actor(north.id)):
                publish(Rung(uuid7(), "slow"))
                opened.set()
                close.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert opened.wait(20)
        with north.as_("ada"):
            publish(Rung(uuid7(), "quick"))
        assert rung(north) == []
        assert not dispatch.deliver_next(north.id)
    finally:
        close.set()
        thread.join()
    deliver(north)
    assert tones(north) == ["slow", "quick"]
    slow_one, quick_one = rung(north)
    assert (slow_one.payload["tone"], quick_one.payload["tone"]) == ("slow", "quick")
    assert rung(north, (slow_one.xid, slow_one.number)) == [quick_one]


def test_an_event_without_listeners_counts_as_told_and_stays_in_the_feed(north: Company) -> None:
    with north.as_("ada"):
        silent = publish(Silent(uuid7()))
        assert OutboxEvent.objects.get(id=silent).state == "done"


def test_one_dispatcher_at_a_time_for_a_workspace(north: Company) -> None:
    with north.as_("ada"):
        publish(Rung(uuid7(), "once"))
    held, go = threading.Event(), threading.Event()

    def other() -> None:
        try:
            with scope(north.id, system_actor(north.id)):
                assert dispatch._locked()
                held.set()
                go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    try:
        assert held.wait(20)
        assert not dispatch.deliver_next(north.id)
    finally:
        go.set()
        thread.join()
    deliver(north)
    assert tones(north) == ["once"]


def test_only_ids_cross_between_companies(north: Company, south: Company) -> None:
    with north.as_("ada"):
        publish(Rung(uuid7(), "secret"))
    assert north.id in queries.waiting_workspaces()
    with south.as_("admin"):
        assert queries.next_event() is None
    assert rung(south) == []


def test_the_command_lists_dead_letters_and_decides_about_them(north: Company) -> None:
    with north.as_("ada"):
        lost = publish(Rung(uuid7(), "lost"))
        OutboxEvent.objects.filter(id=lost).update(state="dead", error="ValueError: no")
    said = StringIO()
    call_command("dead_letters", stdout=said)
    assert f"{lost}" in said.getvalue()
    assert "outbox.rung" in said.getvalue()
    call_command("dead_letters", retry=lost, stdout=said)
    deliver(north)
    assert tones(north) == ["lost"]
    with pytest.raises(CommandError, match="no dead letter"):
        call_command("dead_letters", discard=lost, stdout=said)
