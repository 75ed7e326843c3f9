"""The job library, procrastinate, as far as Kith uses it: its tables hold ids only.

`RUN` is the one job it knows; `args` names the workspace and the Task. Everything else about a job stands in the Task.
"""

import datetime
import os
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job as EngineJob
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import PsycopgConnector

#: Which queue this process fills and serves. Tests have one of their own beside the server that they start.
QUEUE = os.environ.get("KITH_QUEUE", "kith")
RUN = "kith.run"
#: Periodic work goes before all jobs: it is short, and reminders should not wait behind an import.
PERIODIC_PRIORITY = 1_000_000
HEARTBEAT = 5.0
#: A worker without a sign of life for so many seconds is taken for dead.
DEAD_AFTER = 15.0

_STALLED = """
SELECT job.id, job.task_name, job.priority, job.args ->> 'workspace', job.args ->> 'task'
  FROM procrastinate_jobs job
  LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
 WHERE job.status = 'doing'
   AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s) OR job.id = ANY (%s))
   FOR UPDATE OF job SKIP LOCKED
"""


def connector() -> PsycopgConnector:
    """The worker's own connections. They give up soon, so that the loss of the database is noticed and told."""
    return PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=6, timeout=4.0, reconnect_timeout=2.0)


def enqueue(workspace_id: UUID, task_id: UUID, rank: int, at: datetime.datetime | None = None) -> None:
    """Adds the job in the transaction that is open; workers see it when that commits."""
    _defer(str(workspace_id), str(task_id), -rank, at)


def _defer(workspace: str, task: str, priority: int, at: datetime.datetime | None = None) -> None:
    job = EngineJob(
        queue=QUEUE,
        task_name=RUN,
        lock=None,
        queueing_lock=None,
        priority=priority,
        task_kwargs={"workspace": workspace, "task": task},
        scheduled_at=at,
    )
    JobManager(DjangoConnector()).defer_job(job)


def best_rank() -> int:
    """The rank of the job that is served next among all workspaces; 0 where none waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT -priority FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s ORDER BY priority DESC, id LIMIT 1",
            [RUN],
        )
        row = cursor.fetchone()
    return max(0, row[0]) if row else 0


def somebody_waits() -> bool:
    """Whether a job of any workspace could be run now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s "
            "AND (scheduled_at IS NULL OR scheduled_at <= now()))",
            [RUN],
        )
        return bool(cursor.fetchone()[0])


def rescue(abandoned: Iterable[int] = ()) -> int:
    """Puts the jobs of dead workers back into the queue; answers how many.

    The old entry is removed and a new one made, so that a worker which was only slow cannot close the new one.
    `abandoned`: ids that a living worker holds although it no longer runs them (the database was away when they ended).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STALLED, [DEAD_AFTER, list(abandoned)])
        stalled = cursor.fetchall()
        for job_id, task_name, priority, workspace, task in stalled:
            cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', true)", [job_id])
            if task_name == RUN:
                _defer(workspace, task, priority)
        cursor.execute("SELECT count(*) FROM procrastinate_prune_stalled_workers_v1(%s)", [DEAD_AFTER * 4])
    return len(stalled)


def held_by(worker_id: int) -> set[int]:
    """The ids of the jobs that the database believes this worker to be running."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = %s", [worker_id])
        return {row[0] for row in cursor.fetchall()}
