"""XLSX in constant memory. Text is written as text, so that '2/4', '007', '1E5' and '=1+1' come back unchanged."""

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_MOST_CHARACTERS = 32_767
_SAFE_INTEGER = 10**15
_FIRST_DATE = datetime.date(1900, 3, 1)
MOST_ROWS = 1_048_575


def sheet_name(wanted: str, taken: Sequence[str] = ()) -> str:
    """A name that every spreadsheet program accepts: no `[]:*?/\\`, no outer apostrophes, 31 UTF-16 units, unique."""
    base = _FORBIDDEN.sub(" ", wanted).strip().strip("'").strip() or "Sheet"
    if base.casefold() == "history":
        base = f"{base} 1"
    used = {name.casefold() for name in taken}
    name, count = _cut(base, 31), 1
    while name.casefold() in used:
        count += 1
        ending = f" ({count})"
        name = _cut(base, 31 - len(ending)) + ending
    return name


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.rstrip().rstrip("'")


class XlsxWriter:
    """Streams rows into one sheet of an xlsx file. Numbers and dates are real ones, everything else is text."""

    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, path: Path, columns: Sequence[str], title: str = "Sheet") -> None:
        self._book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "strings_to_numbers": False,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "nan_inf_to_errors": True,
                "tmpdir": str(path.parent),
            },
        )
        self._sheet = self._book.add_worksheet(sheet_name(title))
        self._as_text = self._book.add_format({"num_format": "@"})
        self._as_date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._as_moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._places: dict[int, Any] = {}
        bold = self._book.add_format({"bold": True, "num_format": "@"})
        for index, name in enumerate(columns):
            self._sheet.write_string(0, index, self._clean(name), bold)
            self._sheet.set_column(index, index, min(max(len(name) + 4, 12), 40))
        self._sheet.freeze_panes(1, 0)
        self.rows = 0
        self.cut = 0
        """Cells that were longer than a spreadsheet cell may be."""

    def add(self, cells: Sequence[object]) -> None:
        """Write one row."""
        self.rows += 1
        for index, cell in enumerate(cells):
            if cell is not None and cell != "":
                self._write(self.rows, index, cell)

    def _write(self, row: int, column: int, cell: object) -> None:
        if isinstance(cell, bool):
            self._sheet.write_boolean(row, column, cell)
        elif isinstance(cell, int) and abs(cell) < _SAFE_INTEGER:
            self._sheet.write_number(row, column, cell)
        elif isinstance(cell, float) or (isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= 15):
            self._sheet.write_number(row, column, cell, self._decimal(cell))
        elif isinstance(cell, datetime.datetime) and cell.date() >= _FIRST_DATE:
            self._sheet.write_datetime(row, column, cell.replace(tzinfo=None), self._as_moment)
        elif isinstance(cell, datetime.date) and not isinstance(cell, datetime.datetime) and cell >= _FIRST_DATE:
            self._sheet.write_datetime(row, column, cell, self._as_date)
        else:
            self._sheet.write_string(row, column, self._clean(str(cell)), self._as_text)

    def _decimal(self, cell: float | Decimal) -> Any:
        exponent = cell.as_tuple().exponent if isinstance(cell, Decimal) else None
        if not isinstance(exponent, int) or exponent >= 0:
            return None
        places = min(-exponent, 12)
        if places not in self._places:
            self._places[places] = self._book.add_format({"num_format": "0." + "0" * places})
        return self._places[places]

    def _clean(self, text: str) -> str:
        text = _CONTROL.sub("�", text)
        if len(text.encode("utf-16-le")) // 2 > _MOST_CHARACTERS:
            self.cut += 1
            text = _cut(text, _MOST_CHARACTERS)
        return text

    def close(self) -> None:
        """Finish the file."""
        self._book.close()
