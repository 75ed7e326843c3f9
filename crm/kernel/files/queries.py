"""Reading files. Who may see a record may see its files; a file without a record is seen by its owner alone."""

from collections.abc import Iterable
from typing import IO
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.base.errors import NotAllowed, NotFound
from crm.kernel.files import storage
from crm.kernel.files.kind import FOUND
from crm.kernel.files.models import FileLink, FileRef, FileText, Held
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.backend.lasting import lasting
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: Files of a record that come at once.
AT_ONCE = 100
#: The right to release what is kept apart, to hand it out, and to see all public links.
RIGHT = "administration.files"


class KeptApart(NotAllowed):
    """The contents are in quarantine."""

    code = "kept-apart"
    title = gettext_lazy("This file is kept apart.")


def why_held(row: FileRef) -> str:
    """Why a file is kept apart, as one sentence; "" for one that is in order."""
    if row.held == Held.DISGUISED:
        what = FOUND.get(row.finding, "")
        return _("This file is not what its name says: it holds %(what)s. It is kept apart until an administrator releases it.") % {
            "what": what
        }
    if row.held == Held.INFECTED:
        return _("The virus check found “%(name)s” in this file. It is kept apart.") % {"name": row.finding}
    if row.held == Held.UNCHECKED:
        return _("This file is too large for the virus check. It is kept apart until an administrator releases it.")
    if row.held == Held.WAITING:
        return _("This file waits for its virus check. It can be opened as soon as that is done.")
    return ""


def file(file_id: UUID, verb: str = "view", removed: bool = False) -> FileRef:
    """One file that the present actor may see, with `by`. Raises NotFound; NotAllowed where its record is seen but the verb is
    missing. What lies in the bin is there with `removed` alone."""
    row = FileRef.objects.select_related("by").filter(id=file_id).first()
    if row is None or (row.removed_at is not None and not removed):
        raise NotFound
    actor = current_actor()
    if row.record_id is not None:
        fetch_any(row.record_id, verb)
    elif row.by_id != actor.id and actor.kind != "system":
        raise NotFound
    return row


def open_file(file_id: UUID) -> tuple[FileRef, IO[bytes]]:
    """A file and its contents, open for reading: the caller closes it. Raises NotFound, and KeptApart for a file in quarantine
    unless the actor may release it."""
    row = file(file_id)
    if row.held and not current_actor().may(RIGHT):
        raise KeptApart(why_held(row))
    return row, contents_of(row)


def contents_of(row: FileRef) -> IO[bytes]:
    """The contents of a file at hand, without asking who may see them. Raises NotFound where they are gone from the disk."""
    try:
        return storage.read(current_workspace_id(), row.id)
    except FileNotFoundError:
        raise NotFound from None


def _live(record_id: UUID) -> QuerySet[FileRef]:
    return FileRef.objects.filter(record_id=record_id, current=True, removed_at=None)


def files_of(record_id: UUID, before: UUID | None = None, most: int = AT_ONCE) -> list[FileRef]:
    """The files of a record in their current versions, newest first, each with `by`; `before`: those that follow this one.
    Raises NotFound where the record is not visible."""
    fetch_any(record_id)
    rows = _live(record_id).select_related("by")
    return list((rows.filter(id__lt=before) if before else rows).order_by("-id")[:most])


def count_of(record_id: UUID, most: int = 100) -> int:
    """How many files a record has, at most `most`, without asking who may see it."""
    return len(lasting(("files of", most), lambda one: _live(one).order_by().values_list("pk")[:most], record_id))


def removed_of(record_id: UUID, most: int = 20) -> list[FileRef]:
    """What was removed from a record and can be brought back, newest first, with `removed_by`."""
    rows = FileRef.objects.filter(record_id=record_id, current=True, removed_at__isnull=False)
    return list(rows.select_related("removed_by").order_by("-removed_at", "-id")[:most])


def versions_of(row: FileRef) -> list[FileRef]:
    """All versions of a file, newest first, each with `by`."""
    return list(FileRef.objects.filter(document=row.document).select_related("by").order_by("-number"))


def versions_among(rows: Iterable[FileRef]) -> set[UUID]:
    """Those documents among the rows that have more than one version."""
    documents = [row.document for row in rows]
    return set(FileRef.objects.filter(document__in=documents, number__gt=1).values_list("document", flat=True))


def text_of(row: FileRef) -> FileText | None:
    """What was read inside an attached file; a private one has nothing."""
    return FileText.objects.filter(file_id=row.id).first()


def links_of(row: FileRef) -> list[FileLink]:
    """The public links of all versions of a file, newest first, with `by` and `file`."""
    rows = FileLink.objects.filter(file__document=row.document).select_related("by", "file")
    return list(rows.order_by("-created_at", "-id")[:AT_ONCE])


def held_files(most: int = AT_ONCE) -> list[FileRef]:
    """What is kept apart in the workspace, newest first, with `by` and `record`. Needs the right to release it."""
    current_actor().need(RIGHT)
    rows = FileRef.objects.exclude(held="").filter(removed_at=None)
    return list(rows.select_related("by", "record").order_by("-created_at", "-id")[:most])


def all_links(most: int = AT_ONCE) -> list[FileLink]:
    """The public links of the workspace, newest first, with `by` and `file`. Needs the right to see them."""
    current_actor().need(RIGHT)
    return list(FileLink.objects.select_related("by", "file").order_by("-created_at", "-id")[:most])
