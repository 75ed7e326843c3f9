"""Whose own records somebody looks after during an absence, as the policies ask for it."""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from crm.kernel.access.models import Delegation
from crm.kernel.access.moment import past
from crm.kernel.base.clock import now
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FILTER, ROW_VERBS, Grants
from crm.kernel.identity.models import UserRole
from crm.kernel.tenancy.scope import versions


@dataclass(frozen=True, slots=True)
class Delegated:
    """One person's absence, in the hands of `delegate`, from the moment `since` until, and without, the moment `until`.

    `grants` are the absent one's."""

    id: UUID
    delegate: UUID
    person: UUID
    name: str
    grants: Grants
    since: datetime.datetime
    until: datetime.datetime
    by: UUID | None = None

    def holds(self, moment: datetime.datetime) -> bool:
        return self.since <= moment < self.until


@lru_cache(maxsize=512)
def _all(workspace: UUID, version: int) -> dict[UUID, tuple[Delegated, ...]]:
    """{delegate: absences}, those to come and over ones too: they begin and end between two versions of the rights. One
    question for everybody of a workspace."""
    rows = list(Delegation.objects.filter(absent__is_active=True, until__gt=now()).select_related("absent").order_by("since", "id"))
    roles: dict[UUID, list[dict[str, object]]] = {}
    held = UserRole.objects.filter(user_id__in={one.absent_id for one in rows}) if rows else UserRole.objects.none()
    for user, given in held.values_list("user_id", "role__grants"):
        roles.setdefault(user, []).append(given)
    found: dict[UUID, list[Delegated]] = {}
    for one in rows:
        grants = Grants(roles.get(one.absent_id, ()))
        start, end = one.span(one.absent)
        made = Delegated(one.pk, one.delegate_id, one.absent_id, one.absent.name, grants, start, end, one.by_id)
        found.setdefault(one.delegate_id, []).append(made)
    return {delegate: tuple(many) for delegate, many in found.items()}


def agreed(actor: Actor) -> tuple[Delegated, ...]:
    """The absences given into the actor's hands, whether they hold now or not."""
    if actor.id is None:
        return ()
    then = past()
    if then is not None:
        return then.delegated
    return _all(actor.workspace_id, versions()[1]).get(actor.id, ())


def delegated(actor: Actor) -> tuple[Delegated, ...]:
    """Those that hold at this moment."""
    found = agreed(actor)
    if not found:
        return ()
    moment = now()
    return tuple(one for one in found if one.holds(moment))


def absent(actor: Actor, kind: str, verb: str) -> tuple[UUID, ...]:
    """The people whose own records of a kind the actor may now apply the verb to: those who may do so themselves."""
    if verb not in ROW_VERBS:
        return ()
    found = delegated(actor)
    if not found or not actor.grants.in_scope(kind, verb):
        return ()
    return tuple(sorted({one.person for one in found if one.grants.level(kind, verb) not in ("none", FILTER)}))


def absent_grants(actor: Actor, kind: str) -> list[Grants]:
    """The rights of those people, as far as they show the kind."""
    return [one.grants for one in delegated(actor) if one.grants.level(kind, "view") not in ("none", FILTER)]


def owners(actor: Actor) -> tuple[UUID, ...]:
    """Those whose records may be the actor's by their owner: himself and the people for whom he stands in."""
    own = () if actor.id is None else (actor.id,)
    return (*own, *sorted({one.person for one in delegated(actor)} - set(own)))


def sign_for_the_absent(actor: Actor) -> None:
    """What the transaction writes from here on to records of an absent colleague stands in the audit log as done for that
    person. Does nothing for who stands in for nobody."""
    names = {str(one.person): _("%(name)s for %(absent)s") % {"name": actor.name, "absent": one.name} for one in delegated(actor)}
    if names:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('kith.standing', %s, true)", [msgspec.json.encode(names).decode()])
