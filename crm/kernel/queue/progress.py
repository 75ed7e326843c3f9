"""What a job body gets in hand: its bookmark, its progress, its batches."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.queue.live import tell
from crm.kernel.queue.models import Task
from crm.kernel.queue.words import storable
from crm.kernel.tenancy.scope import scope


class Superseded(Exception):
    """The task was given to another worker meanwhile: this one stops and writes nothing."""


class Stopped(Exception):
    """Somebody asked for the task to be stopped: what finished batches wrote stays, nothing follows."""


class Paused(Exception):
    """The task goes on from its bookmark later: the worker is asked to stop, or it is another job's turn."""


@contextmanager
def uncollected() -> Iterator[None]:
    """The rows of a batch are many and stay to its end: looking for garbage among them again and again takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Pausing:
    """When a batched job lays down its work. `stopping`: at once; `crowded`: as soon as it has got on."""

    stopping: Callable[[], bool] = never
    crowded: Callable[[], bool] = never


class Progress:
    """The running task.

    `bookmark`: a dict that fits into JSON, the job's own note of where to go on. `result`: what to show at the end.
    Both, and what `step` was told, are written with the batch that is open, or at the end of an unbatched job.
    """

    def __init__(self, task: Task, actor: Any, batched: bool, pausing: Pausing) -> None:
        self.task_id: UUID = task.id
        self.workspace_id: UUID = task.home
        self.actor = actor
        self.reason = task.reason
        self.attempt = task.attempt
        self.bookmark: dict[str, Any] = dict(task.bookmark)
        self.result: Any = task.result
        self.done = task.done
        self.total = task.total
        self.message = task.message
        self._committed = task.done
        self._by = task.by_id
        self._batched = batched
        self._pausing = pausing
        self._began_at = dict(task.bookmark)
        self._open = False

    def step(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        """Notes how far the job is; None leaves a value as it is. Outside a batch it is written at once."""
        self.done = self.done if done is None else done
        self.total = self.total if total is None else total
        self.message = self.message if message is None else storable(str(message))
        if self._batched and not self._open:
            with self.batch():
                pass

    def committed(self) -> int:
        """What `done` was at the end of the last finished batch: where a killed job goes on."""
        return self._committed

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction in the workspace's scope; progress and bookmark are saved at its end, with its work.

        Raises Paused where the worker is asked to stop, or where the job had its turn, got on and others wait; Stopped
        where a person asked for the end; and Superseded where another worker has taken over: let them pass through.
        """
        if not self._batched:
            raise RuntimeError("declare the job with @job(…, batched=True) to open batches")
        if self._pausing.stopping() or (self.bookmark != self._began_at and self._pausing.crowded()):
            raise Paused
        with scope(self.workspace_id, self.actor, self.reason):
            before = (dict(self.bookmark), self.done, self.total, self.message, self.result)
            task = self.claim()
            self._open = True
            try:
                yield
                self.save(task)
            except BaseException:
                self.bookmark, self.done, self.total, self.message, self.result = before
                raise
            finally:
                self._open = False
        self._committed = self.done

    def claim(self, last: bool = False) -> Task:
        """Locks the task in the open transaction and makes sure that it is still this worker's and still wanted.

        `last`: the work is done, so a wish to stop comes too late.
        """
        task = Task.objects.select_for_update().get(id=self.task_id)
        if task.attempt != self.attempt or task.state != Task.RUNNING:
            raise Superseded
        if task.stopping and not last:
            raise Stopped
        return task

    def save(self, task: Task) -> None:
        """Writes progress and bookmark into the open transaction and tells the person's windows."""
        task.bookmark, task.result, task.cuts = self.bookmark, self.result, 0
        task.done, task.total, task.message = self.done, self.total, self.message
        task.save()
        if self._by is not None:
            tell(self._by, "task", task.id)
