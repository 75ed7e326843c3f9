"""Lock files: everything pinned by hash, nothing bound to one registry."""

import json
import re
from pathlib import Path

import pytest

from config.launcher.build import lock_is_whole
from config.launcher.commands import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
FRONT_END, LIGHTHOUSE = ROOT / "package-lock.json", ROOT / "tools/lighthouse/package-lock.json"


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9._-]+==\S+", line), line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("path", [*LOCKS, FRONT_END, ROOT / ".npmrc", LIGHTHOUSE], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_lock_names_an_address(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".json":
        packages = json.loads(text)["packages"].values()
        assert not [entry for entry in packages if "resolved" in entry]
        text = json.dumps([{**entry, "funding": "", "license": ""} for entry in packages])
    assert "://" not in text


@pytest.mark.parametrize("path", [FRONT_END, LIGHTHOUSE], ids=lambda path: path.parent.name)
def test_every_package_of_npm_is_pinned_by_hash(path: Path) -> None:
    packages = json.loads(path.read_text())["packages"]
    assert not [name for name, entry in packages.items() if name and not entry.get("integrity")]


def test_the_lock_has_the_builds_for_every_platform() -> None:
    assert lock_is_whole() == []
