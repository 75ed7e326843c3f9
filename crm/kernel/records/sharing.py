"""Sharing one record with a person or a team, beyond what their roles give."""

import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from crm.kernel.access.models import Share
from crm.kernel.access.policy import policy_for
from crm.kernel.access.shared import held
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import Team, User
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.events import RecordShared
from crm.kernel.records.writing import locked
from crm.kernel.tenancy.backend.lasting import lasting
from crm.kernel.tenancy.scope import bump_permissions, current_actor


def shares_of(record_id: UUID) -> list[Share]:
    """The shares of a record that hold now, the oldest first. The caller has made sure that the record may be seen."""

    def rows(one: UUID, moment: datetime.datetime) -> QuerySet[Share]:
        live = Q(until=None) | Q(until__gt=moment)
        return Share.objects.filter(live, record_id=one).select_related("user", "team", "by").order_by("created_at", "id")

    return list(lasting(("shares",), rows, record_id, now()))


def share(
    entity: Entity[Any], record_id: UUID, *, user: UUID | None = None, team: UUID | None = None, edit: bool = False,
    until: datetime.datetime | None = None,
) -> Share:
    """Shares a record with one person or one team; who had it already has it so from now on.

    Needs the right to edit the record. Raises Wrong where nobody is named, for a kind that is not `shareable`, and for
    an end that is past or later than the actor's own.
    """
    actor: Actor = current_actor()
    locked(entity, [record_id], "edit")
    if not policy_for(entity).shareable:
        raise Wrong(_("%(kinds)s cannot be shared one by one: they follow the records they belong to.") % {"kinds": entity.labels})
    _there(actor, user, team)
    _in_time(entity, actor, record_id, until)
    facts = {"edit": edit, "until": until, "limits": _limits(entity, actor), "by_id": actor.id, "created_at": now()}
    bump_permissions()
    whom: dict[str, Any] = {"record_id": record_id, "user_id": user, "team_id": team}
    made, _new = Share.objects.update_or_create(**whom, defaults=facts)
    publish(RecordShared(record=record_id, kind=entity.kind, share=made.pk))
    return made


def unshare(entity: Entity[Any], record_id: UUID, share_id: UUID) -> str:
    """Takes a share away, in force with the next request of everybody; answers the name of whom. Needs the right to edit; raises
    NotFound."""
    locked(entity, [record_id], "edit")
    bump_permissions()
    found = Share.objects.filter(pk=share_id, record_id=record_id).select_related("user", "team").first()
    if found is None:
        raise NotFound
    named = found.user or found.team
    found.delete()
    return named.name if named is not None else ""


def _there(actor: Actor, user: UUID | None, team: UUID | None) -> None:
    if (user is None) == (team is None):
        raise Wrong(fields={"user": [_("Choose one person or one team.")]})
    if user is not None and user == actor.id:
        raise Wrong(fields={"user": [_("You have this record already.")]})
    if user is not None and not User.objects.filter(pk=user, is_active=True).exists():
        raise Wrong(fields={"user": [_("There is no such person.")]})
    if team is not None and not Team.objects.filter(pk=team).exists():
        raise Wrong(fields={"team": [_("There is no such team.")]})


def _in_time(entity: Entity[Any], actor: Actor, record_id: UUID, until: datetime.datetime | None) -> None:
    """The end lies ahead, and not behind the end of what the actor himself holds by shares alone."""
    if until is not None and until <= now():
        raise Wrong(fields={"until": [_("Choose a day that is not over.")]})
    if entity.model._default_manager.filter(policy_for(entity).granted(actor, "edit"), pk=record_id).exists():
        return
    ends = [one.until for one in held(actor, entity.kind, "edit") if one.record == record_id]
    last = None if None in ends else max((end for end in ends if end is not None), default=None)
    if last is not None and (until is None or until > last):
        end = f"{localtime(last):%Y-%m-%d %H:%M}"
        raise Wrong(fields={"until": [_("The record is shared with you until %(end)s; no longer than that.") % {"end": end}]})


def _limits(entity: Entity[Any], actor: Actor) -> dict[str, str]:
    policy = policy_for(entity)
    closed = [name for name in policy.readonly(actor) if not entity.fields[name].readonly]
    return dict.fromkeys(sorted(closed), "readonly") | dict.fromkeys(sorted(policy.hidden(actor)), "hidden")
