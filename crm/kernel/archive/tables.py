"""The tables of a workspace as an archive holds them: read off the models and the database, so that a new one is in by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from crm.kernel.archive.left_out import COLUMNS, PASSWORD, TABLES
from crm.kernel.base.errors import Words
from crm.kernel.tenancy.enforce import tenant_models
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel

AUDIT, SEALS = "audit_entry", "audit_seal"
#: Loaded before all others, in this order: what ids inside texts are looked up in, and the room before the files that are counted in it.
FIRST = ("team", "role", "member", "record", "file_room", "file", "custom_kind", "custom_field", "saved_view", "change_set", "import_run")
#: Every id in these texts is one of the workspace, whether it is loaded already or not.
IDS_IN_TEXT = frozenset({("team", "path"), ("merge", "columns"), ("merge", "gains"), ("merge_step", "kept"), ("merge_question", "facts")})


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `columns`: {column: its type} of what is in the archive; `links_out`: columns that point to what is left out and
    are empty; `defaults`: what columns that are left out, but must not be empty, hold instead."""

    name: str
    columns: dict[str, str]
    links_out: frozenset[str]
    defaults: dict[str, Any]

    @property
    def order(self) -> tuple[str, ...]:
        """Columns in whose order the rows are written."""
        return ("txid", "id") if self.name == AUDIT else ("number",) if self.name == SEALS else ("id",)


def left_out_tables() -> dict[str, Words]:
    """{table: why no archive holds it}: the kernel's, and those of parts whose models say so themselves."""
    return TABLES | {model._meta.db_table: model.stays for model in tenant_models() if model.stays}


def all_tables(passwords: bool) -> list[Table]:
    """In the order in which they are loaded: the log comes last."""
    out = left_out_tables()
    found = {model._meta.db_table: _table(model, passwords) for model in tenant_models() if model._meta.db_table not in out}
    first = [name for name in FIRST if name in found]
    rest = sorted(set(found) - {*first, AUDIT, SEALS})
    return [found[name] for name in (*first, *rest, AUDIT, SEALS)]


def _table(model: type[TenantModel], passwords: bool) -> Table:
    name = model._meta.db_table
    out = {column for table, column in COLUMNS if table == name}
    if name == PASSWORD[0] and not passwords:
        out.add(PASSWORD[1])
    links = frozenset(str(field.column) for field in _links(model) if field.related_model._meta.db_table in left_out_tables())
    there = {column: sort for column, sort in _types(name).items() if column != "workspace_id" and column not in out | links}
    fields = {str(field.column): field for field in model._meta.concrete_fields}
    return Table(name, there, links, {column: fields[column].get_default() for column in out if not fields[column].null})


def _links(model: type[TenantModel]) -> Sequence[TenantKey]:
    return [field for field in model._meta.local_fields if isinstance(field, TenantKey)]


@lru_cache(maxsize=500)
def _types(table: str) -> dict[str, str]:
    """{column: type} as the database has them; spare columns stand in no model."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'public."{table}"'],
        )
        return dict(cursor.fetchall())
