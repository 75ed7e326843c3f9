"""kill -9 of web, worker and PostgreSQL under load: what was acknowledged is there, once and whole.

Nine kills here, three of each; `just soak` does a hundred, of a part drawn by lot at a moment drawn by lot.
"""

import os
import random
import sys
import time
from collections.abc import Iterator
from statistics import median

import httpx
import pytest

from tests.faults.installation import Installation, until
from tests.faults.load import Load, nothing_is_lost

pytestmark = pytest.mark.xdist_group("faults")

PARTS = ("worker", "web", "database")
KILLS = int(os.environ.get("KITH_SOAK", "0"))
ROWS = 4_000


def upload(client: httpx.Client, mark: str) -> str:
    """Starts an import of ROWS accounts; answers its address."""
    text = "name,employees\n" + "".join(f"{mark}-{number},{number}\n" for number in range(ROWS))
    made = client.post("/api/v1/imports", data={"kind": "account"}, files={"file": ("many.csv", text.encode())})
    assert made.status_code == 201, made.text
    url = made.headers["Location"]
    mapped = client.patch(url, json={"mapping": {"name": "name", "employees": "employees"}})
    assert mapped.status_code == 200, mapped.text
    assert client.post(f"{url}/run").status_code == 202
    return str(url)


def kills() -> Iterator[tuple[float, str]]:
    """(seconds of work before it, part to kill)."""
    dice = random.Random(os.environ.get("KITH_SOAK_SEED", "kith"))  # noqa: S311
    if not KILLS:
        yield from ((1.5, name) for name in PARTS * 3)
    for _ in range(KILLS):
        yield dice.uniform(0.1, 4), dice.choice(PARTS)


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(installation: Installation) -> None:
    load, back = Load(installation.url, installation.token), dict[str, list[float]]()
    with load.client() as client:
        imports = [upload(client, f"import-{number}") for number in range(2)]
        load.start()
        try:
            for pause, name in kills():
                time.sleep(pause)
                back.setdefault(name, []).append(installation.kill(name))
        finally:
            load.stop()
        until(installation.ready)
        for url in imports:
            until(lambda url=url: client.get(url).json()["state"] not in {"running", "waiting"}, 180)
            found = client.get(url).json()
            assert (found["state"], found["counts"]["create"]) == ("done", ROWS), found
    assert load.problems == []
    assert len(load.accounts) > 20
    assert load.reminders
    _every_write_once(installation, load)
    _every_event_once(installation, load)
    _nothing_left_over(installation)
    if KILLS:
        figures = [f"{name}: {len(took)} kills, back after {median(took):.1f} s, {max(took):.1f} s at most" for name, took in back.items()]
        sys.stdout.write("\n".join(["", *figures, f"{len(load.accounts)} accounts, {len(load.reminders)} reminders\n"]))


def _every_write_once(installation: Installation, load: Load) -> None:
    nothing_is_lost(installation, load)
    rows = installation.ask("SELECT count(*), count(DISTINCT name) FROM account WHERE name LIKE 'import-%%'")
    assert rows == [(2 * ROWS, 2 * ROWS)]
    lonely = """
        SELECT a.name FROM account a LEFT JOIN record r USING (id)
          LEFT JOIN audit_entry e ON e.record = a.id AND e.table_name = 'account' AND e.op = 'I'
         GROUP BY a.id HAVING count(DISTINCT r.id) <> 1 OR count(DISTINCT e.id) <> 1
    """
    assert installation.ask(lonely) == [], (
        "a record is half done: its row, its entry in the log and the record table differ"
    )


def _every_event_once(installation: Installation, load: Load) -> None:
    """Each acknowledged activity asked for a reminder by an event; a handler in the worker made it."""
    pending = "SELECT count(*) FROM outbox_event WHERE state <> 'done'"
    until(lambda: installation.ask(pending) == [(0,)])
    made = dict(installation.ask("SELECT record_id::text, count(*) FROM reminder GROUP BY 1"))
    assert {one: made.get(one) for one in load.reminders} == dict.fromkeys(load.reminders, 1)
    told = installation.ask(
        "SELECT count(*), count(DISTINCT e.record) FROM outbox_event e JOIN account a ON a.id = e.record "
        "WHERE e.name = 'records.record-created'"
    )
    assert told == [installation.ask("SELECT count(*), count(*) FROM account")[0]]


def _nothing_left_over(installation: Installation) -> None:
    until(lambda: installation.ask("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)])
    assert installation.ask("SELECT count(*) FROM task WHERE state <> 'done'") == [(0,)]
