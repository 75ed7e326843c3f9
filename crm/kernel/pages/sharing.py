"""The dialog in which one record is shared, and the line that says with whom it is."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.timezone import get_current_timezone, localtime
from django.utils.translation import gettext as _

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.models import Team, User
from crm.kernel.records import sharing
from crm.kernel.tenancy.scope import current_actor

#: Names that the line on the record page shows before it counts.
SHOWN = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One share as it is shown: `last` is the day on which it ends, in the reader's zone."""

    id: UUID
    name: str
    team: bool
    edit: bool
    last: datetime.date | None
    by: str
    at: datetime.datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """`lines`: the present shares; `may`: whether the reader may share this record."""

    lines: list[Line]
    may: bool

    @property
    def first(self) -> str:
        """The names that stand in the line, without those that are only counted."""
        return " · ".join(line.name for line in self.lines[:SHOWN])

    @property
    def more(self) -> int:
        return max(0, len(self.lines) - SHOWN)


def shared(entity: Entity[Any], record: Any) -> Shared:
    """With whom a record is shared, for its page and for the dialog."""
    policy = policy_for(entity)
    if not policy.shareable:
        return Shared([], False)
    return Shared([_line(one) for one in sharing.shares_of(record.pk)], policy.may(current_actor(), "edit", record))


def _line(one: Share) -> Line:
    named = one.user or one.team
    # The end is the first moment that is shut, midnight after the last day.
    last = localtime(one.until - datetime.timedelta(seconds=1)).date() if one.until else None
    by = one.by.name if one.by else "Kith"
    return Line(one.pk, named.name if named else "", one.team_id is not None, one.edit, last, by, one.created_at)


def share(entity: Entity[Any], record_id: UUID, given: QueryDict) -> str:
    """Shares as the form says; answers the name of whom. Raises Wrong by the names of the form: "with", "until"."""
    whom = as_uuid(given.get("with", ""))
    team = Team.objects.filter(pk=whom).first() if whom else None
    user = User.objects.filter(pk=whom, is_active=True).first() if whom and team is None else None
    found = team or user
    if found is None:
        raise Wrong(fields={"with": [_("Choose a person or a team from the list.")]})
    until = _end(given.get("until", "").strip())
    try:
        sharing.share(
            entity, record_id, user=user.pk if user else None, team=team.pk if team else None, edit=given.get("edit") == "on", until=until
        )
    except Wrong as refusal:
        fields = {{"user": "with", "team": "with"}.get(name, name): said for name, said in refusal.fields.items()}
        raise Wrong(refusal.message, fields or {"with": [refusal.message]}) from refusal
    return found.name


def _end(raw: str) -> datetime.datetime | None:
    """The midnight after the given day, in the reader's zone."""
    if not raw:
        return None
    try:
        day = datetime.date.fromisoformat(raw) + datetime.timedelta(days=1)
    except (ValueError, OverflowError):
        raise Wrong(fields={"until": [_("Give a day, such as 2026-11-24.")]}) from None
    return datetime.datetime.combine(day, datetime.time(), get_current_timezone())
