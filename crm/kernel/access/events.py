"""News of rights."""

from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class Delegated(Event):
    """Somebody's own records were put into a colleague's hands for an absence; `delegation` says whose and until when."""

    record: UUID | None
    delegation: UUID
