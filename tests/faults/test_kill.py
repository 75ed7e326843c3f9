"""kill -9 of web, worker and PostgreSQL under load: what was acknowledged is there, once and whole.

Three rounds here; `KITH_SOAK=30 ./kith test tests/faults` does thirty.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from config.database import addresses, embedded
from config.launcher import ports
from config.launcher.supervisor import state
from tests.faults.load import Load
from tests.launch.conftest import Run

pytestmark = pytest.mark.xdist_group("faults")

ROUNDS = int(os.environ.get("KITH_SOAK", "3"))
ROWS = 4_000


class Installation:
    """A running Kith of its own, and its database seen by the owner."""

    def __init__(self, data: Path, port: int, token: str) -> None:
        self.data, self.port, self.token = data, port, token
        self.url = f"http://127.0.0.1:{port}"

    def ready(self) -> bool:
        return ports.answer(f"{self.url}/readyz")[0] == 200

    def kill(self, name: str) -> None:
        """kill -9 of one part, then waits until the whole answers again."""
        pids: Any = state(self.data)["pids"]
        pid = embedded(self.data).pid() if name == "database" else int(pids[name])
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        until(self.ready)

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(addresses(self.data).owner) as link:
            return link.execute(sql, values).fetchall()  # type: ignore[arg-type]


def until(holds: Callable[[], object], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def installation(kith: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data, port = tmp_path_factory.mktemp("faults") / "data", ports.free_port()
    done = kith("up", "--detach", "--data", str(data), "--port", str(port))
    assert done.returncode == 0, done.stderr
    token = kith("token", "--data", str(data)).stdout.strip()
    yield Installation(data, port, token)
    kith("down", "--data", str(data))


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


def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(installation: Installation) -> None:
    load = Load(installation.url, installation.token)
    with load.client() as client:
        imports = [upload(client, f"import-{number}") for number in range(2)]
        load.start()
        try:
            for _round in range(ROUNDS):
                for name in ("worker", "web", "database"):
                    time.sleep(1.5)
                    installation.kill(name)
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


def _every_write_once(installation: Installation, load: Load) -> None:
    kept = {str(row[0]): row[1] for row in installation.ask("SELECT id, name FROM account WHERE name LIKE 'fault-%%'")}
    assert load.accounts.items() <= kept.items(), "an acknowledged account is lost"
    assert len(set(kept.values())) == len(kept), "an account was made twice"
    assert set(kept.values()) <= load.asked
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
