"""Text tables: delimiter, quotes and rows, streamed."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from crm.kernel.exchange.reading.limits import MAX_CELL_CHARACTERS, MAX_COLUMNS, SAMPLE_ROWS
from crm.kernel.exchange.reading.problems import Unreadable

DELIMITERS = (",", "\t", ";", "|")
_NEUTRAL = re.compile(r"'+[=+\-@\t\r]")
_DECLARED = re.compile(r"sep=(.)\r?\n?\Z", re.IGNORECASE)

csv.field_size_limit(MAX_CELL_CHARACTERS)


def original(cell: str) -> str:
    """The value of a cell that an export made harmless: `'=1+1` was `=1+1`."""
    return cell[1:] if cell[:1] == "'" and _NEUTRAL.match(cell) else cell


def declared_delimiter(path: Path, encoding: str) -> str | None:
    """The delimiter of a first line `sep=;`, as Excel writes and reads it."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        found = _DECLARED.match(file.readline(20))
    return found[1] if found else None


def find_delimiter(path: Path, encoding: str) -> str:
    """The delimiter by which the first rows agree most about how many cells they have."""
    declared = declared_delimiter(path, encoding)
    if declared:
        return declared
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        widths: list[int] = []
        try:
            for _number, cells, _problem in islice(records(path, encoding, delimiter), SAMPLE_ROWS):
                if any(cells):
                    widths.append(len(cells))
        except Unreadable:
            continue
        common = Counter(width for width in widths if width > 1).most_common(1)
        if common:
            width, count = common[0]
            scores[delimiter] = (count / len(widths), width)
    return max(scores, key=lambda name: scores[name]) if scores else ","


class _Lines:
    """The lines of a file, with the text of the record that is being read kept for a look at its quotes."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.held: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.held.append(line)
        return line


def records(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    """`(line number, cells, problem)` of each record, blank lines included as empty lists."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = _Lines(iter(file))
        reader = csv.reader(lines, delimiter=delimiter)
        started = 1
        while True:
            lines.held.clear()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Unreadable(_("The quotation mark opened in line %(line)d is never closed.") % {"line": started}) from error
            if started == 1 and declared_line(cells, delimiter, lines.held):
                started = reader.line_num + 1
                continue
            if len(cells) > MAX_COLUMNS:
                raise Unreadable(
                    _("Line %(line)d has more than %(most)d cells. Kith reads tables of up to %(most)d columns.")
                    % {"line": started, "most": MAX_COLUMNS}
                )
            yield started, cells, _problem(lines.held, started)
            started = reader.line_num + 1


def declared_line(cells: list[str], delimiter: str, held: list[str]) -> bool:
    """Whether the first record is the line `sep=;` that is no part of the table."""
    return bool(held) and bool(cells) and _DECLARED.match("".join(held)) is not None


def _problem(held: list[str], line: int) -> str | None:
    text = held[0] if len(held) == 1 else "".join(held)
    if len(held) > 1 and text.count('"') % 2:
        return _("The quotation mark opened in line %(line)d is never closed.") % {"line": line}
    if "�" in text:
        return _("A character of this line cannot be read in the chosen encoding.")
    if "\x00" in text:
        return _("This line holds a zero byte; text has none.")
    return None
