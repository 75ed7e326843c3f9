"""In which order the columns of a file write their dates: 3/4/2026 is the 3rd of April here and March the 4th there."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Literal

from crm.kernel.entity.forms.dates import guess_date_order
from crm.kernel.entity.forms.reading import DateOrder

Finding = Literal["dmy", "mdy", "open", "mixed"]
"""What the values of a column say: an order; "open": each can be read both ways; "mixed": some only one way, others
only the other."""

_NUMBERS = re.compile(
    r"\s*(?:[^\W\d]{3,9}\.?,?\s+)?(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(?:\d{4}|\d{2})\s*(?:$|[T\s,]+\d{1,2}:\d{2})"
)
"""The day and the month of a date in numbers with the year last, perhaps a weekday before it and a time behind it."""
_TRIED = 200
_LOOKED_AT = 200_000


def is_dated(cell: str) -> bool:
    """Whether a cell is a date in numbers, the year in front or at the end."""
    return bool(_NUMBERS.match(cell)) or (cell[:4].isdigit() and cell[4:5] == "-")


def date_orders(columns: int, rows: Iterable[Sequence[str]]) -> list[Finding | None]:
    """For each column what its dates say, None where it has none in numbers with the year last.

    Reads up to 200,000 rows and keeps four shapes a column. A column without such a date in its first 200 filled cells
    is not looked at any further.
    """
    shapes: list[set[tuple[bool, bool]]] = [set() for _column in range(columns)]
    tried = [0] * columns
    alive = list(range(columns))
    for cells in islice(rows, _LOOKED_AT):
        for index in alive:
            match = _NUMBERS.match(cells[index])
            if match:
                shapes[index].add((int(match[1]) > 12, int(match[2]) > 12))
            elif cells[index] and not shapes[index]:
                tried[index] += 1
        if any(tried[index] >= _TRIED for index in alive):
            alive = [index for index in alive if shapes[index] or tried[index] < _TRIED]
        if not alive:
            break
    return [_finding(found) for found in shapes]


def _finding(shapes: set[tuple[bool, bool]]) -> Finding | None:
    if not shapes:
        return None
    samples = [f"{25 if first else 2}/{25 if second else 2}/2026" for first, second in shapes if not (first and second)]
    order = guess_date_order(samples)
    if order in ("dmy", "mdy"):
        return "dmy" if order == "dmy" else "mdy"
    return "mixed" if {(True, False), (False, True)} <= shapes else "open"


def order_of(column: str, found: Any, chosen: Mapping[str, DateOrder], whole: DateOrder | None) -> DateOrder | None:
    """The order by which a column is read: as chosen for it, for the file, as its values say; None: as usual in the country."""
    if column in chosen:
        return chosen[column]
    if whole is not None:
        return whole
    return "dmy" if found == "dmy" else "mdy" if found == "mdy" else None
