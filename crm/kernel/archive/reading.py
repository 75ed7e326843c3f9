"""Opens an archive that may have been made to hurt: nothing is believed before it was looked at, nothing is held whole."""

import hashlib
import io
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.archive import tables
from crm.kernel.archive.form import FORMAT, MANIFEST, MEMBER, README, Manifest, decoded, migrations
from crm.kernel.archive.pace import Pace
from crm.kernel.archive.tables import Table
from crm.kernel.base.errors import Refusal, Words

#: What an archive may have at most: members, bytes of its manifest, of one row, and how far a member may shrink.
MOST_MEMBERS, MOST_MANIFEST, MOST_ROW, MOST_SHRUNK = 5_000_000, 2**30, 2**27, 300
#: Smaller members may shrink as they like.
_SMALL = 2**20
_CHUNK = 2**18
NEWER: Words = gettext_lazy("This archive comes from a newer Kith (%(product)s). Bring this Kith up to date first.")
OLDER: Words = gettext_lazy(
    "This archive comes from an older Kith (%(product)s). Take it in there, bring that Kith up to date, make a new one."
)
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Unfit(Refusal):
    """This archive is not taken in; the message names the member and says what to do."""


def unfit(message: Words, **words: Any) -> Unfit:
    """The refusal with its words filled in."""
    return Unfit(str(message) % words)


class Archive:
    """An archive whose names, sizes and manifest are in order. `verify` looks at every byte."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._zip = packed
        self._infos = _checked_names(packed)
        self.manifest = self._read_manifest()
        self._compare()

    def _read_manifest(self) -> Manifest:
        info = self._infos.get(MANIFEST)
        if info is None:
            raise unfit(_("%(member)s is missing: this is not an archive that Kith made."), member=MANIFEST)
        if info.file_size > MOST_MANIFEST:
            raise unfit(_("%(member)s is too large."), member=MANIFEST)
        raw = b"".join(self._pieces(MANIFEST, info.file_size))
        try:
            kind = msgspec.json.decode(raw, type=_Head)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
            raise unfit(_("%(member)s cannot be read: %(why)s"), member=MANIFEST, why=error) from None
        if kind.kith != "archive":
            raise unfit(_("%(member)s is not that of a whole workspace."), member=MANIFEST)
        if kind.format != FORMAT:
            raise unfit(NEWER if kind.format > FORMAT else OLDER, product=kind.product[:40])
        try:
            found = msgspec.json.decode(raw, type=Manifest)
            UUID(found.workspace.id)
            if found.at.tzinfo is None:
                raise ValueError("moment")
        except (msgspec.ValidationError, ValueError) as error:
            raise unfit(_("%(member)s cannot be read: %(why)s"), member=MANIFEST, why=error) from None
        return found

    def _compare(self) -> None:
        """What the manifest tells is there, and nothing else, each as large as it says."""
        told = self.manifest.members
        for name, info in self._infos.items():
            if name != MANIFEST and name not in told:
                raise unfit(_("%(member)s is not in the manifest: the archive was changed. Take an untouched copy."), member=name)
            if name != MANIFEST and info.file_size != told[name].size:
                said = _("%(member)s is not as large as the manifest says: the archive was changed. Take an untouched copy.")
                raise unfit(said, member=name)
        for name, member in told.items():
            if name not in self._infos:
                raise unfit(_("%(member)s is missing: the archive is not whole. Take an untouched copy."), member=name[:200])
            if not _DIGEST.fullmatch(member.sha256):
                raise unfit(_("%(member)s cannot be read: %(why)s"), member=MANIFEST, why="sha256")
        Path(settings.DATA).mkdir(parents=True, exist_ok=True)
        if sum(member.size for member in told.values()) > shutil.disk_usage(settings.DATA).free:
            raise Unfit(_("There is not enough room on this machine for what is in the archive."))

    def fits_here(self) -> list[Table]:
        """The tables to load. Raises Unfit where another version of Kith, or other parts, made the archive."""
        ours = migrations()
        for app, last in self.manifest.migrations.items():
            known = ours.get(app)
            if known is None:
                raise unfit(_("This archive needs the part “%(part)s”. Install it here first."), part=app[:60])
            if last not in known:
                raise unfit(NEWER, product=self.manifest.product[:40])
            if last != known[-1]:
                raise unfit(OLDER, product=self.manifest.product[:40])
        every = {table.name: table for table in tables.all_tables(self.manifest.passwords)}
        for name in self.names("rows/"):
            if name[5:-6] not in every:
                said = _("%(member)s: there is no such table here. Install the part that it belongs to, or take an untouched copy.")
                raise unfit(said, member=name)
        return [table for table in every.values() if f"rows/{table.name}.jsonl" in self.manifest.members]

    def names(self, begin: str) -> list[str]:
        return [name for name in self.manifest.members if name.startswith(begin)]

    def verify(self, pace: Pace) -> None:
        """Reads every member and compares its digest. Raises Unfit with the name of the first that differs."""
        for name, member in self.manifest.members.items():
            digest = hashlib.sha256()
            for piece in self._pieces(name, member.size):
                digest.update(piece)
                pace.step(0)
            if digest.hexdigest() != member.sha256:
                said = _("%(member)s is damaged: its digest is not the one in the manifest. Take an untouched copy.")
                raise unfit(said, member=name)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The contents of a member."""
        return self._pieces(name, self.manifest.members[name].size)

    def _pieces(self, name: str, most: int) -> Iterator[bytes]:
        """Not one byte more than was told, whatever the packed data would unpack to."""
        left = most
        with _readable(name), self._zip.open(name) as source:
            while piece := source.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise unfit(_("%(member)s unpacks to more than it says. Do not trust this archive."), member=name)
                yield piece

    def rows(self, table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line, row) of a table; columns that it does not have are refused by name."""
        name = f"rows/{table.name}.jsonl"
        with _readable(name), io.BufferedReader(self._zip.open(name), _CHUNK) as source:  # type: ignore[type-var]
            for number, line in enumerate(_lines(source, name), 1):
                try:
                    row = decoded(line)
                except (ValueError, RecursionError) as error:
                    raise unfit(_("%(member)s, line %(line)s cannot be read: %(why)s"), member=name, line=number, why=error) from None
                if not isinstance(row, dict) or "id" not in row:
                    raise unfit(_("%(member)s, line %(line)s is no row."), member=name, line=number)
                if unknown := row.keys() - table.columns.keys():
                    said = _("%(member)s, line %(line)s: there is no column “%(column)s”. Only archives that Kith wrote are taken in.")
                    raise Unfit(said % {"member": name, "line": number, "column": min(unknown)[:80]})
                yield number, row


class _Head(msgspec.Struct):
    kith: str
    format: int
    product: str = ""


def _lines(source: IO[bytes], name: str) -> Iterator[bytes]:
    while line := source.readline(MOST_ROW):
        if not line.endswith(b"\n"):
            raise unfit(_("%(member)s has a row that is too long or does not end."), member=name)
        yield line


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise unfit(_("%(member)s is damaged (%(why)s). Take an untouched copy."), member=name, why=error) from None


def _checked_names(packed: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """{name: member}. Raises Unfit for names that an archive of Kith cannot have, doubled ones, and what shrinks too far."""
    infos = packed.infolist()
    if len(infos) > MOST_MEMBERS:
        raise Unfit(_("This archive has too many members."))
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        shown = {"member": ascii(info.orig_filename[:120])[1:-1]}
        if info.orig_filename not in (MANIFEST, README) and not MEMBER.fullmatch(info.orig_filename):
            raise Unfit(_("%(member)s: an archive of Kith has no member of this name. Do not trust this archive.") % shown)
        if info.orig_filename in found:
            raise Unfit(_("%(member)s is there twice. Do not trust this archive.") % shown)
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit(_("%(member)s is packed in a way that Kith does not use. Do not trust this archive.") % shown)
        if info.file_size > _SMALL and info.file_size > MOST_SHRUNK * max(info.compress_size, 1):
            raise Unfit(_("%(member)s unpacks to far more than it could hold. Do not trust this archive.") % shown)
        found[info.orig_filename] = info
    return found


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises Unfit where the file is no archive of Kith."""
    try:
        packed = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unfit(_("This file is no archive that can be opened: %(why)s"), why=error) from None
    with packed:
        yield Archive(packed)
