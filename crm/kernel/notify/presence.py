"""Who else is on a record: known from the streams that are open, kept nowhere.

Each process says on the channel which of its windows came to a record or left it, and all processes hear it. A window that
comes is answered by those that are there. Once in `BEAT` seconds a process says that it lives; what was heard from one that
is silent for `GONE` seconds is forgotten, so a process that dies leaves nobody behind.
"""

import time
from dataclasses import dataclass
from uuid import UUID

BEAT, GONE = 20.0, 60.0
#: So long somebody counts as editing after a cell was opened or a form was seen.
EDITING = 90.0

Place = tuple[str, str]
"""(workspace, record), both as hex."""


@dataclass(slots=True)
class Seen:
    """One window of a process on a record."""

    process: str
    person: str
    name: str
    editing: bool


class Presence:
    """What a process has heard. Times are those of the monotonic clock, in seconds."""

    def __init__(self) -> None:
        self._there: dict[Place, dict[str, Seen]] = {}
        self._editing: dict[tuple[Place, str], float] = {}
        self._heard: dict[str, float] = {}

    def came(self, place: Place, window: str, seen: Seen) -> bool:
        """Notes a window; answers whether it is new here."""
        self.beat(seen.process)
        windows = self._there.setdefault(place, {})
        new = window not in windows
        windows[window] = seen
        return new

    def left(self, place: Place, window: str) -> None:
        windows = self._there.get(place, {})
        gone = windows.pop(window, None)
        if gone is not None and all(one.person != gone.person for one in windows.values()):
            self._editing.pop((place, gone.person), None)
        if not windows:
            self._there.pop(place, None)

    def edits(self, place: Place, person: str, on: bool) -> None:
        """Somebody opened a cell of the record, or is done with it."""
        if on:
            self._editing[place, person] = time.monotonic() + EDITING
        else:
            self._editing.pop((place, person), None)

    def beat(self, process: str) -> None:
        self._heard[process] = time.monotonic()

    def forget(self) -> set[Place]:
        """Drops what is over; answers the places where something changed."""
        now = time.monotonic()
        dead = {process for process, at in self._heard.items() if now - at > GONE}
        changed = {place for (place, _person), until in self._editing.items() if until < now}
        self._editing = {key: until for key, until in self._editing.items() if until >= now}
        for place, windows in list(self._there.items()):
            for window in [key for key, seen in windows.items() if seen.process in dead]:
                self.left(place, window)
                changed.add(place)
        for process in dead:
            del self._heard[process]
        return changed

    def others(self, place: Place, person: str) -> list[dict[str, object]]:
        """Who is there beside this person: {name, editing}, each once, by name."""
        found: dict[str, dict[str, object]] = {}
        for seen in self._there.get(place, {}).values():
            if seen.person == person:
                continue
            edits = seen.editing or (place, seen.person) in self._editing
            known = found.setdefault(seen.person, {"name": seen.name, "editing": False})
            known["editing"] = bool(known["editing"]) or edits
        return sorted(found.values(), key=lambda one: str(one["name"]))


def place_of(workspace: UUID, record: UUID) -> Place:
    return workspace.hex, record.hex
