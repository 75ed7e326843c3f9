"""Lock files: everything pinned by hash, nothing bound to one registry."""

import json
import re
from pathlib import Path

import pytest

from config.launcher.build import lock_is_whole
from config.launcher.commands import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_by_hash(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9._-]+==\S+", line), line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json", ROOT / ".npmrc"], ids=lambda path: path.name)
def test_no_lock_names_an_address(path: Path) -> None:
    text = path.read_text()
    if path.suffix == ".json":
        packages = json.loads(text)["packages"].values()
        assert not [entry for entry in packages if "resolved" in entry]
        text = json.dumps([{**entry, "funding": "", "license": ""} for entry in packages])
    assert "://" not in text


def test_every_package_of_the_front_end_is_pinned_by_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, entry in packages.items() if name and not entry.get("integrity")]


def test_the_lock_has_the_builds_for_every_platform() -> None:
    assert lock_is_whole() == []
