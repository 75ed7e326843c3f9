"""Who sees and changes what, where the general rule does not fit."""

from django.db.models import Q

from crm.customers.models import Activity, Relationship, RelationshipType
from crm.kernel.access.policy import Policy
from crm.kernel.access.reach import NOTHING, Reach, either, is_nothing
from crm.kernel.access.shared import shared_ids
from crm.kernel.identity.actor import Actor

#: The right to change what all of the company works with: relationship types here, pipelines in sales.
SETUP = "administration.pipelines"


class RelationshipTypes(Policy[RelationshipType]):
    """Everybody reads them; who sets the company up changes them."""

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        return Q() if verb == "view" or actor.may(SETUP) else NOTHING

    def may(self, actor: Actor, verb: str, record: RelationshipType | None = None) -> bool:
        return verb == "view" or actor.may(SETUP)


class Relationships(Policy[Relationship]):
    """A relationship is seen by whoever sees both ends of it: it would tell of the hidden one else."""

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        own = self._own_rows(actor, verb)
        if is_nothing(own):
            return own
        ends = self._any_kind(actor, "first", NOTHING) & self._any_kind(actor, "second", NOTHING)
        return ends if verb == "view" else own & ends

    def may(self, actor: Actor, verb: str, record: Relationship | None = None) -> bool:
        if record is None:
            return actor.grants.level(self.entity.kind, verb) != "none"
        return Relationship.objects.filter(self.rows(actor, verb), pk=record.pk).exists()


class Activities(Policy[Activity]):
    """An activity is seen by whoever sees the record it is about, and always by its owner."""

    def rows(self, actor: Actor, verb: str = "view") -> Q:
        found = super().rows(actor, verb)
        if verb == "view" and found and not is_nothing(found) and actor.id is not None:
            found |= Q(owner_id=actor.id)
        return found

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
        given, mine = either(shared, self._with_shared(actor)), Q(owner_id=actor.id)
        team = Q(team_id__in=self._by_level(actor, "view").teams)
        return [team, mine & ~team, *([] if is_nothing(given) else [given & ~mine & ~team])]
