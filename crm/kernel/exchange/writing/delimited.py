"""CSV that spreadsheet programs open rightly and that never runs as a formula."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,]+%?\Z")
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")


def harmless(text: str) -> str:
    """A cell that no program takes for a formula: `=1+1` is written `'=1+1`. Reading takes the apostrophe off again.

    Numbers with a sign stay as they are. A text that starts with apostrophes and then a formula sign gets one more, so
    that the way back is exact.
    """
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text


class CsvWriter:
    """Streams rows into a CSV file. `encoding`: `utf-8` (with the mark that Excel needs) or `gbk`.

    `lost` counts the cells in which `gbk` has no character for something; those characters become `?`.
    """

    mime = "text/csv"

    def __init__(self, path: Path, columns: Sequence[str], encoding: str = "utf-8") -> None:
        self._file = path.open("w", encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="")
        self._codec = encoding
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self.rows = 0
        self.lost = 0
        self.lost_rows: list[int] = []
        self._writer.writerow([self._text(name) for name in columns])

    def _text(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str):
            return str(value)
        text = _UNWRITABLE.sub("�", value)
        return harmless(text)

    def add(self, cells: Sequence[object]) -> None:
        """Write one row."""
        self.rows += 1
        texts = [self._text(cell) for cell in cells]
        if self._codec != "utf-8":
            lost = sum(1 for text in texts if not self._fits(text))
            self.lost += lost
            if lost and len(self.lost_rows) < 20:
                self.lost_rows.append(self.rows + 1)
        self._writer.writerow(texts)

    def _fits(self, text: str) -> bool:
        try:
            text.encode(self._codec)
        except UnicodeEncodeError:
            return False
        return True

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
