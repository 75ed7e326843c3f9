"""What an edited workbook holds: what it says of itself, and its rows by field, whatever was moved, hidden, sorted or taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Wrong
from crm.kernel.exchange import seals
from crm.kernel.exchange.marks import ABOUT, KEY, TOTALS
from crm.kernel.exchange.reading import Unreadable, workbook
from crm.kernel.exchange.reading.sniffing import kind_of_file

_HEAD_WITHIN = 50


@dataclass(slots=True)
class Line:
    """One row: its sheet, number there and key, the text of each cell by field; `errors` by field, `formulas`: cells worked out."""

    sheet: str
    number: int
    key: str
    cells: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)


def about(path: Path) -> dict[str, Any]:
    """What the workbook says was exported. Raises Wrong where Kith does not know it as an export of this workspace."""
    if kind_of_file(path) == "csv":
        said = _("A CSV file does not say which records its rows are. Bring the workbook back, or import the file.")
        raise Wrong(fields={"file": [said]})
    opened = workbook.open_sheet(path, ABOUT)
    if opened.name != ABOUT:
        said = _("Kith does not find in this workbook what it put there when it was exported. Import it as a file instead.")
        raise Wrong(fields={"file": [said]})
    facts = seals.unseal("".join(cells[0] for _number, cells, _wrong in opened.rows if cells))
    if facts is None:
        said = _("This workbook is not one of this workspace, or what Kith put into it was changed. Import it as a file instead.")
        raise Wrong(fields={"file": [said]})
    return facts


class Lines:
    """The rows of all sheets; `notes` tells, once they are read, what was left out: {sentence}."""

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self._path = path
        self._by_head = {head: name for name, head in facts["columns"]} | {name: name for name, _head in facts["columns"]}
        self._own = {head for _name, head in facts["columns"]}
        self.notes: dict[str, None] = {}

    def __iter__(self) -> Iterator[Line]:
        sheet, heads, seen = "", None, 0
        for name, number, cells, errors, formulas in workbook.every_sheet(self._path):
            if name != sheet:
                self._missed(sheet, heads, seen)
                sheet, heads, seen = name, None, 0
            if name == ABOUT:
                continue
            if heads is None:
                seen += 1
                heads = self._heads(name, cells) if KEY in cells and number <= _HEAD_WITHIN else None
                continue
            line = _line(name, number, cells, heads, errors, formulas)
            if line is not None:
                yield line
        self._missed(sheet, heads, seen)

    def _heads(self, sheet: str, cells: list[str]) -> dict[int, str]:
        """{column: field, KEY for the key}"""
        found: dict[int, str] = {}
        for index, head in enumerate(cells):
            name = KEY if head == KEY else self._by_head.get(head.strip())
            if name is not None and name not in found.values():
                found[index] = name
            elif head.strip() and index < len(cells) and not self._is_link(cells, index):
                self.notes[_("“%(sheet)s”: Kith has not exported a column “%(column)s”; it is left out.")
                           % {"sheet": sheet, "column": head.strip()[:60]}] = None
        return found

    def _is_link(self, cells: list[str], index: int) -> bool:
        """The column with the way to the record stands before the key."""
        return cells[index] not in self._own and index + 1 < len(cells) and cells[index + 1] == KEY

    def _missed(self, sheet: str, heads: dict[int, str] | None, seen: int) -> None:
        """A sheet with rows and without the column of keys was not looked at; the index of an export never has one."""
        if seen and heads is None and sheet not in (ABOUT, _("Index"), "Index", "索引"):
            self.notes[_("The sheet “%(sheet)s” has no column “%(key)s”; it is left out.") % {"sheet": sheet, "key": KEY}] = None


def _line(
    sheet: str, number: int, cells: list[str], heads: dict[int, str], errors: dict[int, str], formulas: set[int]
) -> Line | None:
    key, found = "", {}
    for index, name in heads.items():
        text = cells[index].replace("\r\n", "\n") if index < len(cells) else ""
        if name == KEY:
            key = text.strip()
        else:
            found[name] = text
    if key == TOTALS:
        return None
    if not key and not any(text.strip() for text in found.values()) and not errors:
        return None
    wrong = {heads[index]: word for index, word in errors.items() if index in heads}
    worked = {heads[index] for index in formulas if index in heads}
    return Line(sheet, number, key, found, wrong, worked)


__all__ = ["Line", "Lines", "Unreadable", "about"]
