"""Jobs for the tests. What they did is seen in the teams of the workspace: a team's path is unique."""

import time
from uuid import UUID

from crm.kernel.base.errors import Refusal
from crm.kernel.identity.models import Team
from crm.kernel.queue.progress import Progress
from crm.kernel.queue.registry import job

calls: list[str] = []


def team(path: str) -> None:
    Team(name="row", path=path).save(force_insert=True)


@job("test.rows", batched=True)
def rows(progress: Progress, mark: str, batches: int, size: int, rest: float) -> dict[str, int]:
    """Writes batches × size teams; the bookmark is the next batch."""
    while (number := progress.bookmark.get("batch", 0)) < batches:
        with progress.batch():
            for row in range(size):
                team(f"{mark}/{number}/{row}")
            time.sleep(rest)
            progress.bookmark["batch"] = number + 1
            progress.step((number + 1) * size, batches * size)
    return {"written": batches * size}


@job("test.once")
def once(progress: Progress, mark: str, rest: float = 0.0) -> None:
    """Writes one team."""
    team(mark)
    time.sleep(rest)


@job("test.fails", attempts=2)
def fails(progress: Progress, mark: str) -> None:
    """Writes and then fails, as often as it is tried."""
    calls.append(mark)
    team(mark)
    raise ValueError("no luck")


@job("test.refuses")
def refuses(progress: Progress) -> None:
    """Is refused for good."""
    raise Refusal("That is not possible.")


@job("test.typed")
def typed(progress: Progress, owner: UUID, numbers: list[int]) -> dict[str, object]:
    """Answers what it was given."""
    assert isinstance(owner, UUID)
    return {"owner": owner, "sum": sum(numbers), "by": progress.actor.name}


@job("test.quotes")
def quotes(progress: Progress) -> None:
    """Refuses with words that no database takes."""
    raise Refusal("not \0 possible: \ud800")
