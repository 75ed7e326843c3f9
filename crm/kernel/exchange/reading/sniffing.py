"""What kind of file this is, and how it is to be read."""

import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.exchange.reading import delimited, header, workbook
from crm.kernel.exchange.reading.encoding import find_encoding
from crm.kernel.exchange.reading.limits import MAX_COLUMNS, MAX_FILE_BYTES, SAMPLE_ROWS
from crm.kernel.exchange.reading.problems import Unreadable
from crm.kernel.exchange.reading.shape import FileShape, Row

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
_FOREIGN = (
    (b"%PDF", gettext_lazy("This is a PDF. Kith reads CSV, xlsx, xls and ods.")),
    (b"\x89PNG", gettext_lazy("This is a picture. Kith reads CSV, xlsx, xls and ods.")),
    (b"\xff\xd8\xff", gettext_lazy("This is a picture. Kith reads CSV, xlsx, xls and ods.")),
    (b"GIF8", gettext_lazy("This is a picture. Kith reads CSV, xlsx, xls and ods.")),
    (b"\x1f\x8b", gettext_lazy("This is a packed file. Unpack it and upload the table in it.")),
    (b"Rar!", gettext_lazy("This is a packed file. Unpack it and upload the table in it.")),
    (b"7z\xbc\xaf", gettext_lazy("This is a packed file. Unpack it and upload the table in it.")),
    (
        b"SQLite format 3",
        gettext_lazy("This is a database. Export the table you need as CSV and upload that."),
    ),
)


def sniff(
    path: Path,
    *,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> FileShape:
    """How a file is to be read; what is given is kept, the rest is found. Raises Unreadable with one sentence."""
    kind = kind_of_file(path)
    if kind == "csv":
        return _text_shape(path, header_row, encoding, delimiter)
    return _sheet_shape(path, kind, sheet, header_row)


def rows(path: Path, shape: FileShape, after: int = 0) -> Iterator[Row]:
    """The rows below the header in the order of the file, with bounded memory, from behind number `after`."""
    width = len(shape.columns)
    start = max(after, shape.header_row)
    if shape.kind == "csv":
        source = delimited.records(path, shape.encoding or "utf-8", shape.delimiter or ",")
        for number, cells, problem in source:
            if number > start and any(cell.strip() for cell in cells):
                yield _text_row(number, cells, problem, width)
        return
    opened = workbook.open_sheet(path, shape.sheet)
    for number, cells, errors in opened.rows:
        if number > start and (errors or any(cell.strip() for cell in cells)):
            yield _sheet_row(number, cells, errors, shape.columns)


def kind_of_file(path: Path) -> str:
    """csv, xlsx, xls, xlsb or ods. Raises Unreadable with one sentence for what is no table."""
    size = path.stat().st_size
    if not size:
        raise Unreadable(_("This file is empty."))
    if size > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES // 1024 // 1024
        raise Unreadable(
            _("This file has %(size)d MB; Kith takes up to %(most)d MB at once. Split it into several files.")
            % {"size": size // 1024 // 1024, "most": most}
        )
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, said in _FOREIGN:
        if head.startswith(mark):
            raise Unreadable(said)
    if head.startswith(b"PK"):
        return _packed_kind(path)
    if head.startswith(_OLE):
        _refuse_encrypted(path)
        return "xls"
    if head[:2] in _BIFF and b"\x00" in head[:16]:
        return "xls"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise Unreadable(_("This is a web page, not a table. Open it in a spreadsheet program and save it as xlsx."))
    if start.startswith((b'{"', b'[{"', b"begin:v")):
        raise Unreadable(_("This is no table but another kind of text file. Kith reads CSV, xlsx, xls and ods."))
    if start.startswith(b"{\\rtf"):
        raise Unreadable(_("This is a text document, not a table. Kith reads CSV, xlsx, xls and ods."))
    return "csv"


def _packed_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.casefold() for name in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(_("This spreadsheet is damaged. Open it in its program, save it as xlsx and upload it again.")) from error
    if any(name.endswith("workbook.bin") for name in names):
        return "xlsb"
    if "[content_types].xml" in names and not any(name.startswith(("word/", "ppt/")) for name in names):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise Unreadable(_("This is a packed file without a spreadsheet in it. Unpack it and upload the table."))


def _refuse_encrypted(path: Path) -> None:
    """An encrypted xlsx is an OLE container with a stream of this name."""
    with path.open("rb") as file:
        content = file.read(4 * 1024 * 1024)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(_("This workbook is protected by a password. Save it without one and upload it again."))


def _text_shape(path: Path, header_row: int | None, encoding: str | None, delimiter: str | None) -> FileShape:
    found = None if encoding else find_encoding(path)
    codec = encoding or (found.codec if found else "utf-8")
    if found and found.broken > 50 and not found.sure:
        raise Unreadable(_("This is not a text table: it holds bytes that no known encoding has."))
    separator = delimiter or delimited.find_delimiter(path, codec)
    source = delimited.records(path, codec, separator)
    first = list(islice(source, SAMPLE_ROWS))
    named, columns = _header([(number, cells) for number, cells, _said in first], header_row)
    width = len(columns)
    read = (
        _text_row(number, cells, said, width)
        for number, cells, said in chain(first, source)
        if number > named and any(cell.strip() for cell in cells)
    )
    count, ragged, ragged_count = _count(read)
    return FileShape(
        kind="csv",
        columns=columns,
        header_row=named,
        rows=count,
        encoding=codec,
        encoding_sure=found is None or (found.sure and not found.broken),
        delimiter=separator,
        ragged=ragged,
        ragged_count=ragged_count,
    )


def _sheet_shape(path: Path, kind: str, sheet: str | None, header_row: int | None) -> FileShape:
    opened = workbook.open_sheet(path, sheet)
    first = list(islice(opened.rows, SAMPLE_ROWS))
    if not first:
        raise Unreadable(_("The sheet “%(name)s” is empty.") % {"name": opened.name})
    named = header.find([(number, cells) for number, cells, _said in first]) if header_row is None else header_row
    names = next((cells for number, cells, _said in first if number == named), [])
    used = _last(names)
    count = 0
    for number, cells, errors in chain(first, opened.rows):
        if number <= named or not (errors or any(cell.strip() for cell in cells)):
            continue
        count += 1
        if len(cells) > used:
            used = max(used, _last(cells))
    if used > MAX_COLUMNS:
        raise Unreadable(_("This sheet has %(found)d columns; Kith reads up to %(most)d.") % {"found": used, "most": MAX_COLUMNS})
    padded = [*names, *[""] * used][:used]
    return FileShape(
        kind=kind,
        columns=header.distinct(padded),
        header_row=named,
        rows=count,
        sheets=opened.sheets,
        sheet=opened.name,
    )


def _last(cells: list[str]) -> int:
    """The count of cells up to the last that holds anything."""
    used = len(cells)
    while used and not cells[used - 1].strip():
        used -= 1
    return used


def _header(sample: list[tuple[int, list[str]]], header_row: int | None) -> tuple[int, tuple[str, ...]]:
    named = (header.find(sample) or -1) if header_row is None else header_row
    if named:
        names = next((cells for number, cells in sample if number == named), [])
    else:
        names = [""] * max((len(cells) for _number, cells in sample), default=0)
    if not names:
        raise Unreadable(_("This file holds no rows."))
    return named, header.distinct(names)


def _count(read: Iterable[Row]) -> tuple[int, tuple[int, ...], int]:
    count = ragged_count = 0
    ragged: list[int] = []
    for row in read:
        count += 1
        if row.problem:
            ragged_count += 1
            if len(ragged) < 20:
                ragged.append(row.number)
    return count, tuple(ragged), ragged_count


def _text_row(number: int, cells: list[str], problem: str | None, width: int) -> Row:
    if len(cells) != width:
        extra = any(cell.strip() for cell in cells[width:])
        if problem is None and (extra or len(cells) < width):
            problem = _("This row has %(found)d cells, the header has %(named)d.") % {
                "found": len(cells),
                "named": width,
            }
        if not extra:
            cells = [*cells[:width], *[""] * (width - len(cells))]
    return Row(number, tuple(delimited.original(cell).replace("\x00", "�") for cell in cells), problem)


def _sheet_row(number: int, cells: list[str], errors: list[tuple[int, str]], columns: tuple[str, ...]) -> Row:
    width = len(columns)
    problem = None
    if errors:
        column, word = errors[0]
        name = columns[column] if column < width else header.letter(column)
        problem = _("“%(column)s” holds the error %(error)s.") % {"column": name, "error": word}
        cells = [*cells, *[""] * (width - len(cells))]
        for column, word in errors:
            if column < width:
                cells[column] = word
    if any("\x00" in cell for cell in cells):
        problem = problem or _("This row holds a zero byte; text has none.")
        cells = [cell.replace("\x00", "�") for cell in cells]
    return Row(number, (*cells[:width], *[""] * (width - len(cells))), problem)
