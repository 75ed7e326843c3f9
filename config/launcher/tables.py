"""Whether the tables already are as this program wants them, so that a warm start asks Django for nothing.

The digest of everything that decides about tables is kept as the comment of the schema: with the tables, in the
database, so that a restored or exchanged database is never taken for an up-to-date one.
"""

import hashlib

import psycopg
from psycopg import sql

from config.launcher.commands import ROOT

_SOURCES = ("*.py", "*.sql")


def shape() -> str:
    """A digest of the program's own sources and of its pinned packages (the job library brings tables too)."""
    digest = hashlib.sha256((ROOT / "requirements/app.txt").read_bytes())
    for path in sorted(path for pattern in _SOURCES for path in (ROOT / "crm").rglob(pattern)):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return f"kith {digest.hexdigest()[:32]}"


def up_to_date(owner_url: str) -> bool:
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')").fetchone()
    return row is not None and row[0] == shape()


def mark(owner_url: str) -> None:
    """Says that the tables are up to date now."""
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(shape())))


def workspaces(app_url: str) -> int:
    """How many companies there are."""
    with psycopg.connect(app_url) as connection:
        row = connection.execute("SELECT count(*) FROM kith_workspaces()").fetchone()
    return int(row[0]) if row else 0
