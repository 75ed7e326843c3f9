"""Who else is on a record: told over the stream, to whoever may see the record, forgotten by itself."""

import asyncio
from typing import Any

import pytest
from django.db import connections

from crm.kernel.notify import hub as hubs
from crm.kernel.notify import presence as presences
from crm.kernel.notify.hub import Hub, Sight, hub
from crm.kernel.notify.live import live
from crm.kernel.notify.presence import Presence, Seen, place_of
from crm.kernel.notify.tests.test_live import Stream, cookie_of, run
from crm.kernel.queue.live import tell_editing
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import Company

PLACE = ("w", "r")


class On(Stream):
    """A window that shows a record."""

    def __init__(self, cookie: str, record: Any, editing: bool = False) -> None:
        super().__init__(cookie)
        self.query = f"on={record}{'&editing=1' if editing else ''}".encode()

    def scope(self) -> dict[str, Any]:
        return super().scope() | {"query_string": self.query}

    def open(self) -> "asyncio.Task[None]":
        return asyncio.create_task(live(self.scope(), self.receive, self.send))

    async def close(self, task: "asyncio.Task[None]") -> None:
        self.closed.set()
        await asyncio.wait_for(task, 5)


def test_two_on_one_record_see_each_other_come_edit_and_go(north: Company) -> None:
    made = north.make("account", {"name": "Shared"}, by="ada")
    ada, bo, cleo = (cookie_of(north, who) for who in ("ada", "bo", "cleo"))

    def edits(on: bool) -> None:
        try:
            with north.as_("bo") as actor:
                assert actor.id
                tell_editing(made.pk, actor.id, on)
        finally:
            connections.close_all()

    async def work() -> None:
        mine, theirs, stranger = On(ada, made.pk), On(bo, made.pk), On(cleo, made.pk)
        tasks = [mine.open(), theirs.open(), stranger.open()]
        await mine.until('event: presence\ndata: {"id": [{"name": "\\u5468\\u535a", "editing": false}]}')
        await theirs.until('data: {"id": [{"name": "Ada Whitfield", "editing": false}]}')
        await asyncio.to_thread(edits, True)
        await mine.until('"editing": true')
        mine.text = ""
        await asyncio.to_thread(edits, False)
        await mine.until('"editing": false')
        mine.text = ""
        await theirs.close(tasks[1])
        await mine.until('data: {"id": []}')
        assert "presence" not in stranger.text, "who may not see the record hears nothing of it"
        assert "Cleo" not in mine.text + theirs.text
        await mine.close(tasks[0])
        await stranger.close(tasks[2])

    run(work)


def test_a_form_that_is_open_counts_as_editing(north: Company) -> None:
    made = north.make("account", {"name": "Shared"}, by="ada")
    ada, bo = cookie_of(north, "ada"), cookie_of(north, "bo")

    async def work() -> None:
        mine, theirs = On(ada, made.pk), On(bo, made.pk, editing=True)
        tasks = [mine.open(), theirs.open()]
        await mine.until('"editing": true')
        await mine.close(tasks[0])
        await theirs.close(tasks[1])

    run(work)


def test_processes_hear_of_each_others_windows(north: Company) -> None:
    made = north.make("account", {"name": "Shared"}, by="ada")
    with north.as_("ada") as ada, scope(north.id, ada):
        place = place_of(north.id, made.pk)
    with north.as_("bo") as bo:
        pass

    async def work() -> None:
        one, other = Hub(), Hub()
        first = one.join(ada, Sight(place, ada.name))
        assert first is not None
        await asyncio.wait_for(one.listening.wait(), 10)
        second = other.join(bo, Sight(place, bo.name))
        assert second is not None
        for window, name in ((first, bo.name), (second, ada.name)):
            async with asyncio.timeout(10):
                while True:
                    kind, said = await window.queue.get()
                    if kind == "presence" and [each["name"] for each in said] == [name]:
                        break
        other.leave(second)
        async with asyncio.timeout(10):
            while (await first.queue.get()) != ("presence", []):
                pass
        one.leave(first)
        await asyncio.sleep(0.2)

    run(work)


def test_no_window_leaves_no_connection(north: Company) -> None:
    made = north.make("account", {"name": "Shared"}, by="ada")
    ada = cookie_of(north, "ada")

    async def work() -> None:
        mine = On(ada, made.pk)
        task = mine.open()
        await mine.until("presence")
        await mine.close(task)
        speaker = hub()._speaker
        assert speaker is not None
        await asyncio.wait({speaker}, timeout=25)
        assert hub()._listener is None and not hub()._watching

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hubs, "BEAT", 0.2)
        run(work)


def test_what_a_dead_process_said_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(presences.time, "monotonic", lambda: clock[0])
    there = Presence()
    assert there.came(PLACE, "1", Seen("p1", "ada", "Ada", False)) and not there.came(PLACE, "1", Seen("p1", "ada", "Ada", False))
    there.came(PLACE, "2", Seen("p2", "bo", "Bo", False))
    there.edits(PLACE, "bo", on=True)
    assert there.others(PLACE, "ada") == [{"name": "Bo", "editing": True}]
    clock[0] = 50
    there.beat("p2")
    assert not there.forget()
    clock[0] = 70
    assert there.forget() == {PLACE} and there.others(PLACE, "bo") == []
    clock[0] = 95
    assert there.forget() == {PLACE} and there.others(PLACE, "ada") == [{"name": "Bo", "editing": False}], "the cell was left open"


def test_one_person_in_two_windows_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Presence()
    there.came(PLACE, "1", Seen("p1", "ada", "Ada", False))
    there.came(PLACE, "2", Seen("p1", "ada", "Ada", True))
    assert there.others(PLACE, "bo") == [{"name": "Ada", "editing": True}] and there.others(PLACE, "ada") == []
    there.left(PLACE, "2")
    there.left(PLACE, "2")
    assert there.others(PLACE, "bo") == [{"name": "Ada", "editing": False}]
