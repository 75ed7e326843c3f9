"""What the log keeps of each archive that left: who asked for it, why, and what was inside."""

import datetime
from uuid import UUID

from crm.kernel.archive.models import ArchiveRun
from crm.kernel.archive.writing import Made
from crm.kernel.base.clock import now
from crm.kernel.tenancy.scope import current_actor

#: How long the file can be fetched.
KEPT = datetime.timedelta(days=7)


def begun(why: str) -> ArchiveRun:
    """Notes that an archive is asked for, in the open scope."""
    run = ArchiveRun(why=why, by_id=current_actor().id)
    run.save(force_insert=True)
    return run


def made(run_id: UUID, what: Made, kept: bool = True) -> ArchiveRun:
    """Notes what came of it. `kept`: the file lies here, to be fetched."""
    run = ArchiveRun.objects.get(pk=run_id)
    run.state, run.finished_at = ArchiveRun.DONE if kept else ArchiveRun.GONE, now()
    run.rows, run.files, run.missing, run.size, run.sha256 = what.rows, what.files, what.missing, what.size, what.sha256
    run.expires_at = now() + KEPT if kept else None
    run.save()
    return run


def failed(run_id: UUID, why: str) -> None:
    """Notes that it came to nothing."""
    ArchiveRun.objects.filter(pk=run_id).update(state=ArchiveRun.FAILED, error=why, finished_at=now())
