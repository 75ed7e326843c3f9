"""Turns: so many requests of one process are done at once while they are quick.

When all threads share one core, each answer takes as long as all of them together, and the first is no earlier for it. One after the
other the same work gives most people their answer sooner. Slow requests keep nobody out: who has waited `PATIENCE` seconds takes the
place of the one that has had its turn for longest, which goes on beside.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.1


class Turns:
    """At most `many` at once, but for those that lost their turn by being slow."""

    def __init__(self, many: int) -> None:
        self._free = threading.Semaphore(many)
        self._lock = threading.Lock()
        self._held: list[object] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Waits for a turn and has it for the block."""
        turn = object()
        while not self._free.acquire(timeout=PATIENCE):
            with self._lock:
                slow = self._held[0] if self._held else None
            if slow is not None:
                self._give_back(slow)
        with self._lock:
            self._held.append(turn)
        try:
            yield
        finally:
            self._give_back(turn)

    def _give_back(self, turn: object) -> None:
        """Once: a turn that was lost is not given back again."""
        with self._lock:
            if turn not in self._held:
                return
            self._held.remove(turn)
        self._free.release()
