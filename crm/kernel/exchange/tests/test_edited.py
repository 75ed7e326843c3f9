"""Workbooks that come back edited: what is told of them, and what is written."""

import datetime
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.exchange.edited import actions as edited
from crm.kernel.exchange.models import EditedBook, EditedCell, EditedRow
from crm.kernel.exchange.tests.test_export import account, export
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.queue.runner import run_task
from crm.kernel.records import writing
from crm.kernel.records.undo import undo
from crm.kernel.testing.cast import Company

COLUMNS = ["name", "external_id", "industry", "employees", "annual_revenue", "owner", "parent", "created_at", "description"]
Edit = Callable[[Any], None]


def changed(data: bytes, edit: Edit) -> bytes:
    """The workbook after somebody worked on its first sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def column(sheet: Any, head: str) -> int:
    """The number of the column with that head."""
    return next(cell.column for cell in sheet[1] if cell.value == head)


def put(sheet: Any, name: str, head: str, value: Any) -> None:
    """A value into the row of the account of that name."""
    row = next(cells[0].row for cells in sheet.iter_rows(min_row=2) if cells[0].value == name)
    sheet.cell(row, column(sheet, head)).value = value


class Desk:
    """One person's edited workbooks, jobs run at once."""

    def __init__(self, company: Company, who: str = "admin") -> None:
        self.company, self.who = company, who
        self.book: EditedBook

    def bring(self, data: bytes, name: str = "accounts.xlsx") -> "Desk":
        with self.company.as_(self.who):
            self.book = edited.bring_back(name, [data])
        return self._run()

    def _run(self) -> "Desk":
        assert self.book.task_id is not None
        run_task(self.company.id, self.book.task_id, lambda: False)
        with self.company.as_(self.who):
            self.book = edited.one(self.book.pk)
        assert self.book.state == "ready", self.book.error
        return self

    def take(self, take: bool = True, **what: str) -> "Desk":
        with self.company.as_(self.who):
            self.book = edited.choose(edited.one(self.book.pk), take, what)
        return self

    def write(self) -> "Desk":
        with self.company.as_(self.who):
            self.book = edited.write(edited.one(self.book.pk))
        return self._run()

    def cells(self, *states: str) -> list[tuple[str, str, str, str, str]]:
        """[(title, field, was, now, mine)]"""
        with self.company.as_(self.who):
            found, _next = edited.cells(self.book, states)
            return [(one.row.title, one.field, one.was, one.now, one.mine) for one in found]

    def rows(self, what: str) -> list[tuple[str, str]]:
        with self.company.as_(self.who):
            return [(one.title, one.reason) for one in edited.rows(self.book, what)[0]]


def stored(company: Company, name: str) -> Any:
    with company.as_("admin"):
        return account().model.objects.get(name=name, deleted_at=None)


def money(amount: str, currency: str) -> dict[str, str]:
    return {"annual_revenue": amount, "annual_revenue_currency": currency}


@pytest.fixture
def three(north: Company) -> dict[str, Any]:
    made = {}
    rows: dict[str, dict[str, Any]] = {
        "Alder": {"external_id": "007", "employees": 12, "industry": "retail", **money("1054.50", "CNY")},
        "Birch": {"external_id": "2/4", "employees": 7, "description": "=1+1\nline two", **money("3", "USD")},
        "Cedar": {"external_id": "1E5"},
    }
    for name, more in rows.items():
        made[name] = north.make("account", {"name": name, **more})
    with north.as_("admin"):
        writing.change(account(), made["Birch"].pk, {"parent": str(made["Alder"].pk)})
    return made


def test_what_nobody_touched_is_no_change(north: Company, three: dict[str, Any]) -> None:
    desk = Desk(north).bring(changed(export(north), lambda sheet: None))
    assert desk.book.counts["cells"] == {} and desk.book.counts["rows"] == {} and desk.book.notes == []


def test_cells_are_told_against_today_and_written_as_one_act(north: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS, sort="name")
    with north.as_("admin"):
        writing.change(account(), three["Alder"].pk, {"external_id": "008"})
        writing.change(account(), three["Birch"].pk, {"employees": 8, "description": "theirs"})
        writing.change(account(), three["Cedar"].pk, {"name": "Cedar Ltd"})

    def edit(sheet: Any) -> None:
        put(sheet, "Alder", "Employees", 13)
        put(sheet, "Alder", "Annual revenue", "1,054.50")  # the same, written in another way
        put(sheet, "Birch", "Employees", 9)
        put(sheet, "Birch", "Part of", None)
        put(sheet, "Cedar", "Annual revenue", 20.5)
        put(sheet, "Cedar", "Part of", "Alder")

    desk = Desk(north).bring(changed(data, edit))
    assert desk.cells("mine") == [
        ("Alder", "employees", "12", "12", "13"), ("Birch", "parent", "Alder", "Alder", ""),
        ("Cedar Ltd", "annual_revenue", "", "", "20.5"), ("Cedar Ltd", "parent", "", "", "Alder"),
    ]
    assert desk.cells("conflict") == [("Birch", "employees", "7", "8", "9")]
    assert {cell[:4] for cell in desk.cells("theirs")} == {
        ("Alder", "external_id", "007", "008"), ("Birch", "description", "=1+1\nline two", "theirs"),
        ("Cedar Ltd", "name", "Cedar", "Cedar Ltd"),
    }
    assert desk.book.counts["chosen"]["cells"] == 4, "what only the workbook changed is taken unless somebody says otherwise"
    desk.take(False, column="annual_revenue").take(all="conflict").write()
    alder, birch, cedar = (stored(north, name) for name in ("Alder", "Birch", "Cedar Ltd"))
    assert (alder.employees, birch.employees, birch.parent_id, cedar.parent_id, cedar.annual_revenue) == (13, 9, None, alder.pk, None)
    assert alder.external_id == "008" and birch.description == "theirs"
    assert desk.cells("mine") == [("Cedar Ltd", "annual_revenue", "", "", "20.5")], "what was left out stays"
    with north.as_("admin"):
        assert desk.book.act is not None
        assert undo(desk.book.act.pk).back == 3
    assert (stored(north, "Alder").employees, stored(north, "Birch").employees) == (12, 8)


def test_rows_new_gone_copied_and_tampered_with(north: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS, sort="name")

    def edit(sheet: Any) -> None:
        key = column(sheet, "kith:key")
        alder = sheet.cell(2, key).value
        sheet.delete_rows(4)
        sheet.cell(3, key).value = alder[:3] + ("0" if alder[3] != "0" else "1") + alder[4:]
        sheet.cell(3, 1).value = "Not Birch"
        sheet.append(["Dogwood", "D1"])
        sheet.append(["Alder"])
        sheet.cell(sheet.max_row, key).value = alder
        sheet.append([None, "nameless"])

    desk = Desk(north).bring(changed(data, edit))
    assert [title for title, _reason in desk.rows("gone")] == ["Birch", "Cedar"]
    assert desk.rows("unknown") == [("Not Birch", "What Kith put into this row was changed, so it cannot tell which record this is.")]
    new = dict(desk.rows("new"))
    assert new["Dogwood"] == "" and "Looks like “Alder”" in new["Alder"] and "Name" in new[""]
    desk.take(all="new")
    with north.as_("admin"):
        cedar = next(row for row in edited.rows(desk.book, "gone")[0] if row.title == "Cedar")
    desk.take(row=str(cedar.pk)).write()
    with north.as_("admin"):
        names = sorted(account().model.objects.filter(deleted_at=None).values_list("name", flat=True))
    assert names == ["Alder", "Alder", "Birch", "Dogwood"], "only what was chosen is removed"
    assert "Name" in dict(desk.rows("new"))[""], "what was refused stays, with the reason"


def test_columns_moved_hidden_removed_and_added(north: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS, sort="name")

    def edit(sheet: Any) -> None:
        sheet.delete_cols(column(sheet, "Industry"))
        sheet.insert_cols(1)
        sheet.cell(1, 1).value, sheet.cell(2, 1).value = "My notes", "call him"
        sheet.column_dimensions["C"].hidden = True
        sheet.cell(2, column(sheet, "Employees")).value = "=6*7"
        sheet.cell(3, column(sheet, "Created")).value = datetime.datetime(2020, 1, 1)

    desk = Desk(north).bring(changed(data, edit))
    assert desk.cells("mine") == [] and [cell[1] for cell in desk.cells("refused")] == ["created_at"]
    assert any("My notes" in note for note in desk.book.notes) and any("formula" in note for note in desk.book.notes)


def test_what_is_refused_says_why_beside_the_cell(north: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS, sort="name")

    def edit(sheet: Any) -> None:
        put(sheet, "Alder", "Employees", "many")
        put(sheet, "Alder", "External number", "009")
        put(sheet, "Birch", "Part of", "Nobody Ltd")
        put(sheet, "Cedar", "Name", None)

    desk = Desk(north).bring(changed(data, edit))
    assert desk.cells("mine") == [("Alder", "external_id", "007", "007", "009")]
    with north.as_("admin"):
        reasons = {one.field: one.reason for one in edited.cells(desk.book, ["refused"])[0]}
    assert "Nobody Ltd" in reasons["parent"] and reasons["employees"] and "needed" in reasons["name"]
    desk.write()
    assert stored(north, "Alder").external_id == "009"


def test_somebody_changes_it_between_look_and_write(north: Company, three: dict[str, Any]) -> None:
    desk = Desk(north).bring(changed(export(north, columns=COLUMNS), lambda sheet: put(sheet, "Alder", "Employees", 13)))
    with north.as_("admin"):
        writing.change(account(), three["Alder"].pk, {"employees": 99})
    desk.write()
    assert stored(north, "Alder").employees == 99
    assert desk.cells("conflict") == [("Alder", "employees", "12", "99", "13")]


def test_a_linked_record_that_got_another_name_is_no_change(north: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS)
    with north.as_("admin"):
        writing.change(account(), three["Alder"].pk, {"name": "Alder & Sons"})
    desk = Desk(north).bring(data)
    assert desk.cells("mine", "conflict", "refused") == []


def test_rights_hold(north: Company, south: Company, three: dict[str, Any]) -> None:
    data = export(north, columns=COLUMNS)
    touched = changed(data, lambda sheet: put(sheet, "Alder", "Annual revenue", 5))
    with south.as_("admin"), pytest.raises(Wrong, match="not one of this workspace"):
        edited.bring_back("x.xlsx", [touched])
    with north.as_("vi"), pytest.raises(NotAllowed):
        edited.bring_back("x.xlsx", [touched])
    with north.as_("admin"):
        grants = {"kinds": {"account": {"view": "all", "edit": "all", "fields": {"annual_revenue": "hidden", "employees": "readonly"}}}}
        change_roles(north.people["vi"].pk, [save_role(None, "Half blind", "", grants).pk])
    touched = changed(touched, lambda sheet: put(sheet, "Alder", "Employees", 1))
    desk = Desk(north, "vi").bring(touched)
    assert [cell[1] for cell in desk.cells("mine", "conflict", "theirs", "refused")] == ["employees"], "hidden fields are not told"
    assert desk.cells("mine") == []
    with north.as_("bo"), pytest.raises(NotFound):
        edited.one(desk.book.pk)


def test_what_is_no_export_is_refused_with_the_way_out(north: Company, three: dict[str, Any]) -> None:
    plain = openpyxl.Workbook()
    out = io.BytesIO()
    plain.save(out)
    with north.as_("admin"):
        for data, said in ((b"a,b\n1,2\n", "CSV"), (out.getvalue(), "Import it"), (b"", "empty"), (b"PK\x03\x04 torn", "damaged")):
            with pytest.raises(Refusal) as refused:
                edited.bring_back("x", [data])
            assert said in f"{refused.value.message} {refused.value.fields}"
        assert not EditedBook.objects.exists() and not EditedCell.objects.exists() and not EditedRow.objects.exists()
