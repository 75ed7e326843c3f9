"""Django's PostgreSQL backend, which tells the database for whom each transaction runs.

`set_config(…, true)` is local to the transaction, so a pooled connection never carries one company's setting into
another's request. A process with a pool of connections watches whether the database is there (see `watch`).
"""

import threading
from itertools import count
from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations

from crm.kernel.tenancy.backend.watch import Watch
from crm.kernel.tenancy.scope import ambient

#: How often the pool is asked for a connection, 0.75 s each time, while the server gives signs of life: it is only slow.
TRIES = 20
#: Versions of rights that nobody else will ever see.
_APART = count(1)
_OPEN = "SELECT * FROM kith_open(%s, %s, %s, %s)"
#: Statements that a connection keeps prepared; a plan takes some 100 kB of the server's memory.
PREPARED = 160


class LastingCursor(base.ServerBindingCursor):
    """Has each statement prepared by the server, with a plan that serves all values."""

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = True, binary: bool | None = None) -> Any:
        return super().execute(query, params, prepare=prepare, binary=binary)  # type: ignore[misc]


class Operations(operations.DatabaseOperations):
    """Tells logs and tests what such a cursor asked, with its values."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        return self.compose_sql(sql, params) if isinstance(cursor, LastingCursor) else super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Announces workspace, actor and reason whenever a transaction opens inside a scope."""

    ops_class = Operations
    kith_versions: tuple[int, int] = (0, 0)
    kith_looks = 0
    kith_changed = False
    kith_reshaped = False
    kith_relooked = False
    _lasting = False
    _watches: dict[str, Watch] = {}
    _starting = threading.Lock()

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection; refused at once while the database is known to be away."""
        if self.pool is None:
            return super().get_new_connection(conn_params)
        watch = self._watch(conn_params)
        for left in reversed(range(TRIES)):
            watch.need()
            try:
                return super().get_new_connection(conn_params)
            except psycopg.OperationalError:
                if not left or not watch.answers():
                    raise
        raise AssertionError

    def _watch(self, conn_params: dict[str, Any]) -> Watch:
        with self._starting:
            if self.alias not in self._watches:
                self._watches[self.alias] = Watch(conn_params, self.pool.check).start()
            return self._watches[self.alias]

    def lasting_cursor(self) -> Any:
        """A cursor for what is asked often and found by index: see `lasting`."""
        self._lasting = True
        try:
            return self.cursor()
        finally:
            self._lasting = False

    def create_cursor(self, name: str | None = None) -> Any:
        if not self._lasting or name is not None:
            return super().create_cursor(name)
        self.connection.prepared_max = PREPARED
        factory, self.connection.cursor_factory = self.connection.cursor_factory, LastingCursor
        try:
            return super().create_cursor()
        finally:
            self.connection.cursor_factory = factory

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self.kith_changed = self.kith_reshaped = self.kith_relooked = False
        if not autocommit and ambient() is not None:
            self.announce_scope()

    def announce_scope(self) -> None:
        """Sends the ambient scope to the database and reads back the workspace's versions."""
        found = ambient()
        if found is None:
            return
        actor = found.actor
        row = [
            str(found.workspace_id),
            str(actor.id) if actor is not None and actor.id else "",
            actor.name if actor is not None else "",
            found.reason,
        ]
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(_OPEN, row)
            versions = cursor.fetchone()
        self.kith_versions, self.kith_looks = (versions[:2], versions[2]) if versions else ((0, 0), 0)
        if self.kith_changed:
            self.apart()
        if self.kith_reshaped:
            self.reshaped()
        if self.kith_relooked:
            self.relooked()

    def apart(self) -> None:
        """Rights were changed in this transaction: what it keeps of them is its own until it ends, for it may yet be undone."""
        self.kith_changed = True
        self.kith_versions = (self.kith_versions[0], -next(_APART))

    def reshaped(self) -> None:
        """The same of kinds and fields."""
        self.kith_reshaped = True
        self.kith_versions = (-next(_APART), self.kith_versions[1])

    def relooked(self) -> None:
        """The same of saved views."""
        self.kith_relooked = True
        self.kith_looks = -next(_APART)
