"""The few reads that cross workspaces; each goes through a definer function that answers ids only."""

from uuid import UUID

from django.db import connection


def workspace_ids() -> list[UUID]:
    """Every workspace on this installation, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kith_workspaces() AS id")
        return [row[0] for row in cursor.fetchall()]


def workspace_by_slug(slug: str) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_workspace_by_slug(%s)", [slug])
        row = cursor.fetchone()
    return row[0] if row else None
