"""One policy object per record kind answers rows, verbs and fields: for pages, API, export, jobs alike."""

from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from crm.kernel.access.models import Share
from crm.kernel.entity.entity import Entity, bound_model
from crm.kernel.entity.fields import Link
from crm.kernel.entity.filter import Asker, compile_filter, from_json
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FILTER, Grants
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
        reading=Reading.of(actor), me=actor.id, team=actor.team_id,
        hidden=lambda entity: policy_for(entity).hidden(actor),
        seen=lambda entity: Q(deleted_at=None) & policy_for(entity).rows(actor),
    )


class Policy(Generic[R]):
    """The rows, verbs and fields of one kind. Subclass it with the model as type argument to replace the general rule."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        bound = bound_model(cls)
        if bound is not None:
            _POLICIES[bound._meta.label] = cls

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
        if level == FILTER:
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
            return False  # as `rows` has it: a share opens nothing to those whose roles leave the kind out
        if record is None or level == "all" and self.entity.parent is None:
            return True
        if type(self) is Policy and self.entity.parent is None and level != FILTER:
            return self._holds(actor, level, record) or record.pk in shared_ids(actor, verb)
        return bool(self.entity.model._default_manager.filter(self.rows(actor, verb), pk=record.pk).exists())

    @staticmethod
    def _holds(actor: Actor, level: str, record: Any) -> bool:
        """What `_level_rows` asks of the database, answered by a record that is at hand."""
        teams = {"team": {actor.team_id} - {None}, "team_below": actor.tree_ids}.get(level, frozenset())
        return record.owner_id is not None and record.owner_id == actor.id or record.team_id in teams

    def hidden(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that do not exist for this actor, parts of composites with them."""
        return _said(self.entity, actor.grants, "hidden", versions())

    def readonly(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that the actor may see and not write."""
        return _said(self.entity, actor.grants, "readonly", versions())

    def fields(self, actor: Actor) -> dict[str, Any]:
        """{name: field} without the hidden ones."""
        hidden = self.hidden(actor)
        return {name: field for name, field in self.entity.fields.items() if name not in hidden}


@lru_cache(maxsize=1000)
def _said(entity: Entity[Any], grants: Grants, wanted: str, version: tuple[int, int]) -> frozenset[str]:
    """The fields of which the grants say so; asked for every row of a batch, so kept while rights and schema stand.

    Grants are compared by identity, and each version of the rights makes new ones.
    """
    return frozenset(
        name
        for name, field in entity.fields.items()
        if wanted == "readonly" and field.readonly
        or wanted in (grants.field(entity.kind, field.part_of or name), grants.field(entity.kind, name))
    )


def policy_for(entity: Entity[Any]) -> Policy[Any]:
    """The policy of a kind: its own class where one is declared, else the general rule."""
    return _POLICIES.get(entity.model._meta.label, Policy)(entity)


def visible(entity: Entity[Any], verb: str = "view", actor: Actor | None = None) -> QuerySet[Any]:
    """The live records of a kind to which the actor may apply the verb."""
    who = actor or current_actor()
    return entity.model._default_manager.filter(policy_for(entity).rows(who, verb), deleted_at=None)
