"""`just bench`: how long the main requests take at 100,000 accounts, beside a raw-SQL floor of the same run.

Requests go through Django's whole stack (middleware, policy, rendering) in this process; the floor is the plainest SQL that
fetches the same rows, by psycopg on a connection of its own, under the same row policies. The person is a seller with a team
policy and 200 shares, not an administrator. Prints a table and writes it into docs/benchmarks.md.
"""

import argparse
import datetime
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from conftest import Harness  # noqa: E402

FILL = """
WITH made AS (
  SELECT uuidv7() AS id, n, CASE WHEN n % 4 = 0 THEN %(ada)s::uuid ELSE %(other)s::uuid END AS owner,
         CASE WHEN n % 2 = 0 THEN %(east)s::uuid ELSE %(west)s::uuid END AS team,
         (CASE WHEN n % 2 = 0 THEN '公司' ELSE 'Company ' END) || lpad(n::text, 7, '0') AS name
    FROM generate_series(1, %(many)s) AS n
), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, owner_id, team_id, updated_at)
  SELECT id, %(workspace)s, 'account', name, lower(name), owner, team, now() FROM made RETURNING id
)
INSERT INTO account (id, workspace_id, version, owner_id, team_id, created_at, updated_at, name, name_key, name_sort,
                     type, status, employees, industry, industry_key)
SELECT id, %(workspace)s, 1, owner, team, now() - n * interval '1 minute', now(), name, lower(name), lower(name),
       'company', 'customer', n % 5000, 'Industry ' || n % 40, 'industry ' || n % 40 FROM made
"""

DEALS = """
WITH made AS (
  SELECT uuidv7() AS id, n, CASE WHEN n % 2 = 0 THEN %(ada)s::uuid ELSE %(other)s::uuid END AS owner
    FROM generate_series(1, %(many)s) AS n
), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, owner_id, team_id, updated_at)
  SELECT id, %(workspace)s, 'opportunity', 'Deal ' || n, 'deal ' || n, owner, %(east)s, now() FROM made RETURNING id
)
INSERT INTO opportunity (id, workspace_id, version, owner_id, team_id, created_at, updated_at, name, name_key, name_sort,
                         amount, amount_currency, pipeline_id, stage_id)
SELECT id, %(workspace)s, 1, owner, %(east)s, now(), now(), 'Deal ' || n, 'deal ' || n, 'deal ' || n,
       n * 1000, 'CNY', %(pipeline)s, (%(stages)s::uuid[])[1 + n %% %(count)s] FROM made
"""


@dataclass(slots=True)
class Figure:
    """Milliseconds of one kind of request."""

    name: str
    cpu: float
    p50: float
    p95: float
    floor: float

    @property
    def row(self) -> str:
        ratio = self.p50 / self.floor if self.floor else 0.0
        return f"| {self.name} | {self.cpu:.1f} | {self.p50:.1f} | {self.p95:.1f} | {self.floor:.2f} | {ratio:.0f} × |"


def measure(ask: Callable[[], Any], times: int) -> tuple[float, float, float]:
    """(CPU of this process, p50, p95) in ms; the first three calls warm up."""
    for _ in range(3):
        ask()
    taken, cpu = [], time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    cpu = (time.process_time() - cpu) * 1000 / times
    taken.sort()
    return cpu, statistics.median(taken), taken[int(len(taken) * 0.95)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=100_000)
    asked.add_argument("--times", type=int, default=60)
    options = asked.parse_args()
    harness = Harness("bench")
    harness.start()
    try:
        os.environ["KITH_BENCH"] = "1"
        import django  # noqa: PLC0415
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        django.setup()
        setup_test_environment()
        from tools.bench_requests import figures  # noqa: PLC0415

        report(figures(options.accounts, options.times, harness.owner_url), options.accounts)
    finally:
        harness.stop()


def report(found: list[Figure], accounts: int) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    head = "| request | CPU of the application, ms | p50, ms | p95, ms | raw SQL, ms | p50 ÷ raw SQL |\n|---|---|---|---|---|---|"
    text = f"""# Benchmarks

`just bench` writes this page. {accounts:,} accounts and 20,000 open deals in one workspace, signed in as a seller who sees the
records of the team and 200 shared ones. One request at a time through the whole stack in one process, database on the same
machine; the floor is the plainest SQL for the same rows under the same row policies, in the same run.

{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, commit {commit.stdout.strip()}, {os.cpu_count()} cores, Python {platform.python_version()}.

{head}
""" + "\n".join(one.row for one in found) + "\n"
    print(text)
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
