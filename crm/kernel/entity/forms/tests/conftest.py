"""Normal forms need no database; the real sets lie beside the repository and may be absent."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crm.kernel.entity.forms.reading import Reading

DATA = Path(__file__).resolve().parents[5].parent / "shared" / "data"


@pytest.fixture
def english() -> Reading:
    return Reading(language="en", country="CN", currency="CNY", time_zone="Asia/Shanghai")


@pytest.fixture
def chinese() -> Reading:
    return Reading(language="zh-hans", country="CN", currency="CNY", time_zone="Asia/Shanghai")


@pytest.fixture
def american() -> Reading:
    return Reading(language="en", country="US", currency="USD", time_zone="America/New_York")


@pytest.fixture
def real() -> Callable[..., list[dict[str, str]]]:
    """Rows of a real CSV by its path under the data folder; skips where the set is absent."""

    def rows(path: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
        where = DATA / path
        if not where.exists():
            pytest.skip(f"{path} is not on this machine")
        with where.open(encoding=encoding, newline="") as lines:
            return list(csv.DictReader(lines))

    return rows


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a count past the capture, so that a run over real data says what it read."""

    def say(words: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {words} ")

    return say
