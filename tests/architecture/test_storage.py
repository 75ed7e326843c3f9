"""What the import linter cannot see: every table of a workspace keeps its company apart in the database itself."""

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction

from crm.kernel.records.models import Record
from crm.kernel.tenancy.enforce import short, tenant_models
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import Index

#: Tables without a workspace, each with its reason.
GLOBAL = {
    "workspace": "the list of companies itself; a policy shows each its own row",
    "attempt": "tries to sign in, before a company is known; hashed keys only",
    "archive_intake": "which open transaction makes a workspace; no committed row ever",
    "django_migrations": "which migrations ran",
    "django_content_type": "required by Django's auth, empty of company data",
}


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_every_table_has_a_workspace_or_a_reason():
    tables = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed}
    ours = {model._meta.db_table for model in tenant_models()}
    left = {table for table in tables - ours if not table.startswith("procrastinate_")}
    assert left <= set(GLOBAL), left - set(GLOBAL)


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.db_table)
def test_policy_keys_and_links_lead_with_the_workspace(model):
    table = model._meta.db_table
    assert rows("SELECT relrowsecurity FROM pg_class WHERE relname = %s", table) == [(True,)]
    policies = rows("SELECT qual, with_check FROM pg_policies WHERE tablename = %s", table)
    assert policies and all(
        "kith_workspace()" in (qual or "") and "kith_workspace()" in (check or "") for qual, check in policies
    )
    links = rows(
        "SELECT conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = conrelid "
        "WHERE t.relname = %s AND contype = 'f'",
        table,
    )
    definitions = dict(links)
    for field in model._meta.local_fields:
        if isinstance(field, TenantKey):
            made = definitions.get(short(f"{table}_{field.column}_fk"), "")
            assert made.startswith(f"FOREIGN KEY (workspace_id, {field.column})"), (field.name, made)
    for name, made in links:
        assert made.startswith("FOREIGN KEY (workspace_id"), f"{name} links across companies: {made}"
    unique = rows(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE 'CREATE UNIQUE%%'",
        table,
    )
    for name, made in unique:
        assert "(workspace_id, " in made or name.endswith("_pkey"), (
            f"{name} tells one company of another's values"
        )


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.db_table)
def test_every_link_has_one_index_that_begins_with_it(model):
    """Of its own, or a wider one of all rows: then it has none of its own, which would only cost writes."""
    table = model._meta.db_table
    found = rows(
        "SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i, "
        "unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (number, place), pg_attribute a "
        "WHERE i.indrelid = %s::regclass AND i.indpred IS NULL AND a.attrelid = i.indrelid AND a.attnum = k.number "
        "GROUP BY i.indexrelid",
        f"public.{table}",
    )
    begun = [tuple(columns[:2]) for (columns,) in found]
    alone = [tuple(columns) for (columns,) in found]
    for field in model._meta.local_fields:
        if isinstance(field, TenantKey):
            pair = ("workspace_id", field.column)
            assert pair in begun, (table, field.column)
            declared = any(not isinstance(one, Index) and one[0] == field.column and len(one) > 1 for one in model.indexes_in_workspace)
            assert not (declared and pair in alone), f"{table}.{field.column} has two"


def test_the_application_role_owns_nothing_and_cannot_bypass():
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False)]
    assert rows(
        "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    ) == [(0,)]
    assert rows("SELECT pg_has_role(current_user, 'kith_owner', 'MEMBER')") == [(False,)]


def test_a_query_without_a_workspace_is_refused_by_the_database():
    for model in tenant_models():
        with pytest.raises(Exception, match="no workspace is set"), transaction.atomic():
            list(model._default_manager.all()[:1])


def test_sql_cannot_point_at_another_companys_record(north, south):
    """Not even with hand-written SQL of the application's role."""
    theirs = south.make("account", {"name": "Theirs"})
    mine = north.make("account", {"name": "Mine"})
    with (
        pytest.raises(Exception, match="violates foreign key"),
        north.as_("admin"),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE account SET parent_id = %s WHERE id = %s", [theirs.pk, mine.pk])
    with (
        pytest.raises(Exception, match="row-level security"),
        north.as_("admin"),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE account SET workspace_id = %s WHERE id = %s", [south.id, mine.pk])
    with north.as_("admin"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM account WHERE id = %s", [theirs.pk])
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE account SET name = 'Taken' WHERE id = %s", [theirs.pk])
        assert cursor.rowcount == 0


def test_a_setting_does_not_outlive_its_transaction(north):
    with north.as_("admin"):
        assert rows("SELECT current_setting('kith.workspace', true)") == [(str(north.id),)]
    assert rows("SELECT coalesce(current_setting('kith.workspace', true), '')") == [("",)]


def test_the_owner_sees_the_same_policies(harness):
    """ENABLE, not FORCE: the owner's migrations and backups see every row."""
    with psycopg.connect(harness.owner_url) as owner:
        assert owner.execute("SELECT count(*) FROM pg_class WHERE relforcerowsecurity").fetchone() == (0,)


def test_every_record_table_has_its_spare_columns():
    for model in tenant_models():
        if issubclass(model, Record):
            found = rows(
                "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name LIKE 's\\_%%'",
                model._meta.db_table,
            )
            assert found[0][0] >= 70, model
