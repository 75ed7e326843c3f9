"""Receivers of the tests themselves, which the installation allows."""

from collections.abc import Iterator

import pytest

from crm.integration.tests.receiver import Receiver, receiver


@pytest.fixture(autouse=True)
def _allowed() -> Iterator[None]:
    from django.test import override_settings

    with override_settings(KITH_OUTBOUND_ALLOW="127.0.0.0/8"):
        yield


@pytest.fixture
def ear() -> Iterator[Receiver]:
    with receiver() as made:
        yield made
