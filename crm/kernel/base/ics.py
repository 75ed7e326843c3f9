"""Calendars as text (RFC 5545): properties escaped, lines folded at 75 octets without breaking a character."""

import datetime
import re
from collections.abc import Iterable, Mapping

Value = str | int | datetime.date | datetime.datetime
_LONGEST = 75
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def escaped(text: str) -> str:
    """A text value: backslash, comma, semicolon and line breaks escaped; what no calendar may hold left out."""
    plain = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each further one behind a space."""
    pieces: list[str] = []
    piece, room = "", _LONGEST
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", _LONGEST - 1
        piece += sign
        room -= size
    return "\r\n ".join([*pieces, piece])


def line(name: str, value: Value) -> str:
    """One property. Moments are written in UTC, days as VALUE=DATE, texts escaped."""
    if isinstance(value, datetime.datetime):
        return f"{name}:{value.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}"
    if isinstance(value, datetime.date):
        return f"{name};VALUE=DATE:{value:%Y%m%d}"
    return folded(f"{name}:{value if isinstance(value, int) else escaped(value)}")


def component(kind: str, values: Mapping[str, Value | None]) -> list[str]:
    """The lines of a VEVENT or VTODO; properties without a value are left out."""
    return [f"BEGIN:{kind}", *(line(name, value) for name, value in values.items() if value not in (None, "")), f"END:{kind}"]


def calendar(name: str, parts: Iterable[list[str]]) -> str:
    """The whole calendar, called `name`, lines ended by CR LF."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kith//Calendar//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines = [*head, line("X-WR-CALNAME", name), *(one for part in parts for one in part), "END:VCALENDAR"]
    return "\r\n".join(lines) + "\r\n"
