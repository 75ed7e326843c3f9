"""A copy of the tree in which a worked example is carried out, as a person would do it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "node_modules", ".venv", ".git", "data", "*.pyc")
TAKEN = ("crm", "config", "templates", "locale", "assets", "built", "tests/harness", "tests/kinds", "tools", "requirements")
ALONE = ("manage.py", "conftest.py", "pyproject.toml", "package.json", "tests/__init__.py")


class Copy:
    """The copied tree; `edit` changes a file, `manage` and `ask` run in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        for name in TAKEN:
            if (ROOT / name).exists():
                shutil.copytree(ROOT / name, place / name, ignore=LEFT_OUT)
        for name in ALONE:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)

    def edit(self, name: str, before: str, after: str) -> None:
        path = self.place / name
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} has {text.count(before)} places like {before!r}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def run(self, *command: str, **more: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KITH_", "PYTEST_", "DJANGO_"))}
        done = subprocess.run(
            [sys.executable, *command], cwd=self.place, env=kept | more, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return done.stdout

    def manage(self, *words: str) -> str:
        return self.run("manage.py", *words, KITH_DB_ROLE="owner", KITH_SECRET_KEY="only-for-making-migrations")

    def ask(self, test: str) -> str:
        """Runs one test file of ours inside the copy, on a database of its own."""
        shutil.copy(ROOT / "tests" / "worked" / test, self.place / "tests" / f"test_{test}")
        data = self.place.parent / "d"
        return self.run(
            "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist", f"tests/test_{test}",
            KITH_TEST_DATA=str(data),
        )
