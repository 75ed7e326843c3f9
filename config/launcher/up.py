"""`./kith up`: brings a data folder to the point where people can sign in, then keeps it running."""

import errno
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.database import addresses, embedded, held, is_external, prepare, refuse_strong_role
from config.environment import process_environment
from config.launcher import build, commands, ports, tables
from config.launcher.say import line, step
from config.launcher.supervisor import Supervisor, running, state
from config.problem import Problem

_READY_SECONDS = 60
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    data: Path
    port: int = 8000
    host: str = "127.0.0.1"
    demo: bool = False
    detach: bool = False
    database_url: str | None = None


def up(wish: Wish) -> int:
    """Sets up what is missing, starts, waits until it answers, says where. Returns the exit code."""
    if running(wish.data):
        return _runs_already(wish)
    _check_folder(wish.data)
    if not ports.is_free(wish.port, wish.host):
        raise Problem(
            f"Port {wish.port} is taken by another program. Choose another: ./kith up --port {wish.port + 1}"
        )
    with held(wish.data):
        if running(wish.data):
            return _runs_already(wish)
        try:
            set_up(wish)
        except BaseException:
            if not is_external(wish.data):
                embedded(wish.data).stop()
            raise
    return _detached(wish) if wish.detach else _foreground(wish)


def set_up(wish: Wish) -> None:
    """Everything before the processes start. Each step looks whether it is still needed."""
    build.front_end()
    build.translations()
    fresh = not (wish.data / "secrets.json").exists()
    with step("Creating the database" if fresh else "Starting the database"):
        prepare(wish.data, wish.database_url)
        refuse_strong_role(addresses(wish.data).app)
    found = addresses(wish.data)
    if not tables.up_to_date(found.owner):
        with step("Bringing the tables up to date"):
            manage(wish.data, "migrate", "--verbosity=0", owner=True)
        tables.mark(found.owner)
    companies = tables.workspaces(found.app)
    if wish.demo:
        _demo(wish, companies)
    elif not companies or _credentials(wish).exists():
        _found(wish)


def manage(data: Path, *arguments: str, owner: bool = False, more: dict[str, str] | None = None) -> str:
    """Runs a management command and answers what it printed. Raises Problem with the end of its error."""
    environment = {**os.environ, **process_environment(data, arguments[0], owner), **(more or {})}
    done = subprocess.run(
        commands.manage(*arguments),
        cwd=commands.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise Problem(
            f"`manage {arguments[0]}` failed. This is a fault in Kith unless the last line says otherwise:\n{tail}"
        )
    return done.stdout


def _check_folder(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "run").mkdir(exist_ok=True)
        probe = data / "run" / ".probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Problem(
                f"The disk is full where {data} lies. Make room, or choose another place with --data."
            ) from error
        raise Problem(
            f"{data} cannot be written ({error.strerror}). Choose another folder with --data."
        ) from error


def _runs_already(wish: Wish) -> int:
    found = state(wish.data)
    for _ in range(50):
        if found:
            break
        time.sleep(0.1)
        found = state(wish.data)
    print(f"Kith already runs at {found.get('url', 'its address')}. ./kith down stops it.")
    if wish.demo:
        print("For the demonstration company stop it first: ./kith down, then ./kith up --demo.")
    return 0


# -- the first workspace --------------------------------------------------------------------------------------------


def _credentials(wish: Wish) -> Path:
    return wish.data / "run" / "first-sign-in.json"


def _found(wish: Wish) -> None:
    """Founds the first workspace. The password is written down before, so that a cut-off run does not lose it."""
    note = _credentials(wish)
    if not note.exists():
        password = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
        note.touch(mode=0o600)
        note.write_text(json.dumps({"password": password}))
    known = json.loads(note.read_text())
    chinese = os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("zh")
    language = "zh-hans" if chinese else "en"
    secret = {"KITH_FIRST_PASSWORD": known["password"]}  # not among the arguments, which every user of the machine sees
    made = manage(wish.data, "found", "--json", "--language", language, more=secret).strip()
    if made:
        note.write_text(json.dumps({"people": [json.loads(made)]}))
    elif "people" not in known:
        note.unlink()


def _demo(wish: Wish, companies: int) -> None:
    """Fills the demonstration companies, unless they are there. The command writes whom one can sign in as."""
    filled = wish.data / "run" / "demo"
    if companies and filled.exists():
        return
    note = _credentials(wish)
    environment = {**os.environ, **process_environment(wish.data, "demo"), "KITH_CREDENTIALS": str(note)}
    with step("Filling the demonstration companies (2 to 3 minutes the first time)"):
        command = commands.manage("demo")
        with subprocess.Popen(
            command, cwd=commands.ROOT, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for said in process.stdout:
                line(f"  {said.rstrip()}")
    if process.returncode:
        raise Problem(
            "The demonstration companies could not be filled; the reason stands above. ./kith up --demo tries again."
        )
    filled.touch()


def _print_welcome(wish: Wish) -> None:
    print(f"\nKith runs at http://localhost:{wish.port}")
    note = _credentials(wish)
    if note.exists():
        people = json.loads(note.read_text()).get("people", [])
        for person in people:
            print("")
            for name, value in person.items():
                print(f"  {name + ':':<11} {value}")
        if people:
            print("\nWrite the passwords down: they are not shown again.")
        note.unlink()
    sys.stdout.flush()


# -- start ----------------------------------------------------------------------------------------------------------


def _foreground(wish: Wish) -> int:
    supervisor = Supervisor(wish.data, wish.port, wish.host)
    supervisor.take()

    def alive() -> bool:
        supervisor.tick()
        return supervisor.healthy()

    try:
        with step("Starting web and worker"):
            ready, last = ports.wait_ready(f"http://127.0.0.1:{wish.port}/readyz", _READY_SECONDS, alive)
        if not ready and not supervisor.stopping:
            raise Problem(_not_ready(wish.data, last))
        if ready:
            _print_welcome(wish)
            line("Ctrl+C stops it.")
            supervisor.run()
    finally:
        line("· Stopping …")
        supervisor.stop()
    return 0


def _detached(wish: Wish) -> int:
    (wish.data / "log").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "config.launcher",
        "supervise",
        "--data",
        str(wish.data),
        "--port",
        str(wish.port),
        "--host",
        wish.host,
    ]
    with (wish.data / "log" / "kith.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=commands.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    with step("Starting web and worker"):
        ready, last = ports.wait_ready(
            f"http://127.0.0.1:{wish.port}/readyz", _READY_SECONDS, lambda: process.poll() is None
        )
    if not ready:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        raise Problem(_not_ready(wish.data, last))
    _print_welcome(wish)
    print("It runs in the background; ./kith down stops it.")
    return 0


def supervise(wish: Wish) -> int:
    """The background half of `up --detach`."""
    supervisor = Supervisor(wish.data, wish.port, wish.host)
    supervisor.take()
    try:
        supervisor.run()
    finally:
        supervisor.stop()
    return 0


def _not_ready(data: Path, last: str) -> str:
    tails = []
    for name in ("web", "worker"):
        path = data / "log" / f"{name}.log"
        if path.exists():
            tails.append(f"{path}:\n" + "\n".join(path.read_text(errors="replace").strip().splitlines()[-6:]))
    return f"Kith does not come up ({last}). The ends of its logs:\n" + "\n".join(tails)
