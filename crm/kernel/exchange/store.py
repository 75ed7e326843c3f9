"""Where the files of imports and exports lie: one folder a workspace under the data folder."""

import datetime
import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.exchange.models import EditedBook, ExportRun, ImportRun
from crm.kernel.exchange.reading import Unreadable
from crm.kernel.exchange.reading.limits import MAX_FILE_BYTES
from crm.kernel.tenancy.scope import current_workspace_id

ENDINGS = ("bin", "csv", "xlsx", "zip", "ids", "part")


def place(file_id: UUID, ending: str = "bin") -> Path:
    """The path of a file of the ambient workspace; its folder is made when missing."""
    home = folder(current_workspace_id())
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home / f"{file_id}.{ending}"


def folder(workspace_id: UUID) -> Path:
    """Where the files of a workspace lie."""
    return Path(settings.DATA) / "exchange" / str(workspace_id)


def keep(file_id: UUID, chunks: Iterable[bytes]) -> Path:
    """Write an uploaded file, piece by piece. Raises Unreadable as soon as it is larger than the limit."""
    path = place(file_id)
    size = 0
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MAX_FILE_BYTES:
                    most = MAX_FILE_BYTES // 1024 // 1024
                    raise Unreadable(_("This file is larger than %(most)d MB. Split it into several files.") % {"most": most})
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def forget(days: int) -> None:
    """Remove the runs and files of the ambient workspace that are older; records are not touched."""
    before = now() - datetime.timedelta(days=days)
    for model in (ImportRun, ExportRun, EditedBook):
        for pk in model.objects.filter(created_at__lt=before).values_list("pk", flat=True):
            for ending in ENDINGS:
                drop(pk, ending)
            model.objects.filter(pk=pk).delete()


def drop(file_id: UUID, ending: str = "bin") -> None:
    """Remove a file, if it is there."""
    place(file_id, ending).unlink(missing_ok=True)
