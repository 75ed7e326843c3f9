"""Computed fields are worked out for all records."""

import time
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.custom import keeping
from crm.kernel.entity.models import CustomField
from crm.kernel.entity.registry import registry
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job, periodic
from crm.kernel.tenancy.scope import bump_schema

#: Records of a batch; for how many seconds older transactions are waited for, and how long between two looks.
AT_ONCE, PATIENCE, PAUSE = 1_000, 60.0, 0.1
NAME = "kinds.work_out"


@job(NAME, label=_("Working out computed fields"), batched=True)
def work_out(progress: Progress, kind: str) -> None:
    """All records of a kind in the order of their ids, until no field of it waits; a killed round goes on where it was."""
    going = True
    while going:
        with progress.batch():
            todo = keeping.asked(kind) if registry.kind(kind) is not None else {}
            begun = progress.bookmark.get("asked") == todo and progress.bookmark["waited"]
            if todo and not begun:
                _begin(progress, kind, todo)
        if todo and not begun:
            wait_for_others(progress)
        going = bool(todo)
        if going:
            with progress.batch():
                _go_on(progress, kind, todo)


def _begin(progress: Progress, kind: str, todo: dict[str, int]) -> None:
    entity = registry.kind(kind)
    progress.bookmark |= {"asked": todo, "after": None, "waited": False}
    progress.step(0, entity.model._default_manager.count() if entity is not None else 0)


def wait_for_others(progress: Progress) -> None:
    """Until no transaction is open that began before and may not know of the change which the job follows."""
    with progress.batch():
        began = keeping.clock()
    for _look in range(int(PATIENCE / PAUSE)):
        if keeping.others_since(began):
            return
        time.sleep(PAUSE)
    raise RuntimeError("a transaction that is older than the change does not end")


def _go_on(progress: Progress, kind: str, todo: dict[str, int]) -> None:
    entity, after = registry.kind(kind), progress.bookmark["after"]
    if entity is None:
        return
    progress.bookmark["waited"] = True
    done = keeping.work_out(entity, todo, UUID(after) if after else None, AT_ONCE)
    if done:
        progress.bookmark["after"] = str(done[-1])
    progress.step(progress.done + len(done), max(progress.total or 0, progress.done + len(done)))
    if len(done) < AT_ONCE:
        keeping.finish(kind, todo)


def start(kind: str) -> None:
    """Has the job go through the kind's records. Called in the transaction that asks for it."""
    if not Task.objects.filter(name=NAME, state=Task.WAITING, args__kind=kind).exists():
        defer(work_out, kind=kind)


@periodic("2-59/10 * * * *", "kinds.look_for_unworked", where="kith_unworked_workspaces")
def look_for_unworked() -> None:
    """Starts the job where it is needed and not under way; fields that an older version made are kept from here on, too."""
    rows = [one for one in CustomField.objects.filter(type="computed", retired_at=None) if registry.kind(one.kind) is not None]
    new = [one for one in rows if not one.worked]
    if new:
        bump_schema()
    for one in new:
        entity = registry.kind(one.kind)
        if entity is not None:
            keeping.settle(entity, one, CustomField.objects.filter(kind=one.kind))
            one.save()
    busy = set(Task.objects.filter(name=NAME, state__in=(Task.WAITING, Task.RUNNING)).values_list("args__kind", flat=True))
    for kind in {one.kind for one in rows if keeping.pending(one)} - busy:
        start(kind)
