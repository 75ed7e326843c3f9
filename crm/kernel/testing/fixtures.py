"""Fixtures that every test may use. Nothing is cleaned up: each test has companies of its own."""

import pytest

from crm.kernel.testing.cast import Company, company


@pytest.fixture
def north() -> Company:
    """A company with the cast: admin, Ada, Bo, Cleo, Vi."""
    return company("Northlight")


@pytest.fixture
def south() -> Company:
    """Another company on the same installation: nothing of it may be seen from the first."""
    return company("Southport")
