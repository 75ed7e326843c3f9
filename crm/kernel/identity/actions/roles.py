"""Roles."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.identity.actions.guards import keep_an_administrator, may_give, need
from crm.kernel.identity.built_in import ADMINISTRATOR
from crm.kernel.identity.grants import checked
from crm.kernel.identity.models import Role, UserRole
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.scope import bump_permissions


def save_role(role_id: UUID | None, name: str, description: str, grants: dict[str, Any]) -> Role:
    """Makes a role (`role_id` None) or changes one; in force with the next request. Needs `administration.roles`."""
    actor = need("administration.roles")
    role = _role(role_id) if role_id is not None else Role()
    answers = Answers()
    name = answers.line("name", name, longest=80)
    description = answers.line("description", description, required=False, longest=300)
    if name and Role.objects.filter(name=name).exclude(id=role.id).exists():
        answers.refuse("name", _("There is a role with this name."))
    answers.done()
    kept = checked(grants)
    if role.built_in == ADMINISTRATOR and kept != {"admin": True}:
        raise Conflict(_("The administrator's role always gives everything."))
    may_give(actor, [role, Role(grants=kept)])
    bump_permissions()
    role, _made = Role.objects.update_or_create(
        id=role.id, defaults={"name": name, "description": description, "grants": kept}
    )
    keep_an_administrator()
    return role


def delete_role(role_id: UUID) -> None:
    """Removes a role that nobody holds. Needs `administration.roles`."""
    actor = need("administration.roles")
    role = _role(role_id)
    may_give(actor, [role])
    if role.built_in == ADMINISTRATOR:
        raise Conflict(_("The administrator's role stays."))
    bump_permissions()
    held = UserRole.objects.filter(role=role).count()
    if held:
        raise Conflict(_("People hold this role. Give them another one first."))
    Role.objects.filter(id=role.id).delete()


def _role(role_id: UUID) -> Role:
    role = Role.objects.filter(id=role_id).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    return role
