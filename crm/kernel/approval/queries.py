"""What waits, for whom, and who may decide."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.kernel.access.delegated import delegated
from crm.kernel.access.models import Delegation
from crm.kernel.access.policy import policy_for, rows_for
from crm.kernel.approval.models import Approver, PendingChange, State
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.custom.protection import ADMINISTRATORS, CUSTOMER, rule_of
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User, UserRole
from crm.kernel.identity.queries import actor_of, administrators
from crm.kernel.tenancy.scope import current_actor, once


@dataclass(frozen=True, slots=True)
class Standing:
    """One for whom the actor may decide: himself, or an absent colleague he stands in for (`absent`); `offices` as in rules."""

    person: UUID
    absent: UUID | None
    offices: frozenset[str]


def standings(actor: Actor) -> list[Standing]:
    """The actor, and those he stands in for at this moment."""
    if actor.id is None:
        return []
    return once(("approval", actor.id), lambda: _standings(actor))


def _standings(actor: Actor) -> list[Standing]:
    own = {f"person:{actor.id}", *(f"role:{pk}" for pk in actor.role_ids), *(f"team:{pk}" for pk in actor.team_ids)}
    assert actor.id is not None
    found = [Standing(actor.id, None, frozenset(own | ({ADMINISTRATORS} if actor.is_admin else set())))]
    for one in delegated(actor):
        other = actor_of(one.person)
        if other is not None:
            theirs = {f"person:{other.id}", *(f"role:{pk}" for pk in other.role_ids), *(f"team:{pk}" for pk in other.team_ids)}
            found.append(Standing(one.person, one.person, frozenset(theirs | ({ADMINISTRATORS} if other.is_admin else set()))))
    return found


def approvers_of(change: PendingChange) -> list[Approver]:
    """Those who are to agree, in their order."""
    return list(Approver.objects.filter(change_id=change.pk).select_related("by", "absent", "contact").order_by("place"))


def turn(change: PendingChange, rows: Iterable[Approver]) -> list[Approver]:
    """Those whose answer is waited for now."""
    open_ = [one for one in rows if not one.answer]
    return open_[:1] if change.rule.get("in_order") else open_


def complete(change: PendingChange, rows: Iterable[Approver]) -> bool:
    """Whether all have agreed who have to."""
    said = [one.answer == "yes" for one in rows]
    return all(said) if change.rule.get("in_order") else any(said)


def mine(change: PendingChange, rows: Iterable[Approver], actor: Actor) -> tuple[Approver, Standing] | None:
    """The place at which the actor may answer now, and for whom; None where he may not. Nobody approves what he asked for himself, nor
    does who stands in for him do it in his name."""
    if change.asked_by_id is not None and change.asked_by_id == actor.id:
        return None
    for one in turn(change, rows):
        for standing in standings(actor):
            if one.who in standing.offices and standing.person != change.asked_by_id:
                return one, standing
    return None


def kind_of(change: PendingChange) -> Entity[Any]:
    """The kind of its record. Raises NotFound where the kind or the field is gone, or hidden from the ambient actor."""
    entity = registry.kind(change.kind)
    if entity is None or change.field not in policy_for(entity).fields(current_actor()):
        raise NotFound
    return entity


def protected_still(entity: Entity[Any], name: str) -> bool:
    """Whether the field needs approval today."""
    return rule_of(entity.fields[name]) is not None


def _seen(actor: Actor) -> Q:
    """Changes of records and fields that the actor may see, on `PendingChange`."""
    found = Q(pk__in=[])
    for entity in registry.all():
        if entity.protected and policy_for(entity).may(actor, "view"):
            rows = entity.model._default_manager.filter(rows_for(entity, actor), deleted_at=None, pk=OuterRef("record_id"))
            hidden = policy_for(entity).hidden(actor)
            found |= Q(kind=entity.kind, field__in=[name for name in entity.protected if name not in hidden]) & Q(Exists(rows))
    return found


def visible(actor: Actor) -> QuerySet[PendingChange]:
    """All changes that the actor may see, over ones too."""
    return PendingChange.objects.filter(_seen(actor))


def to_decide(actor: Actor) -> QuerySet[PendingChange]:
    """What waits for the actor's answer."""
    own = standings(actor)
    offices = sorted({office for one in own for office in one.offices})
    earlier = Approver.objects.filter(change_id=OuterRef("change_id"), place__lt=OuterRef("place"), answer="")
    open_ = Approver.objects.filter(change_id=OuterRef("pk"), who__in=offices, answer="")
    asked = Q(Exists(open_.filter(~Exists(earlier)))) | Q(rule__in_order=False) & Q(Exists(open_))
    rows = visible(actor).filter(asked, state=State.WAITING, expires_at__gt=now())
    return rows.exclude(asked_by_id=actor.id)


def asked_by(actor: Actor) -> QuerySet[PendingChange]:
    """What the actor asked for and still waits."""
    return visible(actor).filter(asked_by_id=actor.id, state=State.WAITING, expires_at__gt=now())


def count_to_decide(actor: Actor) -> int:
    """How many wait for the actor, at most 100."""
    if not any(entity.protected for entity in registry.all()):
        return 0
    return to_decide(actor)[:100].count()


def waiting_on(entity: Entity[Any], record_id: UUID) -> list[PendingChange]:
    """What waits on one record, fields that the ambient actor may see, oldest first."""
    seen = [name for name in entity.protected if name in policy_for(entity).fields(current_actor())]
    if not seen:
        return []
    rows = PendingChange.objects.filter(record_id=record_id, field__in=seen, state=State.WAITING, expires_at__gt=now())
    return list(rows.select_related("asked_by").order_by("id"))


def people(change: PendingChange, rows: Iterable[Approver]) -> list[User]:
    """The active people who may answer now, and who stands in for those of them who are away; but for whoever asked."""
    found: dict[UUID, User] = {}
    for one in turn(change, rows):
        if one.who != CUSTOMER:
            found |= {person.pk: person for person in _of_office(one.who)}
    moment = now()
    away = Delegation.objects.filter(absent_id__in=list(found), since__lte=moment, until__gt=moment).select_related("delegate")
    found |= {one.delegate_id: one.delegate for one in away if one.delegate.is_active}
    return [person for pk, person in found.items() if pk != change.asked_by_id]


def _of_office(who: str) -> QuerySet[User]:
    if who == ADMINISTRATORS:
        return administrators()
    sort, _colon, pk = who.partition(":")
    active = User.objects.filter(is_active=True)
    if sort == "role":
        return active.filter(id__in=UserRole.objects.filter(role_id=pk).values("user_id"))
    return active.filter(team_id=pk) if sort == "team" else active.filter(pk=pk)


def days_left(change: PendingChange) -> int:
    """Whole days until it runs out."""
    return max(0, (change.expires_at - now()) // datetime.timedelta(days=1))
