"""The worker process: jobs, periodic work and the services of other packages, until it is asked to stop.

It survives the loss of the database: it says so once, waits, says when the database is back, and goes on.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError, connection, connections
from procrastinate import App, JobContext
from procrastinate import exceptions as engine_errors
from procrastinate.jobs import Job as EngineJob
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker as EngineWorker

from crm.kernel.base import room
from crm.kernel.base.clock import now
from crm.kernel.queue import engine
from crm.kernel.queue.registry import Periodic, Service, all_periodic, all_services
from crm.kernel.queue.runner import Again, run_task
from crm.kernel.queue.tick import run_everywhere

logger = logging.getLogger("kith.worker")
#: The library tells the loss of the database many times over, with tracebacks; we say it once ourselves.
for noisy in ("procrastinate", "psycopg.pool"):
    logging.getLogger(noisy).setLevel(logging.CRITICAL)

#: Seconds that running jobs get to finish their batch after a request to stop.
GRACE = 15.0
RESCUE_EVERY = 5.0
#: How often a job asks whether there is room again.
ROOM_EVERY = 15.0
#: Seconds after which a long job makes way for others that wait, so that no import keeps a letter waiting.
TURN = 20.0
_AWAY = (InterfaceError, OperationalError, engine_errors.ConnectorException, psycopg.OperationalError, OSError)


class _Retry(BaseRetryStrategy):
    """Only what a try could not write down itself is decided here: when to come back."""

    def get_retry_decision(self, *, exception: BaseException, job: EngineJob) -> RetryDecision | None:
        again = exception if isinstance(exception, Again) else Again(5)
        at = now() + timedelta(seconds=again.seconds)
        return RetryDecision(retry_at=at, priority=None if again.rank is None else -again.rank)


class WorkerProcess:
    """One process. `run()` returns after SIGTERM, SIGINT or `stop()`."""

    def __init__(self, concurrency: int = 2) -> None:
        self.concurrency = concurrency
        self.stopping = threading.Event()
        self._running: set[int] = set()
        self._suspects: set[int] = set()
        self._engine: EngineWorker | None = None
        self._away = False

    def run(self) -> None:
        services = [threading.Thread(target=self._serve, args=(each,), name=each.name) for each in all_services()]
        for thread in services:
            thread.start()
        try:
            asyncio.run(self._main())
        finally:
            self.stopping.set()
            for thread in services:
                thread.join(GRACE)
        logger.info("The worker has stopped.")

    def stop(self) -> None:
        """Asks the process to stop: batches that are open are finished, jobs go on in the next worker."""
        if self.stopping.is_set():
            return
        logger.info("The worker is asked to stop and finishes what it has in hand.")
        self.stopping.set()
        last = threading.Timer(GRACE, os._exit, (0,))
        last.daemon = True
        last.start()
        if self._engine is not None:
            self._engine.stop()  # type: ignore[no-untyped-call]

    async def _main(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        rescuer = asyncio.create_task(self._rescue())
        while not self.stopping.is_set():
            try:
                await asyncio.to_thread(_ask_database)
                self._found()
                await self._work()
            except _AWAY as problem:
                self._missed(problem)
                await asyncio.sleep(1)
        rescuer.cancel()

    def _missed(self, problem: BaseException) -> None:
        if not self._away and not self.stopping.is_set():
            self._away = True
            logger.error("The database does not answer (%s). Kith tries again until it does.", _first_line(problem))

    def _found(self) -> None:
        if self._away:
            self._away = False
            logger.warning("The database is back. Work goes on.")

    async def _work(self) -> None:
        app = App(connector=engine.connector())
        _declare(app, self)
        async with app.open_async():
            self._engine = EngineWorker(
                app=app,
                queues=[engine.QUEUE],
                concurrency=self.concurrency,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=engine.HEARTBEAT,
                stalled_worker_timeout=engine.DEAD_AFTER * 4,
            )
            if not self.stopping.is_set():
                logger.info("The worker is ready.")
                await self._engine.run()  # type: ignore[no-untyped-call]
        self._engine = None

    async def _rescue(self) -> None:
        while True:
            try:
                found = await asyncio.to_thread(self._rescue_once)
                self._found()
                if found:
                    logger.warning("%s jobs of a worker that is gone are taken up again.", found)
            except _AWAY as problem:
                self._missed(problem)
            except Exception:
                logger.exception("Looking for abandoned jobs failed.")
            await asyncio.sleep(RESCUE_EVERY)

    def _rescue_once(self) -> int:
        """Jobs of dead workers, and those that this one holds on paper only: seen twice without being at work."""
        try:
            worker_id = self._engine.worker_id if self._engine is not None else None
            idle = engine.held_by(worker_id) - self._running if worker_id is not None else set()
            abandoned, self._suspects = idle & self._suspects, idle
            return engine.rescue(abandoned)
        finally:
            connections.close_all()

    def run_job(self, context: JobContext, workspace: str, task: str) -> None:
        """The body of every job, in a thread."""
        with self._at_work(context):
            if room.is_full():
                raise Again(ROOM_EVERY)
            turn_ends = time.monotonic() + TURN

            def crowded() -> bool:
                return time.monotonic() > turn_ends and engine.somebody_waits()

            run_task(UUID(workspace), UUID(task), self._pausing, crowded)

    def _pausing(self) -> bool:
        """Whether long work has to be left at its next batch: the process ends, or nothing more can be stored."""
        return self.stopping.is_set() or room.is_full()

    def run_periodic(self, context: JobContext, work: Periodic) -> None:
        with self._at_work(context):
            run_everywhere(work)

    @contextmanager
    def _at_work(self, context: JobContext) -> Iterator[None]:
        """Notes that the job is in hand, and logs what the library is too loud or too quiet about."""
        job_id = context.job.id or 0
        self._running.add(job_id)
        try:
            yield
        except Again:
            raise
        except _AWAY as problem:
            logger.warning("Job %s waits for the database (%s).", job_id, _first_line(problem))
            raise
        except Exception:
            logger.exception("Job %s could not be run.", job_id)
            raise
        finally:
            self._running.discard(job_id)
            connections.close_all()

    def _serve(self, declared: Service) -> None:
        while not self.stopping.is_set():
            try:
                declared.body(self.stopping)
            except _AWAY as problem:
                logger.debug("%s waits for the database (%s).", declared.name, _first_line(problem))
            except Exception:
                logger.exception("%s failed and is started again.", declared.name)
            finally:
                connections.close_all()
            self.stopping.wait(2)


def _declare(app: App, process: WorkerProcess) -> None:
    """Tells the library its one job, and one small job for each piece of periodic work."""
    app.task(name=engine.RUN, queue=engine.QUEUE, pass_context=True, retry=_Retry())(process.run_job)
    for work in all_periodic():
        task = app.task(
            name=f"periodic.{work.name}",
            queue=engine.QUEUE,
            priority=engine.PERIODIC_PRIORITY,
            pass_context=True,
            lock=f"periodic.{work.name}",
            queueing_lock=f"periodic.{work.name}",
        )(_tick(process, work))
        app.periodic(cron=work.cron, periodic_id=work.name)(task)


def _tick(process: WorkerProcess, work: Periodic) -> Any:
    def tick(context: JobContext, timestamp: int) -> None:
        process.run_periodic(context, work)

    return tick


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connections.close_all()


def _first_line(problem: BaseException) -> str:
    return next(iter(str(problem).strip().splitlines()), type(problem).__name__)
