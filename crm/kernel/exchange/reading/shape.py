"""What was found out about a file, and one row of it."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class FileShape:
    """How a file is to be read. `header_row` is the line (or sheet row) of the names, 0 when there is none."""

    kind: str
    """csv, xlsx, xls, xlsb or ods."""
    columns: tuple[str, ...]
    header_row: int
    rows: int
    """Rows below the header that hold anything."""
    encoding: str | None = None
    encoding_sure: bool = True
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    sheet: str | None = None
    ragged: tuple[int, ...] = ()
    """Numbers of the first rows that have too many or too few cells."""
    ragged_count: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain values, to be stored beside the file."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "FileShape":
        """The shape as stored by `to_json`, also after a trip through JSON."""
        known = {f.name for f in fields(cls)}
        given: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items() if k in known}
        return cls(**given)


@dataclass(frozen=True)
class Row:
    """One row below the header: its number in the file, its cells as text, and why it cannot be used."""

    number: int
    cells: tuple[str, ...]
    problem: str | None = None
