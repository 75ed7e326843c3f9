"""Exports: what leaves, for whom, and that it comes back the same."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.entity.filter import parse_text
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.tests.test_import import Workbench
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.queue.runner import run_task
from crm.kernel.testing.cast import Company

VALUES = {
    "name": "上海盈晟标牌有限公司",
    "external_id": "007",
    "phone": "+862164882107",
    "email": "a@b.example",
    "website": "https://b.example",
    "address_country": "CN",
    "address_city": "上海",
    "address_street": "荣乐东路 2/4",
    "annual_revenue": "1054.50",
    "annual_revenue_currency": "CNY",
    "tags": ["VIP", "east"],
    "description": "=1+1\nline two",
    "employees": 140,
}


def account() -> Any:
    found = registry.kind("account")
    assert found is not None
    return found


def export(company: Company, who: str = "admin", text: str = "", **given: Any) -> bytes:
    with company.as_(who):
        run = actions.start_export(account(), parse_text(text) if text else None, **given)
    assert run.task_id is not None
    run_task(company.id, run.task_id, lambda: False)
    with company.as_(who):
        done = queries.export_run(run.pk)
        assert done.state == "done", done.error
        return queries.export_file(done).read_bytes()


def csv_rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export_then_import_gives_the_same_records(north: Company, form: str) -> None:
    parent = north.make("account", {"name": "Parent"})
    made = north.make("account", {**VALUES, "parent": str(parent.pk)})
    data = export(north, form=form)
    bench = Workbench(north)
    run = bench.upload(account(), data, f"out.{form}")
    assert run.options["key"] == "id"
    bench.map()
    assert bench.dry() == {"create": 0, "update": 0, "same": 2, "reject": 0}
    columns = {c: f for c, f in run.mapping.items() if f != "id"}
    with north.as_("admin"):
        twin = {f: str(v) for f, v in VALUES.items() if f in columns.values()}
    assert len(twin) == len(VALUES)
    bench.map({c: None for c, f in run.mapping.items() if f in ("id", "parent")}, key=None)
    assert bench.go()["create"] == 2
    with north.as_("admin"):
        copy = account().model.objects.exclude(pk=made.pk).get(name=VALUES["name"])
        for name in VALUES:
            field = account().fields[name]
            assert field.to_json(field.value(copy)) == field.to_json(field.value(made)), name


def test_a_view_leaves_with_its_filter_order_and_columns(north: Company) -> None:
    for number in range(1203):
        if number % 400 == 0:
            north.make("account", {"name": f"Firm {number:04}", "employees": number})
    data = export(north, text="employees > 100", sort="-employees", columns=["name", "employees"], form="csv")
    assert csv_rows(data) == [["Name", "Employees"], ["Firm 1200", "1200"], ["Firm 0800", "800"], ["Firm 0400", "400"]]


def test_more_than_one_page_leaves_whole(north: Company) -> None:
    bench = Workbench(north)
    bench.upload(account(), "name\n" + "".join(f"Firm {n:04}\n" for n in range(1101)))
    bench.map(key=None)
    bench.go()
    names = [row[0] for row in csv_rows(export(north, columns=["name"], sort="name", form="csv"))[1:]]
    assert names == [f"Firm {n:04}" for n in range(1101)]


def test_dangerous_cells_are_neutral_in_csv_and_text_in_excel(north: Company) -> None:
    north.make("account", {"name": "=cmd|' /C calc'!A0", "external_id": "1E5"})
    assert csv_rows(export(north, columns=["name", "external_id"], form="csv"))[1] == ["'=cmd|' /C calc'!A0", "1E5"]
    sheet = openpyxl.load_workbook(io.BytesIO(export(north, columns=["name", "external_id"]))).worksheets[0]
    assert [(cell.value, cell.data_type) for cell in sheet[2][:2]] == [("=cmd|' /C calc'!A0", "s"), ("1E5", "s")]


def test_hidden_fields_never_leave_and_the_right_is_asked(north: Company) -> None:
    north.make("account", {"name": "Secret", "annual_revenue": "9", "phone": "+862164882107"}, by="ada")
    with north.as_("admin"):
        grants = {"kinds": {"account": {"view": "all", "export": True, "fields": {"annual_revenue": "hidden"}}}}
        role = save_role(None, "Half blind", "", grants)
        change_roles(north.people["vi"].pk, [role.pk])
    rows = csv_rows(export(north, "vi", form="csv"))
    assert not any("revenue" in title.casefold() for title in rows[0])
    with north.as_("vi"), pytest.raises(Wrong):
        actions.start_export(account(), columns=["annual_revenue"])
    with north.as_("admin"):
        change_roles(north.people["vi"].pk, [save_role(None, "Blind", "", {"kinds": {"account": {"view": "all"}}}).pk])
    with north.as_("vi"), pytest.raises(NotAllowed):
        actions.start_export(account())


def test_a_file_is_handed_out_only_to_who_made_it(north: Company, south: Company) -> None:
    north.make("account", {"name": "Mine"})
    with north.as_("admin"):
        run = actions.start_export(account())
    with south.as_("admin"), pytest.raises(NotFound):
        queries.export_run(run.pk)
    with north.as_("bo"), pytest.raises(NotFound):
        queries.export_run(run.pk)


def test_what_gbk_does_not_have_is_counted(north: Company) -> None:
    north.make("account", {"name": "한국 😀"})
    with north.as_("admin"):
        run = actions.start_export(account(), columns=["name"], form="csv-gbk")
    assert run.task_id is not None
    run_task(north.id, run.task_id, lambda: False)
    with north.as_("admin"):
        assert queries.export_run(run.pk).lost == 1
