"""The people of a workspace: their own settings, and what administrators decide about them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, NotFound, Wrong
from crm.kernel.identity import passwords
from crm.kernel.identity.actions.guards import keep_an_administrator, may_give, may_touch, need, the_person
from crm.kernel.identity.actions.keys import lock_out
from crm.kernel.identity.models import Role, Team, User, UserRole
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import bump_permissions, current_actor, current_workspace_id

SETTINGS = ("language", "time_zone", "currency", "country", "theme", "density")


def save_profile(name: str, settings: Mapping[str, str]) -> User:
    """Changes the actor's own name and settings (any of SETTINGS). Raises Wrong."""
    answers = Answers()
    kept = {"name": answers.line("name", name), **_settings(answers, settings)}
    answers.done()
    user = the_person(current_actor())
    User.objects.filter(id=user.id).update(**kept)
    bump_permissions()
    user.refresh_from_db()
    return user


def _settings(answers: Answers, raw: Mapping[str, str]) -> dict[str, str]:
    checks = {name: getattr(answers, name) for name in SETTINGS}
    return {name: check(raw[name]) for name, check in checks.items() if name in raw}


def add_user(
    email: str, name: str, password: str, roles: Iterable[Role], team: Team | None = None, **settings: str
) -> User:
    """A person without an invitation: for Kith itself (demonstration, tests). Needs `administration.users`."""
    actor = need("administration.users")
    answers = Answers()
    email, name = answers.email("email", email), answers.line("name", name)
    kept = _settings(answers, settings)
    if User.objects.filter(email=email).exists():
        answers.refuse("email", _("This person is in the workspace already."))
    answers.done()
    given = list(roles)
    may_give(actor, given)
    workspace = Workspace.objects.get(id=current_workspace_id())
    inherited = {field: getattr(workspace, field) for field in ("language", "time_zone", "currency", "country")}
    stored = passwords.hashed(passwords.accepted(password, (email, name)))
    user = User.objects.create(email=email, name=name, password=stored, team=team, **(inherited | kept))
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in given)
    return user


def change_user(user_id: UUID, name: str, team_id: UUID | None, roles: Iterable[UUID]) -> User:
    """Name, team and roles of a person. Needs `administration.users`."""
    need("administration.users")
    user = _person(user_id)
    answers = Answers()
    name = answers.line("name", name)
    if team_id is not None and not Team.objects.filter(id=team_id).exists():
        answers.refuse("team", _("Choose one of the list."))
    answers.done()
    change_roles(user_id, roles)
    User.objects.filter(id=user.id).update(name=name, team_id=team_id)
    user.refresh_from_db()
    return user


def change_roles(user_id: UUID, roles: Iterable[UUID]) -> None:
    """Gives a person exactly these roles; in force with the next request. Needs `administration.users`."""
    actor = need("administration.users")
    user = _person(user_id)
    bump_permissions()
    wanted = {role.id: role for role in Role.objects.filter(id__in=list(roles))}
    if not wanted:
        raise Wrong(fields={"roles": [_("Choose at least one role.")]})
    held = {link.role_id: link.role for link in UserRole.objects.select_related("role").filter(user=user)}
    added = [role for identity, role in wanted.items() if identity not in held]
    taken = [role for identity, role in held.items() if identity not in wanted]
    if not added and not taken:
        return
    may_touch(actor, user)
    may_give(actor, added + taken)
    UserRole.objects.filter(user=user, role__in=taken).delete()
    UserRole.objects.bulk_create(UserRole(user=user, role=role) for role in added)
    keep_an_administrator()


def limit_access(user_id: UUID, outside: bool, access_from: datetime | None, access_until: datetime | None) -> User:
    """Marks a person as from outside, and says from and until which moment they may come in; in force with the next request.
    Needs `administration.users`."""
    actor = need("administration.users")
    user = _person(user_id)
    if user.id == actor.id and (access_from is not None or access_until is not None):
        raise Conflict(_("You cannot limit your own access. Ask another administrator."))
    if access_from is not None and access_until is not None and access_until <= access_from:
        raise Wrong(fields={"access_until": [_("The last day lies before the first.")]})
    may_touch(actor, user)
    bump_permissions()
    User.objects.filter(id=user.id).update(outside=outside, access_from=access_from, access_until=access_until)
    keep_an_administrator()
    user.refresh_from_db()
    return user


def deactivate_user(user_id: UUID) -> User:
    """Shuts a person out: sessions and tokens end, their records stay. Needs `administration.users`."""
    actor = need("administration.users")
    user = _person(user_id)
    if user.id == actor.id:
        raise Conflict(_("You cannot deactivate yourself. Ask another administrator."))
    may_touch(actor, user)
    lock_out(user)
    User.objects.filter(id=user.id).update(is_active=False)
    keep_an_administrator()
    return user


def activate_user(user_id: UUID) -> User:
    """Lets a deactivated person sign in again, with the same password and roles. Needs `administration.users`."""
    actor = need("administration.users")
    user = _person(user_id)
    may_touch(actor, user)
    User.objects.filter(id=user.id).update(is_active=True)
    bump_permissions()
    return user


def _person(user_id: UUID) -> User:
    user = User.objects.filter(id=user_id).first()
    if user is None:
        raise NotFound(_("There is no such person."))
    return user
