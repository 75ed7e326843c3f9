"""Spreadsheets, read through a child process with limited memory and time."""

import json
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.kernel.exchange.marks import TOTALS
from crm.kernel.exchange.reading.limits import CHILD_CPU_SECONDS, CHILD_MEMORY_BYTES, CHILD_OUTPUT_LINE
from crm.kernel.exchange.reading.problems import Unreadable
from crm.kernel.exchange.reading.workbook_child import ALL

_CHILD = Path(__file__).with_name("workbook_child.py")
_STALL_SECONDS = CHILD_CPU_SECONDS * 4


class Sheet:
    """One sheet as the child hands it over: what sheets there are, which was read, and its rows."""

    def __init__(self, sheets: tuple[str, ...], name: str, rows: Iterator[tuple[int, list[str], list[tuple[int, str]]]]) -> None:
        self.sheets = sheets
        self.name = name
        self.rows = rows


def open_sheet(path: Path, sheet: str | None = None) -> Sheet:
    """Start the child on a file. Raises Unreadable with one sentence when the file cannot be opened."""
    lines = _lines(path, sheet or "")
    first = next(lines, None)
    if first is None:
        raise Unreadable(_("This spreadsheet holds no sheet with rows."))
    return Sheet(tuple(first["sheets"]), first["sheet"], _rows(lines))


def every_sheet(path: Path) -> Iterator[tuple[str, int, list[str], dict[int, str], set[int]]]:
    """(sheet, number of the row, its cells, {column: error}, columns with formulas) of all sheets, hidden ones too.

    Raises Unreadable with one sentence when the file cannot be opened.
    """
    name = ""
    for line in _lines(path, ALL):
        if isinstance(line, dict):
            name = line["sheet"]
        else:
            number, cells, errors, formulas = line
            yield name, number, cells, dict(errors), set(formulas)


def _rows(lines: Iterator[Any]) -> Iterator[tuple[int, list[str], list[tuple[int, str]]]]:
    for number, cells, errors in lines:
        if TOTALS not in cells:
            yield number, cells, [(column, word) for column, word in errors]


def _lines(path: Path, sheet: str) -> Iterator[Any]:
    command = [
        sys.executable,
        "-I",
        str(_CHILD),
        str(path),
        sheet,
        str(CHILD_MEMORY_BYTES),
        str(CHILD_CPU_SECONDS),
    ]
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)
        try:
            assert child.stdout
            for line in _read(child.stdout):
                yield json.loads(line)
            code = child.wait(timeout=30)
            if code:
                said.seek(0)
                raise Unreadable(_reason(code, said.read(500)))
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            assert child.stdout
            child.stdout.close()


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    """Lines of the child; one that stalls without using its time is given up."""
    with selectors.DefaultSelector() as ready:
        ready.register(stream, selectors.EVENT_READ)
        while True:
            buffered = stream.peek(1) if hasattr(stream, "peek") and ready.select(_STALL_SECONDS) else b""
            if not buffered:
                return
            line = stream.readline(CHILD_OUTPUT_LINE)
            if not line.endswith(b"\n"):
                return
            yield line


def _reason(code: int, said: bytes) -> str | Promise:
    if code == 4:
        return _("This workbook is protected by a password. Save it without one and upload it again.")
    if code in (3, -6, -9, -11) or b"memory" in said:
        return _("This spreadsheet asks for more memory than it may. Save the one sheet you need as CSV or a new xlsx.")
    if code == -24:
        return _("This spreadsheet takes too long to open. Save the one sheet you need as CSV or a new xlsx.")
    return _("This spreadsheet is damaged. Open it in its program, save it as xlsx and upload it again.")
