"""Words of a file that say why there is no value: in, out as words, and in again."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.reasons import Reason
from crm.kernel.exchange.tests.test_export import csv_rows, export
from crm.kernel.exchange.tests.test_import import Workbench, account
from crm.kernel.identity.models import User
from crm.kernel.quality.queries import standings
from crm.kernel.records import writing
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company


def told(company: Company) -> dict[str, dict[str, str]]:
    """{account: {field: reason}}"""
    with company.as_("admin"):
        rows = dict(account().model.objects.filter(deleted_at=None).values_list("pk", "name"))
        return {rows[pk]: {name: one.reason for name, one in some.items()} for pk, some in standings(rows).items()}


def test_cells_that_are_nothing_but_such_a_word_leave_a_reason(north: Company) -> None:
    bench = Workbench(north)
    run = bench.upload(
        account(),
        "Name,Phone,Employees,Description,E-mail\n"
        "A,拒绝,N/A,无,不详\n"
        "B,021 5555 2107,暂无,There is 无 in it,-\n"
        "无,n/a,12,-,unknown\n",
    )  # fmt: skip
    assert {one["column"]: one["absent"] for one in run.matches}["Phone"] == ["拒绝", "n/a"]
    assert bench.dry() == {"create": 3, "update": 0, "same": 0, "reject": 0}
    assert any("Refused" in note for note in bench.run.notes), "the dry run says what becomes of them"
    assert told(north) == {}
    assert bench.go()["create"] == 3
    assert told(north) == {
        "A": {"phone": "refused", "employees": "not_applicable", "description": "not_applicable", "email": "unknown"},
        "B": {"employees": "not_yet", "email": "unknown"},
        "无": {"phone": "not_applicable", "description": "unknown", "email": "unknown"},
    }
    bench.undo()
    assert told(north) == {}


def test_a_column_may_mean_its_words_as_they_stand(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "Name,Description\nA,无\n")
    bench.map(literal=["Description"])
    bench.go()
    assert told(north) == {}
    with north.as_("admin"):
        assert account().model.objects.get(name="A").description == "无"
    bench.upload(account(), "Name,Description\nA,无\n")
    for wrong in (["Colour"], "Description", [7]):
        with pytest.raises(Wrong):
            bench.map(literal=wrong)


def test_a_word_does_not_outdo_a_value_that_is_there(north: Company) -> None:
    for name, phone in (("A", "021 5555 2107"), ("B", None)):
        north.make("account", {"name": name, "external_id": name, "phone": phone}, by="admin")
    bench = Workbench(north)
    bench.upload(account(), "External number,Phone\nA,拒绝\nB,拒绝\n")
    bench.map(key="external_id", only="update")
    assert bench.go() == {"create": 0, "update": 1, "same": 1, "reject": 0}
    assert told(north) == {"B": {"phone": "refused"}}
    bench.upload(account(), "External number,Phone\nA,拒绝\n")
    bench.map(key="external_id", only="update", overwrite_empty=True)
    assert bench.go()["update"] == 1
    assert told(north)["A"] == {"phone": "refused"}


@pytest.mark.parametrize("language", ["en", "zh-hans", "zh-hant"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_in_words_comes_back_as_the_same_reasons(north: Company, language: str, form: str) -> None:
    fields = ["phone", "employees", "annual_revenue", "industry", "tax_id"]
    made = north.make("account", {"name": "A", "missing": dict(zip(fields, Reason.values, strict=True))}, by="admin")
    with north.as_("admin"):
        User.objects.filter(pk=north.people["admin"].pk).update(language=language)
        bump_permissions()
    data = export(north, columns=["id", "name", *fields], form=form, reasons=True)
    if form == "csv":
        with override(language):
            assert [str(one) for one in Reason.labels][0] in csv_rows(data)[1]
    before = told(north)
    with north.as_("admin"):
        writing.change(account(), made.pk, {"missing": dict.fromkeys(fields, "")})
    bench = Workbench(north)
    bench.upload(account(), data, f"file.{form}")
    assert bench.go() == {"create": 0, "update": 1, "same": 0, "reject": 0}
    assert told(north) == before
    assert not any(str(one) in str(csv_rows(export(north, form="csv"))) for one in Reason.labels), "by default the cell stays empty"


def test_reasons_of_a_batch_are_one_statement_and_values_none(north: Company) -> None:
    def asked(rows: list[dict[str, Any]]) -> int:
        with north.as_("admin"), CaptureQueriesContext(connection) as seen:
            writing.create_many(account(), rows)
        return sum("value_standing" in one["sql"] for one in seen.captured_queries)

    assert asked([{"name": f"A {n}", "phone": "021 5555 2107"} for n in range(20)]) == 0
    assert asked([{"name": f"B {n}", "missing": {"phone": "refused"}} for n in range(20)]) == 1
