"""Makes an archive in the background, and clears away what is not fetched in time."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.archive import places, runs
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.archive.writing import write
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal
from crm.kernel.notify.actions import notify
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.tenancy.scope import current_workspace_id


def _stopped(run_id: UUID) -> None:
    ArchiveRun.objects.filter(pk=run_id).update(state=ArchiveRun.STOPPED, finished_at=now())


def _resumed(run_id: UUID) -> None:
    ArchiveRun.objects.filter(pk=run_id).update(state=ArchiveRun.WAITING, error="", finished_at=None)


@job("archive.write", label=_("Archive of the whole company"), batched=True, stopped=_stopped, resumed=_resumed)
def write_archive(progress: Progress, run_id: UUID) -> None:
    """One snapshot from beginning to end: a killed one begins anew."""

    def told(done: int, total: int) -> None:
        with progress.batch():
            progress.step(done, total)

    path = places.place(progress.workspace_id, run_id)
    try:
        made = write(path, progress.workspace_id, progress.actor, told)
    except Refusal as refusal:
        with progress.batch():
            runs.failed(run_id, str(refusal))
        raise
    with progress.batch():
        run = runs.made(run_id, made)
        progress.result = {"rows": made.rows, "files": made.files, "size": made.size}
        if run.by_id is not None:
            notify(run.by_id, _("The archive of the whole company is ready"), url="/settings/archive")


@periodic("23 * * * *", "archive.forget")
def forget() -> None:
    """Removes archives whose time is over; that they were made stays known."""
    for run in ArchiveRun.objects.filter(state=ArchiveRun.DONE, inward=False, expires_at__lt=now()):
        places.drop(current_workspace_id(), run.pk)
        run.state = ArchiveRun.GONE
        run.save(update_fields=["state"])
