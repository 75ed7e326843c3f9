"""Records that were written without their words (by an older version, or copied in) get them."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.records.models import RecordRow
from crm.kernel.search import inside  # noqa: F401  (the worker reads files: what is in them must be found)
from crm.kernel.search.indexing import AT_ONCE, catch_up


@job("search.index", label=_("Preparing the search"), batched=True)
def index_the_rest(progress: Progress) -> None:
    """Row by row until none is without words; a killed round goes on where the last batch ended."""
    done, left = 0, AT_ONCE
    while left:
        with progress.batch():
            rows = list(RecordRow.objects.filter(search=None).order_by("pk").select_for_update(skip_locked=True)[:AT_ONCE])
            left = catch_up(rows)
            done += left
            progress.step(done, done + left)


@periodic("*/10 * * * *", "search.look_for_unsearched", where="kith_unsearched_workspaces")
def look_for_unsearched() -> None:
    """Starts the job where it is needed and not under way."""
    under_way = Task.objects.filter(name="search.index", state__in=(Task.WAITING, Task.RUNNING))
    if RecordRow.objects.filter(search=None).exists() and not under_way.exists():
        defer(index_the_rest)
