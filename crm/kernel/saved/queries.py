"""Which views a person has."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.custom.laid import layout_for
from crm.kernel.entity.entity import Entity
from crm.kernel.saved.models import SavedView, ViewMark
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor
from crm.kernel.tenancy.settled import settled


def _within_reach() -> Q:
    """Views that are the actor's own or shared with him."""
    actor = current_actor()
    return Q(user_id=actor.id) | Q(for_all=True) | Q(for_user_id=actor.id) | Q(for_team_id__in=actor.team_ids)


def views_of(entity: Entity[Any]) -> list[SavedView]:
    """The views of a kind which the actor has, by name; shared between requests."""

    def rows() -> QuerySet[SavedView]:
        found = SavedView.objects.filter(_within_reach(), kind=entity.kind, deleted_at=None).exclude(name="")
        return found.select_related("user", "for_user", "for_team").order_by("name", "id")

    return settled(("views", entity.kind, current_actor().id), lambda: list(lasting(("views", entity.kind), rows)))


def view(entity: Entity[Any], pk: UUID) -> SavedView:
    """One view of the kind. Raises NotFound where it is none of the actor's and not shared with him."""
    found = SavedView.objects.filter(_within_reach(), pk=pk, kind=entity.kind, deleted_at=None).exclude(name="")
    one = found.select_related("user", "for_user", "for_team").first()
    if one is None:
        raise NotFound
    return one


def plain(entity: Entity[Any]) -> SavedView | None:
    """What the actor chose for the plain list of a kind."""

    def rows() -> QuerySet[SavedView]:
        return SavedView.objects.filter(user_id=current_actor().id, kind=entity.kind, name="", deleted_at=None)

    return settled(("plain", entity.kind, current_actor().id), lambda: next(iter(lasting(("plain", entity.kind), rows)), None))


def marks() -> dict[UUID, ViewMark]:
    """{view: mark} of the actor, the views with them; asked once a page."""

    def read() -> dict[UUID, ViewMark]:
        me = current_actor().id
        return {one.view_id: one for one in kept.lasting(("marks",), of, me) if _still(one.view)} if me is not None else {}

    def of(who: UUID) -> QuerySet[ViewMark]:
        return ViewMark.objects.filter(user_id=who, view__deleted_at=None).select_related("view").order_by("view__name", "id")

    return settled(("marks", current_actor().id), read)


def _still(one: SavedView) -> bool:
    """Whether a view that was marked once is still within reach."""
    actor = current_actor()
    return one.user_id == actor.id or one.for_all or one.for_user_id == actor.id or one.for_team_id in actor.team_ids


def pinned(entity: Entity[Any]) -> list[SavedView]:
    """The views which stand under the kind in the actor's menu."""
    return [one.view for one in marks().values() if one.pinned and one.view.kind == entity.kind]


def usual(entity: Entity[Any]) -> SavedView | None:
    """The view which opens where the actor opens the kind."""
    return next((one.view for one in marks().values() if one.usual and one.view.kind == entity.kind), None)


def may_change(one: SavedView) -> bool:
    """Whoever saved a view changes it; administrators change what is shared, too."""
    actor = current_actor()
    return one.user_id == actor.id or (actor.is_admin and one.shared)


def columns_seen(entity: Entity[Any], one: SavedView) -> list[str]:
    """The view's columns that are there for the actor, the title first."""
    seen = policy_for(entity).fields(current_actor())
    wanted = one.columns or layout_for(entity, current_actor()).columns
    return list(dict.fromkeys([entity.title, *(name for name in wanted if name in seen)]))
