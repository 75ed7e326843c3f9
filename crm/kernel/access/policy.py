"""One policy object per record kind answers rows, verbs and fields: for pages, API, export, jobs alike."""

import logging
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.kernel.access.delegated import absent, absent_grants
from crm.kernel.access.grounds import Ground, gathered
from crm.kernel.access.lasting import rights_of
from crm.kernel.access.reach import NOTHING, Reach, either, is_nothing
from crm.kernel.access.shared import kinds_shared, limits, shared_ids
from crm.kernel.audit.moment import moment
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity, bound_model
from crm.kernel.entity.fields import Link
from crm.kernel.entity.filter import Asker, compile_filter, from_json
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FILTER, FLAG_VERBS, Grants
from crm.kernel.tenancy.scope import current_actor, once, versions

logger = logging.getLogger("kith.access")

R = TypeVar("R", bound=models.Model)

_POLICIES: dict[str, "type[Policy[Any]]"] = {}


def asker(actor: Actor) -> Asker:
    """For whom filters are compiled: with the actor's own rows and fields of every kind they pass through."""
    return Asker(
        reading=Reading.of(actor), me=actor.id, team=actor.team_id,
        hidden=lambda entity: policy_for(entity).hidden(actor),
        seen=lambda entity: Q(deleted_at=None) & rows_for(entity, actor),
    )


def _filter_rows(entity: Entity[Any], actor: Actor, given: dict[str, Any] | None) -> Q:
    """The rows that a filter of a role opens. It is the administrator's: fields and records which the actor may not
    see himself count in it. One that fits no longer (a field went away) opens nothing."""
    if given is None:
        return NOTHING
    trusted = Asker(Reading.of(actor), actor.id, actor.team_id, seen=lambda other: Q(deleted_at=None))
    try:
        return compile_filter(from_json(given), entity, trusted)
    except Wrong as refusal:
        logger.warning("a role's filter on %s opens nothing: %s", entity.kind, refusal)
        return NOTHING


class Policy(Generic[R]):
    """The rows, verbs and fields of one kind. Subclass it with the model as type argument to replace the general rule."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        bound = bound_model(cls)
        if bound is not None:
            _POLICIES[bound._meta.label] = cls

    def __init__(self, entity: Entity[Any]) -> None:
        self.entity = entity

    @property
    def shareable(self) -> bool:
        """Whether one record of the kind can be shared: what follows another record or has a rule of its own cannot."""
        return type(self) is Policy and self.entity.parent is None

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        """The rows to which the actor may apply the verb, as a condition on the kind's model: those that any of the `grounds`
        gives, as far as all `needs` are met, and those `besides`. `access.why` takes the same lists one by one."""
        found = gathered(self.grounds(actor, verb))
        for one in () if is_nothing(found) else self.needs(actor, verb):
            found &= one.rows
        return gathered([Ground("rows", found), *self.besides(actor, verb)])

    def grounds(self, actor: Actor, verb: str) -> list[Ground]:
        """What gives rows. What hangs on another record is seen with that one, by whomever the kind is shown at all."""
        own = self.own_grounds(actor, verb)
        if verb != "view" or self.entity.parent is None or is_nothing(gathered(own)):
            return own
        return [Ground("parent", self._parent_rows(actor))]

    def needs(self, actor: Actor, verb: str) -> list[Ground]:
        """What must be so beside, of whatever is given."""
        found = []
        if verb != "view" and self._filtered(actor, verb):
            # Levels lie inside each other, filters need not.
            found.append(Ground("seen", gathered(self.own_grounds(actor, "view"))))
        if verb != "view" and self.entity.parent is not None:
            found.append(Ground("parent", self._parent_rows(actor)))
        if self.entity.parent is not None and actor.grants.level(self.entity.kind, verb) == "none":
            # The kind is shown for somebody's absence alone: with that person's records and no others.
            found.append(Ground("absent", Reach(absent=absent(actor, self.entity.kind, verb)).q(f"{self.entity.parent}__")))
        return found

    def besides(self, actor: Actor, verb: str) -> list[Ground]:
        """What a rule of the kind's own gives further."""
        return []

    def granted(self, actor: Actor, verb: str) -> Q:
        """The rows that the actor's roles give, without what is shared and without anybody's absence."""
        level, given = actor.grants.level(self.entity.kind, verb), actor.grants.filter(self.entity.kind, verb)
        return either(self._reach(actor, level).q(), _filter_rows(self.entity, actor, given))

    def _by_level(self, actor: Actor, verb: str) -> Reach:
        """What level and absences give."""
        found = self._reach(actor, actor.grants.level(self.entity.kind, verb))
        away = () if found.whole else absent(actor, self.entity.kind, verb)
        return replace(found, absent=away) if away else found

    def _reach(self, actor: Actor, level: str) -> Reach:
        if level in ("all", "none", FILTER):
            return Reach(whole=level == "all")
        teams = actor.tree_ids if level == "team_below" else {actor.team_id} if level == "team" else ()
        return Reach(owner=actor.id, teams=tuple(sorted(team for team in teams if team)))

    def reach(self, actor: Actor, verb: str = "view") -> Reach | None:
        """The rows of `rows`, where owner, team and shares decide them alone; None where the kind has to be asked."""
        plain = type(self) is Policy and self.entity.parent is None
        if not plain or self._filtered(actor, verb) or not is_nothing(self._with_shared(actor)):
            return None
        return replace(self._by_level(actor, verb), shared=tuple(shared_ids(actor, self.entity.kind, verb)))

    def own_grounds(self, actor: Actor, verb: str) -> list[Ground]:
        """What gives rows of the kind for their own sake: each role by level or filter, absences, shares, what follows a share."""
        kind, found = self.entity.kind, []
        for number, level in enumerate(actor.grants.levels(kind, verb)):
            if level == FILTER:
                found.append(Ground("filter", _filter_rows(self.entity, actor, actor.grants.filter_of(number, kind)), role=number))
            elif level != "none":
                found.append(Ground("role", self._reach(actor, level), role=number, level=level))
        away, shared = absent(actor, kind, verb), tuple(shared_ids(actor, kind, verb))
        found += [Ground("absent", Reach(absent=away))] if away else []
        found += [Ground("share", Reach(shared=shared))] if shared else []
        return [*found, Ground("follows", self._with_shared(actor))] if verb == "view" else found

    def mine(self, actor: Actor, path: str = "") -> Q:
        """The rows of the actor's own and of those for whom he stands in."""
        away = absent(actor, self.entity.kind, "view")
        return Reach(owner=actor.id, absent=away).q(path) if away else Q(**{f"{path}owner_id": actor.id})

    def _with_shared(self, actor: Actor) -> Q:
        """What follows a record shared with the actor, of a kind that the roles show at all (`follows` on the link)."""
        links = [one for one in self.entity.fields.values() if isinstance(one, Link) and one.follows]
        shared = kinds_shared(actor) if links and self.entity.parent is None else []
        if not shared or actor.grants.level(self.entity.kind, "view") == "none":
            return NOTHING
        found = NOTHING
        for link in links:
            target = registry.of(link.target)
            kinds = shared if target is None else [target.kind]
            ids = [pk for kind in kinds for pk in shared_ids(actor, kind)]
            found = either(found, Reach(shared=tuple(ids)).q(f"{link.name}__"))
        return found

    def _filtered(self, actor: Actor, verb: str) -> bool:
        return any(actor.grants.filter(self.entity.kind, one) is not None for one in {verb, "view"})

    def _parent_rows(self, actor: Actor) -> Q:
        """A child is seen by whoever sees the record it belongs to; what belongs to none, by its owner."""
        name = str(self.entity.parent)
        link = self.entity.fields[name]
        assert isinstance(link, Link)
        target = registry.of(link.target)
        orphan = Q(**{f"{name}__isnull": True}) & self.mine(actor) if not link.required else Q(pk__in=[])
        if target is not None:
            reach = policy_for(target).reach(actor)
            if reach is not None:
                return Q() if reach.whole else either(reach.q(f"{name}__"), orphan)
            seen = rows_for(target, actor)
            if not seen:
                return Q()
            return Q(**{f"{name}__in": target.model._default_manager.filter(seen).values("pk")}) | orphan
        return self._any_kind(actor, name, orphan)

    def _any_kind(self, actor: Actor, name: str, orphan: Q) -> Q:
        """The parent may be of any kind: the record table carries what the levels ask for."""
        return _kept(("any kind", self.entity.kind, name), actor, lambda: self._whatever_kind(actor, name, orphan))

    def _whatever_kind(self, actor: Actor, name: str, orphan: Q) -> Q:
        """Kinds that have to be asked come last and only for rows of theirs: the database takes the parts of an "or" in this
        order, and would else put all the activities of a company together to judge one phone number."""
        kinds = [entity for entity in registry.all() if entity.parent is None and entity is not self.entity]
        found, asked, everything = orphan, Q(), True
        alike: dict[Reach, list[str]] = {}
        for entity in kinds:
            reach = policy_for(entity).reach(actor)
            seen = rows_for(entity, actor) if reach is None else reach.q()
            everything = everything and not seen
            if reach is not None or not seen:
                alike.setdefault(reach or Reach(whole=True), []).append(entity.kind)
            elif not is_nothing(seen):
                one = entity.model._default_manager.filter(seen, pk=OuterRef(f"{name}_id"))
                asked |= Q(**{f"{name}__kind": entity.kind}) & Q(Exists(one))
        if everything:
            return Q()
        for shape, names in alike.items():
            if not shape.empty:
                found |= Q(**{f"{name}__kind__in": names}) & shape.q(f"{name}__")
        return either(found, asked) if asked else found

    def may(self, actor: Actor, verb: str, record: Any = None) -> bool:
        """Whether the verb is given at all (for one record, if only by a share), or for this record."""
        kind, parent = self.entity.kind, self.entity.parent
        level = actor.grants.level(kind, verb)
        if record is None:
            return level != "none" or bool(shared_ids(actor, kind, verb)) or bool(absent(actor, kind, verb))
        if verb in FLAG_VERBS:
            return level != "none"
        if type(self) is not Policy or parent is not None or self._filtered(actor, verb):
            return bool(self.entity.model._default_manager.filter(self.rows(actor, verb), pk=record.pk).exists())
        return self._by_level(actor, verb).holds(record) or record.pk in shared_ids(actor, kind, verb)

    def hidden(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that do not exist for this actor, parts of composites with them."""
        return _said(self.entity, actor.grants, "hidden", versions()) | self._limits(actor, "hidden")

    def readonly(self, actor: Actor) -> frozenset[str]:
        """Names of the fields that the actor may see and not write."""
        return _said(self.entity, actor.grants, "readonly", versions()) | self._limits(actor, "readonly")

    def _limits(self, actor: Actor, wanted: str) -> frozenset[str]:
        """Whoever sees a kind by shares alone sees no field that was closed to those who shared; whoever sees it for somebody's
        absence alone none that is closed to that person."""
        kind = self.entity.kind
        found, away = limits(actor, kind, wanted), absent_grants(actor, kind)
        if not (found or away) or actor.grants.level(kind, "view") != "none":
            return frozenset()
        return found.union(*(_said(self.entity, grants, wanted, versions()) for grants in away))

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
    return entity.model._default_manager.filter(rows_for(entity, who, verb), deleted_at=None)


def rows_for(entity: Entity[Any], actor: Actor, verb: str = "view") -> Q:
    """The policy's `rows` of a kind, as they were put together when they were first asked for.

    As of a moment of the past it is no condition: then the tables that are read hold no other rows (`records.past`), for
    today's rights decide, which cannot be told from the values of then.
    """
    if moment() is not None:
        return Q()
    return _kept(("rows", entity.kind, verb), actor, lambda: policy_for(entity).rows(actor, verb))


_CONDITIONS: dict[Hashable, Q] = {}
#: About 10 kB each.
_MOST = 3_000


def _kept(what: tuple[str, ...], actor: Actor, make: Callable[[], Q]) -> Q:
    """A condition, put together once while the rights stand; where they move on by themselves, once in a scope."""
    rights = rights_of(actor)
    if rights is None:
        return once((*what, id(actor)), lambda: (actor, make()))[1]
    found = _CONDITIONS.get((rights, what))
    if found is None:
        if len(_CONDITIONS) >= _MOST:
            for oldest in list(islice(_CONDITIONS, _MOST // 4)):
                _CONDITIONS.pop(oldest, None)
        found = _CONDITIONS[rights, what] = make()
    return found
