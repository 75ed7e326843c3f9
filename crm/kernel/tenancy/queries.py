"""The few reads that cross workspaces; each goes through a definer function that answers ids only."""

from uuid import UUID

from django.db import connection
from psycopg import sql


def workspace_ids(where: str = "kith_workspaces") -> list[UUID]:
    """Every workspace on this installation, oldest first, or those that another function of the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT id FROM {}() AS id").format(sql.Identifier(where)))
        return [row[0] for row in cursor.fetchall()]


def workspace_by_slug(slug: str) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_workspace_by_slug(%s)", [slug])
        row = cursor.fetchone()
    return row[0] if row else None
