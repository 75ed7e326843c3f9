"""Storing, attaching and removing files."""

import unicodedata
from collections.abc import Iterable
from functools import partial
from typing import IO, Protocol
from uuid import UUID

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.base.ids import uuid7
from crm.kernel.files import storage
from crm.kernel.files.kind import mime_of
from crm.kernel.files.models import FileRef
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: The largest file, in bytes.
MOST = 100 * 2**20
_NAME_LENGTH = 200


class Upload(Protocol):
    """What a form or the API hands over (Django's UploadedFile is one)."""

    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


def attach(record_id: UUID, upload: Upload) -> FileRef:
    """Attaches an uploaded file to a record. Raises NotFound, NotAllowed without the right to edit it, and Wrong."""
    fetch_any(record_id, "edit")
    return _store(upload.name or "", upload.chunks(), record_id, MOST)


def keep_with(record_id: UUID, name: str, content: bytes) -> FileRef:
    """Keeps contents with a record that the caller has just made: no right to change it is asked. Raises Wrong."""
    return _store(name, [content], record_id, MOST)


def store(name: str, source: Upload | IO[bytes], most: int = MOST) -> FileRef:
    """Keeps a file for the present actor alone, for a job to read or for the actor to fetch. Raises Wrong."""
    chunks = source.chunks() if hasattr(source, "chunks") else storage.chunks_of(source)
    return _store(name, chunks, None, most)


def _store(name: str, chunks: Iterable[bytes], record_id: UUID | None, most: int) -> FileRef:
    file_id, workspace_id, actor = uuid7(), current_workspace_id(), current_actor()
    clean = clean_name(name)
    try:
        stored = storage.write(workspace_id, file_id, chunks, most)
    except storage.TooLarge:
        said = _("This file is too large. At most %(size)s fit.") % {"size": filesizeformat(most)}
        raise Wrong(fields={"file": [said]}) from None
    if not stored.size:
        storage.remove(workspace_id, file_id)
        raise Wrong(fields={"file": [_("This file is empty.")]})
    row = FileRef(
        id=file_id,
        record_id=record_id,
        name=clean,
        size=stored.size,
        mime=mime_of(stored.head, clean),
        sha256=stored.sha256,
        by_id=actor.id,
    )
    row.save(force_insert=True)
    return row


def remove(file_id: UUID) -> None:
    """Removes a file; its contents go when the transaction commits. Raises NotFound and NotAllowed."""
    row = FileRef.objects.filter(id=file_id).first()
    if row is None:
        raise NotFound
    actor = current_actor()
    if row.record_id is not None:
        fetch_any(row.record_id, "edit")
    elif row.by_id != actor.id:
        raise NotFound if actor.kind != "system" else NotAllowed
    row.delete()
    transaction.on_commit(partial(storage.remove, current_workspace_id(), file_id))


def clean_name(raw: str) -> str:
    """The last part of a name without control and direction characters, at most 200 characters, the ending kept."""
    last = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode()).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip(" .")
    if len(shown) > _NAME_LENGTH:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[: _NAME_LENGTH - 20]}{dot}{ending[-18:]}" if dot else shown[:_NAME_LENGTH]
    return shown or _("Unnamed file")
