"""How far a long piece of work is, told about once a second."""

import time
from collections.abc import Callable

#: (rows so far, rows in all). Whatever it raises ends the work.
Told = Callable[[int, int], None]


class Pace:
    """Counts, and tells now and then."""

    def __init__(self, told: Told, total: int = 0) -> None:
        self._told = told
        self._next = 0.0
        self.done = 0
        self.total = total

    def step(self, many: int = 1) -> None:
        self.done += many
        if time.monotonic() >= self._next:
            self._told(self.done, max(self.total, self.done))
            self._next = time.monotonic() + 1
