"""Storing, attaching and removing files; their versions; what is kept apart."""

import unicodedata
from collections.abc import Iterable
from typing import IO, Protocol
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.base.ids import uuid7
from crm.kernel.base.sizes import size
from crm.kernel.files import quota, scanning, storage
from crm.kernel.files.going import purged
from crm.kernel.files.jobs import look_into
from crm.kernel.files.kind import disguise, mime_of
from crm.kernel.files.models import FileRef, FileText, Held
from crm.kernel.files.queries import RIGHT, file
from crm.kernel.files.quota import MOST
from crm.kernel.queue.actions import defer
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

_NAME_LENGTH = 200


class Upload(Protocol):
    """What a form or the API hands over (Django's UploadedFile is one)."""

    name: str | None

    def chunks(self) -> Iterable[bytes]: ...


def attach(record_id: UUID, upload: Upload) -> FileRef:
    """Attaches an uploaded file to a record. Raises NotFound, NotAllowed without the right to edit it, and Wrong."""
    fetch_any(record_id, "edit")
    return _attached(record_id, upload.name or "", upload.chunks(), _declared(upload))


def keep_with(record_id: UUID, name: str, content: bytes) -> FileRef:
    """Keeps contents with a record that the caller has just made: no right to change it is asked. Raises Wrong."""
    return _attached(record_id, name, [content], "")


def store(name: str, source: Upload | IO[bytes], most: int = MOST) -> FileRef:
    """Keeps a file for the present actor alone, for a job to read or for the actor to fetch. Raises Wrong."""
    chunks = source.chunks() if hasattr(source, "chunks") else storage.chunks_of(source)
    row, _head = _written(name, chunks, most)
    try:
        with storage.read(current_workspace_id(), row.id) as contents:
            scanning.refuse_infected(contents)
        row.save(force_insert=True)
        quota.check(row.size)
    except Wrong:
        storage.remove(current_workspace_id(), row.id)
        raise
    return row


def new_version(file_id: UUID, upload: Upload) -> FileRef:
    """A new version of an attached file, which becomes the current one; the earlier ones stay. Raises as `attach` does."""
    row = file(file_id, "edit")
    if row.record_id is None:
        raise NotFound
    _first(row)  # two at once come one after the other
    last = FileRef.objects.filter(document=row.document).aggregate(last=Max("number"))["last"]
    FileRef.objects.filter(document=row.document, current=True).update(current=False)
    return _attached(row.record_id, upload.name or row.name, upload.chunks(), _declared(upload), row, last + 1)


def make_current(file_id: UUID) -> FileRef:
    """Makes an earlier version the current one; answers the one that was current before. Raises NotFound and NotAllowed."""
    row = file(file_id, "edit")
    _first(row)
    before = FileRef.objects.get(document=row.document, current=True)
    if before.pk != row.pk:
        FileRef.objects.filter(pk=before.pk).update(current=False)
        FileRef.objects.filter(pk=row.pk).update(current=True)
    return before


def remove(file_id: UUID) -> None:
    """Puts a file with all its versions into the bin, where it stays 30 days; a private file goes at once. Raises NotFound and
    NotAllowed."""
    row = FileRef.objects.filter(id=file_id, removed_at=None).first()
    if row is None:
        raise NotFound
    actor = current_actor()
    if row.record_id is None:
        if row.by_id != actor.id:
            raise NotFound if actor.kind != "system" else NotAllowed
        purge(row)
        return
    fetch_any(row.record_id, "edit")
    FileRef.objects.filter(document=row.document).update(removed_at=now(), removed_by_id=actor.id)


def restore(file_id: UUID) -> FileRef:
    """Brings a file back from the bin; one that a rule put there is kept from now on. Raises NotFound and NotAllowed."""
    row = file(file_id, "edit", removed=True)
    by_rule = row.removed_at is not None and row.removed_by_id is None
    if by_rule and not current_actor().may(RIGHT):
        raise NotAllowed(_("This file was removed by a rule: who may set how long files are kept can bring it back."))
    FileRef.objects.filter(document=row.document).update(removed_at=None, removed_by_id=None, keep=row.keep or by_rule)
    return row


def keep(file_id: UUID, keep: bool) -> FileRef:
    """Says that no rule removes a file, with all its versions, or that rules count for it again. Needs `administration.files`."""
    row = file(file_id)
    current_actor().need(RIGHT)
    if row.record_id is None:
        raise NotFound
    FileRef.objects.filter(document=row.document).update(keep=keep)
    return row


def purge(row: FileRef) -> None:
    """Removes contents for good, without asking who may; they leave the disk when the transaction commits. Raises Conflict where
    something else needs them, as a mail its original."""
    if not purged(row):
        raise Conflict(_("This file belongs to a mail that was taken in, and stays with it."))


def release(file_id: UUID) -> FileRef:
    """Gives a file free that is kept apart. Needs `administration.files`; raises NotFound, and Conflict where it is free."""
    row = _held(file_id)
    row.held, row.released_by_id, row.released_at = "", current_actor().id, now()
    row.save(update_fields=["held", "released_by_id", "released_at"])
    defer(look_into, file=row.pk)
    return row


def discard(file_id: UUID) -> FileRef:
    """Removes a file that is kept apart for good; the version before it becomes the current one. Raises as `release` does."""
    row = _held(file_id)
    others = FileRef.objects.select_for_update().filter(document=row.document).exclude(pk=row.pk).order_by("-number")
    if row.current and (before := others.first()) is not None:
        FileRef.objects.filter(pk=row.pk).update(current=False)
        FileRef.objects.filter(pk=before.pk).update(current=True)
    purge(row)
    return row


def _first(row: FileRef) -> FileRef:
    """The earliest version that is left of a file, locked."""
    return FileRef.objects.select_for_update().filter(document=row.document).order_by("number")[:1].get()


def _held(file_id: UUID) -> FileRef:
    current_actor().need(RIGHT)
    row = FileRef.objects.select_for_update().filter(id=file_id, record_id__isnull=False).first()
    if row is None:
        raise NotFound
    if not row.held:
        raise Conflict(_("This file is not kept apart."))
    return row


def _declared(upload: Upload) -> str:
    return str(getattr(upload, "content_type", "") or "")


def _attached(
    record_id: UUID, name: str, chunks: Iterable[bytes], declared: str, before: FileRef | None = None, number: int = 1
) -> FileRef:
    row, head = _written(name, chunks, quota.room().largest)
    row.record_id, row.number = record_id, number
    row.document, row.keep = (row.pk, False) if before is None else (before.document, before.keep)
    row.finding = disguise(head, row.name, declared)
    row.held = Held.DISGUISED if row.finding else Held.WAITING if scanning.configured() else Held.NO
    row.save(force_insert=True)
    try:
        quota.check(row.size)
    except Wrong:
        storage.remove(current_workspace_id(), row.id)
        raise
    FileText(file_id=row.pk).save(force_insert=True)
    defer(look_into, file=row.pk)
    return row


def _written(name: str, chunks: Iterable[bytes], most: int) -> tuple[FileRef, bytes]:
    """The contents on disk, and a row about them that is not saved yet; the first bytes."""
    file_id, workspace_id, actor = uuid7(), current_workspace_id(), current_actor()
    clean = clean_name(name)
    try:
        stored = storage.write(workspace_id, file_id, chunks, most)
    except storage.TooLarge:
        said = _("This file is too large. At most %(size)s fit.") % {"size": size(most)}
        raise Wrong(fields={"file": [said]}) from None
    if not stored.size:
        storage.remove(workspace_id, file_id)
        raise Wrong(fields={"file": [_("This file is empty.")]})
    mime = mime_of(stored.head, clean)
    row = FileRef(id=file_id, document=file_id, name=clean, size=stored.size, mime=mime, sha256=stored.sha256, by_id=actor.id)
    return row, stored.head


def clean_name(raw: str) -> str:
    """The last part of a name without control and direction characters, at most 200 characters, the ending kept."""
    last = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode()).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip(" .")
    if len(shown) > _NAME_LENGTH:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[: _NAME_LENGTH - 20]}{dot}{ending[-18:]}" if dot else shown[:_NAME_LENGTH]
    return shown or _("Unnamed file")
