"""What is done with a file after it came in: virus check, reading of its text; and clearing away."""

import datetime
import logging
import time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.files import scanning, storage
from crm.kernel.files.going import gone
from crm.kernel.files.hooks import announce
from crm.kernel.files.keeping import take
from crm.kernel.files.models import FileRef, FileRule, FileText, Held
from crm.kernel.files.reading.guard import Unreadable
from crm.kernel.files.reading.texts import text_of
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.tenancy.scope import current_workspace_id

A_DAY = 86_400
KEPT = datetime.timedelta(days=30)
#: So many rows go in one round of the sweep.
AT_ONCE = 1_000
_log = logging.getLogger(__name__)


@job("files.look_into", label=_("Checking and reading a file"), batched=True)
def look_into(progress: Progress, file: UUID) -> None:
    """Has a file checked for viruses, where a check is configured, and reads its text. Neither holds a transaction open."""
    with progress.batch():
        row = FileRef.objects.filter(pk=file).first()
    if row is None or row.record_id is None:
        return
    if scanning.configured() and row.released_at is None and not _checked(progress, row):
        return
    with progress.batch():
        held = FileRef.objects.filter(pk=file).values_list("held", flat=True).first()
    if held == "":
        _read(progress, row)


def _checked(progress: Progress, row: FileRef) -> bool:
    """Whether the daemon answered; what it found is written down. Unreachable: the file goes on waiting, and is tried again."""
    try:
        with storage.read(progress.workspace_id, row.id) as contents:
            said = scanning.scan(contents)
    except FileNotFoundError:
        return False
    except scanning.Unreachable as error:
        _log.warning("the virus check cannot be asked: %s", error)
        return False
    with progress.batch():
        mine = FileRef.objects.filter(pk=row.pk)
        if said.virus:
            mine.update(held=Held.INFECTED, finding=said.virus)
        elif said.too_large:
            mine.filter(held=Held.WAITING).update(held=Held.UNCHECKED)
        else:
            mine.filter(held=Held.WAITING).update(held=Held.NO)
    return True


def _read(progress: Progress, row: FileRef) -> None:
    state, body = FileText.State.EMPTY, ""
    try:
        body = (text_of(storage.place(progress.workspace_id, row.id), row.mime, row.name) or "").strip()
        state = FileText.State.READ if body else FileText.State.EMPTY
    except (Unreadable, FileNotFoundError):
        state = FileText.State.UNREADABLE
    with progress.batch():
        text = FileText.objects.select_for_update().filter(file_id=row.pk).first()
        if text is not None:  # the file may have been removed meanwhile
            text.state, text.body, text.read_at = state, body, now()
            announce(row, text)
            text.save()


@periodic("*/5 * * * *", "files.check_again", where="kith_file_workspaces")
def check_again() -> None:
    """Files that wait for their virus check, or to be read, are tried again, a hundred at a time."""
    under_way = Task.objects.filter(name="files.look_into", state__in=(Task.WAITING, Task.RUNNING)).values_list("args", flat=True)
    known = {str(args.get("file")) for args in under_way}
    old = now() - datetime.timedelta(minutes=1)
    waiting = FileText.objects.filter(state=FileText.State.WAITING, file__removed_at=None, file__created_at__lt=old)
    waiting = waiting.filter(file__held__in=(Held.NO, Held.WAITING)).order_by("file__created_at")
    for pk in waiting.values_list("file_id", flat=True)[:100]:
        if str(pk) not in known:
            defer(look_into, file=pk)


@periodic("7 4 * * *", "files.sweep")
def sweep() -> None:
    """Removes private files and what lies in the bin after 30 days, and contents older than a day that no row names."""
    FileRef.objects.filter(record=None, created_at__lt=now() - KEPT).delete()
    for pk in list(FileRef.objects.filter(removed_at__lt=now() - KEPT).order_by("removed_at").values_list("pk", flat=True)[:AT_ONCE]):
        gone(pk)
    workspace_id = current_workspace_id()
    known = set(FileRef.objects.values_list("id", flat=True))
    for path, file_id in storage.kept(workspace_id, time.time() - A_DAY):
        if file_id not in known:
            path.unlink(missing_ok=True)


@periodic("37 3 * * *", "files.keep")
def keep_rules() -> None:
    """Every night what is older than the workspace's rules allow goes."""
    for rule in FileRule.objects.order_by("kind"):
        take(rule)
