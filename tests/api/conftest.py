"""Two companies with one record of every kind, made once a module: the API must not see from one into the other."""

from importlib import import_module
from typing import Any

import pytest


def _stocked(name: str) -> Any:
    """Found late: Django is set up after the conftests are read."""
    return import_module("tests.api.stock").stocked(name)


@pytest.fixture(scope="module")
def acme() -> Any:
    return _stocked("Acme")


@pytest.fixture(scope="module")
def other() -> Any:
    return _stocked("Other")
