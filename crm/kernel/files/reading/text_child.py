"""Prints the text inside one file, as UTF-8, at most so many characters. Exit code 0: read, anything else: not readable.

Started by path with `python -I`, so it imports nothing of Kith. Memory and time are limited before the file is touched.
"""

import email
import email.policy
import html.parser
import os
import re
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pypdfium2
import python_calamine

#: What all parts of an archive may unpack to, bytes, and how many parts are looked into.
UNPACKED, PARTS = 64 * 2**20, 500
_CHUNK = 2**16
#: The form in which plain text keeps its blanks.
AS_IT_STANDS = "as-it-stands"
_WORDS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r"\s*\n\s*")


def plain(raw: bytes) -> str:
    """Text by its byte-order mark, else as UTF-8, else as GB 18030, else byte by byte."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(raw) - 4 and len(raw) > 8:  # cut off in the middle of a character
                return raw[: error.start].decode(encoding)
    return raw.decode("latin-1")


def from_plain(path: str, most: int) -> Iterator[str]:
    with Path(path).open("rb") as file:
        yield plain(file.read(most * 4))


def from_pdf(path: str, most: int) -> Iterator[str]:
    document = pypdfium2.PdfDocument(path)
    left = most
    for page in document:
        text = page.get_textpage()
        got = text.get_text_range(0, min(text.count_chars(), left))
        yield got + "\n"
        left -= len(got)
        text.close()
        page.close()
        if left <= 0:
            return


def from_workbook(path: str, most: int) -> Iterator[str]:
    with Path(path).open("rb") as file:
        workbook = python_calamine.CalamineWorkbook.from_filelike(file)
    for one in workbook.sheets_metadata:
        if not str(one.typ).endswith("WorkSheet"):
            continue
        yield f"{one.name}\n"
        for row in workbook.get_sheet_by_name(one.name).iter_rows():
            filled = [_cell(value) for value in row if value not in ("", None)]
            if filled:
                yield " ".join(filled) + "\n"


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


class _Xml:
    """The text of one XML part: what stands in `texts`, a line for each of `lines`. A document type ends the reading: what
    Office writes has none, and entities that grow are made with it."""

    def __init__(self, texts: frozenset[str] | None, lines: frozenset[str]) -> None:
        self.found: list[str] = []
        self._texts, self._lines, self._inside = texts, lines, 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True

    def _refuse(self, *_words: Any) -> None:
        raise ValueError("document type")

    def _start(self, name: str, _attributes: Any) -> None:
        local = name.rpartition(":")[2]
        if self._texts is not None and local in self._texts:
            self._inside += 1
        if local in ("tab", "tc", "s"):
            self.found.append(" ")

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if self._texts is not None and local in self._texts:
            self._inside -= 1
        if local in self._lines:
            self.found.append("\n")

    def _text(self, text: str) -> None:
        if self._texts is None or self._inside:
            self.found.append(text)


def _archive(path: str, wanted: Callable[[str], bool], texts: frozenset[str] | None, lines: frozenset[str]) -> Iterator[str]:
    """The parts of a zip in their natural order (slide2 before slide10), unpacked by and by and no further than allowed."""
    left = UNPACKED
    with zipfile.ZipFile(path) as archive:
        names = [one.filename for one in archive.infolist() if wanted(one.filename)]
        if not names:
            raise ValueError("no such parts")
        for name in sorted(names, key=lambda one: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", one)])[:PARTS]:
            xml = _Xml(texts, lines)
            with archive.open(name) as part:
                while chunk := part.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise ValueError("unpacks to too much")
                    xml.parser.Parse(chunk, False)
                    yield "".join(xml.found)
                    xml.found.clear()
            xml.parser.Parse(b"", True)
            yield "".join(xml.found) + "\n"


def from_docx(path: str, most: int) -> Iterator[str]:
    part = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
    return _archive(path, lambda name: part.fullmatch(name) is not None, frozenset({"t"}), frozenset({"p", "br"}))


def from_pptx(path: str, most: int) -> Iterator[str]:
    part = re.compile(r"ppt/(slides|notesSlides)/\w+\.xml")
    return _archive(path, lambda name: part.fullmatch(name) is not None, frozenset({"t"}), frozenset({"p", "br"}))


def from_open_document(path: str, most: int) -> Iterator[str]:
    return _archive(path, lambda name: name == "content.xml", frozenset({"p", "h"}), frozenset({"p", "h"}))


class _Html(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._hidden += tag in ("script", "style", "template")
        if tag in ("p", "br", "div", "tr", "li", "h1", "h2", "h3", "td", "th"):
            self.found.append("\n" if tag not in ("td", "th") else " ")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "template") and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(data)


def _html(text: str) -> str:
    reader = _Html()
    reader.feed(text)
    return "".join(reader.found)


def from_html(path: str, most: int) -> Iterator[str]:
    with Path(path).open("rb") as file:
        yield _html(plain(file.read(most * 8)))


def from_mail(path: str, most: int) -> Iterator[str]:
    with Path(path).open("rb") as file:
        mail = email.message_from_bytes(file.read(16 * 2**20), policy=email.policy.default)
    for head in ("Subject", "From", "To", "Cc"):
        yield f"{mail.get(head, '')}\n"
    for part in mail.walk():
        if part.get_content_maintype() != "text" or part.is_attachment():
            if part.get_filename():
                yield f"{part.get_filename()}\n"
            continue
        decoded = part.get_payload(decode=True)
        raw = decoded if isinstance(decoded, bytes) else b""
        try:
            text = raw.decode(part.get_content_charset() or "utf-8")
        except (LookupError, UnicodeDecodeError):
            text = plain(raw)
        yield (_html(text) if part.get_content_subtype() == "html" else text) + "\n"


READERS: dict[str, Callable[[str, int], Iterator[str]]] = {
    "pdf": from_pdf,
    "docx": from_docx,
    "pptx": from_pptx,
    "odt": from_open_document,
    "odp": from_open_document,
    "eml": from_mail,
    "html": from_html,
    "htm": from_html,
    **dict.fromkeys(("xlsx", "xlsm", "xls", "xlsb", "ods"), from_workbook),
    **dict.fromkeys(("txt", "csv", "md", "markdown", "log", AS_IT_STANDS), from_plain),
}


def main(path: str, form: str, most: int) -> None:
    """Writes the first `most` characters, blanks drawn together where it is for the search."""
    found, many = [], 0
    for piece in READERS[form](path, most):
        clean = piece.replace("\x00", " ").replace("\ufffe", "")
        tidy = clean if form == AS_IT_STANDS else _LINES.sub("\n", _WORDS.sub(" ", clean))
        found.append(tidy[: most - many])
        many += len(found[-1])
        if many >= most:
            break
    sys.stdout.buffer.write("".join(found).strip().encode("utf-8", "replace"))


if __name__ == "__main__":
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        main(sys.argv[3], sys.argv[4], int(sys.argv[5]))
        sys.stdout.flush()
        code = 0
    except BaseException:
        code = 5
    os._exit(code)
