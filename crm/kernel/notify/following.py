"""Who follows a record: its owner and creator by themselves, others by choice or because they wrote there; anybody may leave."""

from typing import Any
from uuid import UUID

from crm.kernel.access.policy import visible
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import actor_of
from crm.kernel.notify.models import Follow
from crm.kernel.tenancy.backend.lasting import lasting
from crm.kernel.tenancy.scope import current_actor

#: So many records written at once are a list somebody looks through: an import or a bulk change is no news line by line.
FEW = 50


def follows(record: Any, user_id: UUID | None) -> bool:
    """Whether a person follows a record at hand."""
    if user_id is None:
        return False
    rows = lasting(
        ("follows",), lambda who, one: Follow.objects.filter(user_id=who, record_id=one).values_list("on", flat=True), user_id, record.pk
    )
    chosen = next(iter(rows), None)
    return chosen if chosen is not None else user_id in (record.owner_id, record.created_by_id)


def follow(record_id: UUID, user_id: UUID, on: bool = True) -> None:
    """Follows a record (which the caller has fetched) or leaves it for good."""
    if not Follow.objects.filter(user_id=user_id, record_id=record_id).update(on=on):
        Follow.objects.bulk_create([Follow(user_id=user_id, record_id=record_id, on=on)], ignore_conflicts=True)


def follow_by_writing(record_id: UUID, user_id: UUID) -> None:
    """Whoever writes on a record follows it from now on, unless he has left it before."""
    Follow.objects.bulk_create([Follow(user_id=user_id, record_id=record_id, on=True)], ignore_conflicts=True)


def listeners(entity: Entity[Any], record: Any) -> list[User]:
    """The active people who follow a record and may see it at this moment, but for whoever acts.

    What Kith does by itself (the founding, the demonstration) is no news.
    """
    if current_actor().kind == "system":
        return []
    chosen = dict(Follow.objects.filter(record_id=record.pk).values_list("user_id", "on"))
    people = {record.owner_id, record.created_by_id} - {None} | {pk for pk, on in chosen.items() if on}
    people -= {pk for pk, on in chosen.items() if not on} | {current_actor().id}
    return [user for user in User.objects.filter(pk__in=people, is_active=True) if may_see(entity, record.pk, user.pk)]


def may_see(entity: Entity[Any], record_id: UUID, user_id: UUID) -> bool:
    """Whether a person may see a record right now."""
    actor = actor_of(user_id)
    return actor is not None and visible(entity, actor=actor).filter(pk=record_id).exists()
