"""Opens one spreadsheet in a process of its own and prints it: a first line about the sheets, then one line a row.

Started by path with `python -I`, so it imports nothing of Kith. Its memory and time are limited before the file is
touched: a file that asks for more kills this process and nothing else.
"""

import datetime
import html
import json
import os
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine

_CELL_ERROR = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)(\d+)"[^>]*>(.{0,4000}?)</(?:\w+:)?c>', re.DOTALL)
_FORMULA = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*><(?:\w+:)?f\b')
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]{1,20})</")
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


ALL = "*"
"""Stands for all sheets, the hidden ones too; no sheet can be called so."""


def _float(value: float) -> str:
    text = f"{Decimal(format(value, '.15g')):f}"
    return "0" if text == "-0" else text


def _moment(value: datetime.datetime) -> str:
    midnight = value.time() == datetime.time()
    return value.date().isoformat() if midnight else value.replace(microsecond=0).isoformat(" ")


def _length(value: datetime.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


# Exact types: a date-time is a date too, and true is a number.
_TEXTS: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "true" if value else "false",
    float: _float,
    datetime.datetime: _moment,
    datetime.date: datetime.date.isoformat,
    datetime.time: lambda value: value.replace(microsecond=0).isoformat(),
    datetime.timedelta: _length,
    type(None): lambda value: "",
}


def cell_text(value: Any) -> str:
    """One cell as text: dates in ISO form, whole numbers without `.0`, at most the 15 digits a spreadsheet keeps."""
    return _TEXTS.get(type(value), str)(value)


def column_number(letters: bytes) -> int:
    """B → 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def cell_errors(path: str, sheet: str) -> dict[int, list[list[Any]]]:
    """`{row: [[column, "#DIV/0!"], …]}` of an xlsx sheet; the reader itself gives such cells as empty."""
    return _errors(_content(path, sheet))


def _content(path: str, sheet: str) -> bytes:
    """The XML of a sheet; empty where it cannot be had."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(_part_of(archive, sheet))
    except (zipfile.BadZipFile, KeyError, OSError, StopIteration, NotImplementedError):
        return b""


def _errors(content: bytes) -> dict[int, list[list[Any]]]:
    found: dict[int, list[list[Any]]] = {}
    if b't="e"' not in content:
        return found
    for match in _CELL_ERROR.finditer(content):
        said = _VALUE.search(match[3])
        word = said[1].decode("utf-8", "replace") if said else "#ERROR"
        found.setdefault(int(match[2]), []).append([column_number(match[1]), word])
    return found


def formulas(content: bytes) -> dict[int, list[int]]:
    """`{row: [column, …]}` of the cells that hold a formula."""
    found: dict[int, list[int]] = {}
    for match in _FORMULA.finditer(content):
        found.setdefault(int(match[2]), []).append(column_number(match[1]))
    return found


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
    wanted = {html.unescape(name.decode("utf-8", "replace")): relation.decode() for name, relation in sheets}
    for relation in _RELATION.findall(archive.read("xl/_rels/workbook.xml.rels")):
        if b'Id="%s"' % wanted[sheet].encode() in relation:
            target = re.search(rb'Target="([^"]*)"', relation)
            assert target
            name = target[1].decode().lstrip("/")
            return name if name.startswith("xl/") else f"xl/{name}"
    raise KeyError(sheet)


def open_workbook(path: str) -> Any:
    """The workbook, by its name's ending first and by its content else."""
    try:
        return python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError:
        raise
    except Exception as first:
        try:
            with Path(path).open("rb") as file:
                return python_calamine.CalamineWorkbook.from_filelike(file)
        except Exception:
            raise first from None


def emit(value: Any) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def _rows_of(loaded: Any, content: bytes) -> None:
    """One line a row: its number, cells, errors, and which columns hold formulas."""
    errors, worked = _errors(content), formulas(content)
    left = loaded.start[1] if loaded.start else 0
    for number, row in enumerate(loaded.iter_rows(), 1):
        cells = [cell_text(value) for value in row]
        wrong = [[column - left, word] for column, word in errors.get(number, []) if column >= left]
        if wrong or any(cells):
            emit([number, cells, wrong, [column - left for column in worked.get(number, []) if column >= left]])


def main(path: str, wanted: str) -> int:
    """Print the sheet `wanted`, or the first visible one that holds anything."""
    workbook = open_workbook(path)
    tables = [m for m in workbook.sheets_metadata if str(m.typ).endswith("WorkSheet")]
    if wanted == ALL:
        for table in tables:
            emit({"sheet": table.name})
            _rows_of(workbook.get_sheet_by_name(table.name), _content(path, table.name))
        return 0
    visible = [m.name for m in tables if str(m.visible).endswith(".Visible")] or [m.name for m in tables]
    chosen = wanted if wanted in {m.name for m in tables} else ""
    loaded = None
    for name in [chosen] if chosen else visible:
        loaded = workbook.get_sheet_by_name(name)
        chosen = name
        if loaded.height:
            break
    emit({"sheets": visible, "sheet": chosen})
    if loaded is None:
        return 0
    errors = cell_errors(path, chosen) if zipfile.is_zipfile(path) else {}
    left = loaded.start[1] if loaded.start else 0
    for number, row in enumerate(loaded.iter_rows(), 1):
        cells = [cell_text(value) for value in row]
        wrong = [[column - left, word] for column, word in errors.get(number, []) if column >= left]
        if wrong or any(cells):
            emit([number, cells, wrong])
    return 0


if __name__ == "__main__":
    memory, seconds = int(sys.argv[3]), int(sys.argv[4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        code = main(sys.argv[1], sys.argv[2])
        sys.stdout.flush()
    except BrokenPipeError:
        code = 0
    except MemoryError:
        code = 3
    except BaseException as error:
        name = type(error).__name__
        sys.stderr.write(f"{name}: {error}"[:500])
        code = 4 if name == "PasswordError" else 3 if "limit exceeded" in str(error) else 5
    sys.stderr.flush()
    os._exit(code)
