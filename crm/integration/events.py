"""News of integrations."""

from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class Ping(Event):
    """A test that somebody sends from the settings: nothing happened, and `webhook` says which webhook it is for."""

    record: UUID | None
    webhook: UUID
