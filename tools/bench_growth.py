"""`just growth`: what becomes of the main requests when the records grow a hundredfold, and when more people ask at once.

The base of `just bench` is made for each size (and kept); 70,000 deals and twenty other workspaces stand in each. Each size is measured
in a process of its own. Writes docs/growth.md.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.bench import measure  # noqa: E402
from tools.bench_base import Base, shape_of  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
PEOPLE = (1, 4, 16, 64)
#: What many people ask at once.
ASKED = ("list of accounts, first page", "open an account", "search as one types", "API: create a contact")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", default=",".join(map(str, SIZES)), help="accounts, smallest first")
    asked.add_argument("--times", type=int, default=40)
    asked.add_argument("--seconds", type=float, default=6, help="how long people ask at once")
    asked.add_argument("--one", type=int, help="measures one size and prints it as JSON")
    options = asked.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    if options.one:
        print(json.dumps(one(options.one, options.times, options.seconds)))
        return
    found = []
    for size in sizes:
        said = ["--one", str(size), "--times", str(options.times), "--seconds", str(options.seconds if size == sizes[-1] else 0)]
        done = subprocess.run([sys.executable, __file__, *said], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        found.append(json.loads(done.stdout.splitlines()[-1]))
        print(size, found[-1]["alone"], flush=True)
    report(sizes, found)


def one(size: int, times: int, seconds: float) -> dict[str, Any]:
    """{"alone": {request: [CPU application, CPU database, p50] in ms}, "crowd": {request: [[people, a second, p50, p95], …]}}."""
    base = Base(size, shape_of())
    base.start()
    try:
        if base.known() is None:
            base.migrate()
        import django  # noqa: PLC0415
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        django.setup()
        setup_test_environment()
        from django.test import Client  # noqa: PLC0415

        from tools.bench_requests import asks, backend, many_at_once, ready, serving  # noqa: PLC0415

        office, cookie, token = ready(base)
        page, api = Client(), Client(headers={"Authorization": f"Bearer {token}"})
        page.cookies["kith_session"] = cookie
        alone: dict[str, Any] = {}
        crowd: dict[str, Any] = {}
        for ask in asks(office):
            client = api if ask.api else page
            alone[ask.name] = measure(lambda ask=ask, client=client: ask.put(client), times, backend)  # type: ignore[misc]
        if seconds:
            with serving(base) as url:
                for ask in (ask for ask in asks(office) if ask.name in ASKED):
                    for people in PEOPLE:
                        taken = many_at_once(ask, url, cookie, token, seconds, people)
                        spread = statistics.quantiles(taken, n=20)
                        crowd.setdefault(ask.name, []).append([people, len(taken) / seconds, spread[9], spread[18]])
        return {"alone": alone, "crowd": crowd}
    finally:
        base.stop()


def report(sizes: list[int], found: list[dict[str, Any]]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    lines = []
    for name in found[0]["alone"]:
        spent = [one["alone"][name][0] + one["alone"][name][1] for one in found]
        cells = [f"{one['alone'][name][0]:.1f} + {one['alone'][name][1]:.1f}" for one in found]
        lines.append(f"| {' | '.join([name, *cells, f'{spent[-1] / spent[0]:.1f} ×'])} |")
    crowds = [
        f"| {name} | {people} | {rate:,.0f} | {p50:,.0f} | {p95:,.0f} |"
        for name, rows in found[-1]["crowd"].items() for people, rate, p50, p95 in rows
    ]  # fmt: skip
    heads = ["request", *(f"{size:,} accounts" for size in sizes), f"{sizes[-1] // sizes[0]}-fold records"]
    text = f"""# How Kith grows

`just growth` writes this page. To the accounts come twice as many contacts, five times as many activities and as many records of a kind
made in the interface; 70,000 deals and twenty other workspaces are the same in each. Signed in as a seller who sees the records of the
team, a tenth of all, and 200 shared ones.

{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, commit {commit.stdout.strip()}, {os.cpu_count()} cores, Python {platform.python_version()}.

## More records

CPU of application + database, milliseconds a request; the last column: how many times as much the largest costs as the smallest.

| {" | ".join(heads)} |
|{"---|" * len(heads)}
""" + "\n".join(lines) + f"""

## More people at once

At {sizes[-1]:,} accounts, each asking without a pause, on the same machine as two web processes and the database; answers a second,
milliseconds. Past what the cores can do answers take longer in proportion; the measurement ends where one is refused.

| request | people | a second | p50 | p95 |
|---|---|---|---|---|
""" + "\n".join(crowds) + "\n"
    print(text)
    (ROOT / "docs" / "growth.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
