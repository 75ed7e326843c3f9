"""Writes the members of an archive one after the other, each with its digest; nothing is held in memory whole."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from crm.kernel.archive.form import Member

_CHUNK = 2**18
#: Rows shrink to a tenth at this level; more takes twice the time for a few percent.
_LEVEL = 3


class Sink:
    """An open member."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._held = 0
        self.size = 0
        self.rows = 0

    def write(self, data: bytes) -> None:
        self._waiting.append(data)
        self._held += len(data)
        if self._held >= _CHUNK:
            self.flush()

    def row(self, line: bytes) -> None:
        self.rows += 1
        self.write(line + b"\n")

    def flush(self) -> None:
        data = b"".join(self._waiting)
        self._waiting, self._held = [], 0
        self._digest.update(data)
        self.size += len(data)
        self._out.write(data)

    def told(self, rows: bool) -> Member:
        return Member(self._digest.hexdigest(), self.size, self.rows if rows else None)


class Packer:
    """The archive being written. Leave the block by an exception, and the file is removed."""

    def __init__(self, path: Path, moment: datetime) -> None:
        self._path = path
        self._when = max(moment.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=_LEVEL)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> "Packer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._zip.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    @contextmanager
    def member(self, name: str, rows: bool = False, packed: bool = True) -> Iterator[Sink]:
        """A new member. `packed` False: it is stored as it is, for what does not shrink any further."""
        told = zipfile.ZipInfo(name, date_time=self._when)
        told.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        told.external_attr = 0o600 << 16
        with self._zip.open(told, "w", force_zip64=True) as out:
            sink = Sink(out)
            yield sink
            sink.flush()
        self.members[name] = sink.told(rows)

    def pour(self, name: str, chunks: Iterable[bytes], packed: bool = True) -> None:
        """A member out of pieces."""
        with self.member(name, packed=packed) as sink:
            for chunk in chunks:
                sink.write(chunk)
