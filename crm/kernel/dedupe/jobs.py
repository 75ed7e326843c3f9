"""Records that were written without their keys (by an older version, or copied in) get them."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.dedupe.indexing import AT_ONCE, catch_up
from crm.kernel.entity.jobs import wait_for_others
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


@job("dedupe.index_anew", label=_("Preparing the check for duplicates"), batched=True)
def index_anew(progress: Progress, kind: str) -> None:
    """All records of a kind whose compared fields are other ones now, in the order of their ids, once nobody writes by the old ones."""
    wait_for_others(progress)
    going = True
    while going:
        with progress.batch():
            after = progress.bookmark.get("after")
            rows = RecordRow.objects.filter(kind=kind, **({"pk__gt": after} if after else {})).order_by("pk").defer("search")
            some = list(rows.select_for_update()[:AT_ONCE])
            catch_up(some)
            going = len(some) == AT_ONCE
            if some:
                progress.bookmark["after"] = str(some[-1].pk)
            progress.step(progress.done + len(some), progress.done + len(some) + (AT_ONCE if going else 0))


@periodic("5-59/10 * * * *", "dedupe.look_for_unkeyed", where="kith_unkeyed_workspaces")
def look_for_unkeyed() -> None:
    """Starts the job where it is needed and not under way."""
    under_way = Task.objects.filter(name="dedupe.index", state__in=(Task.WAITING, Task.RUNNING))
    if RecordRow.objects.filter(duplicate_keys=None).exists() and not under_way.exists():
        defer(index_the_rest)
