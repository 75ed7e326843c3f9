"""kill -9 in the middle of what touches many rows: an import, a change of many records, its undo, a change in one request, a
configuration. Afterwards it is whole or it never was, and the log, the words of the search, the keys of likeness and the news agree."""

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.faults.installation import Installation, until

pytestmark = pytest.mark.xdist_group("faults")

ROWS = 2_000
MARK = "whole"
KINDS, REASONS = 5, 100
WHOLE = (KINDS, KINDS * 2, REASONS, REASONS)
PHONE, DIGITS = "021 6488 2107", "64882107"


def upload(client: httpx.Client) -> str:
    text = "name,industry\n" + "".join(f"{MARK}-{number},Paint\n" for number in range(ROWS))
    url = client.post("/api/v1/imports", data={"kind": "account"}, files={"file": ("whole.csv", text.encode())}).headers["Location"]
    assert client.patch(url, json={"mapping": {"name": "name", "industry": "industry"}}).status_code == 200
    return str(url)


def killed_half_way(installation: Installation, client: httpx.Client, job: str) -> dict[str, Any]:
    """Kills the worker in the middle of a job and waits for its end; answers the job."""
    last: dict[str, Any] = {}

    def on_its_way() -> bool:
        last.update(client.get(f"/api/v1/jobs/{job}").json())
        assert last["state"] in ("waiting", "running"), f"it was over before it could be killed: {last}"
        return bool(last["done"])

    until(on_its_way)
    installation.kill("worker")
    until(lambda: client.get(f"/api/v1/jobs/{job}").json()["state"] not in ("waiting", "running"), 120)
    found: dict[str, Any] = client.get(f"/api/v1/jobs/{job}").json()
    assert found["state"] == "done", found
    return found


def agree(installation: Installation, versions: set[int]) -> None:
    """All records have one of these versions, and everything that is written beside them says the same."""
    until(lambda: installation.ask("SELECT count(*) FROM outbox_event WHERE state <> 'done'") == [(0,)])
    counted = "SELECT count(*), count(DISTINCT name), array_agg(DISTINCT version) FROM account WHERE name LIKE %s"
    rows = installation.ask(counted, f"{MARK}-%")
    assert rows[0][:2] == (ROWS, ROWS) and set(rows[0][2]) <= versions, rows
    torn = """
        WITH mine AS (SELECT id, version, updated_at FROM account WHERE name LIKE %s),
             logged AS (SELECT record, count(*) AS many FROM audit_entry WHERE table_name = 'account' GROUP BY record),
             told AS (SELECT record, count(*) AS many FROM outbox_event
                       WHERE name IN ('records.record-created', 'records.record-changed') GROUP BY record)
        SELECT m.id, m.version, l.many, t.many FROM mine m LEFT JOIN record r USING (id)
          LEFT JOIN logged l ON l.record = m.id LEFT JOIN told t ON t.record = m.id
         WHERE r.id IS NULL OR l.many <> m.version OR t.many <> m.version OR r.updated_at <> m.updated_at OR r.search IS NULL
    """
    assert installation.ask(torn, f"{MARK}-%") == []


def alike(installation: Installation) -> tuple[int, int, int]:
    """(how many have the phone, how many are found by its digits, by how many keys all of them look alike)"""
    rows = installation.ask(
        "SELECT count(*) FILTER (WHERE a.phone <> ''), count(*) FILTER (WHERE r.search::text LIKE %s) "
        "FROM account a JOIN record r USING (id) WHERE a.name LIKE %s",
        f"%{DIGITS}%",
        f"{MARK}-%",
    )
    shared = installation.ask(
        "SELECT count(*) FROM (SELECT 1 FROM account a JOIN record r USING (id), unnest(r.duplicate_keys) key "
        "WHERE a.name LIKE %s GROUP BY key HAVING count(*) = %s) keys",
        f"{MARK}-%",
        ROWS,
    )
    return int(rows[0][0]), int(rows[0][1]), int(shared[0][0])


def test_a_kill_leaves_no_import_change_undo_or_request_half_done(installation: Installation) -> None:
    with installation.client() as client:
        url = upload(client)
        killed_half_way(installation, client, client.post(f"{url}/run").json()["job"])
        assert client.get(url).json()["counts"]["create"] == ROWS
        agree(installation, {1})
        before = alike(installation)
        assert before[:2] == (0, 0)
        sent = {"filter": f'name ^ "{MARK}-"', "values": {"industry": "Signs", "phone": PHONE}}
        begun = client.post("/api/v1/accounts/bulk/change", json=sent)
        assert begun.status_code == 202 and begun.json()["matched"] == ROWS
        result = killed_half_way(installation, client, begun.json()["job"])["result"]
        assert (result["done"], result["refused"]) == (ROWS, 0)
        agree(installation, {2})
        assert alike(installation) == (ROWS, ROWS, before[2] + 1)
        assert client.get(f"/api/v1/acts/{result['act']}").json()["records"] == ROWS
        undo = client.post(f"/api/v1/acts/{result['act']}/undo")
        assert undo.status_code == 202
        assert killed_half_way(installation, client, undo.json()["job"])["result"]["left"] == 0
        agree(installation, {3})
        assert alike(installation) == before
        assert client.get(f"/api/v1/acts/{result['act']}").json()["state"] == "undone"
    one_request_whole_or_not_at_all(installation)


def killed_while_writing(installation: Installation, ask: Callable[[httpx.Client], httpx.Response]) -> httpx.Response | None:
    """Kills the web process as soon as a transaction of it writes; answers what the client got, None where nothing."""
    got: list[httpx.Response] = []

    def send() -> None:
        with installation.client() as client:
            try:
                got.append(ask(client))
            except httpx.TransportError:
                return

    writing = "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND now() - xact_start > interval '60 ms'"
    thread = threading.Thread(target=send)
    thread.start()
    ends = time.monotonic() + 20
    while installation.ask(writing) == [(0,)] and thread.is_alive() and time.monotonic() < ends:
        time.sleep(0.01)
    installation.kill("web")
    thread.join(60)
    return got[0] if got else None


def one_request_whole_or_not_at_all(installation: Installation) -> None:
    """A change of a thousand in one request, whose web process is killed while it writes."""
    ids = [str(row[0]) for row in installation.ask("SELECT id FROM account WHERE name LIKE %s ORDER BY id LIMIT 1000", f"{MARK}-%")]
    ((version,),) = installation.ask("SELECT max(version) FROM account WHERE name LIKE %s", f"{MARK}-%")
    assert len(ids) == 1000
    sent = {"ids": ids, "values": {"industry": "Neon"}}
    answer = killed_while_writing(installation, lambda client: client.post("/api/v1/accounts/bulk/change", json=sent))
    ((changed,),) = installation.ask("SELECT count(*) FROM account WHERE industry = 'Neon'")
    assert changed in (0, 1000) and (answer is None or changed == 1000)
    agree(installation, {version, version + 1})
    ((acts,),) = installation.ask("SELECT count(*) FROM change_set WHERE label = 'Accounts: Industry changed' AND records = 1000")
    assert acts == changed // 1000


def test_a_killed_web_process_leaves_no_configuration_half_in(installation: Installation) -> None:
    lines = ["kith: 1", "kinds:"]
    lines += [f"  torn_{n}: {{plural: torn_{n}s, labels: {{en: Torn {n}}}, plurals: {{en: Torn {n}s}}}}" for n in range(KINDS)]
    lines += ["fields:"]
    lines += [f"  torn_{n}.colour_{m}: {{type: text, labels: {{en: Colour {m}}}}}" for n in range(KINDS) for m in range(2)]
    lines += ["records:"]
    lines += [f"  'lost_reason: Torn {n}': {{name: Torn {n}}}" for n in range(REASONS)]
    sent = {"document": "\n".join(lines)}
    answer = killed_while_writing(installation, lambda client: client.post("/api/v1/configuration", json=sent))
    there = torn(installation)
    assert there in ((0, 0, 0, 0), WHOLE) and (answer is None or there == WHOLE)
    with installation.client() as client:
        again = client.post("/api/v1/configuration", json=sent)
        assert again.status_code == 200, again.text
        assert len(again.json()["items"]) == (0 if there == WHOLE else KINDS * 3 + REASONS)
        assert torn(installation) == WHOLE
        assert client.get("/api/v1/torn_3s").json()["items"] == []


def torn(installation: Installation) -> tuple[int, ...]:
    """(kinds, fields, reasons, reasons that the log knows) of the configuration."""
    rows = installation.ask(
        "SELECT (SELECT count(*) FROM custom_kind WHERE code LIKE 'torn%%'), "
        "(SELECT count(*) FROM custom_field WHERE kind LIKE 'torn%%'), "
        "(SELECT count(*) FROM lost_reason WHERE name LIKE 'Torn%%'), "
        "(SELECT count(*) FROM audit_entry e JOIN lost_reason r ON r.id = e.record WHERE r.name LIKE 'Torn%%' AND e.op = 'I')"
    )
    return tuple(int(one) for one in rows[0])
