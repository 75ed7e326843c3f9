"""Real files of others: products, their prices, the lines of thousands of deals, and leads of a bank."""

from typing import Any

import pytest

from crm.commerce.models import PriceEntry, Product
from crm.kernel.exchange import actions as exchange
from crm.kernel.exchange import queries as runs
from crm.kernel.exchange.models import ImportRun
from crm.kernel.exchange.unknowns import unknowns
from crm.kernel.queue.runner import run_task
from crm.kernel.testing.cast import Company
from crm.sales.actions.assignment import set_turns
from crm.sales.models import Lead, Opportunity, OpportunityLine
from crm.sales.tests.test_leads import kind
from crm.sales.tests.test_real import real, take_in

pytestmark = pytest.mark.real
SALES = "crm_sales_opportunities"


def test_products_of_another_system_are_linked_and_a_near_name_is_offered(north: Company) -> None:
    products, pipeline = real(SALES, "products.csv"), real(SALES, "sales_pipeline.csv")
    found = take_in(north, "product", products, {"sales_price": None})
    assert (found["create"], found["reject"]) == (7, 0), found
    prices = north.make("price_list", {"name": "Dollars", "currency": "USD"})
    fill = {"price_list": "Dollars", "price_currency": "USD"}
    entries = take_in(north, "price_entry", products, {"series": None, "sales_price": "price"}, fill=fill, key=None)
    assert (entries["create"], entries["reject"]) == (7, 0), entries
    with north.as_("admin"):
        assert PriceEntry.objects.get(product__name="GTX Pro").price == 4_821_00
        assert Product.objects.get(name="MG Special").series == "MG" and prices.currency == "USD"
    deals = {"opportunity_id": "external_id", "product": "name"} | dict.fromkeys(
        ("sales_agent", "account", "deal_stage", "engage_date", "close_date", "close_value")
    )
    assert take_in(north, "opportunity", pipeline, deals, key=None)["create"] == 8800
    lines = {"opportunity_id": "opportunity", "product": "product", "close_value": "unit_price"} | dict.fromkeys(
        ("sales_agent", "account", "deal_stage", "engage_date", "close_date")
    )
    run, counts = dry_run(north, lines)
    assert (counts["create"], counts["reject"]) == (8800 - 1480, 1480), counts
    with north.as_("admin"):
        reason = runs.rejected(run, 1)[0].reasons[0]
        assert "GTXPro" in reason and "GTX Pro" in reason
        offered = {one.name: one.near for one in unknowns(run, kind("opportunity_line").fields)[0]}
    assert offered["product"] == {"GTXPro": "GTX Pro"}
    done = take_in(north, "opportunity_line", pipeline, lines, values={"product": {"GTXPro": "GTX Pro"}}, key=None)
    assert (done["create"], done["reject"]) == (8800, 0), done
    with north.as_("admin"):
        assert OpportunityLine.objects.filter(product__name="GTX Pro").count() == 1480
        won = Opportunity.objects.filter(amount__gt=0)
        assert sum(won.values_list("amount", flat=True)) == 10_005_534_00


def dry_run(company: Company, mapping: dict[str, Any]) -> tuple[ImportRun, dict[str, Any]]:
    path = real(SALES, "sales_pipeline.csv")
    with company.as_("admin"):
        run = exchange.start_import(kind("opportunity_line"), path.name, [path.read_bytes()])
        run = exchange.map_columns(run, run.mapping | mapping, run.options | {"key": None})
    with company.as_("admin"):
        task = exchange.dry_run(runs.import_run(run.pk)).task_id
    assert task is not None
    run_task(company.id, task, lambda: False)
    with company.as_("admin"):
        run = runs.import_run(run.pk)
        return run, run.counts


def test_leads_of_a_bank_are_dealt_out_in_turn(north: Company) -> None:
    rows = real("uci_bank_marketing", "bank_market.csv").read_text().splitlines()
    path = real("uci_bank_marketing", "bank_market.csv")
    assert len(rows) == 45_212
    rule = north.make("assignment_rule", {"name": "Bank", "condition": "campaign is filled"})
    with north.as_("admin"):
        set_turns(rule, [north.people[who].pk for who in ("ada", "bo", "cleo")])
    few = path.read_bytes().split(b"\n")[:3001]
    mapping: dict[str, str | None] = dict.fromkeys(rows[0].split(","))
    mapping |= {"Cust_num": "external_id", "job": "job_title", "poutcome": "campaign"}
    with north.as_("admin"):
        run = exchange.start_import(kind("lead"), "bank.csv", [b"\n".join(few)])
        told = {"key": None, "literal": ["poutcome"]}  # “unknown” is what came of the campaign, not a value that is missing
        run = exchange.map_columns(run, run.mapping | mapping, run.options | told)
    with north.as_("admin"):
        task = exchange.run_import(runs.import_run(run.pk)).task_id
    assert task is not None
    run_task(north.id, task, lambda: False)
    with north.as_kith():
        assert runs.import_run(run.pk).counts["create"] == 3000
        many = [Lead.objects.filter(owner_id=north.people[who].pk).count() for who in ("ada", "bo", "cleo")]
        assert many == [1000, 1000, 1000]
        assert Lead.objects.filter(version=1).count() == 3000
