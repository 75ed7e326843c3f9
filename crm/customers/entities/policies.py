"""Who sees and changes what, where the general rule does not fit."""

from django.db.models import Q

from crm.customers.models import Activity, Relationship, RelationshipType
from crm.kernel.access.policy import Policy
from crm.kernel.access.reach import NOTHING, is_nothing
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
