"""The record of a job that its workspace can see."""

from typing import Any, cast
from uuid import UUID

from django.db import models
from django.utils.translation import gettext

from crm.kernel.base.clock import now
from crm.kernel.queue.registry import label_of, works_in_batches
from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class Task(TenantModel):
    """One deferred job: what it is, how far it is, what came of it.

    `bookmark` is the job's own note of where to go on; it is written in the transaction of each batch. `attempt`
    counts the starts and fences off a worker that was taken for dead; `failures` counts the tries that raised and
    `cuts` those that ended with the process, since the last finished batch. `rank` orders the workspaces fairly.
    `stopping`: `stopped_by` asked for its end.
    """

    WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"

    indexes_in_workspace = (("state", "rank"), ("by_id", "created_at"), ("finished_at",))

    name = models.TextField()
    args = models.JSONField(default=dict)
    state = models.TextField(default=WAITING)
    done = models.IntegerField(default=0)
    total = models.IntegerField(null=True)
    message = models.TextField(default="")
    result = models.JSONField(null=True)
    bookmark = models.JSONField(default=dict)
    error = models.TextField(default="")
    by = TenantKey("identity.User", null=True)
    reason = models.TextField(default="")
    attempt = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    cuts = models.IntegerField(default=0)
    stopping = models.BooleanField(default=False)
    stopped_by = TenantKey("identity.User", null=True)
    rank = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "task"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @property
    def home(self) -> UUID:
        """The workspace it belongs to."""
        return cast(UUID, self.workspace_id)

    @property
    def label(self) -> Any:
        """The job's name in the reader's language."""
        return label_of(self.name)

    @property
    def failure(self) -> str:
        """Why it failed, in the reader's language; empty where it did not."""
        return gettext(self.error) if self.error else ""

    @property
    def over(self) -> bool:
        return self.state in (self.DONE, self.FAILED, self.CANCELLED)

    @property
    def stoppable(self) -> bool:
        """Whether a wish to stop can be granted: while it waits, or between the batches of one that runs."""
        return not self.stopping and (self.state == self.WAITING or self.state == self.RUNNING and works_in_batches(self.name))

    @property
    def percent(self) -> int | None:
        """0 to 100; None while the whole is not known."""
        if self.state == self.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None
