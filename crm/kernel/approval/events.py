"""News of changes that wait for approval."""

from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class ApprovalAsked(Event):
    """A change of a verified value waits for approval; `change` is its id, `field` the field. `many` counts those of the same writing."""

    kind: str
    record: UUID
    change: UUID
    field: str
    many: int = 1


@event
class ApprovalEnded(Event):
    """A change of a verified value waits no longer; `state` says why: approved, overridden, refused, withdrawn, expired or superseded."""

    kind: str
    record: UUID
    change: UUID
    field: str
    state: str
