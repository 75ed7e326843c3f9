"""A new workspace with its roles and first administrator."""

import re
from dataclasses import dataclass

from django.db import connection
from django.utils import translation

from crm.kernel.base.ids import uuid7
from crm.kernel.base.text import sort_key
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.built_in import ADMINISTRATOR, ROLES
from crm.kernel.identity.founding import founded
from crm.kernel.identity.models import Role, User, UserRole
from crm.kernel.identity.passwords import accepted, hashed
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import scope


@dataclass(frozen=True, slots=True)
class Place:
    """What a workspace gives new people to start with."""

    language: str = "en"
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    country: str = "CN"


def found_workspace(
    name: str,
    admin_email: str,
    admin_name: str,
    password: str,
    language: str = "en",
    **place: str,
) -> tuple[Workspace, User]:
    """Founds a workspace: its built-in roles, its first administrator, and what the parts add to it.

    `place`: currency, time_zone, country (see `Place` for what they are without it).
    Raises Wrong when a value does not fit. Runs in a transaction of its own when no scope is open.
    """
    answers = Answers()
    name = answers.line("name", name)
    email = answers.email("email", admin_email)
    person = answers.line("person", admin_name)
    start = Place(language, **place)
    columns = {
        "language": answers.language(start.language), "currency": answers.currency(start.currency),
        "time_zone": answers.time_zone(start.time_zone), "country": answers.country(start.country),
    }  # fmt: skip
    answers.done()
    stored = hashed(accepted(password, (email, person)))
    identity = uuid7()
    with scope(identity, system_actor(identity), reason="founding"):
        workspace = Workspace.objects.create(id=identity, slug=_slug(name), name=name, **columns)
        roles = {role.built_in: role for role in _roles(language)}
        user = User.objects.create(email=email, name=person, password=stored, **columns)
        UserRole.objects.create(user=user, role=roles[ADMINISTRATOR])
        with translation.override(language):
            founded(workspace, user)
    return workspace, user


def _roles(language: str) -> list[Role]:
    with translation.override(language):
        return Role.objects.bulk_create(
            Role(name=str(name), description=str(what_for), grants=grants, built_in=key)
            for key, (name, what_for, grants) in ROLES.items()
        )


def _slug(name: str) -> str:
    """The name in an address: Latin letters (pinyin for Han), digits and hyphens; numbered when taken."""
    bare = re.sub(r"[^a-z0-9]+", "-", sort_key(name)).strip("-")[:40] or "workspace"
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_free_slug(%s)", [bare])
        return str(cursor.fetchone()[0])
