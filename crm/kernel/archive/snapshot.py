"""One moment of a workspace, read by a connection of its own while others go on writing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, transaction
from psycopg import sql

from crm.kernel.tenancy.scope import scope

#: Rows that come over the line at once.
AT_ONCE = 1_000


class Snapshot:
    """Everything that is read through it is of the same moment. The policies of rows hold: it is the application's role."""

    def __init__(self, link: "psycopg.Connection[Any]", workspace_id: UUID, actor: Any, name: str, moment: Any) -> None:
        self._link = link
        self._workspace_id = workspace_id
        self._actor = actor
        self._name = name
        self.moment = moment

    def rows(self, statement: sql.SQL | sql.Composed) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement, a few thousand in memory at a time."""
        with self._link.cursor(name="archive") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(statement)
            yield from cursor

    @contextmanager
    def through_kinds(self) -> Iterator[None]:
        """A scope of the actor, for reading by the registry, that sees the same moment."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(self._name)))
            with scope(self._workspace_id, self._actor):
                yield


@contextmanager
def snapshot(workspace_id: UUID, actor: Any) -> Iterator[Snapshot]:
    """Opens one. Call it outside any scope."""
    given = connection.get_connection_params()
    plain = {name: value for name, value in given.items() if name not in ("context", "cursor_factory", "prepare_threshold", "pool")}
    with psycopg.connect(**plain) as link:
        link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        link.read_only = True
        link.execute("SELECT kith_open(%s, '', '', 'archive')", [str(workspace_id)])
        link.execute("SET LOCAL TimeZone = 'UTC'")
        row = link.execute("SELECT pg_export_snapshot(), now()").fetchone()
        assert row is not None
        yield Snapshot(link, workspace_id, actor, row[0], row[1])
