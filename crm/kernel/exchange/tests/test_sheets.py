"""A sheet for each value of a field, hostile values, and what LibreOffice makes of it."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from crm.kernel.base.errors import Wrong
from crm.kernel.exchange import actions, queries, sheets
from crm.kernel.exchange.tests.test_edited import Desk, changed
from crm.kernel.exchange.tests.test_export import account, export
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.queue.runner import run_task
from crm.kernel.testing.cast import Company

HOSTILE = [
    "2/4", "007", "310115198001011234", "=1+1", "+1", "@x", "-5", "1E5", "1e400", "TRUE", "#N/A", "1899-12-31", "😀 emoji", "שלום עולם",
    "_x0041_", "'quoted", "<b>&amp;", "2026-02-04", "1,5", "http://x.example", "{=1}", "12:30", "50%", "¥5",
]  # fmt: skip
needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


def through_office(data: bytes, folder: Path, ending: str = "xlsx") -> bytes:
    """The workbook as LibreOffice saves it."""
    (folder / "in").mkdir(exist_ok=True)
    path = folder / "in" / "book.xlsx"
    path.write_bytes(data)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", ending]
    subprocess.run([*command, "--outdir", str(folder), str(path)], check=True, capture_output=True, timeout=240)
    return (folder / f"book.{ending}").read_bytes()


def many(company: Company) -> None:
    long = "上海盈晟标牌有限公司第一分公司华东区销售中心浦东新区营业部甲组乙班"
    rows = [("A/B: [x]", "retail", "10.10", "CNY"), ("History", "retail", "5", "USD"), (long, "finance", "7.5", "CNY")]
    rows.append(("history", "", "", ""))
    for number, (name, industry, amount, currency) in enumerate(rows):
        more = {"annual_revenue": amount, "annual_revenue_currency": currency} if amount else {}
        company.make("account", {"name": name, "industry": industry, "employees": number, **more})


def test_each_value_has_a_sheet_and_the_totals_add_up(north: Company) -> None:
    many(north)
    data = export(north, columns=["name", "employees", "annual_revenue"], sheets_by="industry", sort="name")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[0] == "Index" and book.sheetnames[-2:] == ["Without Industry", "kith"]
    index = list(book["Index"].values)
    assert index[0] == ("Sheet", "Number of rows", "Employees", "Annual revenue CNY", "Annual revenue USD")
    assert sum(row[1] for row in index[1:-2]) == 4 and index[-1][:2] == ("Rows of the whole list", 4)
    assert index[-2] == ("Total", "=SUM(B2:B4)", "=SUM(C2:C4)", "=SUM(D2:D4)", "=SUM(E2:E4)")
    assert book["Index"]["A2"].hyperlink.location == f"'{book.sheetnames[1]}'!A1"
    retail = book[next(name for name in book.sheetnames if book[name]["A2"].value == "A/B: [x]")]
    assert retail.freeze_panes == "A2" and retail.auto_filter.ref == "A1:D3"
    foot = list(retail.iter_rows(min_row=4, values_only=True))
    assert [row[0] for row in foot] == ["Total CNY", "Total USD"]
    assert foot[0][2].startswith("=SUMIF(") and foot[0][1] == "=SUBTOTAL(109,B2:B3)"
    assert retail["C2"].number_format == "[$CNY] #,##0.00" and retail.column_dimensions["F"].hidden
    assert book["kith"].sheet_state == "veryHidden"


def test_sheets_by_month_by_link_and_by_name(north: Company) -> None:
    parent = north.make("account", {"name": "O'Hara: Ltd?"})
    north.make("account", {"name": "Child", "parent": str(parent.pk)})
    names = openpyxl.load_workbook(io.BytesIO(export(north, columns=["name"], sheets_by="parent"))).sheetnames
    assert names == ["Index", "O'Hara  Ltd", "Without Part of", "kith"]
    by_month = openpyxl.load_workbook(io.BytesIO(export(north, columns=["name"], sheets_by="created_at"))).sheetnames
    assert len(by_month) == 3 and by_month[1][4] == "-"
    with north.as_("admin"):
        for wrong in ("tags", "nothing", "name"):
            with pytest.raises(Wrong):
                actions.start_export(account(), sheets_by=wrong)
        with pytest.raises(Wrong):
            actions.start_export(account(), form="csv", sheets_by="industry")


def test_too_many_for_one_book_are_several_in_a_zip(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_SHEETS", 2)
    for number in range(5):
        north.make("account", {"name": f"Firm {number}", "external_id": f"N{number}", "employees": 1})
    with north.as_("admin"):
        run = actions.start_export(account(), columns=["name", "external_id", "employees"], sheets_by="external_id")
    assert run.task_id is not None
    run_task(north.id, run.task_id, lambda: False)
    with north.as_("admin"):
        run = queries.export_run(run.pk)
        path = queries.export_file(run)
    assert (run.state, run.rows, run.sheets, run.books, path.suffix) == ("done", 5, 5, 3, ".zip"), run.error
    with zipfile.ZipFile(path) as packed:
        assert len(packed.namelist()) == 4
        second = packed.read("Accounts, 2 of 3.xlsx")
        index = list(openpyxl.load_workbook(io.BytesIO(packed.read("Index.xlsx"))).worksheets[0].values)
    listed = [(f"N{n}", f"Accounts, {n // 2 + 1} of 3.xlsx", 1) for n in range(5)]
    assert [row[:3] for row in index[1:]] == [*listed, ("Total", None, 5)]
    desk = Desk(north).bring(changed(second, lambda sheet: None))
    assert desk.book.counts["rows"] == {}, "what is in the other books is not missing"


def test_hidden_fields_make_no_sheets(north: Company) -> None:
    many(north)
    with north.as_("admin"):
        grants = {"kinds": {"account": {"view": "all", "export": True, "fields": {"industry": "hidden"}}}}
        change_roles(north.people["vi"].pk, [save_role(None, "Half blind", "", grants).pk])
    with north.as_("vi"), pytest.raises(Wrong):
        actions.start_export(account(), sheets_by="industry")


@needs_office
def test_libreoffice_keeps_every_value_and_its_workbook_comes_back(north: Company, tmp_path: Path) -> None:
    for number, text in enumerate(HOSTILE):
        more: dict[str, Any] = {"description": "two\nlines  inside"} if number == 0 else {}
        north.make("account", {"name": f"Firm {number:02}", "external_id": text, "employees": number, **more})
    north.make("account", {"name": "Money", "annual_revenue": "1234567", "annual_revenue_currency": "JPY"})
    data = export(north, sheets_by="industry")
    saved = through_office(data, tmp_path)
    read = openpyxl.load_workbook(io.BytesIO(saved), data_only=True).worksheets[1]
    heads = [cell.value for cell in read[1]]
    at = {name: heads.index(name) for name in ("Name", "External number", "Employees", "Created", "Annual revenue")}
    rows = {row[at["Name"]].value: row for row in read.iter_rows(min_row=2)}
    stored = {f"Firm {number:02}": text for number, text in enumerate(HOSTILE)}
    assert {name: rows[name][at["External number"]].value for name in stored} == stored
    assert all(rows[name][at["External number"]].data_type == "s" for name in stored)
    assert rows["Firm 03"][at["Employees"]].value == 3 and rows["Firm 03"][at["Created"]].is_date
    assert "JPY" in rows["Money"][at["Annual revenue"]].number_format
    foot = next(row for row in read.iter_rows(min_row=2, values_only=True) if row[0] == "Total")
    assert foot[at["Employees"]] == sum(range(len(HOSTILE)))
    desk = Desk(north).bring(saved)
    assert (desk.book.counts["cells"], desk.book.counts["rows"], desk.book.notes) == ({}, {}, [])
    as_ods = through_office(changed(saved, lambda sheet: None), tmp_path, "ods")
    desk.bring(as_ods, "book.ods")
    assert (desk.book.counts["cells"], desk.book.counts["rows"]) == ({}, {})
    edited = changed_second(saved, lambda sheet: put_by_name(sheet, "Firm 05", "Employees", 55))
    desk.bring(through_office(edited, tmp_path))
    assert desk.cells("mine") == [("Firm 05", "employees", "5", "5", "55")]


def changed_second(data: bytes, edit: Any) -> bytes:
    """The workbook after somebody worked on its second sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book.worksheets[1])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put_by_name(sheet: Any, name: str, head: str, value: Any) -> None:
    heads = [cell.value for cell in sheet[1]]
    row = next(cells for cells in sheet.iter_rows(min_row=2) if cells[heads.index("Name")].value == name)
    row[heads.index(head)].value = value


