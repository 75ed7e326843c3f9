"""The jobs and the periodic work that parts declare."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar

from crm.kernel.base.errors import Words

Body = Callable[..., Any]
B = TypeVar("B", bound=Callable[..., Any])
Tick = TypeVar("Tick", bound=Callable[[], Any])
Loop = TypeVar("Loop", bound=Callable[[Event], None])


@dataclass(frozen=True, slots=True)
class Job:
    """A declared job. `attempts`: how often it is tried when it fails; `batched`: it opens its own transactions.

    `stopped` and `resumed` get the job's arguments when a person stops the task, or sends it on again.
    """

    name: str
    label: Words
    body: Body
    attempts: int
    batched: bool
    stopped: Callable[..., None] | None = None
    resumed: Callable[..., None] | None = None


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work done in every workspace, or those that the function `where` answers, whenever `cron` says so (UTC)."""

    name: str
    cron: str
    body: Callable[[], Any]
    where: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A loop that runs in the worker process beside the jobs until the event is set."""

    name: str
    body: Callable[[Event], None]


_jobs: dict[str, Job] = {}
_names: dict[Body, str] = {}
_periodic: dict[str, Periodic] = {}
_services: dict[str, Service] = {}


def job(
    name: str, label: Words = "", *, attempts: int = 3, batched: bool = False,
    stopped: Callable[..., None] | None = None, resumed: Callable[..., None] | None = None,
) -> Callable[[B], B]:
    """Declares `def run(progress, **ids)` as the job `name`.

    The body runs in one transaction, inside the workspace's scope and as the person who deferred it. A batched body
    runs outside any transaction and does its work in `with progress.batch():` blocks: what a finished block wrote
    stays, also when the process is killed, and the next try goes on from `progress.bookmark`. A body that raises is
    tried again, `attempts` times in all; a Refusal is final at once. Only a batched job can be stopped while it runs;
    `stopped(**ids)` then, in the transaction that ends the task, says on its own rows what became of the work.
    """

    def declare(body: B) -> B:
        known = _jobs.get(name)
        if known is not None and _origin(known.body) != _origin(body):
            raise ValueError(f"two jobs are called {name}")
        _jobs[name] = Job(name, label or name, body, attempts, batched, stopped, resumed)
        _names[body] = name
        return body

    return declare


def periodic(cron: str, name: str, where: str = "") -> Callable[[Tick], Tick]:
    """Declares `def run()` to be called at each time of `cron` (UTC), once for every workspace, as Kith itself.

    `where` names a function of the database which answers the workspaces that have such work: with hundreds of companies
    on one installation what is asked each minute must not open a transaction in each.
    It runs inside that workspace's scope and in one transaction; a failure in one workspace does not touch others.
    """

    def declare(body: Tick) -> Tick:
        _periodic[name] = Periodic(name, cron, body, where)
        return body

    return declare


def service(name: str) -> Callable[[Loop], Loop]:
    """Declares `def run(stop)` as a loop that lives in the worker process; it returns soon after `stop` is set.

    Where it raises it is started again after a pause.
    """

    def declare(body: Loop) -> Loop:
        _services[name] = Service(name, body)
        return body

    return declare


def _origin(body: Body) -> tuple[str, str]:
    return body.__module__, body.__qualname__


def job_named(name: str) -> Job | None:
    return _jobs.get(name)


def name_of(body: Body) -> str:
    """The name under which a body was declared; raises KeyError for a function that is no job."""
    return _names[body]


def label_of(name: str) -> Words:
    found = _jobs.get(name)
    return found.label if found is not None else name


def works_in_batches(name: str) -> bool:
    """Whether the job can be stopped between two batches."""
    found = _jobs.get(name)
    return found is not None and found.batched


def all_periodic() -> list[Periodic]:
    return list(_periodic.values())


def all_services() -> list[Service]:
    return list(_services.values())
