"""How long the check for duplicates takes while one types. Imported once Django is ready.

`fill` and `figures` are for `just bench` to call on its own base; `bench_duplicates_alone` makes a base of accounts only.
"""

import concurrent.futures
import random
import statistics
import time
from uuid import UUID

from django.db import connection

from crm.kernel.base.ids import uuid7
from crm.kernel.base.text import sort_key
from crm.kernel.dedupe.indexing import write_keys
from crm.kernel.dedupe.queries import check
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.queries import actor_of
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import scope
from tools.bench import backend_cpu
from tools.bench_base import names

AT_ONCE, CROWD, PROCESSES, WARM = 2_000, 8, 2, 20


def fill(many: int, seed: int = 1) -> dict[str, float]:
    """Accounts with all keys into the workspace of the scope at hand; µs of CPU a row: {"keys": here, "rows": in the database}."""
    entity = registry.kind("account")
    assert entity is not None
    dice = random.Random(seed)  # noqa: S311
    drawn = names(dice)
    spent = {"keys": 0.0, "rows": 0.0}
    for start in range(0, many, AT_ONCE):
        records, rows = [], []
        for _number in range(min(AT_ONCE, many - start)):
            record = entity.model(id=uuid7(), name=next(drawn), phone=f"+86{dice.randrange(10**9, 10**10)}")
            for field in entity.fields.values():
                field.derive(record)
            records.append(record)
            rows.append(RecordRow(id=record.pk, kind="account", title=record.name, sort_key=sort_key(record.name)))  # type: ignore[attr-defined]
        begun = time.process_time()
        for record, row in zip(records, rows, strict=True):
            write_keys(entity, record, row)
        spent["keys"] += time.process_time() - begun
        backend = connection.connection.info.backend_pid
        busy = backend_cpu(backend)
        bulk.insert(RecordRow, rows)
        spent["rows"] += backend_cpu(backend) - busy
        bulk.insert(entity.model, records)
    return {step: seconds / many * 1e6 for step, seconds in spent.items()}


def typed(seed: int, many: int) -> list[dict[str, str]]:
    """What people type: names of the base with a form left out, a letter lost, the beginning only; some with a phone."""
    dice = random.Random(seed)  # noqa: S311
    drawn = names(random.Random(1))  # noqa: S311
    pool = [next(drawn) for _ in range(5_000)]
    found = []
    for number in range(many):
        name = dice.choice(pool)
        at = dice.randrange(len(name))
        shape = (name, name[: max(2, len(name) - 4)], name[:at] + name[at + 1 :], name[: len(name) // 2 + 1])[number % 4]
        given = {"name": shape}
        if number % 3 == 0:
            given["phone"] = f"+86{dice.randrange(10**9, 10**10)}"
        found.append(given)
    return found


def ask(workspace: UUID, person: UUID, seed: int, many: int) -> list[float]:
    """Milliseconds of each of many checks, each in a scope of its own as a request has it."""
    entity = registry.kind("account")
    assert entity is not None
    with scope(workspace, system_actor(workspace)):
        actor = actor_of(person)
    assert actor is not None
    taken = []
    for given in typed(seed, many + WARM):
        begun = time.perf_counter()
        with scope(workspace, actor):
            check(entity, given)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[WARM:]


def crowd(workspace: UUID, person: UUID, seed: int, many: int) -> list[float]:
    """One process' share of the people who ask at once."""
    with concurrent.futures.ThreadPoolExecutor(CROWD // PROCESSES) as pool:
        waits = [pool.submit(ask, workspace, person, seed * 100 + number, many) for number in range(CROWD // PROCESSES)]
        return [one for wait in waits for one in wait.result()]


def figures(workspace: UUID, person: UUID, times: int = 200) -> dict[str, float]:
    """Milliseconds: CPU of this process and median alone, p95 with eight people at once (processes of their own)."""
    ask(workspace, person, 7, 1)
    cpu = time.process_time()
    alone = ask(workspace, person, 8, times)
    cpu = (time.process_time() - cpu) * 1000 / times
    with concurrent.futures.ProcessPoolExecutor(PROCESSES) as pool:
        parts = [pool.submit(crowd, workspace, person, seed, times) for seed in range(1, PROCESSES + 1)]
        together = sorted(one for part in parts for one in part.result())
    return {
        "cpu": cpu,
        "p50": statistics.median(alone),
        "p95": sorted(alone)[int(times * 0.95)],
        "p95 of eight": together[int(len(together) * 0.95)],
        "a second": len(together) / (sum(together) / 1000 / CROWD),
    }
