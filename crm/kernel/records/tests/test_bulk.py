"""Rows by the hundred: made like Django makes them, written in one go, refused as a whole."""

import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.enforce import tenant_models
from crm.kernel.testing.cast import Company


def _plain(row: Any) -> dict[str, Any]:
    """What a row holds; ids and moments, which each has of its own, by their type."""
    own = (UUID, datetime.datetime)
    return {name: type(held) if isinstance(held, own) else held for name, held in row.__dict__.items() if name != "_state"}


def test_a_new_row_is_the_one_that_django_makes(north: Company) -> None:
    with north.as_("admin"):
        for model in tenant_models():
            mine, usual = bulk.new(model), model()
            assert _plain(mine) == _plain(usual), model
            assert (mine.workspace_id, mine._state.adding) == (usual.workspace_id, True)
            assert bulk.new(model).pk != mine.pk


def test_two_new_rows_share_no_list(north: Company) -> None:
    with north.as_("admin"):
        for model in tenant_models():
            one, other = bulk.new(model).__dict__, bulk.new(model).__dict__
            assert not [name for name, held in one.items() if isinstance(held, (list, dict)) and held is other[name]], model


def test_what_goes_wrong_ahead_is_raised_and_leaves_nothing(north: Company) -> None:
    good = [{"kind": "account", "title": f"Ahead {n}"} for n in range(3)]
    with north.as_("admin"):
        twice = bulk.new(RecordRow, **good[0])
        with pytest.raises(DatabaseError), transaction.atomic(), bulk.ahead():
            for held in good:
                bulk.insert(RecordRow, [bulk.new(RecordRow, **held)])
            bulk.insert(RecordRow, [twice, twice])
            bulk.insert(RecordRow, [bulk.new(RecordRow, **good[1])])
        assert not RecordRow.objects.filter(title__startswith="Ahead").exists()
        with bulk.ahead():
            bulk.insert(RecordRow, [twice])
            assert RecordRow.objects.filter(title__startswith="Ahead").count() == 1, "a read waits for what was sent before it"
