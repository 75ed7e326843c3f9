"""Fixtures that every test may use. Nothing is cleaned up: each test has companies of its own."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from crm.kernel.testing.cast import Company, company


@pytest.fixture(autouse=True)
def plain_surroundings() -> Iterator[None]:
    """Each test begins in the default language and zone: a public page leaves its visitor's language in the thread,
    which the next request replaces and the next test would inherit."""
    translation.deactivate()
    timezone.deactivate()
    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture
def north() -> Company:
    """A company with the cast: admin, Ada, Bo, Cleo, Vi."""
    return company("Northlight")


@pytest.fixture
def south() -> Company:
    """Another company on the same installation: nothing of it may be seen from the first."""
    return company("Southport")
