"""Brings the database in line with the declarations, after every `migrate`.

Declared once on the models, written here: row policies, `UNIQUE (workspace, id)`, composite foreign keys with their
indexes, unique rules led by the workspace, list indexes, audit triggers, grants. Each statement is idempotent: what is
there already is left alone, so a run that was cut off is simply run again.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import Index, TenantModel


def tenant_models() -> list[type[TenantModel]]:
    """Every concrete model whose rows belong to a workspace, in order of table name."""
    found = [m for m in apps.get_models(include_auto_created=True) if issubclass(m, TenantModel) and m._meta.managed]
    return sorted(found, key=lambda model: model._meta.db_table)


def short(name: str) -> str:
    """A constraint name of at most 63 bytes."""
    if len(name) <= 63:
        return name
    return f"{name[:52]}_{hashlib.sha256(name.encode()).hexdigest()[:10]}"


class Enforcer:
    """Writes what is missing; `.written` counts the statements that changed something."""

    def __init__(self, app_role: str) -> None:
        self.app_role = app_role
        self.cursor = connection.cursor()
        self.written = 0
        self.constraints = self._names("SELECT conname FROM pg_constraint")
        self.indexes = self._names("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        self.policies = self._names("SELECT tablename || '.' || policyname FROM pg_policies")
        self.triggers = self._names("SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid")
        self.columns = self._names("SELECT table_name || '.' || column_name FROM information_schema.columns")

    def _names(self, sql: str) -> set[str]:
        self.cursor.execute(sql)
        return {row[0] for row in self.cursor.fetchall()}

    def do(self, sql: str) -> None:
        self.cursor.execute(sql)
        self.written += 1

    def keys(self, table: str) -> None:
        name = short(f"{table}_ws_id")
        if name not in self.constraints:
            self.do(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE (workspace_id, id)')

    def policy(self, table: str) -> None:
        if f"{table}.kith_workspace" in self.policies:
            return
        self.do(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        self.do(
            f'CREATE POLICY kith_workspace ON "{table}" USING (workspace_id = (SELECT kith_workspace())) '
            f"WITH CHECK (workspace_id = (SELECT kith_workspace()))"
        )

    def workspace_link(self, table: str) -> None:
        name = short(f"{table}_ws_fk")
        if name not in self.constraints:
            self.do(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (workspace_id) REFERENCES workspace (id)')

    def link(self, table: str, field: TenantKey) -> None:
        column, target = field.column, field.related_model._meta.db_table
        name = short(f"{table}_{column}_fk")
        if name not in self.constraints:
            act = "ON DELETE CASCADE" if field.cascade else ""
            self.do(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (workspace_id, "{column}") '
                f'REFERENCES "{target}" (workspace_id, id) {act} DEFERRABLE INITIALLY DEFERRED'
            )

    def slot_link(self, table: str, column: str, target: str) -> None:
        """What a spare column points to is of the same workspace."""
        name = short(f"{table}_{column}_fk")
        if name not in self.constraints:
            self.do(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" FOREIGN KEY (workspace_id, "{column}") '
                f'REFERENCES "{target}" (workspace_id, id) DEFERRABLE INITIALLY DEFERRED'
            )

    def link_index(self, table: str, column: str, leading: set[str]) -> None:
        """The index of a link; a wider one that begins with the same column answers for it and spares a write."""
        if column not in leading:
            self.index(table, (column,))
        elif (name := short(f"{table}_{column}_ix")) in self.indexes:
            self.do(f'DROP INDEX "{name}"')

    def index(
        self, table: str, columns: tuple[str, ...], where: str = "", unique: bool = False, include: tuple[str, ...] = (), end: str = ""
    ) -> None:
        name = short(f"{table}_{'_'.join(columns)}_{end or ('uq' if unique else 'with' if include else 'ix')}")
        if name in self.indexes:
            return
        self.indexes.add(name)
        listed = ", ".join(f'"{column}"' for column in ("workspace_id", *columns))
        carried = f"INCLUDE ({', '.join(include)})" if include else ""
        self.do(f'CREATE {"UNIQUE" if unique else ""} INDEX "{name}" ON "{table}" ({listed}) {carried} {where}')

    def list_index(self, table: str, column: str, may_be_empty: bool) -> None:
        """What a list in the order of a column walks along. Most records have most fields empty, so only what is filled stands in
        it: an index of nothing but NULLs would cost each new record as much as any other."""
        if not may_be_empty:
            self.index(table, (column, "id"), "WHERE deleted_at IS NULL")
            return
        self.index(table, (column, "id"), f'WHERE deleted_at IS NULL AND "{column}" IS NOT NULL', end="filled")
        if (old := short(f"{table}_{column}_id_ix")) in self.indexes:
            self.do(f'DROP INDEX "{old}"')

    def column(self, table: str, name: str, kind: str) -> None:
        if f"{table}.{name}" not in self.columns:
            self.do(f'ALTER TABLE "{table}" ADD COLUMN "{name}" {kind}')

    def audit(self, table: str) -> None:
        if f"{table}.kith_audit" not in self.triggers:
            self.do(
                f'CREATE TRIGGER kith_audit AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
                f"FOR EACH ROW EXECUTE FUNCTION kith_audit()"
            )


def enforce(app_role: str = "kith_app") -> int:
    """Writes all that is missing, as the owner; answers how many statements were needed."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", app_role):
        raise ValueError(f"not a role name: {app_role}")
    work = Enforcer(app_role)
    for sql in sql_files("before"):
        work.cursor.execute(sql)
    models = tenant_models()
    for model in models:
        table = model._meta.db_table
        work.keys(table)
        work.workspace_link(table)
        work.policy(table)
    for model in models:
        _declared(work, model)
    for sql in sql_files("after"):
        work.cursor.execute(sql)
    _grants(work)
    return work.written


def _declared(work: Enforcer, model: type[TenantModel]) -> None:
    table: str = model._meta.db_table
    indexes = [one if isinstance(one, Index) else Index(one) for one in model.indexes_in_workspace]
    for unique in model.unique_together_in_workspace:
        work.index(table, unique, unique=True)
    for one in indexes:
        work.index(table, one.columns, f"WHERE {one.where}" if one.where else "", include=one.include)
    leading = {one.columns[0] for one in indexes if not one.where and len(one.columns) > 1}
    for field in model._meta.local_fields:
        if isinstance(field, TenantKey):
            work.link(table, field)
            work.link_index(table, str(field.column), leading)
    plan: Any = getattr(model, "storage_plan", None)
    if plan is not None:
        plan(work)
    if model.audited:
        work.audit(table)


def sql_files(when: str) -> Iterator[str]:
    """SQL of the installed packages: `sql/NN_name.sql`; numbers from 50 on run after the tables are ready."""
    for config in apps.get_app_configs():
        if not config.name.startswith("crm.") and config.name not in settings.OUTSIDE_PARTS:
            continue
        for path in sorted(Path(config.path, "sql").glob("*.sql")):
            late = int(path.name.split("_", 1)[0]) >= 50
            if late == (when == "after"):
                yield path.read_text(encoding="utf-8")


#: Tables that the application may only read: triggers and definer functions write them.
READ_ONLY = ("audit_entry", "audit_seal", "archive_intake", "django_migrations")
#: Tables to which the application may only add.
ADD_ONLY = ("audit_read",)


def _grants(work: Enforcer) -> None:
    role = work.app_role
    work.cursor.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    work.cursor.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"')
    work.cursor.execute(f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"')
    work.cursor.execute(f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "{role}"')
    tables = {model._meta.db_table for model in apps.get_models()} | {"django_migrations"}
    for table in READ_ONLY:
        if table in tables:
            work.cursor.execute(f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
    for table in ADD_ONLY:
        if table in tables:
            work.cursor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{table}" FROM "{role}"')
