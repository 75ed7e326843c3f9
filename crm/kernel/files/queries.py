"""Reading files. Who may see a record may see its files; a file without a record is seen by its owner alone."""

from typing import IO
from uuid import UUID

from crm.kernel.base.errors import NotFound
from crm.kernel.files import storage
from crm.kernel.files.models import FileRef
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.scope import current_actor, current_workspace_id


def file(file_id: UUID) -> FileRef:
    """One file that the present actor may see. Raises NotFound."""
    row = FileRef.objects.filter(id=file_id).first()
    if row is None:
        raise NotFound
    actor = current_actor()
    if row.record_id is not None:
        fetch_any(row.record_id)
    elif row.by_id != actor.id and actor.kind != "system":
        raise NotFound
    return row


def open_file(file_id: UUID) -> tuple[FileRef, IO[bytes]]:
    """A file and its contents, open for reading: the caller closes it. Raises NotFound."""
    row = file(file_id)
    try:
        return row, storage.read(current_workspace_id(), row.id)
    except FileNotFoundError:
        raise NotFound from None


def files_of(record_id: UUID) -> list[FileRef]:
    """The files of a record, newest first, each with `by`. Raises NotFound where the record is not visible."""
    fetch_any(record_id)
    return list(FileRef.objects.filter(record_id=record_id).select_related("by").order_by("-created_at", "-id"))
