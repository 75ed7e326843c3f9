"""Spreadsheets: cell kinds, and files made to hurt."""

import datetime
import resource
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from crm.kernel.exchange.reading import Unreadable, rows, sniff, workbook

BOMBS = Path(__file__).resolve().parents[5] / "shared" / "data" / "xlsx_calamine"
FILES = sorted(path for path in BOMBS.glob("*.*")) if BOMBS.exists() else []
REFUSED = {
    "LICENSE-MIT.md": None,
    "SOURCE.md": None,
    "OOM_alloc3.xls": "damaged",
    "any_sheets.xlsb": None,
    "issue252.xlsx": "damaged",
    "issue_385.xls": "password",
    "issue_594_dos.ods": "memory",
    "pass_protected.ods": "password",
    "pass_protected.xlsb": "password",
    "pass_protected.xlsx": "password",
}


def test_cells_become_text_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "part", "day", "moment", "count", "rate", "yes", "long"])
    sheet.append(
        [
            "007",
            "2/4",
            datetime.date(2026, 2, 4),
            datetime.datetime(2026, 2, 4, 9, 30),
            12.0,
            0.1 + 0.2,
            True,
            "310115198001011234",
        ]
    )
    path = tmp_path / "cells.xlsx"
    book.save(path)
    shape = sniff(path)
    assert [row.cells for row in rows(path, shape)] == [
        ("007", "2/4", "2026-02-04", "2026-02-04 09:30:00", "12", "0.3", "true", "310115198001011234")
    ]
    assert (shape.kind, shape.sheet, shape.header_row, shape.rows) == ("xlsx", "Sheet", 1, 1)


def test_a_sheet_is_chosen_by_name_and_the_empty_ones_are_passed_over(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("客户").append(["名称"])
    book["客户"].append(["上海公司"])
    book.create_sheet("people").append(["name"])
    path = tmp_path / "sheets.xlsx"
    book.save(path)
    assert sniff(path).sheet == "客户"
    chosen = sniff(path, sheet="people")
    assert (chosen.sheets, chosen.columns) == (("Sheet", "客户", "people"), ("name",))


def test_the_table_may_start_anywhere(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C4"], sheet["D4"], sheet["C6"], sheet["D6"] = "name", "city", "A", "B"
    path = tmp_path / "offset.xlsx"
    book.save(path)
    shape = sniff(path)
    assert (shape.header_row, shape.columns) == (4, ("name", "city"))
    assert [(row.number, row.cells) for row in rows(path, shape)] == [(6, ("A", "B"))]


def test_the_ending_of_the_name_does_not_decide(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a"])
    sheet.append(["b"])
    book.save(tmp_path / "real.xlsx")
    renamed = (tmp_path / "real.xlsx").rename(tmp_path / "table.bin")
    assert sniff(renamed).kind == "xlsx"


@pytest.mark.skipif(not FILES, reason="the real data set is not on this machine")
def test_cell_errors_reject_their_row_with_the_reason() -> None:
    path = BOMBS / "errors.xlsx"
    shape = sniff(path, header_row=0)
    said = [row.problem or "" for row in rows(path, shape)]
    assert len(said) == 7
    assert "#DIV/0!" in said[0] and "#N/A" in said[6]


@pytest.mark.skipif(not FILES, reason="the real data set is not on this machine")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_read_or_refused_with_one_sentence(path: Path) -> None:
    wanted = REFUSED.get(path.name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        shape = sniff(path)
    except Unreadable as refusal:
        said = str(refusal)
        assert said.endswith(".") and len(said) < 160 and "\n" not in said
        assert wanted is None or wanted in said
    else:
        assert wanted is None, "this file should have been refused"
        assert sum(1 for _row in rows(path, shape)) == shape.rows
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "the reader's own memory grew"


def test_a_child_that_asks_for_too_much_memory_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = tmp_path / "child.py"
    greedy.write_text(
        "import resource, sys\nresource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]),) * 2)\n"
        "try:\n    held = bytearray(1 << 40)\nexcept MemoryError:\n    sys.exit(3)\n"
    )
    monkeypatch.setattr(workbook, "_CHILD", greedy)
    with pytest.raises(Unreadable, match="more memory"):
        workbook.open_sheet(tmp_path / "any.xlsx")


def test_a_child_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "child.py"
    endless.write_text("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 9))\nwhile True: pass\n")
    monkeypatch.setattr(workbook, "_CHILD", endless)
    with pytest.raises(Unreadable, match="too long"):
        workbook.open_sheet(tmp_path / "any.xlsx")


def test_the_child_knows_nothing_of_the_application() -> None:
    script = Path(workbook.__file__).with_name("workbook_child.py")
    done = subprocess.run(
        [sys.executable, "-I", str(script), "/nowhere.xlsx", "", str(1 << 30), "5"],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 5
