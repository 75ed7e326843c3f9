"""Progress on the terminal: one line a step, on standard error, so that results alone go to standard output."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def line(text: str) -> None:
    with suppress(OSError):  # a log on a full disk: what runs is worth more than what is said
        print(text, file=sys.stderr, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announces a step; says how long it took when that was a second or more."""
    line(f"· {text} …")
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    if took >= 1:
        line(f"  done in {took:.0f} s")
