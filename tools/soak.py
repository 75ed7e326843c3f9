"""`just soak-users`: many people at work in a Kith of its own, and what that costs.

Starts Kith with the demonstration companies on a data folder of its own (kept for the next run), makes as many colleagues as were
asked for, signs them in, and lets each of them work: one act, then a pause of 15 s on average. Every answer is looked at.
Prints requests, errors, p50/p95/p99 by kind of request, and the memory of each part of Kith.
"""

import argparse
import asyncio
import logging
import os
import platform
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import httpx  # noqa: E402

from config.database import embedded  # noqa: E402
from config.environment import process_environment  # noqa: E402
from config.launcher import ports  # noqa: E402
from config.launcher.supervisor import state  # noqa: E402
from tools.soak_memory import Memory  # noqa: E402
from tools.soak_people import TIMEOUT, Desk, Person, Record  # noqa: E402

EVERY = 10.0
RAMP = 30.0


def kith(*words: str) -> None:
    if subprocess.run([sys.executable, "-m", "config.launcher", *words], cwd=ROOT, check=False).returncode:
        raise SystemExit(f"`kith {words[0]}` failed")


def people(data: Path, many: int) -> list[Person]:
    """Colleagues with sessions, made directly in the database: their passwords are never used."""
    os.environ.update(process_environment(data, "soak"))
    import django  # noqa: PLC0415

    django.setup()
    from tools.soak_office import colleagues  # noqa: PLC0415

    return colleagues(many)


@dataclass(slots=True)
class Watched:
    """So many people at work for so long, and what was seen meanwhile: the machine's load averages, CPU seconds by part of Kith
    and of this program itself."""

    people: int
    minutes: float
    record: Record = field(default_factory=Record)
    loads: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)


async def crowd(url: str, everyone: list[Person], spells: list[Watched], memory: Memory) -> None:
    """Lets all of them work; those whom the next spell has no place for go home before it."""
    over = [asyncio.Event() for _ in everyone]
    async with AsyncExitStack() as clients:
        # A client for each of them, as each has a browser: one pool of a thousand connections is searched through at each request.
        context = ssl.create_default_context()
        each = [httpx.AsyncClient(base_url=url, timeout=TIMEOUT, trust_env=False, verify=context) for _ in everyone]
        desks = [
            Desk(await clients.enter_async_context(client), person, spells[0].record, number)
            for number, (client, person) in enumerate(zip(each, everyone, strict=True))
        ]
        tasks = []
        for desk, home in zip(desks, over, strict=True):
            tasks += [asyncio.create_task(desk.watch(home)), asyncio.create_task(desk.work(home))]
            await asyncio.sleep(RAMP / len(desks))
        begun = time.monotonic()
        for spell in spells:
            for desk, home in zip(desks[spell.people :], over[spell.people :], strict=True):
                desk.record.open = False
                home.set()
            for desk in desks[: spell.people]:
                desk.record = spell.record
            await _spell(spell, memory, begun)
        for home in over:
            home.set()
        await asyncio.wait(tasks, timeout=3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _spell(seen: Watched, memory: Memory, begun: float) -> None:
    seen.record.open, started = True, time.monotonic()
    worked, own = memory.worked(), time.process_time()
    while (passed := time.monotonic() - started) < seen.minutes * 60:
        await asyncio.to_thread(memory.sample, (time.monotonic() - begun) / 3600)
        seen.loads.append(os.getloadavg()[0])
        await asyncio.sleep(min(EVERY, max(0.0, seen.minutes * 60 - passed)))
    seen.record.open = False
    seen.cpu = {part: spent - worked[part] for part, spent in memory.worked().items()}
    seen.cpu["the people"] = time.process_time() - own
    print(report(seen), flush=True)


def report(seen: Watched) -> str:
    """One spell in words and numbers."""
    record = seen.record
    every = [one for taken in record.taken.values() for one in taken]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    lines = [
        f"{seen.people} people, {seen.minutes:g} minutes, {len(every):,} requests ({len(every) / seen.minutes / 60:.0f} a second), "
        f"{len(record.errors)} errors, {record.streams} event streams opened, {record.dropped} of them cut.",
        f"Commit {commit}, {os.cpu_count()} cores, Python {platform.python_version()}; load average "
        f"{min(seen.loads):.1f} to {max(seen.loads):.1f}, {statistics.mean(seen.loads):.1f} on average.",
        "CPU a request: " + ", ".join(f"{part} {spent * 1000 / max(1, len(every)):.1f} ms" for part, spent in seen.cpu.items()) + ".",
        "",
        "| request | count | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|---|---|---|---|---|",
        *(_row(kind, taken) for kind, taken in sorted(record.taken.items())),
        _row("all", every),
        "",
    ]
    return "\n".join([*lines, *(f"ERROR {said}" for said in record.errors[:20])])


def held(memory: Memory, warm: float) -> str:
    """The memory of all spells together; the slope leaves out the first `warm` hours."""
    head = ["| part of Kith | MB at first | MB when warm | MB at the end | MB an hour |", "|---|---|---|---|---|"]
    return "\n".join([*head, *memory.rows(warm)])


def _row(kind: str, taken: list[float]) -> str:
    if len(taken) < 2:
        return f"| {kind} | {len(taken)} | – | – | – | – |"
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return f"| {kind} | {len(taken):,} | {cuts[49]:.0f} | {cuts[94]:.0f} | {cuts[98]:.0f} | {max(taken):.0f} |"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("users", type=int, nargs="?", default=500)
    asked.add_argument("minutes", type=float, nargs="?", default=10)
    asked.add_argument("--then", type=float, nargs=2, metavar=("USERS", "MINUTES"), help="so many of them stay on for so long")
    asked.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / f"kith-soak-{os.geteuid()}")
    options = asked.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    port = ports.free_port()
    kith("up", "--demo", "--detach", "--data", str(options.data), "--port", str(port))
    try:
        everyone = people(options.data, options.users)
        known: Any = state(options.data)
        memory = Memory({**known["pids"], "database": embedded(options.data).pid() or 0})
        spells = [Watched(options.users, options.minutes)]
        if options.then:
            spells.append(Watched(min(int(options.then[0]), options.users), options.then[1]))
        asyncio.run(crowd(known["url"], everyone, spells, memory))
    finally:
        kith("down", "--data", str(options.data))
    print(held(memory, options.minutes / 60 * (1.0 if options.then else 0.3)))
    return 1 if any(spell.record.errors for spell in spells) else 0


if __name__ == "__main__":
    sys.exit(main())
