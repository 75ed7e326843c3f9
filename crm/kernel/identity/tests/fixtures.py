"""Workspaces for the tests of identity."""

import pytest

from crm.kernel.identity.tests.house import House, make_house


@pytest.fixture
def house() -> House:
    return make_house()


@pytest.fixture
def other() -> House:
    """Another workspace on the same installation."""
    return make_house()
