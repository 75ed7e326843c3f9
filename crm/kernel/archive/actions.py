"""Asking for an archive of the whole workspace, and fetching it. Administrators alone may."""

from pathlib import Path
from uuid import UUID

from django.core import signing
from django.db.models import F
from django.utils.translation import gettext as _

from crm.kernel.archive import jobs, places, runs
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.identity.actor import Actor
from crm.kernel.queue import actions as queue
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import because, current_actor, current_workspace_id

#: Named by pages and operations; beside it the actor has to be an administrator, whom no role hides anything from.
RIGHT = "administration.archive"
#: Seconds for which an address to fetch an archive works.
ADDRESS_LASTS = 3600
LONGEST_WHY = 200
_SALT = "kith archive"


def administrator() -> Actor:
    """The ambient actor. Raises NotAllowed for anybody but an administrator: a single right is not enough for everything at once."""
    actor: Actor = current_actor()
    if not actor.is_admin:
        raise NotAllowed(_("Only an administrator may make an archive of the whole company."))
    return actor


def start(why: str) -> ArchiveRun:
    """Asks for an archive, which a job makes. Raises NotAllowed; Wrong without a reason; Conflict while one is being made."""
    administrator()
    reason = why.strip()
    if not reason:
        raise Wrong(fields={"why": [_("Say what the archive is for: it is kept in the audit log.")]})
    if len(reason) > LONGEST_WHY or not reason.isprintable():
        raise Wrong(fields={"why": [_("One line of at most %(most)s letters.") % {"most": LONGEST_WHY}]})
    if any(run.state == ArchiveRun.WAITING for run in all_runs()):
        raise Conflict(_("An archive is being made. Wait until it is ready."))
    with because(reason):
        run = runs.begun(reason)
        run.task_id = queue.defer(jobs.write_archive, run_id=run.pk).pk
        run.save(update_fields=["task_id"])
    return run


def all_runs(most: int = 20) -> list[ArchiveRun]:
    """The newest archives of the workspace, and the one that it was made from. Raises NotAllowed."""
    administrator()
    found = list(ArchiveRun.objects.select_related("by")[:most])
    for run in found:
        _given_up(run)
    return found


def one(run_id: UUID) -> ArchiveRun:
    """Raises NotFound and NotAllowed."""
    administrator()
    run = ArchiveRun.objects.select_related("by").filter(pk=run_id).first()
    if run is None:
        raise NotFound
    _given_up(run)
    return run


def _given_up(run: ArchiveRun) -> None:
    """Says of a run what became of its job, where that was given up."""
    if run.state != ArchiveRun.WAITING:
        return
    task = task_of(run)
    if task is not None and task.state == Task.FAILED:
        runs.failed(run.pk, task.failure)
        run.refresh_from_db()


def task_of(run: ArchiveRun) -> Task | None:
    """The job that makes it."""
    return Task.objects.filter(pk=run.task_id).first() if run.task_id else None


def remove(run_id: UUID) -> None:
    """Removes the file before its time. Raises NotFound, NotAllowed, and Conflict while it is being made."""
    run = one(run_id)
    if run.state == ArchiveRun.WAITING:
        raise Conflict(_("An archive is being made. Wait until it is ready."))
    if run.state != ArchiveRun.DONE or run.inward:
        raise NotFound(_("This archive is not there any more."))
    places.drop(current_workspace_id(), run.pk)
    run.state = ArchiveRun.GONE
    run.save(update_fields=["state"])


def fetched(run_id: UUID) -> tuple[ArchiveRun, Path]:
    """The archive and where it lies, and notes that it is fetched. Raises NotAllowed; NotFound where it is not there any more."""
    run = one(run_id)
    path = places.place(current_workspace_id(), run.pk)
    if run.state != ArchiveRun.DONE or run.inward or run.expires_at is None or run.expires_at <= now() or not path.exists():
        raise NotFound(_("This archive is not there any more."))
    with because(_("Archive fetched")):
        ArchiveRun.objects.filter(pk=run.pk).update(fetched=F("fetched") + 1)
    return run, path


def address(run: ArchiveRun) -> str:
    """What stands at the end of an address that fetches it, for the present actor and an hour: no session is needed there."""
    actor = administrator()
    return signing.dumps([current_workspace_id().hex, run.pk.hex, actor.id.hex if actor.id else ""], salt=_SALT)


def read_address(token: str) -> tuple[UUID, UUID, UUID] | None:
    """(workspace, archive, person) that an address names; None where it was not made here or is too old."""
    try:
        workspace, run, person = signing.loads(token, salt=_SALT, max_age=ADDRESS_LASTS)
        return UUID(workspace), UUID(run), UUID(person)
    except (signing.BadSignature, ValueError, TypeError):
        return None
