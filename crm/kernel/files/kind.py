"""What a file is, by its first bytes, and what may be shown inside the browser."""

#: Only these are ever shown in place; everything else is downloaded. No SVG and no HTML: they carry scripts.
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
UNKNOWN = "application/octet-stream"

_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
_BY_NAME = {
    "csv": "text/csv",
    "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "zip": "application/zip",
    "eml": "message/rfc822",
}


def mime_of(start: bytes, name: str) -> str:
    """The type by the first bytes (at least 16); for types that are only downloaded, by the name's ending."""
    for mark, mime in _STARTS:
        if start.startswith(mark):
            return mime
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return _BY_NAME.get(name.rpartition(".")[2].lower(), UNKNOWN)
