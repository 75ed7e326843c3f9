"""Which row holds the column names, and how they are made distinct."""

from collections.abc import Sequence

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letter(index: int) -> str:
    """The spreadsheet letter of a column: 0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = _LETTERS[rest] + name
    return name


def distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Column names that are never empty and never twice: `OrderID`, `OrderID (2)`, `Column C`."""
    names: list[str] = []
    seen: set[str] = set()
    for index, cell in enumerate(cells):
        base = " ".join(cell.replace("\x00", "").split())[:200] or f"Column {letter(index)}"
        name, count = base, 1
        while name.casefold() in seen:
            count += 1
            name = f"{base} ({count})"
        seen.add(name.casefold())
        names.append(name)
    return tuple(names)


def find(rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The number of the row that names the columns: the first that is filled like the rows around it.

    Titles above a table fill one or two cells, a header fills most of them.
    """
    filled = [(number, sum(1 for cell in cells if cell.strip())) for number, cells in rows]
    filled = [(number, count) for number, count in filled if count]
    if not filled:
        return 0
    widest = max(count for _, count in filled)
    for number, count in filled[:20]:
        if count * 2 >= widest and (count > 1 or widest == 1):
            return number
    return filled[0][0]
