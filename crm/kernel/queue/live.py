"""Telling open browser windows that something moved. Ids only: the window then asks for what it may see."""

import json
from uuid import UUID

from django.db import connection

from crm.kernel.tenancy.scope import current_workspace_id

CHANNEL = "kith_live"


def tell(user_id: UUID, kind: str, item_id: UUID) -> None:
    """Sends `kind` and an id to the windows of one person when the open transaction commits."""
    said = json.dumps({"w": current_workspace_id().hex, "u": user_id.hex, "k": kind, "i": str(item_id)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, said])


def tell_editing(record: UUID, user_id: UUID, on: bool) -> None:
    """Tells the windows that show a record that somebody opened one of its cells, or is done with it."""
    said = json.dumps({"p": "edits", "w": current_workspace_id().hex, "r": record.hex, "u": user_id.hex, "e": on})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, said])
