"""Records that were written without their keys (by an older version, or copied in) get them."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.dedupe.indexing import AT_ONCE, catch_up
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.records.models import RecordRow


@job("dedupe.index", label=_("Preparing the check for duplicates"), batched=True)
def index_the_rest(progress: Progress) -> None:
    """Row by row until none is without keys; a killed round goes on where the last batch ended."""
    done, left = 0, AT_ONCE
    while left:
        with progress.batch():
            missing = RecordRow.objects.filter(duplicate_keys=None).order_by("pk").defer("search")
            left = catch_up(list(missing.select_for_update(skip_locked=True)[:AT_ONCE]))
            done += left
            progress.step(done, done + left)


@periodic("5-59/10 * * * *", "dedupe.look_for_unkeyed", where="kith_unkeyed_workspaces")
def look_for_unkeyed() -> None:
    """Starts the job where it is needed and not under way."""
    under_way = Task.objects.filter(name="dedupe.index", state__in=(Task.WAITING, Task.RUNNING))
    if RecordRow.objects.filter(duplicate_keys=None).exists() and not under_way.exists():
        defer(index_the_rest)
