"""Writes the archive of a workspace: one moment of it, table by table, straight to the disk."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from psycopg import sql

from crm.kernel.archive import left_out, tables
from crm.kernel.archive.contents import PLACES
from crm.kernel.archive.form import FORMAT, MANIFEST, README, House, Manifest, decoded, encoded, migrations
from crm.kernel.archive.pace import Pace, Told
from crm.kernel.archive.packing import Packer
from crm.kernel.archive.readable import lists
from crm.kernel.archive.readme import readme
from crm.kernel.archive.snapshot import Snapshot, snapshot
from crm.kernel.archive.tables import Table
from crm.kernel.audit import sealing
from crm.kernel.audit.models import AuditSeal
from crm.kernel.files import storage
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import scope


@dataclass(frozen=True, slots=True)
class Made:
    """What an archive came to: `rows` and `files` inside, files `missing` from the disk, `size` in bytes and digest of the whole."""

    rows: int
    files: int
    missing: int
    size: int
    sha256: str


def product() -> str:
    """The version of this program."""
    with (Path(settings.BASE_DIR) / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def write(path: Path, workspace_id: UUID, actor: Any, told: Told, passwords: bool = False) -> Made:
    """Writes the archive of a workspace to `path`; an earlier file there is replaced once this one is whole, and a half written one
    stays under no name. Call it outside any scope."""
    with scope(workspace_id, actor, "archive"):
        sealing.seal()
    part = path.with_name(f"{path.name}.part")
    with scope(workspace_id, actor, "archive"):
        every = tables.all_tables(passwords)
        known = {app: names[-1] for app, names in migrations().items()}
    with snapshot(workspace_id, actor) as moment, Packer(part, moment.moment) as packer:
        pace = Pace(told, _count(moment, every))
        for table in every:
            with packer.member(f"rows/{table.name}.jsonl", rows=True) as sink:
                for line in _lines(moment, table):
                    sink.row(line)
                    pace.step()
        missing = _bytes(packer, moment, workspace_id, pace)
        lists(packer, moment, part.with_name(f"{path.name}.list"), pace)
        with moment.through_kinds():
            manifest = _manifest(packer, moment, known, passwords, missing)
        packer.pour(README, [readme(manifest).encode()])
        packer.pour(MANIFEST, [encoded(manifest)])
    part.replace(path)
    files = sum(1 for name in packer.members if name.startswith("files/"))
    with path.open("rb") as whole:
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    return Made(pace.done, files, len(missing), path.stat().st_size, digest)


def _named(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


def _count(moment: Snapshot, every: list[Table]) -> int:
    return sum(int(row[0]) for table in every for row in moment.rows(sql.SQL("SELECT count(*) FROM {}").format(_named(table.name))))


def _lines(moment: Snapshot, table: Table) -> Iterator[bytes]:
    """Each row as one line of JSON. What is empty is not told: most columns of most rows are."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    order = sql.SQL(", ").join(map(sql.Identifier, table.order))
    statement = sql.SQL("SELECT row_to_json(x)::text FROM (SELECT {} FROM {} ORDER BY {}) x")
    for (raw,) in moment.rows(statement.format(columns, _named(table.name), order)):
        yield encoded({name: value for name, value in decoded(raw).items() if value is not None})


def _bytes(packer: Packer, moment: Snapshot, workspace_id: UUID, pace: Pace) -> list[str]:
    """The contents of files and of imports; answers the names of those that are gone from the disk."""
    missing = []
    for folder, (table, place) in PLACES.items():
        for (pk,) in moment.rows(sql.SQL("SELECT id FROM {} ORDER BY id").format(_named(table))):
            pace.step(0)
            try:
                with place(workspace_id, pk).open("rb") as contents:
                    packer.pour(f"{folder}/{pk}", storage.chunks_of(contents), packed=False)
            except FileNotFoundError:
                missing.append(f"{folder}/{pk}")
    return missing


def _manifest(packer: Packer, moment: Snapshot, known: dict[str, str], passwords: bool, missing: list[str]) -> Manifest:
    here = Workspace.objects.get()
    facts = ("slug", "name", "language", "currency", "time_zone", "country")
    house = House(id=str(here.id), created_at=here.created_at.isoformat(), **{name: str(getattr(here, name)) for name in facts})
    last = AuditSeal.objects.order_by("number").last()
    out = {table: str(why) for table, why in tables.left_out_tables().items()}
    out |= {f"{table}.{column}": str(why) for (table, column), why in left_out.COLUMNS.items()}
    if not passwords:
        out[".".join(left_out.PASSWORD)] = str(left_out.WITHOUT_PASSWORDS)
    return Manifest(
        kith="archive", format=FORMAT, product=product(), moment=moment.moment.isoformat(), workspace=house, migrations=known,
        passwords=passwords, seals=last.number if last else 0,
        seal=bytes(last.digest).hex() if last else "", members=packer.members, left_out=out, missing=missing,
    )  # fmt: skip
