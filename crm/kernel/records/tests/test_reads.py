"""Who read sensitive fields is noted once a page, list, file or answer; what no field asks for costs nothing."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.kernel.audit.models import AuditRead
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing
from crm.kernel.records.past import as_of
from crm.kernel.records.tests.test_past import kind, moment_of
from crm.kernel.testing.cast import Company


@pytest.fixture
def shy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Phones of accounts are sensitive."""
    monkeypatch.setattr(registry.kind("account").fields["phone"], "sensitive", True)  # type: ignore[union-attr]


def _noted(company: Company) -> list[tuple[str, str, list[str], int]]:
    with company.as_kith():
        rows = AuditRead.objects.order_by("at")
        return [(one.actor_label, one.through, one.fields, len(one.records)) for one in rows]


def _made(north: Company) -> Any:
    north.make("account", {"name": "Without", "industry": "Signs"}, by="ada")
    north.make("account", {"name": "Other", "phone": "021 6488 2108"}, by="ada")
    return north.make("account", {"name": "With", "phone": "021 6488 2107"}, by="ada")


def test_each_way_of_reading_is_noted_once(north: Company, shy: None) -> None:
    made = _made(north)
    ada, api = north.browser("ada"), north.api("bo")
    ada.get("/accounts/", {"columns": "name,phone"})
    ada.get(f"/accounts/{made.pk}/")
    ada.get(f"/accounts/{made.pk}/edit")
    ada.get(f"/accounts/{made.pk}/tab/history")
    api.get("/api/v1/accounts", {"fields": "name,phone"})
    api.get(f"/api/v1/accounts/{made.pk}")
    me, bo = "Ada Whitfield", "周博"
    assert _noted(north) == [
        (me, "page", ["phone"], 2), (me, "page", ["phone"], 1), (me, "page", ["phone"], 1), (me, "page", ["phone"], 1),
        (bo, "api", ["phone"], 2), (bo, "api", ["phone"], 1),
    ]  # fmt: skip
    page = north.browser("admin").get("/settings/audit").content.decode()
    assert "Who read sensitive fields" in page and me in page and "API" in page


def test_reading_of_the_past_counts_and_of_other_columns_does_not(north: Company, shy: None) -> None:
    _made(north)
    then = moment_of(north)
    north.browser("ada").get("/accounts/", {"columns": "name,industry"})
    assert _noted(north) == []
    with north.as_("ada"), as_of(then):
        listing.page(kind("account"), fields=["name", "phone"])
    assert [one[2:] for one in _noted(north)] == [(["phone"], 2)]


def test_where_no_field_asks_nothing_is_written(north: Company) -> None:
    made = _made(north)
    north.browser("ada").get(f"/accounts/{made.pk}/")
    assert _noted(north) == []
    assert "Who read sensitive fields" not in north.browser("admin").get("/settings/audit").content.decode()


def test_the_application_cannot_take_it_back(north: Company, shy: None) -> None:
    made = _made(north)
    north.browser("ada").get(f"/accounts/{made.pk}/")
    for sql in ("UPDATE audit_read SET actor_label = ''", "DELETE FROM audit_read"):
        with pytest.raises(ProgrammingError), north.as_("admin"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
