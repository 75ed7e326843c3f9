"""Keeping, sharing, marking and removing views."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.base.text import searchable
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import parse_text
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Team, User
from crm.kernel.saved.models import Form, SavedView, ViewMark
from crm.kernel.saved.queries import may_change, plain, view, views_of
from crm.kernel.tenancy.scope import bump_looks, current_actor

LONGEST_NAME = 80
MOST_VIEWS = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """How a list stands: what a view keeps of it. See `SavedView`."""

    form: str = Form.TABLE
    columns: Sequence[str] = ()
    filter: str = ""
    sort: str = ""
    group: str = ""
    by: str = ""
    set: str = ""

    def values(self, entity: Entity[Any]) -> dict[str, Any]:
        """Checked: fields that do not exist are left out, a filter that cannot be read raises Wrong."""
        if self.filter:
            parse_text(self.filter)
        known = entity.fields
        return {
            "form": self.form if self.form in Form.values else Form.TABLE,
            "columns": [name for name in dict.fromkeys(self.columns) if name in known],
            "filter": self.filter,
            "sort": self.sort if self.sort.removeprefix("-") in known else "",
            "group": self.group if self.group in known else "",
            "by": self.by if self.by in known else "",
            "set": self.set[:40],
        }


@dataclass(frozen=True, slots=True)
class Reach:
    """With whom a view is shared: at most one of the three."""

    user: UUID | None = None
    team: UUID | None = None
    everybody: bool = False
    wrong: Mapping[str, list[Any]] = field(default_factory=dict)


def save(entity: Entity[Any], name: str, shape: Shape, reach: Reach) -> SavedView:
    """A new view of the actor. Raises Wrong by field: "name", "with"."""
    values = shape.values(entity) | _called(entity, name, None) | _shared(reach)
    if len(views_of(entity)) >= MOST_VIEWS:
        raise Wrong(fields={"name": [_("There are %(most)s views already. Remove one first.") % {"most": MOST_VIEWS}]})
    return _made(entity, values)


def _made(entity: Entity[Any], values: Mapping[str, Any]) -> SavedView:
    made = SavedView.objects.create(user_id=current_actor().id, kind=entity.kind, **values)
    bump_looks()
    return made


def rename(entity: Entity[Any], pk: UUID, name: str, reach: Reach) -> SavedView:
    """Another name, shared with others. Raises NotFound, NotAllowed, Wrong."""
    one = changeable(entity, pk)
    return _written(one, _called(entity, name, one) | _shared(reach))


def keep(entity: Entity[Any], pk: UUID, shape: Shape) -> SavedView:
    """The view as the list stands now. Raises NotFound, NotAllowed, Wrong."""
    return _written(changeable(entity, pk), shape.values(entity))


def changeable(entity: Entity[Any], pk: UUID) -> SavedView:
    one = view(entity, pk)
    if not may_change(one):
        raise NotAllowed(_("%(name)s saved this view. Save it under a name of your own to change it.") % {"name": one.user.name})
    return one


def _written(one: SavedView, values: Mapping[str, Any]) -> SavedView:
    for name, value in values.items():
        setattr(one, name, value)
    one.updated_at = now()
    one.save(update_fields=[*values, "updated_at"])
    bump_looks()
    return one


def _called(entity: Entity[Any], raw: str, one: SavedView | None) -> dict[str, str]:
    name = " ".join(searchable(raw).split())
    if not name or len(name) > LONGEST_NAME:
        raise Wrong(fields={"name": [_("Give a name of up to %(most)s characters.") % {"most": LONGEST_NAME}]})
    owner = one.user_id if one is not None else current_actor().id
    same = SavedView.objects.filter(user_id=owner, kind=entity.kind, name=name, deleted_at=None)
    if (same.exclude(pk=one.pk) if one is not None else same).exists():
        raise Wrong(fields={"name": [_("There is a view of this name already.")]})
    return {"name": name}


def _shared(reach: Reach) -> dict[str, Any]:
    if reach.wrong:
        raise Wrong(fields=reach.wrong)
    if reach.user is not None and not User.objects.filter(pk=reach.user, is_active=True).exists():
        raise Wrong(fields={"with": [_("There is no such person.")]})
    if reach.team is not None and not Team.objects.filter(pk=reach.team).exists():
        raise Wrong(fields={"with": [_("There is no such team.")]})
    return {"for_user_id": reach.user, "for_team_id": reach.team, "for_all": reach.everybody}


def mark(entity: Entity[Any], pk: UUID, *, pinned: bool | None = None, usual: bool | None = None) -> SavedView:
    """Pins a view into the actor's own menu, or opens the kind with it from now on; None leaves it as it is."""
    one, person = view(entity, pk), current_actor().id
    if usual:
        ViewMark.objects.filter(user_id=person, view__kind=entity.kind).update(usual=False)
    given = {name: value for name, value in (("pinned", pinned), ("usual", usual)) if value is not None}
    ViewMark.objects.update_or_create(user_id=person, view=one, defaults=given)
    bump_looks()
    return one


def remove(entity: Entity[Any], pk: UUID) -> SavedView:
    """Takes a view away from everybody; it can be taken back."""
    return _written(changeable(entity, pk), {"deleted_at": now()})


def put_back(one: SavedView, values: Mapping[str, Any]) -> SavedView:
    """Sets what a view was before: any of its columns. Raises NotFound where its kind is gone, NotAllowed where another person saved
    it, Wrong where its name is taken by now or whom it was for is gone."""
    entity = registry.kind(one.kind)
    if entity is None:
        raise NotFound
    if not may_change(one):
        raise NotAllowed(_("%(name)s saved this view. Save it under a name of your own to change it.") % {"name": one.user.name})
    checked = dict(values)
    if "name" in values or "deleted_at" in values:
        checked |= _called(entity, values.get("name", one.name), one)
    if values.keys() & {"for_user_id", "for_team_id", "for_all"}:
        checked |= _shared(Reach(*(values.get(name, getattr(one, name)) for name in ("for_user_id", "for_team_id", "for_all"))))
    return _written(one, checked)


def keep_plain(entity: Entity[Any], columns: Sequence[str]) -> None:
    """The columns of the actor's plain list; an empty list means the kind's own again."""
    known = [name for name in dict.fromkeys(columns) if name in entity.fields]
    one = plain(entity)
    if one is not None:
        _written(copy(one), {"columns": known})
    else:
        _made(entity, {"columns": known})
