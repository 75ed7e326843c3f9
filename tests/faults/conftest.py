"""The launcher's fixtures serve here too; all tests of faults share one installation."""

from collections.abc import Iterator

import pytest

from tests.faults.installation import Installation, running
from tests.launch.conftest import Run, kith, outside

__all__ = ["installation", "kith", "outside"]


@pytest.fixture(scope="session")
def installation(kith: Run) -> Iterator[Installation]:
    with running(kith) as found:
        yield found
