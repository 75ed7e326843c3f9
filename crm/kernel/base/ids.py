"""Identifiers that sort by the time they were made (RFC 9562, version 7)."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new version 7 id: 48 bits of Unix milliseconds, then 74 random bits."""
    stamp = time.time_ns() // 1_000_000
    number = (stamp & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=number)


def as_uuid(raw: object) -> UUID | None:
    """The id that a text means, or None where it means none."""
    if isinstance(raw, UUID):
        return raw
    try:
        return UUID(str(raw))
    except ValueError:
        return None
