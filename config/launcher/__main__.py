"""The commands of `./kith`, run inside the virtual environment."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from config.database import addresses, embedded, is_external, read_secrets, refuse_strong_role
from config.environment import complete
from config.launcher import build, commands, ports
from config.launcher.supervisor import running, state
from config.launcher.up import Wish, supervise, up
from config.problem import Problem


def _folder(text: str) -> Path:
    called_from = Path(os.environ.get("KITH_CALLED_FROM") or Path.cwd())
    return (called_from / text).resolve()


def parser() -> argparse.ArgumentParser:
    default = os.environ.get("KITH_DATA") or str(commands.ROOT / "data")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data", type=_folder, default=_folder(default), help="where database, files and secrets are kept"
    )
    made = argparse.ArgumentParser(prog="./kith")
    verbs = made.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("up", parents=[shared], help="sets up whatever is missing and starts Kith")
    start.add_argument("--demo", action="store_true", help="with two demonstration companies")
    start.add_argument(
        "--database-url",
        default=os.environ.get("KITH_ADMIN_DATABASE_URL"),
        help="a PostgreSQL 18+ of your own",
    )
    start.add_argument("--detach", action="store_true", help="run in the background")
    back = verbs.add_parser("supervise", parents=[shared])
    for each in (start, back):
        each.add_argument("--port", type=int, default=8000)
        each.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in")
    verbs.add_parser("down", parents=[shared], help="stops Kith")
    verbs.add_parser("status", parents=[shared], help="says what runs")
    verbs.add_parser("test", parents=[shared], add_help=False, help="runs the tests; further words go to pytest")
    verbs.add_parser("manage", parents=[shared], add_help=False, help="runs a command of Django")
    audit = verbs.add_parser("audit", parents=[shared], help="says whether the audit log is as it was written")
    audit.add_argument("act", choices=["verify"])
    audit.add_argument("--noted", default="", help="the sign of a seal that you noted earlier: it must still be there")
    _archives(verbs, shared)
    token = verbs.add_parser("token", parents=[shared], help="prints an API token")
    token.add_argument("email", nargs="?", default="")
    return made


def _archives(verbs: Any, shared: argparse.ArgumentParser) -> None:
    out = verbs.add_parser("export", parents=[shared], help="writes everything of one workspace into one file")
    out.add_argument("--workspace", default="", help="its short name; the only one without it")
    out.add_argument("--to", type=_folder, required=True, help="the file")
    out.add_argument("--why", default="", help="kept in the audit log")
    out.add_argument("--with-passwords", action="store_true", help="with what passwords are checked by: guard the file well")
    into = verbs.add_parser("import", parents=[shared], help="makes a new workspace of such a file")
    into.add_argument("file", type=_folder)
    into.add_argument("--workspace", required=True, help="short name of the new workspace")
    into.add_argument("--name", default="", help="its name; that of the archive without it")
    into.add_argument("--new-ids", action="store_true", help="new ids also where the old ones are free here")
    into.add_argument("--check", action="store_true", help="only look whether it could be taken in")


def _archive(asked: argparse.Namespace) -> list[str]:
    """The words for `manage.py` of what was asked of an archive."""
    words = ["export_workspace", "--to", str(asked.to)] if asked.verb == "export" else ["import_workspace", str(asked.file)]
    for name, value in vars(asked).items():
        if name in ("workspace", "why", "name") and value:
            words.append(f"--{name}={value}")
        elif value is True:
            words.append(f"--{name.replace('_', '-')}")
    return words


def down(data: Path) -> int:
    """Stops everything; also what a killed supervisor left behind."""
    if running(data):
        pid = state(data).get("pid")
        if not isinstance(pid, int):
            raise Problem("Kith is starting at this moment. Try again in a few seconds.")
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 60
        while running(data):
            if time.monotonic() > deadline:
                raise Problem(f"Kith (process {pid}) does not stop. Its log is {data / 'log' / 'kith.log'}.")
            time.sleep(0.1)
    elif read_secrets(data) is None:
        print(f"There is no Kith in {data}.")
        return 0
    if not is_external(data):
        embedded(data).stop()
    print("Kith is stopped.")
    return 0


def status(data: Path) -> int:
    """Prints one line a part; 0 when Kith is ready, 1 when not."""
    if read_secrets(data) is None:
        print(f"There is no Kith in {data}. ./kith up makes one.")
        return 1
    found = state(data) if running(data) else {}
    url = str(found.get("url", ""))
    code, said = ports.answer(f"http://127.0.0.1:{found['port']}/readyz") if found else (0, "")
    server = "external" if is_external(data) else ("runs" if embedded(data).pid() else "stopped")
    print(f"web       {url + ' ' + (said or 'no answer') if found else 'stopped'}")
    print(f"worker    {_alive(found, 'worker')}")
    print(f"database  {server}")
    print(f"data      {data} ({shutil.disk_usage(data).free // 2**30} GB free)")
    return 0 if code == 200 else 1


def _alive(found: dict[str, object], name: str) -> str:
    pids = found.get("pids")
    pid = pids.get(name) if isinstance(pids, dict) else None
    try:
        os.kill(int(pid or 0) or -1, 0) if pid else None
    except ProcessLookupError:
        pid = None
    return f"runs (process {pid})" if pid else "stopped"


def test(rest: list[str]) -> int:
    """Builds what the tests look at, then hands over to pytest: one worker a core unless told otherwise."""
    build.front_end()
    build.translations()
    build.test_tools()
    arguments = [word for word in rest if word != "--"]
    if not any(word in {"-n", "-p"} or word.startswith(("-n", "--numprocesses")) for word in arguments):
        arguments = ["-n", str(os.cpu_count() or 2), "--dist", "loadscope", *arguments]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=commands.ROOT, check=False
    ).returncode


def manage(data: Path, rest: list[str]) -> int:
    """Runs manage.py with the database of this data folder, which is started for it when it does not run."""
    command = rest[0] if rest else "help"
    server = None
    if read_secrets(data) is None:
        addresses(data)
    if not is_external(data) and not embedded(data).pid():
        server = embedded(data)
        server.start()
    try:
        environment = complete({**os.environ, "KITH_DATA": str(data)}, command, data)
        if environment.get("KITH_DB_ROLE") != "owner":
            refuse_strong_role(environment["KITH_DATABASE_URL"])
        return subprocess.run(
            commands.manage(*rest), cwd=commands.ROOT, env=environment, check=False
        ).returncode
    finally:
        if server is not None:
            server.stop()


def _handed_on(words: list[str]) -> tuple[list[str], list[str]]:
    """`test` and `manage` hand their words on as they are; only `--data DIR` among them is ours."""
    if not words or words[0] not in {"test", "manage"}:
        return words, []
    if "--data" not in words:
        return words[:1], words[1:]
    at = words.index("--data")
    return [words[0], *words[at : at + 2]], [*words[1:at], *words[at + 2 :]]


def main(words: list[str]) -> int:
    ours, rest = _handed_on(words)
    asked = parser().parse_args(ours)
    if asked.verb in {"up", "supervise"}:
        url = getattr(asked, "database_url", None)
        wish = Wish(
            asked.data,
            asked.port,
            asked.host,
            getattr(asked, "demo", False),
            getattr(asked, "detach", False),
            url,
        )
        return up(wish) if asked.verb == "up" else supervise(wish)
    if asked.verb == "test":
        return test(rest)
    if asked.verb == "manage":
        return manage(asked.data, rest)
    if asked.verb == "audit":
        return manage(asked.data, ["audit", asked.act, *(["--noted", asked.noted] if asked.noted else [])])
    if asked.verb in {"export", "import"}:
        return manage(asked.data, _archive(asked))
    if asked.verb == "token":
        return manage(asked.data, ["token", asked.email] if asked.email else ["token"])
    return down(asked.data) if asked.verb == "down" else status(asked.data)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        sys.exit("Stopped. ./kith up goes on from here.")
