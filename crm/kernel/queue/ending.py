"""How a task ends: written down, told to whoever asked for it."""

import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import msgspec

from crm.kernel.base.clock import now
from crm.kernel.queue.live import tell
from crm.kernel.queue.models import Task
from crm.kernel.queue.registry import job_named
from crm.kernel.queue.words import storable


def close(task: Task, state: str, error: str = "") -> None:
    """Writes down the end of a task that is locked in the open transaction."""
    task.state, task.error, task.finished_at, task.stopping = state, storable(error), now(), False
    task.save()
    if task.by_id is not None:
        tell(task.by_id, "task", task.id)


def stop_now(task: Task) -> None:
    """Ends a locked task that was asked to stop. What its batches wrote stays; the job's own `stopped` says what follows."""
    declared = job_named(task.name)
    if declared is not None and declared.stopped is not None:
        declared.stopped(**arguments(declared.stopped, task.args))
    close(task, Task.CANCELLED)


def arguments(body: Callable[..., Any], raw: dict[str, Any]) -> dict[str, Any]:
    """The arguments as the body's annotations want them: ids come out of JSON as UUIDs again."""
    hints = get_type_hints(body)
    known = inspect.signature(body).parameters
    return {
        name: msgspec.convert(value, hints[name], strict=False) if name in hints and name in known else value for name, value in raw.items()
    }
