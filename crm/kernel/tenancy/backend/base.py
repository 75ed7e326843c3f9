"""Django's PostgreSQL backend, which tells the database for whom each transaction runs.

`set_config(…, true)` is local to the transaction, so a pooled connection never carries one company's setting into
another's request.
"""

from django.db.backends.postgresql import base

from crm.kernel.tenancy.scope import ambient

_OPEN = "SELECT * FROM kith_open(%s, %s, %s, %s)"


class DatabaseWrapper(base.DatabaseWrapper):
    """Announces workspace, actor and reason whenever a transaction opens inside a scope."""

    kith_versions: tuple[int, int] = (0, 0)

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
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
        self.kith_versions = (versions[0], versions[1]) if versions else (0, 0)
