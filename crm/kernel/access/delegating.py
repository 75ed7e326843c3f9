"""Absences: naming who looks after one's own records from one moment to another, and recalling it."""

import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.kernel.access.events import Delegated
from crm.kernel.access.models import Delegation
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Words, Wrong
from crm.kernel.identity.actions.guards import may_touch
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.models import User
from crm.kernel.outbox.publishing import publish
from crm.kernel.tenancy.scope import bump_permissions, current_actor

#: An absence lasts at most so long; a longer one is a new owner.
LONGEST = datetime.timedelta(days=366)
USERS = "administration.users"


def delegate(absent_id: UUID, delegate_id: UUID, since: datetime.datetime, until: datetime.datetime) -> Delegation:
    """From `since` until (and without) `until` the delegate sees, and may do with, what the absent one owns whatever the absent
    one may; nothing beside. One's own absence, or anybody's with `administration.users`.

    Not carried over: what the absent one sees through teams, filters, shares or other absences. Raises Wrong by field.
    """
    actor: Actor = current_actor()
    absent = _person(actor, absent_id)
    wrong: dict[str, list[Words]] = {}
    if not User.objects.filter(pk=delegate_id, is_active=True).exists():
        wrong["delegate"] = [_("There is no such person.")]
    elif delegate_id == absent_id:
        wrong["delegate"] = [_("Choose somebody else: nobody stands in for themselves.")]
    if until <= since:
        wrong["until"] = [_("The last day lies before the first.")]
    elif until <= now():
        wrong["until"] = [_("Choose a day that is not over.")]
    elif until - since > LONGEST:
        wrong["until"] = [_("At most a year. For longer, give the records another owner.")]
    if not wrong and Delegation.objects.filter(absent_id=absent_id, delegate_id=delegate_id, since__lt=until, until__gt=since).exists():
        wrong["since"] = [_("This person stands in on some of these days already.")]
    if wrong:
        raise Wrong(fields=wrong)
    bump_permissions()
    made = Delegation.objects.create(absent=absent, delegate_id=delegate_id, since=since, until=until, by_id=actor.id)
    publish(Delegated(record=None, delegation=made.pk))
    return made


def recall(delegation_id: UUID) -> Delegation:
    """Ends an absence, or takes back one to come, in force with the next request. The absent one, the delegate, or anybody with
    `administration.users`."""
    actor: Actor = current_actor()
    found = Delegation.objects.select_related("absent", "delegate").filter(pk=delegation_id).first()
    if found is None:
        raise NotFound(_("This absence is over or was recalled already."))
    if actor.id != found.delegate_id:
        _person(actor, found.absent_id)
    bump_permissions()
    Delegation.objects.filter(pk=delegation_id).delete()
    return found


def absences(user_id: UUID) -> list[Delegation]:
    """The present and coming absences of a person and those in which the person stands in, the earliest first."""
    found = Delegation.objects.filter(Q(absent_id=user_id) | Q(delegate_id=user_id), until__gt=now())
    return list(found.select_related("absent", "delegate", "by").order_by("since", "id"))


def _person(actor: Actor, user_id: UUID) -> User:
    """The absent one, where the actor may speak for that person."""
    if user_id != actor.id and not actor.may(USERS):
        raise NotAllowed(_("Everybody names who stands in for themselves; for others an administrator does."))
    found = User.objects.filter(pk=user_id, is_active=True).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    may_touch(actor, found)
    return found
