"""The steps by which the rows, the log and the bytes of an archive become those of a new workspace, in one open transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection
from django.utils.translation import gettext as _
from psycopg import sql

from crm.kernel.archive.chain import Chain
from crm.kernel.archive.contents import PLACES
from crm.kernel.archive.form import encoded
from crm.kernel.archive.ids import Ids
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.archive.pace import Pace
from crm.kernel.archive.reading import Archive, unfit
from crm.kernel.archive.remapping import Remapping, Row
from crm.kernel.archive.tables import AUDIT, SEALS, Table
from crm.kernel.base.clock import now
from crm.kernel.exchange.models import ImportRun, ImportState
from crm.kernel.files.hooks import announce
from crm.kernel.files.models import FileText
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.models import Workspace

#: Rows and bytes of one statement.
ROWS, BYTES = 1_000, 4_000_000
SEALED_AT_ONCE = 20_000
#: Texts of files that are read over at once.
_TEXTS = 50


class Loading:
    """The steps of the one transaction."""

    def __init__(self, archive: Archive, ids: Ids, pace: Pace) -> None:
        self.archive, self.ids, self.pace = archive, ids, pace
        self.every = archive.fits_here()
        self.remapping = Remapping(ids, self.every)

    def found(self, slug: str, name: str) -> None:
        """The workspace's own row; from here on its rows bring their history with them."""
        house = self.archive.manifest.workspace
        with connection.cursor() as cursor:
            cursor.execute("SELECT kith_intake_begin()")
        facts = {name: getattr(house, name) for name in ("language", "currency", "time_zone", "country")}
        Workspace.objects.create(id=UUID(self.ids.new), slug=slug, name=name, **facts)
        Workspace.objects.filter(id=UUID(self.ids.new)).update(created_at=house.created_at)

    def tables(self) -> None:
        """All tables but the log."""
        for table in self.every:
            if table.name not in (AUDIT, SEALS):
                for number, rows in self._batches(table):
                    with said(table, number):
                        _insert(table, self.remapping.batch(table, rows))

    def log(self) -> None:
        """The audit log, once its seals were seen to hold. Under the old ids they stay as they are; under new ones the entries are sealed
        anew, and where they came from is sealed with them."""
        named = {table.name: table for table in self.every}
        seals = [row for _number, row in self.archive.rows(named[SEALS])] if SEALS in named else []
        with said(named.get(SEALS), 0):
            chain = Chain(self.ids.old, seals)
        if chain.last != self.archive.manifest.seal:
            why = _("%(member)s does not end with the seal that the manifest names. Take an untouched copy.")
            raise unfit(why, member=f"rows/{SEALS}.jsonl")
        for number, rows in self._batches(named[AUDIT]) if AUDIT in named else ():
            with said(named[AUDIT], number):
                chain.see(rows)
                _call("SELECT kith_intake_audit(%s::jsonb, '[]')", self.remapping.batch(named[AUDIT], rows))
        chain.done()
        if not self.ids.fresh and seals:
            _call("SELECT kith_intake_audit('[]', %s::jsonb)", seals)
        with said(named.get(AUDIT), 0):
            rules = chain.rules if self.ids.fresh else []
            _call(f"SELECT kith_intake_end(%s::jsonb, %s::jsonb, {SEALED_AT_ONCE})", rules, {"taken in": self.origin()})

    def origin(self) -> dict[str, Any]:
        """Where the workspace came from: kept in its log, under seal."""
        told = self.archive.manifest
        house = told.workspace
        return {"workspace": house.id, "name": house.name, "moment": told.moment, "seals": told.seals, "digest": told.seal}

    def contents(self) -> int:
        """The bytes of files, each under its row's new id; answers how many."""
        for folder, (_table, place) in PLACES.items():
            for name in self.archive.names(f"{folder}/"):
                pk = self.ids(UUID(name.rpartition("/")[2]))
                target = place(UUID(self.ids.new), pk)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with target.open("xb") as out:
                    for piece in self.archive.pieces(name):
                        out.write(piece)
                self.pace.step(0)
        return len(self.archive.names("files/"))

    def finish(self, files: int) -> int:
        """What is worked out anew and belongs to the same transaction; answers how many people there are."""
        texts = FileText.objects.filter(state=FileText.State.READ).select_related("file").order_by("pk")
        some: list[FileText] = []
        for text in texts.iterator(chunk_size=_TEXTS):
            announce(text.file, text)
            some.append(text)
            if len(some) == _TEXTS:
                bulk.update(FileText, some, ["search"])
                some = []
        bulk.update(FileText, some, ["search"])
        busy = (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)
        ImportRun.objects.filter(state__in=busy).update(state=ImportState.STOPPED)
        ArchiveRun(
            inward=True, why=_("import of a whole company"), state=ArchiveRun.DONE, rows=self.pace.done, files=files,
            missing=len(self.archive.manifest.missing), origin=self.origin(), finished_at=now(),
        ).save(force_insert=True)  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT count(*) FROM member WHERE is_active")
            return int(cursor.fetchone()[0])

    def _batches(self, table: Table) -> Iterator[tuple[int, list[Row]]]:
        """(line of the first, rows)"""
        rows: list[Row] = []
        size = first = 0
        for number, row in self.archive.rows(table):
            first = first or number
            rows.append(row)
            size += sum(len(value) for value in row.values() if isinstance(value, str)) + 200
            if len(rows) == ROWS or size > BYTES:
                yield first, rows
                rows, size, first = [], 0, 0
            self.pace.step()
        if rows:
            yield first, rows


def _call(statement: str, *given: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [encoded(one).decode() for one in given])


def _insert(table: Table, rows: list[Row]) -> None:
    """One statement for them all: of wide tables only those columns are named that hold anything."""
    used = sorted({name for row in rows for name in row})
    fixed = [name for name in table.defaults if name not in used]
    typed = [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(table.columns[name])) for name in used]
    held = [sql.Literal(table.defaults[name]) for name in fixed]
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM jsonb_to_recordset(%s::jsonb) AS x ({})").format(
        sql.Identifier("public", table.name),
        sql.SQL(", ").join(map(sql.Identifier, ["workspace_id", *used, *fixed])),
        sql.SQL(", ").join([sql.SQL("kith_workspace()"), *map(sql.Identifier, used), *held]),
        sql.SQL(", ").join(typed),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [encoded(rows).decode()])


@contextmanager
def said(table: Table | None, line: int) -> Iterator[None]:
    """What the database or the ids refuse is refused by the name of the member."""
    name = f"rows/{table.name}.jsonl" if table is not None else "rows"
    try:
        yield
    except IntegrityError as error:
        if "_pkey" in str(error):
            why = _("%(member)s: rows with these ids are on this installation already. Take it in with new ids: --new-ids.")
            raise unfit(why, member=name) from error
        why = _("%(member)s: a row points to something that is not there (%(why)s). Nothing was taken in.")
        raise unfit(why, member=name, why=_first_line(error)) from error
    except (DatabaseError, ValueError, TypeError, KeyError, AttributeError) as error:
        why = _("%(member)s, from line %(line)s on: a row does not fit (%(why)s). Nothing was taken in.")
        raise unfit(why, member=name, line=line, why=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
