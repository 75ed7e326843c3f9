"""One policy object per record kind answers rows, verbs and fields: for pages, API, export, jobs alike."""

from functools import lru_cache
from typing import Any, ClassVar, Generic, TypeVar, get_args
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from crm.kernel.access.models import Share
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.entity.filter import Asker, compile_filter, from_json
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import current_actor, versions

R = TypeVar("R", bound=models.Model)

_POLICIES: dict[str, "type[Policy[Any]]"] = {}
NOTHING = Q(pk__in=[])


@lru_cache(maxsize=4096)
def _shared(workspace: UUID, actor: UUID, teams: frozenset[UUID], verb: str, version: int) -> tuple[UUID, ...]:
    rows = Share.objects.filter(Q(user_id=actor) | Q(team_id__in=teams))
    return tuple((rows.filter(edit=True) if verb == "edit" else rows).values_list("record_id", flat=True))


def shared_ids(actor: Actor, verb: str) -> tuple[UUID, ...]:
    """Records shared with the actor; asked once per version of the workspace's rights."""
    if actor.id is None or verb not in ("view", "edit"):
        return ()
    return _shared(actor.workspace_id, actor.id, actor.team_ids, verb, versions()[1])


def asker(actor: Actor) -> Asker:
    """For whom filters are compiled: with the actor's own rows and fields of every kind they pass through."""
    return Asker(
        reading=Reading.of(actor), me=actor.id, team=actor.team_id, teams=actor.tree_ids,
        hidden=lambda entity: policy_for(entity).hidden(actor),
        seen=lambda entity: Q(deleted_at=None) & policy_for(entity).rows(actor),
    )


class Policy(Generic[R]):
    """The rows, verbs and fields of one kind. Subclass it with the model as type argument to replace the general rule."""

    model: ClassVar[type[models.Model]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__dict__.get("__orig_bases__", ()):
            bound = [arg for arg in get_args(base) if isinstance(arg, type) and issubclass(arg, models.Model)]
            if bound:
                _POLICIES[bound[0]._meta.label] = cls

    def __init__(self, entity: Entity[Any]) -> None:
        self.entity = entity

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        """The rows to which the actor may apply the verb, as a condition on the kind's model."""
        own = self._level_rows(actor, verb)
        if self.entity.parent is None or own == NOTHING:
            return own
        parents = self._parent_rows(actor)
        return parents if verb == "view" else own & parents

    def _level_rows(self, actor: Actor, verb: str) -> Q:
        level = actor.grants.level(self.entity.kind, verb)
        if level == "all":
            return Q()
        if level == "none":
            return NOTHING
        shared = shared_ids(actor, verb)
        found = Q(pk__in=shared) if shared else NOTHING
        if level == "filter":
            given = actor.grants.filter(self.entity.kind, verb)
            return found | compile_filter(from_json(given), self.entity, asker(actor)) if given else found
        found |= Q(owner_id=actor.id)
        if level == "team" and actor.team_id:
            found |= Q(team_id=actor.team_id)
        if level == "team_below" and actor.tree_ids:
            found |= Q(team_id__in=sorted(actor.tree_ids))
        return found

    def _parent_rows(self, actor: Actor) -> Q:
        """A child is seen by whoever sees the record it belongs to; what belongs to none, by its owner."""
        name = str(self.entity.parent)
        link = self.entity.fields[name]
        assert isinstance(link, Link)
        target = registry.of(link.target)
        orphan = Q(**{f"{name}__isnull": True, "owner_id": actor.id}) if not link.required else Q(pk__in=[])
        if target is not None:
            seen = policy_for(target).rows(actor)
            if not seen:
                return Q()
            return Q(**{f"{name}__in": target.model._default_manager.filter(seen).values("pk")}) | orphan
        return self._any_kind(actor, name, orphan)

    def _any_kind(self, actor: Actor, name: str, orphan: Q) -> Q:
        """The parent may be of any kind: the record table carries what the levels ask for."""
        kinds = [entity for entity in registry.all() if entity.parent is None and entity is not self.entity]
        found, everything = orphan, True
        for entity in kinds:
            seen = policy_for(entity).rows(actor)
            if not seen:
                found |= Q(**{f"{name}__kind": entity.kind})
                continue
            everything = False
            if seen != NOTHING:
                found |= Q(**{f"{name}__in": entity.model._default_manager.filter(seen).values("pk")})
        return Q() if everything else found

    def may(self, actor: Actor, verb: str, record: Any = None) -> bool:
        """Whether the verb is given at all, or for this record."""
        level = actor.grants.level(self.entity.kind, verb)
        if level == "none":
            return bool(verb in ("view", "edit") and record is not None and record.pk in shared_ids(actor, verb))
        if record is None or level == "all" and self.entity.parent is None:
            return True
        return bool(self.entity.model._default_manager.filter(self.rows(actor, verb), pk=record.pk).exists())

    def hidden(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that do not exist for this actor, parts of composites with them."""
        return self._said(actor, "hidden")

    def readonly(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that the actor may see and not write."""
        fixed = {name for name, field in self.entity.fields.items() if field.readonly}
        return frozenset(fixed) | self._said(actor, "readonly")

    def _said(self, actor: Actor, wanted: str) -> frozenset[str]:
        return frozenset(
            name
            for name, field in self.entity.fields.items()
            if actor.grants.field(self.entity.kind, field.part_of or name) == wanted
            or actor.grants.field(self.entity.kind, name) == wanted
        )

    def fields(self, actor: Actor) -> dict[str, Any]:
        """{name: field} without the hidden ones."""
        hidden = self.hidden(actor)
        return {name: field for name, field in self.entity.fields.items() if name not in hidden}


def policy_for(entity: Entity[Any]) -> Policy[Any]:
    """The policy of a kind: its own class where one is declared, else the general rule."""
    return _POLICIES.get(entity.model._meta.label, Policy)(entity)


def visible(entity: Entity[Any], verb: str = "view", actor: Actor | None = None) -> QuerySet[Any]:
    """The live records of a kind to which the actor may apply the verb."""
    who = actor or current_actor()
    return entity.model._default_manager.filter(policy_for(entity).rows(who, verb), deleted_at=None)
