"""Where the bytes lie that belong to rows: attached files and the files of imports."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from crm.kernel.exchange import store
from crm.kernel.files import storage

#: {folder in the archive: (table, where the bytes of a row lie)}
PLACES: dict[str, tuple[str, Callable[[UUID, UUID], Path]]] = {
    "files": ("file", storage.place),
    "imports": ("import_run", lambda workspace_id, row_id: store.folder(workspace_id) / f"{row_id}.bin"),
}


def folders(workspace_id: UUID) -> list[Path]:
    """All folders with bytes of a workspace."""
    return [storage.folder(workspace_id), store.folder(workspace_id)]
