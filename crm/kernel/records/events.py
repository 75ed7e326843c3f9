"""News of every record kind."""

from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class RecordCreated(Event):
    """A record was made; `many` says how many were made by the same writing."""

    kind: str
    record: UUID
    many: int = 1


@event
class RecordChanged(Event):
    """Fields of a record were changed; `fields` names the stored columns, `many` counts the records changed by the same writing."""

    kind: str
    record: UUID
    fields: tuple[str, ...] = ()
    many: int = 1


@event
class RecordRemoved(Event):
    """A record went into the bin."""

    kind: str
    record: UUID


@event
class RecordRestored(Event):
    """A record came back from the bin."""

    kind: str
    record: UUID


@event
class RecordShared(Event):
    """A record was shared with a person or a team; `share` says with whom."""

    kind: str
    record: UUID
    share: UUID


@event
class ManyChanged(Event):
    """One change to many records came to its end: `done` of them got it, `refused` did not. `run` tells it in full."""

    record: UUID | None
    run: UUID
    by: UUID
    verb: str
    done: int
    refused: int


@event
class ActUndone(Event):
    """A large act was taken back in the background. `left` of its records stayed as they are; `again`: what was taken back was done once
    more."""

    record: UUID | None
    act: UUID
    by: UUID
    label: str
    again: bool
    left: int


@event
class RecordsMerged(Event):
    """Records went into this one of their kind and are in no list any more: what pointed to them points to it. Each has a merge
    (`merges`, in the order of `losers`) by which it can be split off again."""

    kind: str
    record: UUID
    losers: tuple[UUID, ...]
    merges: tuple[UUID, ...]
    reason: str = ""


@event
class RecordsSplit(Event):
    """A record that had been merged into this one is back with its own id. `open` says of how many later values and links nobody has
    said yet whose they are."""

    kind: str
    record: UUID
    loser: UUID
    merge: UUID
    open: int = 0
