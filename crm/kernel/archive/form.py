"""The form of an archive: the names of its members, its manifest, and rows as lines of JSON."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection

#: The form that this version writes and reads.
FORMAT = 1
MANIFEST, README = "manifest.json", "README.txt"
#: Members that an archive may have: rows of a table, contents of files and of imports by their row's id, lists to read.
MEMBER = re.compile(
    r"rows/[a-z][a-z0-9_]{0,62}\.jsonl|(?:files|imports)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|readable/[a-z][a-z0-9_-]{0,62}\.csv"
)


class Member(msgspec.Struct, forbid_unknown_fields=True):
    """One member: digest and bytes of its unpacked contents; rows, where it holds rows."""

    sha256: str
    size: int
    rows: int | None = None


class House(msgspec.Struct, forbid_unknown_fields=True):
    """The workspace itself."""

    id: str
    slug: str
    name: str
    language: str
    currency: str
    time_zone: str
    country: str
    created_at: str


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """What an archive holds. `moment`: of its one snapshot. `migrations`: {part: its last migration}. `seals`: how many seals the
    log has, and the digest of the last one, "" where there is none. `missing`: files whose contents were gone from the disk."""

    kith: str
    format: int
    product: str
    moment: str
    workspace: House
    migrations: dict[str, str]
    passwords: bool
    seals: int
    seal: str
    members: dict[str, Member]
    left_out: dict[str, str]
    missing: list[str] = []

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.moment)


#: Numbers with a point keep their digits: the log's seals are over them.
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def decoded(line: bytes | str) -> Any:
    """One line. Raises ValueError, msgspec.DecodeError among them."""
    return _decoder.decode(line)


def encoded(value: Any) -> bytes:
    return _encoder.encode(value)


def migrations() -> dict[str, list[str]]:
    """{part: its migrations in order} that this installation has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
        found: dict[str, list[str]] = {}
        for app, name in cursor.fetchall():
            found.setdefault(app, []).append(name)
    return found
