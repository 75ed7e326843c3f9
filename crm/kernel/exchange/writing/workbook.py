"""XLSX in constant memory. Text is written as text, so that '2/4', '007', '1E5' and '=1+1' come back unchanged."""

import datetime
import math
import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from crm.kernel.base.money import Money, places

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_MOST_CHARACTERS = 32_767
_SAFE_INTEGER = 10**15
_FIRST_DATE = datetime.date(1900, 3, 1)
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its heads."""


def sheet_name(wanted: str, taken: Collection[str] = ()) -> str:
    """A name that every spreadsheet program accepts: no `[]:*?/\\`, no outer apostrophes, 31 UTF-16 units, none of `taken` (folded)."""
    base = _FORBIDDEN.sub(" ", wanted).strip().strip("'").strip() or "Sheet"
    if base.casefold() == "history":
        base = f"{base} 1"
    used = taken if isinstance(taken, set) else {name.casefold() for name in taken}
    name, count = _cut(base, 31), 1
    while name.casefold() in used:
        count += 1
        ending = f" ({count})"
        name = _cut(base, 31 - len(ending)) + ending
    return name


def width(text: str) -> int:
    """How many Latin letters wide a text is; Chinese characters count twice."""
    return len(text) + sum(1 for letter in text if letter > "\u1100" and east_asian_width(letter) in "WF")


def _cut(text: str, units: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > units:
        text = text[:-1]
    return text.rstrip().rstrip("'")


def open_book(path: Path) -> Any:
    """A workbook that keeps no rows in memory and takes no text for a number, a formula or an address."""
    return xlsxwriter.Workbook(
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


def plain(text: str) -> str:
    """A text as a cell holds it: without what XML cannot hold, 32,767 UTF-16 units at most."""
    text = _CONTROL.sub("�", text)
    if len(text) * 2 <= _MOST_CHARACTERS or len(text.encode("utf-16-le")) // 2 <= _MOST_CHARACTERS:
        return text
    return text.encode("utf-16-le")[: _MOST_CHARACTERS * 2].decode("utf-16-le", "ignore")


class Pen:
    """Writes cells of one workbook: numbers and dates are real ones, money has its currency, everything else is text."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, str], Any] = {}
        self.text = self.format("@")
        self.cut = 0
        """Cells that were longer than a spreadsheet cell may be."""

    def format(self, shown: str, **more: Any) -> Any:
        """A cell format with that number format, made once."""
        key = (shown, repr(sorted(more.items())))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"num_format": shown, **more})
        return self._formats[key]

    def write(self, sheet: Any, row: int, column: int, cell: object) -> None:
        """One cell; None and "" are left empty."""
        if cell is None or cell == "":
            return
        if isinstance(cell, bool):
            sheet.write_boolean(row, column, cell)
        elif not as_number(cell):
            self.say(sheet, row, column, str(cell.decimal if isinstance(cell, Money) else cell))
        elif isinstance(cell, Money):
            sheet.write_number(row, column, cell.decimal, self.format(money_format(cell.currency, places(cell.currency))))
        elif isinstance(cell, datetime.date):
            moment = isinstance(cell, datetime.datetime)
            value = cell.replace(tzinfo=None) if isinstance(cell, datetime.datetime) else cell
            sheet.write_datetime(row, column, value, self.format(MOMENT if moment else DAY))
        else:
            sheet.write_number(row, column, cell, self._decimal(cell))

    def say(self, sheet: Any, row: int, column: int, text: str, **more: Any) -> None:
        """A text that stays one."""
        whole = _CONTROL.sub("�", text)
        shown = plain(whole)
        self.cut += shown != whole
        sheet.write_string(row, column, shown, self.format("@", **more) if more else self.text)

    def _decimal(self, cell: object) -> Any:
        exponent = cell.as_tuple().exponent if isinstance(cell, Decimal) else None
        if not isinstance(exponent, int) or exponent >= 0:
            return None
        return self.format("0." + "0" * min(-exponent, 12))


def as_number(cell: object) -> bool:
    """Whether a spreadsheet's number holds it whole: 15 digits, and no day before its calendar begins. Else it is kept as a text."""
    if isinstance(cell, Money):
        return abs(cell.minor) < _SAFE_INTEGER
    if isinstance(cell, int):
        return abs(cell) < _SAFE_INTEGER
    if isinstance(cell, float):
        return math.isfinite(cell)
    if isinstance(cell, Decimal):
        return cell.is_finite() and len(cell.as_tuple().digits) <= 15 and abs(cell.adjusted()) < 300
    if isinstance(cell, datetime.datetime):
        return cell.date() >= _FIRST_DATE
    return isinstance(cell, datetime.date) and cell >= _FIRST_DATE


def money_format(currency: str, digits: int) -> str:
    """How amounts of a currency are shown, told apart by its code."""
    return f"[${currency}] #,##0" + ("." + "0" * digits if digits else "")


class XlsxWriter:
    """Streams rows into one plain sheet: rejected rows, templates."""

    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def __init__(self, path: Path, columns: Sequence[str], title: str = "Sheet") -> None:
        self._book = open_book(path)
        self._pen = Pen(self._book)
        self._sheet = self._book.add_worksheet(sheet_name(title))
        for index, name in enumerate(columns):
            self._pen.say(self._sheet, 0, index, name, bold=True)
            self._sheet.set_column(index, index, min(max(len(name) + 4, 12), 40))
        self._sheet.freeze_panes(1, 0)
        self.rows = 0

    def add(self, cells: Sequence[object]) -> None:
        """Write one row."""
        self.rows += 1
        for index, cell in enumerate(cells):
            self._pen.write(self._sheet, self.rows, index, cell)

    def close(self) -> None:
        """Finish the file."""
        self._book.close()
