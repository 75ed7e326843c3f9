"""The colleagues of `just soak-users` in the largest workspace of the installation. Imported once Django is ready."""

import random
import string
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.apps import apps

from crm.kernel.identity.actions.keys import open_session
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Role, Team, User, UserRole
from crm.kernel.identity.origin import Origin
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import bump_permissions, scope
from tools.soak_people import Person

KNOWN = 60


def colleagues(many: int) -> list[Person]:
    """So many sellers, spread over the teams that have accounts, each with a session of a browser of their own."""
    account: Any = apps.get_model("customers", "Account")
    sizes = {}
    for one in workspace_ids():
        with scope(one, system_actor(one)):
            sizes[one] = account.objects.filter(deleted_at=None).count()
    office = max(sizes, key=lambda one: sizes[one])
    dice = random.Random(3)  # noqa: S311
    with scope(office, system_actor(office), "soak"):
        seen = {
            team.pk: list(account.objects.filter(team=team, deleted_at=None).order_by("pk").values_list("pk", "name"))
            for team in Team.objects.all()
        }
        seen = {team: rows for team, rows in seen.items() if len(rows) > 1}
        users = _users(many, cycle(seen))
        left: dict[Any, Iterator[Any]] = {team: cycle(rows) for team, rows in seen.items()}
        made = []
        for user in users:
            theirs = seen[user.team_id]  # type: ignore[index]
            rows = [(str(pk), str(name)) for pk, name in dice.sample(theirs, min(KNOWN, len(theirs)))]
            own = _given(user, next(left[user.team_id])[0])
            csrf = "".join(dice.choices(string.ascii_letters + string.digits, k=32))
            made.append(Person(user.name, open_session(user, Origin(browser="soak")), csrf, rows, own))
    return made


def _given(user: User, pk: Any) -> list[str]:
    """An account that this person owns, and so may edit."""
    for label, kind in (("customers", "Account"), ("records", "RecordRow")):
        model: Any = apps.get_model(label, kind)
        model.objects.filter(pk=pk).update(owner=user)
    return [str(pk)]


def _users(many: int, teams: Iterator[Any]) -> list[User]:
    found = list(User.objects.filter(email__startswith="soak-").order_by("email")[:many])
    role = Role.objects.get(built_in="seller")
    fresh = [
        User(email=f"soak-{number:04}@kith.example", name=f"Soak {number:04}", team_id=next(teams))
        for number in range(len(found), many)
    ]
    User.objects.bulk_create(fresh)
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for user in fresh])
    bump_permissions()
    return found + fresh
