"""Head lines: RFC 2047 words put together again, addresses, dates, as senders really write them."""

import base64
import binascii
import datetime
import quopri
import re
import unicodedata
from collections.abc import Iterable
from email.utils import getaddresses, parsedate_to_datetime

from crm.customers.letters.charsets import decode

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")
_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]]{1,64}@[^\s@<>\"',;:()\[\]]{1,253}")
MOST_PEOPLE = 300


def as_bytes(raw: str) -> bytes:
    """The bytes of a head line as they came (the parser keeps strange ones as lone surrogates)."""
    return raw.encode("utf-8", "surrogateescape")


def plain(text: str, longest: int = 2000) -> str:
    """Without control, direction and lone signs, in one line."""
    kept = "".join(" " if sign in "\r\n\t" else sign for sign in text[: longest * 4])
    shown = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cc", "Cs", "Cf") or sign in "\u200d\u200c")
    return re.sub(r" {2,}", " ", shown).strip()[:longest]


def unfolded(raw: str) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", raw)


def words(raw: str) -> str:
    """A head line as text: encoded words decoded, neighbours of one set joined first (senders cut signs in two)."""
    try:
        raw.encode("ascii")
    except UnicodeEncodeError:
        raw = decode(as_bytes(raw))
    text = _BETWEEN.sub(r"\1", unfolded(raw))
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        named = found[1].partition("*")[0].lower()
        if pending and (found.start() != at or named != charset):
            out.append(decode(pending, charset))
            pending = b""
        out.append(text[at : found.start()])
        pending += _content(found[2], found[3])
        charset, at = named, found.end()
    if pending:
        out.append(decode(pending, charset))
    out.append(text[at:])
    return "".join(out)


def _content(way: str, text: str) -> bytes:
    ascii_ = text.encode("utf-8", "replace")
    if way in "qQ":
        return quopri.decodestring(ascii_.replace(b"_", b"=20"), header=False)
    stripped = re.sub(rb"[^A-Za-z0-9+/]", b"", ascii_)
    try:
        return base64.b64decode(stripped + b"=" * (-len(stripped) % 4))
    except (binascii.Error, ValueError):
        return b""


def people(lines: Iterable[str]) -> list[tuple[str, str]]:
    """[(name, address in small letters)] of address lines; what holds no address is left out, each address once."""
    found: dict[str, str] = {}
    for line in lines:
        raw = unfolded(line)
        pairs = getaddresses([raw])
        if not any("@" in address for _name, address in pairs):
            decoded = words(raw)
            pairs = getaddresses([decoded])
            if not any("@" in address for _name, address in pairs):
                pairs = [("", address) for address in _ADDRESS.findall(decoded)]
        for name, address in pairs:
            clean = _ADDRESS.search(plain(words(address), 400)) if "@" in address else None
            if clean is not None:
                shown = plain(words(name), 200).strip("\"' ")
                known = found.setdefault(clean[0].strip(".").lower(), shown)
                if not known:
                    found[clean[0].strip(".").lower()] = shown
    return [(name if name.lower() != address else "", address) for address, name in found.items()][:MOST_PEOPLE]


def moment(raw: str) -> datetime.datetime | None:
    """The time of a date line; a zone that is missing or unknown counts as UTC."""
    try:
        at = parsedate_to_datetime(re.sub(r"\s+", " ", raw).strip()[:100])
        at = at if at.tzinfo is not None else at.replace(tzinfo=datetime.UTC)
        at = at.astimezone(datetime.UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return at if 1971 <= at.year <= 2200 else None
