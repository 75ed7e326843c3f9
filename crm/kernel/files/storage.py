"""Contents on disk: `FILES_ROOT/<workspace>/<two digits>/<id>`. Names come from ids, never from what people type."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

HEAD = 2048
_CHUNK = 2**18


class TooLarge(Exception):
    """More bytes came than are allowed; what was written is removed."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What was learnt while writing: `size` in bytes, `head` the first bytes."""

    size: int
    sha256: str
    head: bytes


def folder(workspace_id: UUID) -> Path:
    return Path(settings.FILES_ROOT) / workspace_id.hex


def place(workspace_id: UUID, file_id: UUID) -> Path:
    return folder(workspace_id) / file_id.hex[-2:] / file_id.hex


def write(workspace_id: UUID, file_id: UUID, chunks: Iterable[bytes], most: int) -> Stored:
    """Writes the contents so that they survive a power cut; raises TooLarge past `most` bytes, OSError when full."""
    target = place(workspace_id, file_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f"{target.name}.part")
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with part.open("xb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLarge
                head = head if len(head) >= HEAD else (head + chunk)[:HEAD]
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        part.rename(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Stored(size, digest.hexdigest(), head)


def read(workspace_id: UUID, file_id: UUID) -> IO[bytes]:
    """The contents, open for reading. Raises FileNotFoundError."""
    return place(workspace_id, file_id).open("rb")


def chunks_of(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk


def remove(workspace_id: UUID, file_id: UUID) -> None:
    place(workspace_id, file_id).unlink(missing_ok=True)


def kept(workspace_id: UUID, older_than: float) -> Iterator[tuple[Path, UUID | None]]:
    """Every file on disk written before the Unix time `older_than`, with its id (None for a torn upload)."""
    for path in folder(workspace_id).glob("*/*"):
        if path.stat().st_mtime < older_than:
            yield path, UUID(path.name) if len(path.name) == 32 else None
