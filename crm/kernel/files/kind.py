"""What a file is, by its first bytes; what may be shown inside the browser; which files are not what they say."""

import re

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words

#: Only these are ever handed to the browser to show; everything else is downloaded. No SVG and no HTML: they carry scripts; of a PDF
#: the browser gets pictures of its pages.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
UNKNOWN = "application/octet-stream"
PDF = "application/pdf"

#: What the first bytes may tell, and how it is called in a sentence.
FOUND: dict[str, Words] = {
    "png": _("a PNG picture"),
    "jpeg": _("a JPEG picture"),
    "gif": _("a GIF picture"),
    "webp": _("a WebP picture"),
    "pdf": _("a PDF"),
    "program": _("a program"),
    "script": _("a script"),
    "html": _("a web page"),
    "svg": _("an SVG drawing"),
    "zip": _("a ZIP archive"),
    "ole": _("an old Office file"),
    "archive": _("an archive"),
    "rtf": _("an RTF text"),
}
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"#!", "script"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "rtf"),
)
_MIMES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": PDF}
#: Web page or drawing, behind what may stand before them.
_HTML = re.compile(rb"^\s*(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body|script|iframe)\b", re.IGNORECASE | re.DOTALL)
_XML = rb"^\s*(<\?xml[^>]{0,200}\?>\s*)?(<!--.{0,500}?-->\s*)?"
_SVG = re.compile(_XML + rb"(<!doctype\s+svg[^>]{0,300}>\s*)?<svg\b", re.IGNORECASE | re.DOTALL)

_BY_NAME = {
    "csv": "text/csv",
    "txt": "text/plain",
    "log": "text/plain",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "zip": "application/zip",
    "eml": "message/rfc822",
}
_OFFICE = frozenset({"zip", "ole"})  # protected by a password, the new formats lie in an old container
_OLD_OFFICE = frozenset({"ole", "zip", "rtf", "html"})  # what other programs export as .xls and .doc is often a table in HTML
#: What contents of a known ending may be. Contents that nothing is known of pass: nothing opens them by themselves.
_EXPECTED: dict[str, frozenset[str]] = {
    "png": frozenset({"png"}),
    "jpg": frozenset({"jpeg"}),
    "jpeg": frozenset({"jpeg"}),
    "gif": frozenset({"gif"}),
    "webp": frozenset({"webp"}),
    "pdf": frozenset({"pdf"}),
    "docx": _OFFICE,
    "xlsx": _OFFICE,
    "pptx": _OFFICE,
    "odt": frozenset({"zip"}),
    "ods": frozenset({"zip"}),
    "doc": _OLD_OFFICE,
    "xls": _OLD_OFFICE,
    "ppt": _OLD_OFFICE,
    "rtf": frozenset({"rtf"}),
    "zip": frozenset({"zip"}),
    "txt": frozenset({"script"}),
    "md": frozenset({"script", "html"}),
    "log": frozenset({"script"}),
    "csv": frozenset({"script"}),
    "eml": frozenset(),
    **dict.fromkeys(("bmp", "tif", "tiff", "heic", "mp3", "mp4", "mov", "wav"), frozenset[str]()),
}
_PICTURES = frozenset({"png", "jpeg", "gif", "webp"})
_PICTURE_ENDINGS = frozenset({"png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic"})
_PROGRAM_ENDINGS = frozenset("exe com scr bat cmd msi pif js vbs ps1 hta jar lnk dll wsf cpl".split())
_BY_DECLARED = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", PDF: "pdf", "text/plain": "txt"}


def ending(name: str) -> str:
    """`Offer.PDF` → `pdf`."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def sniffed(start: bytes) -> str:
    """A key of `FOUND`, or "" where the first bytes (some hundred) tell nothing."""
    for mark, found in _STARTS:
        if start.startswith(mark):
            return found
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    text = start.removeprefix(b"\xef\xbb\xbf")
    return "svg" if _SVG.match(text) else "html" if _HTML.match(text) else ""


def mime_of(start: bytes, name: str) -> str:
    """The type by the first bytes (at least 16); for types that are only downloaded, by the name's ending."""
    found = sniffed(start)
    return _MIMES.get(found) or ("" if found in ("html", "svg", "program") else _BY_NAME.get(ending(name), "")) or UNKNOWN


def disguise(start: bytes, name: str, declared: str = "") -> str:
    """What the contents really are (a key of `FOUND`), where name or, failing a telling name, the declared type say something else.

    A program under two endings of which the first is a document's ("offer.pdf.exe") counts as disguised, too. A picture under
    another picture's ending does not: it is shown as what it is and can do no harm.
    """
    last = ending(name)
    if last in _PROGRAM_ENDINGS and ending(name[: -len(last) - 1].strip()) in _EXPECTED:
        return "script" if sniffed(start) != "program" else "program"
    claim = last if last in _EXPECTED else _BY_DECLARED.get(declared.partition(";")[0].strip().lower(), "") if not last else ""
    found = sniffed(start)
    if not claim or not found or found in _EXPECTED[claim]:
        return ""
    return "" if found in _PICTURES and claim in _PICTURE_ENDINGS else found


def is_text(mime: str) -> bool:
    """Whether the contents are read as plain text."""
    return mime in ("text/plain", "text/csv", "text/markdown")


#: Endings whose text is read from inside.
READ_BY_ENDING = frozenset("docx xlsx xlsm xls xlsb ods pptx odt odp eml html htm txt csv md markdown log pdf".split())
