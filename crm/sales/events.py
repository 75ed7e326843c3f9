"""News of sales."""

import datetime
from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class OpportunityWon(Event):
    """A deal was won. `amount` is a decimal text in `currency`."""

    record: UUID
    name: str = ""
    account: UUID | None = None
    owner: UUID | None = None
    amount: str | None = None
    currency: str | None = None
    closed_on: datetime.date | None = None


@event
class OpportunityLost(Event):
    """A deal was lost; `reason` is the id of the workspace's reason for losing, where one was given."""

    record: UUID
    name: str = ""
    account: UUID | None = None
    owner: UUID | None = None
    amount: str | None = None
    currency: str | None = None
    closed_on: datetime.date | None = None
    reason: UUID | None = None


@event
class OpportunityReopened(Event):
    """A deal that counted as won or lost is open again."""

    record: UUID
    name: str = ""
    stage: UUID | None = None


@event
class OpportunityMoved(Event):
    """A deal came into another stage; `days` is how long it stayed in the one before."""

    record: UUID
    before: UUID | None = None
    stage: UUID | None = None
    days: float | None = None


@event
class LeadsGiven(Event):
    """A person got leads from a rule of assignment or a colleague; `many` at once are told as one, `record` is the first."""

    record: UUID
    user: UUID
    by: str = ""
    rule: str = ""
    text: str = ""
    many: int = 1


@event
class LeadsPooled(Event):
    """Leads without an owner came into a team's pool; `record` is the first of them."""

    record: UUID
    team: UUID
    rule: str = ""
    text: str = ""
    many: int = 1


@event
class LeadConverted(Event):
    """A lead became a customer: what it was joined to or became."""

    record: UUID
    name: str = ""
    account: UUID | None = None
    contact: UUID | None = None
    opportunity: UUID | None = None
    owner: UUID | None = None
