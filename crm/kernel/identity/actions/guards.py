"""What even those who manage people may not do."""

import zoneinfo
from datetime import timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, Refusal
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import gives_administration
from crm.kernel.identity.models import Role, User, UserRole
from crm.kernel.identity.queries import administrators
from crm.kernel.tenancy.scope import current_actor


class LastAdministrator(Conflict):
    """Somebody has to be able to let others in."""

    code = "last-administrator"
    title = _("This is the only administrator. Give somebody else the role first.")


class NotNow(Refusal):
    """The person's access has not begun or has ended; told only to who knows the password."""

    status = 403
    code = "access-not-now"
    title = _("You have no access at present.")


def need(name: str) -> Actor:
    """The ambient actor, if the named act is given to them."""
    actor: Actor = current_actor()
    actor.need(name)
    return actor


def the_person(actor: Actor) -> User:
    """The person behind an actor; raises NotAllowed for Kith itself."""
    if actor.id is None:
        raise NotAllowed(_("Only a person has settings of their own."))
    return User.objects.get(id=actor.id)


def may_touch(actor: Actor, user: User) -> None:
    """Only an administrator may change people who hold rights of administration: else one could take their place."""
    if actor.is_admin or actor.id == user.id:
        return
    held = Role.objects.filter(id__in=UserRole.objects.filter(user=user).values("role_id"))
    if any(gives_administration(role.grants) for role in held):
        raise NotAllowed(_("Only an administrator may change this person."))


def may_give(actor: Actor, roles: list[Role]) -> None:
    """Only an administrator may hand on rights of administration."""
    if not actor.is_admin and any(gives_administration(role.grants) for role in roles):
        raise NotAllowed(_("Only an administrator may give this role."))


def keep_an_administrator() -> None:
    """Raises LastAdministrator when nobody would be left. Call after the change, with the workspace row locked."""
    if not administrators().exists():
        raise LastAdministrator


def refuse_outside_of_dates(user: User) -> None:
    """Raises NotNow with the day, in the person's zone, where dates keep the person out."""
    with translation.override(user.language), timezone.override(zoneinfo.ZoneInfo(user.time_zone)):
        if user.access_from is not None and now() < user.access_from:
            raise NotNow(_t("Your access begins on %(day)s.") % {"day": f"{timezone.localtime(user.access_from):%Y-%m-%d}"})
        if user.access_until is not None and user.access_until <= now():
            last = timezone.localtime(user.access_until - timedelta(seconds=1))
            raise NotNow(_t("Your access ended on %(day)s. Ask whoever invited you for more time.") % {"day": f"{last:%Y-%m-%d}"})
