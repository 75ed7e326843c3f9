"""One company for all tests of a module here: what they ask is not changed by what the others do."""

from importlib import import_module
from typing import Any

import pytest


@pytest.fixture(scope="module", params=["declared", "own"])
def box(request: Any) -> Any:
    """Found late: Django is set up after the conftests are read."""
    return import_module("tests.kinds.box").box(own=request.param == "own")
