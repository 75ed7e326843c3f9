"""Workbooks for people: a sheet or many with heads, filter, widths and totals, streamed; each row knows its record."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from crm.kernel.base.money import Money, places
from crm.kernel.exchange.marks import ABOUT, KEY, TOTALS
from crm.kernel.exchange.writing.workbook import DAY, MOMENT, Pen, money_format, open_book, sheet_name, width

SUMMED = ("integer", "decimal", "money")
_SHOWN = {"date": DAY, "datetime": MOMENT, "integer": "0", **dict.fromkeys(("decimal", "money", "percent", "yes_no"), "General")}
_MEASURED = 300
_WIDEST = 60
_CHUNK = 30_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field, its head and its type. `currency`: where the currency of its amounts stands, as an index."""

    name: str
    title: str
    type: str
    currency: int | None = None


Totals = dict[tuple[int, str], Decimal]
"""{(column, currency or ""): sum}"""


@dataclass(slots=True)
class Sheet:
    """One sheet that is being written, or was: its name, rows and totals."""

    name: str
    title: str
    rows: int = 0
    totals: Totals = field(default_factory=lambda: defaultdict(Decimal))


class Book:
    """Streams rows into the sheets of a workbook, one sheet after the other. Close it to have the file."""

    def __init__(self, path: Path, columns: Sequence[Column], index: str = "") -> None:
        """`index`: the name of a first sheet that lists the others; "" for none."""
        self._book = open_book(path)
        self.pen = Pen(self._book)
        self.columns = columns
        self.sheets: list[Sheet] = []
        self._taken = {ABOUT}
        self._index = self._add(index) if index else None
        self._raw: Any = None
        self._widths: list[int] = []

    def _add(self, wanted: str) -> Any:
        name = sheet_name(wanted, self._taken)
        self._taken.add(name.casefold())
        return self._book.add_worksheet(name)

    @property
    def rows(self) -> int:
        """Rows of all sheets."""
        return sum(sheet.rows for sheet in self.sheets)

    def sheet(self, title: str) -> Sheet:
        """Begins a sheet; the one before is finished."""
        self.finish()
        self._raw = self._add(title)
        self.sheets.append(Sheet(self._raw.get_name(), title))
        for index, column in enumerate(self.columns):
            self.pen.say(self._raw, 0, index, column.title, bold=True)
        self.pen.say(self._raw, 0, len(self.columns), _("Open in Kith"), bold=True)
        self.pen.say(self._raw, 0, len(self.columns) + 1, KEY)
        self._raw.freeze_panes(1, 0)
        self._widths = [width(column.title) + 4 for column in self.columns]
        return self.sheets[-1]

    def add(self, cells: Sequence[object], key: str, link: str) -> None:
        """One row of the sheet that was begun last. `key`: which record it is; `link`: where it is shown, "" for nowhere."""
        sheet = self.sheets[-1]
        sheet.rows += 1
        for index, cell in enumerate(cells):
            self.pen.write(self._raw, sheet.rows, index, cell)
            if cell is not None and self.columns[index].type in SUMMED:
                _count(sheet.totals, index, cell)
        if sheet.rows <= _MEASURED:
            self._measure(cells)
        if link:
            address = link.replace('"', '""')
            formula = f'=HYPERLINK("{address}","↗")'
            self._raw.write_formula(sheet.rows, len(self.columns), formula, self.pen.format("General", font_color="#0F6E5B"), "↗")
        self._raw.write_string(sheet.rows, len(self.columns) + 1, key)

    def _measure(self, cells: Sequence[object]) -> None:
        for index, cell in enumerate(cells):
            text = str(cell) if cell is not None else ""
            if len(text) * 2 > self._widths[index]:
                self._widths[index] = max(self._widths[index], max(map(width, text.split("\n"))) + 2)

    def finish(self) -> None:
        """Totals, filter and widths of the sheet that was begun last."""
        if self._raw is None:
            return
        raw, sheet = self._raw, self.sheets[-1]
        for index, column in enumerate(self.columns):
            shown = self.pen.format(_SHOWN.get(column.type, "@"))
            raw.set_column(index, index, min(max(self._widths[index], 8), _WIDEST), shown)
        raw.set_column(len(self.columns), len(self.columns), 16)
        raw.set_column(len(self.columns) + 1, len(self.columns) + 1, 12, None, {"hidden": True})
        if self.columns:
            raw.autofilter(0, 0, sheet.rows, len(self.columns) - 1)
        if sheet.rows and sheet.totals:
            self._foot(raw, sheet)
        raw.set_landscape()
        raw.set_paper(9)
        raw.fit_to_pages(1, 0)
        raw.repeat_rows(0)
        raw.set_header("&L" + sheet.title.replace("&", "&&")[:200])
        raw.set_footer("&L&D&R&P / &N")
        raw._opt_close()  # a thousand sheets would be a thousand open files; the library opens each again when it packs them
        self._raw = None

    def _foot(self, raw: Any, sheet: Sheet) -> None:
        """The totals: one row where all amounts have one currency, a row for each currency else."""
        found = sorted({currency for _index, currency in sheet.totals if currency}) or [""]
        label = next((index for index, column in enumerate(self.columns) if column.type not in SUMMED), None)
        for turn, currency in enumerate(found):
            row = sheet.rows + 1 + turn
            for index, column in enumerate(self.columns):
                if index == label:
                    text = _("Total") if len(found) == 1 else _("Total %(currency)s") % {"currency": currency}
                    self.pen.say(raw, row, index, text, bold=True, top=1)
                elif (index, currency if column.type == "money" else "") in sheet.totals and (not turn or column.type == "money"):
                    self._sum(raw, sheet, row, index, currency if column.type == "money" else "", len(found) > 1)
            raw.write_string(row, len(self.columns) + 1, TOTALS)

    def _sum(self, raw: Any, sheet: Sheet, row: int, index: int, currency: str, several: bool) -> None:
        cells = f"{xl_rowcol_to_cell(1, index)}:{xl_rowcol_to_cell(sheet.rows, index)}"
        beside = self.columns[index].currency
        formula = f"=SUBTOTAL(109,{cells})"
        if several and currency and beside is not None:
            letter = xl_col_to_name(beside)
            formula = f'=SUMIF({letter}2:{letter}{sheet.rows + 1},"{currency}",{cells})'
        shown = self._total_format(currency)
        raw.write_formula(row, index, formula, shown, float(sheet.totals[index, currency]))

    def _total_format(self, currency: str) -> Any:
        return self.pen.format(money_format(currency, places(currency)) if currency else "#,##0.########", bold=True, top=1)

    def close(self, about: str, whole: int | None = None) -> None:
        """Index, what was exported (`about`), and the file. `whole`: how many rows the list has, over all books."""
        self.finish()
        if self._index is not None:
            self._list(self._index, whole)
        hidden = self._book.add_worksheet(ABOUT)
        for row, start in enumerate(range(0, len(about), _CHUNK)):
            hidden.write_string(row, 0, about[start : start + _CHUNK])
        hidden.very_hidden()
        self._book.close()

    def _list(self, raw: Any, whole: int | None) -> None:
        heads = list(_total_heads(self.columns, self.sheets))
        titles = [_("Sheet"), _("Number of rows"), *(title for _key, title in heads)]
        for index, title in enumerate(titles):
            self.pen.say(raw, 0, index, title, bold=True)
            raw.set_column(index, index, 40 if not index else max(width(title) + 4, 14))
        raw.freeze_panes(1, 0)
        linked = self.pen.format("@", font_color="#0F6E5B", underline=1)
        for row, sheet in enumerate(self.sheets, 1):
            target = sheet.name.replace("'", "''")
            raw.write_url(row, 0, f"internal:'{target}'!A1", linked, self.pen_text(sheet.title))
            raw.write_number(row, 1, sheet.rows)
            for index, (key, _title) in enumerate(heads, 2):
                if key in sheet.totals:
                    raw.write_number(row, index, sheet.totals[key], self._plain_total(key[1]))
        many = len(self.sheets)
        raw.autofilter(0, 0, many, len(titles) - 1)
        self._index_foot(raw, many + 1, heads, whole)

    def pen_text(self, text: str) -> str:
        """The words of a link: a line, not too long for one."""
        return " ".join(text.split())[:200] or "–"

    def _plain_total(self, currency: str) -> Any:
        return self.pen.format(money_format(currency, places(currency)) if currency else "#,##0.########")

    def _index_foot(self, raw: Any, row: int, heads: Sequence[tuple[tuple[int, str], str]], whole: int | None) -> None:
        bold = self.pen.format("#,##0", bold=True, top=1)
        self.pen.say(raw, row, 0, _("Total"), bold=True, top=1)
        raw.write_formula(row, 1, f"=SUM(B2:B{row})", bold, self.rows)
        for index, (key, _title) in enumerate(heads, 2):
            letter = xl_col_to_name(index)
            total = sum((sheet.totals.get(key, Decimal(0)) for sheet in self.sheets), Decimal(0))
            raw.write_formula(row, index, f"=SUM({letter}2:{letter}{row})", self._total_format(key[1]), float(total))
        if whole is not None:
            self.pen.say(raw, row + 1, 0, _("Rows of the whole list"))
            raw.write_number(row + 1, 1, whole, self.pen.format("#,##0"))


def _count(totals: Totals, index: int, cell: object) -> None:
    if isinstance(cell, Money):
        totals[index, cell.currency] += cell.decimal
    elif isinstance(cell, int | Decimal):
        totals[index, ""] += Decimal(cell)


def _total_heads(columns: Sequence[Column], sheets: Sequence[Sheet]) -> Iterator[tuple[tuple[int, str], str]]:
    """[((column, currency), head)] of every total that one of the sheets has, in the order of the columns."""
    for key in sorted({key for sheet in sheets for key in sheet.totals}):
        title = columns[key[0]].title
        yield key, f"{title} {key[1]}".strip()
