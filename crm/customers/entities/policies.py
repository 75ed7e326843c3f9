"""Who sees and changes what, where the general rule does not fit."""

from django.db.models import Q

from crm.customers.models import Activity, Relationship, RelationshipType
from crm.kernel.access.grounds import Ground, gathered
from crm.kernel.access.policy import Policy
from crm.kernel.access.reach import NOTHING, Reach, either, is_nothing
from crm.kernel.access.shared import shared_ids
from crm.kernel.identity.actor import Actor

#: The right to change what all of the company works with: relationship types here, pipelines in sales.
SETUP = "administration.pipelines"


class RelationshipTypes(Policy[RelationshipType]):
    """Everybody reads them; who sets the company up changes them."""

    def grounds(self, actor: Actor, verb: str) -> list[Ground]:
        return [Ground("everybody", Q())] if verb == "view" else [Ground("setup", Q())] if actor.may(SETUP) else []

    def needs(self, actor: Actor, verb: str) -> list[Ground]:
        return []

    def may(self, actor: Actor, verb: str, record: RelationshipType | None = None) -> bool:
        return verb == "view" or actor.may(SETUP)


class Relationships(Policy[Relationship]):
    """A relationship is seen by whoever sees both ends of it: it would tell of the hidden one else."""

    def grounds(self, actor: Actor, verb: str) -> list[Ground]:
        own = self.own_grounds(actor, verb)
        alone = actor.grants.level(self.entity.kind, verb) == "none"  # shown for somebody's absence: that person's own
        return own if verb != "view" or alone or is_nothing(gathered(own)) else [self._ends(actor)]

    def needs(self, actor: Actor, verb: str) -> list[Ground]:
        return [self._ends(actor)]

    def _ends(self, actor: Actor) -> Ground:
        return Ground("ends", self._any_kind(actor, "first", NOTHING) & self._any_kind(actor, "second", NOTHING))

    def may(self, actor: Actor, verb: str, record: Relationship | None = None) -> bool:
        if record is None:
            return actor.grants.level(self.entity.kind, verb) != "none"
        return Relationship.objects.filter(self.rows(actor, verb), pk=record.pk).exists()


class Activities(Policy[Activity]):
    """An activity is seen by whoever sees the record it is about, and always by its owner."""

    def besides(self, actor: Actor, verb: str) -> list[Ground]:
        shown = verb == "view" and actor.id is not None and not is_nothing(gathered(self.grounds(actor, verb)))
        return [Ground("own", self.mine(actor))] if shown else []

    def own(self, actor: Actor) -> Q:
        """What the actor owns of what he may see: all of it, where he sees activities at all."""
        return Q(owner_id=actor.id) if actor.id is not None and self.may(actor, "view") else NOTHING

    def parts(self, actor: Actor) -> list[Q]:
        """The rows to be seen, as conditions that exclude each other: for counts over many rows.

        Each is one that an index answers; for the "or" of `rows` the database would read what the whole company does.
        """
        if actor.grants.level(self.entity.kind, "view") not in ("own", "team", "team_below") or self._filtered(actor, "view"):
            return [self.rows(actor)]
        shared = Reach(shared=tuple(shared_ids(actor, self.entity.kind))).q()
        given, mine = either(shared, self._with_shared(actor)), self.mine(actor)
        team = Q(team_id__in=self._by_level(actor, "view").teams)
        return [team, mine & ~team, *([] if is_nothing(given) else [given & ~mine & ~team])]
