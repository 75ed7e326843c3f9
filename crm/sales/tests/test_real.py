"""Real files of others, taken in as a person would: the figures of the sales page are those known of the data."""

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from crm.customers.models import Account, Contact
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions as exchange
from crm.kernel.exchange import queries as runs
from crm.kernel.identity.actions.people import add_user
from crm.kernel.queue.runner import run_task
from crm.kernel.testing.cast import PASSWORD, Company
from crm.sales import actions, queries
from crm.sales.models import Opportunity
from crm.sales.queries import figures

pytestmark = pytest.mark.real
REAL = Path(os.environ.get("KITH_REAL_DATA") or Path(__file__).resolve().parents[4] / "shared" / "data")


def real(*parts: str) -> Path:
    path = REAL.joinpath(*parts)
    if not path.exists():
        pytest.skip("the real data set is not on this machine")
    return path


def take_in(company: Company, kind: str, path: Path, mapping: dict[str, str | None] | None = None, **options: Any) -> dict[str, Any]:
    """The counts of a whole import: upload, map, run."""
    entity = registry.kind(kind)
    assert entity is not None
    with company.as_("admin"):
        run = exchange.start_import(entity, path.name, [path.read_bytes()])
        run = exchange.map_columns(run, run.mapping | (mapping or {}), run.options | options)
    with company.as_("admin"):
        task = exchange.run_import(runs.import_run(run.pk)).task_id
    assert task is not None
    run_task(company.id, task, lambda: False)
    with company.as_("admin"):
        run = runs.import_run(run.pk)
        assert run.state != "failed", run.error
        reasons = [(row.number, row.reasons) for row in runs.rejected(run, 5)] if run.counts["reject"] else []
    return {**run.counts, "reasons": reasons}


def test_the_sales_pipeline_of_another_system(north: Company) -> None:
    folder = "crm_sales_opportunities"
    pipeline_file, accounts_file = real(folder, "sales_pipeline.csv"), real(folder, "accounts.csv")
    with north.as_("admin"):
        pipeline = queries.main_pipeline()
        assert pipeline is not None
        actions.add_stages(pipeline, [("Prospecting", "open", 10, None), ("Engaging", "open", 30, None)])
        role = north.roles["Seller"]
        for number, row in enumerate(csv.DictReader(real(folder, "sales_teams.csv").read_text().splitlines())):
            add_user(f"agent{number}-{north.slug}@kith.example", row["sales_agent"], PASSWORD, [role])
    accounts = take_in(north, "account", accounts_file, values={"address_country": {"Philipines": "Philippines"}})
    assert (accounts["create"], accounts["reject"]) == (85, 0), accounts
    deals = take_in(north, "opportunity", pipeline_file, {"product": "name", "opportunity_id": "external_id"}, key=None)
    assert (deals["create"], deals["reject"]) == (8800, 0), deals
    with north.as_("admin"):
        won, lost = figures.totals("won"), figures.totals("lost")
        assert (won.count, lost.count) == (4238, 2473)
        assert won.minor("CNY") == 10_005_534_00
        by_stage = {one.label: one.count for one in figures.pipeline_by_stage(pipeline)}
        assert (by_stage["Engaging"], by_stage["Prospecting"]) == (1589, 500)
        first = Opportunity.objects.get(external_id="1C1I7A6R")
        assert (first.name, first.account.name, first.owner.name, str(first.closed_on)) == (
            "GTX Plus Basic",
            "Cancity",
            "Moses Frase",
            "2017-03-01",
        )
        assert Opportunity.objects.filter(account=None).count() == 1425
    body = north.browser("admin").get("/sales/").content.decode()
    assert "4,238" in body and "2,473" in body and "10,005,534" in body


def test_northwind_customers_are_accounts_and_their_people(north: Company) -> None:
    path = real("northwind", "customers.csv")
    accounts = take_in(north, "account", path, {"ContactName": None, "ContactTitle": None})
    assert (accounts["create"], accounts["reject"]) == (91, 0), accounts
    people = take_in(north, "contact", path, {"Fax": None}, key=None)
    assert (people["create"], people["reject"]) == (91, 0), people
    with north.as_("admin"):
        assert Account.objects.get(external_id="BERGS").address_city == "Luleå"
        maria = Contact.objects.get(name="Maria Anders")
        assert (maria.account.name, maria.job_title) == ("Alfreds Futterkiste", "Sales Representative")


def test_adventureworks_customers_are_people(north: Company) -> None:
    people = take_in(north, "contact", real("adventureworks", "AdventureWorks_Customers.csv"))
    assert (people["create"], people["reject"]) == (18_148, 0), people
    with north.as_("admin"):
        jon = Contact.objects.get(external_id="11000")
        assert (jon.family_name.upper(), jon.given_name.upper(), jon.email) == ("YANG", "JON", "jon24@adventure-works.com")
        assert (str(jon.birthday), jon.annual_income, jon.children, jon.education) == ("1966-04-08", 90_000_00, 2, "Bachelors")


def test_chinese_listed_companies_come_from_their_old_encoding(north: Company) -> None:
    found = take_in(north, "account", real("cn_encodings_derived", "listed_companies_gb18030.csv"), key=None)
    assert (found["create"], found["reject"]) == (2321, 0), found
    with north.as_("admin"):
        one = Account.objects.get(name="湖南华联瓷业股份有限公司")
        assert (one.other_name, one.external_id) == ("华瓷股份", "001216")
