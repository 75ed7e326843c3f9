"""`just bench`: how long the main requests take on a big base, beside a raw-SQL floor of the same run.

The base (1,000,000 accounts, 2,000,000 contacts, 5,000,000 activities, twenty other workspaces) is made once and kept; see
`bench_base`. Requests go through Django's whole stack (middleware, policy, rendering) in this process, then through the web
server by eight people at once; the floor is the plainest SQL that fetches the same rows, under the same row policies. The
person is a seller with a team policy and 200 shares, not an administrator. Writes docs/benchmarks.md.
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

from tools.bench_base import Base, shape_of  # noqa: E402


@dataclass(slots=True)
class Figure:
    """Milliseconds of one kind of request: CPU of application and database, alone (p50) and with eight people at once (p95)."""

    name: str
    cpu: float
    database: float
    p50: float
    crowd: float
    floor: float
    budget: str = ""

    @property
    def row(self) -> str:
        ratio = f"{self.p50 / self.floor:.0f} ×" if self.floor else "–"
        crowd = f"{self.crowd:.0f}" if self.crowd else "–"
        cells = (self.name, f"{self.cpu:.1f}", f"{self.database:.1f}", f"{self.p50:.1f}", crowd, f"{self.floor:.2f}", ratio, self.budget)
        return f"| {' | '.join(cells)} |"


def backend_cpu(pid: int) -> float:
    """Seconds of CPU that the database's process for a connection has used; 0 where it runs elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(ask: Callable[[], Any], times: int, backend: Callable[[], int] = lambda: 0) -> tuple[float, float, float]:
    """(CPU of this process, CPU of the database's, p50) in ms; the first calls warm up. `backend` tells the process id."""
    for _ in range(4):
        ask()
    taken, before, cpu = [], backend_cpu(backend()), time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1000)
    spent = (time.process_time() - cpu) * 1000 / times
    return spent, (backend_cpu(backend()) - before) * 1000 / times, statistics.median(taken)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=1_000_000)
    asked.add_argument("--times", type=int, default=100)
    asked.add_argument("--seconds", type=float, default=8, help="how long eight people ask at once, for each request")
    asked.add_argument("--rows", type=int, default=20_000, help="rows of the import")
    options = asked.parse_args()
    base = Base(options.accounts, shape_of())
    base.start()
    try:
        if base.known() is None:
            print("building the base …", flush=True)
            base.migrate()
        import django  # noqa: PLC0415
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        django.setup()
        setup_test_environment()
        from tools.bench_acts import acts  # noqa: PLC0415
        from tools.bench_import import rows_a_second  # noqa: PLC0415
        from tools.bench_requests import figures, ready  # noqa: PLC0415

        found = figures(base, options.times, options.seconds)
        office, cookie, _token = ready(base)
        report(found, rows_a_second(office, options.rows), acts(office, cookie), options)
    finally:
        base.stop()


def report(found: list[Figure], imported: dict[str, float], done: dict[str, float], options: argparse.Namespace) -> None:
    accounts = options.accounts
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    titles = ("request", "CPU application", "CPU database", "p50 alone", "p95, 8 people", "raw SQL", "p50 ÷ raw", "budget CPU / p95")
    head = f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}"
    text = f"""# Benchmarks

`just bench` writes this page; milliseconds. {accounts:,} accounts, {2 * accounts:,} contacts, {5 * accounts:,} activities and 70,000 deals
(20,000 open) in one workspace, twenty others beside it. Signed in as a seller who sees the records of the team and 200 shared ones.
CPU and p50: one request at a time through the whole stack in one process. p95: eight people asking without a pause, after three
seconds of the same; they (one process), two web processes and the database on the same machine. Raw SQL: the plainest statement for
the same rows under the same row policies.

{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, commit {commit.stdout.strip()}, {os.cpu_count()} cores, Python {platform.python_version()}.

{head}
""" + "\n".join(one.row for one in found) + f"""

Import of {options.rows:,} contacts with name, e-mail, mobile and job title, found by their e-mail, at this size; rows a second
(budget: 5,000), one job in one process; raw SQL: both tables with their words and keys written by 500 in one statement.

| {" | ".join(imported)} |
|{"---|" * len(imported)}
| {" | ".join(f"{rate:,.0f}" for rate in imported.values())} |

What people do with 10,000 of the {accounts:,} records of a kind made in the interface, one after the other, each once:

| act | seconds |
|---|---|
""" + "\n".join(f"| {name} | {seconds:.1f} |" for name, seconds in done.items()) + "\n"
    print(text)
    (ROOT / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
