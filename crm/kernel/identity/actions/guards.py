"""What even those who manage people may not do."""

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, NotAllowed
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import gives_administration
from crm.kernel.identity.models import Role, User, UserRole
from crm.kernel.identity.queries import administrators
from crm.kernel.tenancy.scope import current_actor


class LastAdministrator(Conflict):
    """Somebody has to be able to let others in."""

    code = "last-administrator"
    title = _("This is the only administrator. Give somebody else the role first.")


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
