"""What is exported comes back unchanged, and never runs."""

import datetime
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from crm.kernel.exchange.reading import rows, sniff
from crm.kernel.exchange.writing import CsvWriter, XlsxWriter, sheet_name

TEXTS = [
    "2/4",
    "007",
    "1E5",
    "=1+1",
    "310115198001011234",
    "+86 21 6488",
    "-x",
    "@a",
    "'=x",
    "''=x",
    "'plain",
    "=cmd|' /C calc'!A0",
]
TEXTS += [
    "a,b",
    'say "hi"',
    "two\nlines",
    "上海",
    "😀",
    "true",
    "1.0",
    "  padded ",
    "-5",
    "+8613800000000",
    "TRUE",
    "2026-02-04",
]


def test_csv_round_trip_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    writer = CsvWriter(path, ["n", "text"])
    for number, text in enumerate(TEXTS):
        writer.add([number, text])
    writer.close()
    shape = sniff(path)
    assert (shape.encoding, shape.rows) == ("utf-8-sig", len(TEXTS))
    assert [row.cells for row in rows(path, shape)] == [(str(n), text) for n, text in enumerate(TEXTS)]


def test_no_csv_cell_starts_like_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    writer = CsvWriter(path, ["text"])
    for text in ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"):
        writer.add([text])
    writer.close()
    lines = path.read_text("utf-8-sig").split("\r\n")[1:-1]
    assert all(line.lstrip('"').startswith("'") for line in lines)


def test_gbk_reports_what_it_cannot_hold(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    writer = CsvWriter(path, ["名称", "备注"], encoding="gbk")
    writer.add(["上海公司", "好"])
    writer.add(["😀公司", "한국"])
    writer.close()
    assert (writer.lost, writer.lost_rows) == (2, [3])
    assert path.read_bytes().decode("gbk").splitlines() == ["名称,备注", "上海公司,好", "?公司,??"]


def test_zero_bytes_and_lone_surrogates_do_not_break_a_file(tmp_path: Path) -> None:
    for writer in (CsvWriter(tmp_path / "a.csv", ["t"]), XlsxWriter(tmp_path / "a.xlsx", ["t"])):
        writer.add(["a\x00b\ud800c"])
        writer.close()
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["A2"].value == "a�b�c"  # type: ignore[index,union-attr]


def test_xlsx_text_stays_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    writer = XlsxWriter(path, ["n", "text"], "Accounts")
    for number, text in enumerate(TEXTS):
        writer.add([number, text])
    writer.close()
    sheet = openpyxl.load_workbook(path)["Accounts"]
    assert [(row[0].value, row[1].value, row[1].data_type) for row in sheet.iter_rows(min_row=2)] == [
        (number, text, "s") for number, text in enumerate(TEXTS)
    ]
    assert [row.cells for row in rows(path, sniff(path))] == [(str(n), text) for n, text in enumerate(TEXTS)]


def test_xlsx_dates_decimals_and_long_numbers(tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    moment = datetime.datetime(2026, 2, 4, 9, 30, tzinfo=datetime.UTC)
    cells = [
        datetime.date(2026, 2, 4),
        moment,
        Decimal("1054.00"),
        310115198001011234,
        True,
        None,
        datetime.date(1850, 1, 1),
    ]
    writer = XlsxWriter(path, list("abcdefg"))
    writer.add(cells)
    writer.close()
    row = next(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2))
    assert row[0].value == datetime.datetime(2026, 2, 4) and row[0].is_date
    assert row[1].value == datetime.datetime(2026, 2, 4, 9, 30)
    assert (row[2].value, row[2].number_format, row[2].data_type) == (1054, "0.00", "n")
    assert (row[3].value, row[4].value, row[5].value, row[6].value) == (
        "310115198001011234",
        True,
        None,
        "1850-01-01",
    )


def test_sheet_names_follow_the_rules() -> None:
    assert sheet_name("Q1: a/b [x]*?\\") == "Q1  a b  x"
    assert sheet_name("'quoted'") == "quoted"
    assert sheet_name("History") == "History 1"
    assert sheet_name("") == "Sheet"
    assert sheet_name("accounts", ["Accounts"]) == "accounts (2)"
    assert len(sheet_name("😀" * 40).encode("utf-16-le")) // 2 <= 31


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_libreoffice_reads_the_same(tmp_path: Path, ending: str) -> None:
    texts = [text for text in TEXTS if ending == "xlsx" or not text.startswith(("'", "+", "-"))]
    path = tmp_path / f"out.{ending}"
    writer = XlsxWriter(path, ["text"]) if ending == "xlsx" else CsvWriter(path, ["text"])
    for text in texts:
        writer.add([text])
    writer.close()
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--convert-to",
        "ods",
    ]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=180)
    read = [row.cells[0] for row in rows(tmp_path / "out.ods", sniff(tmp_path / "out.ods"))]
    if ending == "xlsx":
        assert read == texts
    else:
        assert [text for text in read if text.startswith(("=", "@", "'="))]
