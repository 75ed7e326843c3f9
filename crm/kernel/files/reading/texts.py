"""The text inside a file, and its pages as pictures."""

from pathlib import Path

from crm.kernel.files.kind import PDF, READ_BY_ENDING, ending, is_text
from crm.kernel.files.reading import limits
from crm.kernel.files.reading.guard import Unreadable, ask

_TEXT = Path(__file__).with_name("text_child.py")
_PAGE = Path(__file__).with_name("page_child.py")


def text_of(path: Path, mime: str, name: str) -> str | None:
    """The text, at most `limits.MOST_TEXT` characters; None for a file of a kind that has none. Raises Unreadable."""
    form = "pdf" if mime == PDF else ending(name)
    if form not in READ_BY_ENDING:
        if not is_text(mime):
            return None
        form = "txt"
    if path.stat().st_size > limits.LARGEST:
        raise Unreadable
    said = ask(_TEXT, [str(path), form, str(limits.MOST_TEXT)], limits.TEXT_SECONDS, limits.MOST_TEXT * 4)
    return said.decode("utf-8", "replace").replace("\x00", "")


def shown_text(path: Path, most: int) -> str:
    """The first `most` characters of a plain text, as they stand. Raises Unreadable."""
    return ask(_TEXT, [str(path), "as-it-stands", str(most)], limits.TEXT_SECONDS, most * 4).decode("utf-8", "replace")


def pages_of(path: Path) -> tuple[int, list[tuple[int, int]]]:
    """How many pages a PDF has, and (width, height) in points of the first hundred. Raises Unreadable."""
    try:
        many, *sizes = ask(_PAGE, [str(path), "0", "0"], limits.PAGE_SECONDS, 10_000).decode().splitlines()
        measured = [(int(wide), int(high)) for wide, _blank, high in (line.partition(" ") for line in sizes)]
        return int(many), measured
    except ValueError:
        raise Unreadable from None


def page_of(path: Path, number: int, width: int) -> bytes:
    """Page `number`, from 1, as a PNG of `width` pixels. Raises Unreadable, also where there is no such page."""
    return ask(_PAGE, [str(path), str(number), str(width)], limits.PAGE_SECONDS, limits.MOST_PICTURE)
