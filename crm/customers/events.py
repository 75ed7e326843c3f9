"""News of customers."""

import datetime
from uuid import UUID

from crm.kernel.outbox.events import Event, event


@event
class ReminderSet(Event):
    """Somebody wants to be reminded of an activity at a moment; `at` empty takes the reminder back."""

    record: UUID
    user: UUID | None = None
    at: datetime.datetime | None = None
    text: str = ""


@event
class ActivitiesGiven(Event):
    """Somebody gave another person something to do; `many` at once are told as one, `record` is the first of them."""

    record: UUID
    user: UUID
    by: str = ""
    text: str = ""
    many: int = 1


@event
class ActivityDone(Event):
    """An activity was done: a call was made, a task was finished."""

    record: UUID
    type: str = ""
    about: UUID | None = None
    account: UUID | None = None


@event
class PeopleMentioned(Event):
    """People were named in an activity; `by` says who named them."""

    record: UUID
    users: tuple[UUID, ...] = ()
    by: str = ""
