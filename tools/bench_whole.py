"""How long the archive of a whole company takes, out and in, and how much memory: `python -m tools.bench_whole [accounts]`.

A workspace of its own in a base of its own, made through the write pipeline, so that each record has its history.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import django

from tools.bench_base import Base

T = TypeVar("T")
BATCH = 2_000


def _memory() -> float:
    """The most that this process has held so far, megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _timed(what: str, act: Callable[[], T], rows: Callable[[T], int]) -> T:
    begun, cpu, before = time.monotonic(), time.process_time(), _memory()
    found = act()
    took, many = time.monotonic() - begun, rows(found)
    spent = time.process_time() - cpu
    print(f"{what:10} {many:>10,} rows {took:7.1f} s {many / took:>8,.0f} rows/s, {spent:.1f} s of this process", flush=True)
    print(f"{'':10} memory {before:.0f} → {_memory():.0f} MB", flush=True)
    return found


def _office(accounts: int) -> Any:
    from crm.kernel.entity.registry import registry  # noqa: PLC0415
    from crm.kernel.records import writing  # noqa: PLC0415
    from crm.kernel.testing.cast import company  # noqa: PLC0415

    house = company("Bench")
    for start in range(0, accounts, BATCH):
        with house.as_("admin"):
            kind = registry.kind("account")
            assert kind is not None
            values = [
                {"name": f"盈晟标牌 {number} Tin Works", "phone": f"+8621{64000000 + number}", "external_id": f"K{number}"}
                for number in range(start, min(start + BATCH, accounts))
            ]
            writing.create_many(kind, values)
    return house


def main(accounts: int) -> None:
    base = Base(0, "whole")
    base.data = base.data.parent / "whole"
    base.start()
    try:
        base.migrate()
        os.environ.update(base.environment())
        django.setup()
        from crm.kernel.archive.reading import opened  # noqa: PLC0415
        from crm.kernel.archive.taking_in import Wish, prepare, take_in  # noqa: PLC0415
        from crm.kernel.archive.writing import write  # noqa: PLC0415
        from crm.kernel.identity.actor import system_actor  # noqa: PLC0415

        house = _office(accounts)
        path = Path(base.data, "whole.zip")
        path.unlink(missing_ok=True)

        def still(_done: int, _total: int) -> None:
            """Nobody watches."""

        made = _timed("out", lambda: write(path, house.id, system_actor(house.id), still), lambda one: one.rows)
        print(f"           {made.size / 1e6:.1f} MB", flush=True)
        with opened(path) as archive:
            taken = _timed("in", lambda: take_in(archive, Wish("twin"), still), lambda one: one.rows)
        _timed("prepared", lambda: prepare(taken.workspace_id, still), lambda _none: accounts)
    finally:
        base.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
