"""The public data sets, imported as they are."""

from typing import Any

import pytest

from crm.kernel.entity.registry import registry
from crm.kernel.exchange.tests.test_import import Workbench
from crm.kernel.exchange.tests.test_reading import real
from crm.kernel.testing.cast import Company

pytestmark = pytest.mark.real


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def bench_of(company: Company, entity: str, folder: str, name: str) -> Workbench:
    bench = Workbench(company)
    bench.upload(kind(entity), real(folder, name).read_bytes(), name)
    return bench


def test_the_sales_pipeline_gives_its_known_figures(north: Company) -> None:
    accounts = bench_of(north, "account", "crm_sales_opportunities", "accounts.csv")
    assert accounts.run.options["key"] == "name"
    accounts.map()
    assert accounts.dry() == {"create": 85, "update": 0, "same": 0, "reject": 0}
    assert accounts.go()["create"] == 85
    with north.as_("admin"):
        assert kind("account").model.objects.filter(parent__isnull=False).count() == 15
    deals = bench_of(north, "opportunity", "crm_sales_opportunities", "sales_pipeline.csv")
    assert deals.run.mapping["opportunity_id"] == "external_id" and deals.run.options["key"] == "external_id"
    with north.as_("admin"):
        open_stages = list(kind("stage").model.objects.filter(kind="open").order_by("position").values_list("name", flat=True))
    stages = {"Prospecting": open_stages[0], "Engaging": open_stages[1]}
    deals.map(values={"account": {"GTXPro": "GTX Pro"}, "stage": stages})
    assert deals.go() == {"create": 8800, "update": 0, "same": 0, "reject": 0}
    with north.as_("admin"):
        rows = kind("opportunity").model.objects.all()
        won = list(rows.filter(stage__kind="won").values_list("amount", flat=True))
        assert (len(won), rows.filter(stage__kind="lost").count()) == (4238, 2473)
        assert sum(won) == 10_005_534_00
        assert rows.filter(account=None).count() == 1425


@pytest.mark.parametrize(
    ("folder", "name", "entity", "rows"),
    [
        ("northwind", "customers.csv", "account", 91),
        ("cn_encodings_derived", "listed_companies_gb18030.csv", "account", 2321),
        ("cn_encodings_derived", "listed_companies_utf16le_tab.txt", "account", 2321),
        ("adventureworks", "AdventureWorks_Customers.csv", "contact", 18148),
    ],
)
def test_every_row_of_a_real_file_goes_in(north: Company, folder: str, name: str, entity: str, rows: int) -> None:
    bench = bench_of(north, entity, folder, name)
    bench.map(date_order="mdy" if folder == "adventureworks" else None)
    found = bench.dry()
    assert found == {"create": rows, "update": 0, "same": 0, "reject": 0}, bench.run.counts["reasons"][:5]
