"""The standing cast of the tests: Ada sells, Bo manages, Cleo is in another team, Vi only reads, Dan is in another company."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from crm.kernel.base.ids import uuid7
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.founding import found_workspace
from crm.kernel.identity.actions.keys import make_token, open_session
from crm.kernel.identity.actions.people import add_user
from crm.kernel.identity.actions.teams import save_team
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.models import Role, User
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.queries import actor_of
from crm.kernel.records import writing
from crm.kernel.tenancy.scope import scope

PASSWORD = "correct horse battery"


@dataclass(slots=True)
class Company:
    """One workspace with its people. `ada` … are users by first name; `as_("ada")` opens a scope for one of them."""

    id: UUID
    slug: str
    people: dict[str, User] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)

    @contextmanager
    def as_(self, name: str, reason: str = "") -> Iterator[Actor]:
        """A scope in which the named person acts."""
        with scope(self.id, system_actor(self.id)):
            actor = actor_of(self.people[name].pk)
        assert actor is not None
        with scope(self.id, actor, reason), use_reading(Reading.of(actor)):
            yield actor

    @contextmanager
    def as_kith(self) -> Iterator[Actor]:
        """A scope in which Kith itself acts: everything is allowed."""
        actor = system_actor(self.id)
        with scope(self.id, actor):
            yield actor

    def token(self, name: str, scopes: list[str] | None = None) -> str:
        """An API token of the named person."""
        with self.as_(name):
            return make_token(self.people[name], "test", scopes)

    def api(self, name: str, scopes: list[str] | None = None) -> Client:
        """A client that calls the API as the named person."""
        return Client(headers={"Authorization": f"Bearer {self.token(name, scopes)}"}, raise_request_exception=False)

    def browser(self, name: str) -> Client:
        """A client that is signed in as the named person."""
        client = Client(raise_request_exception=False)
        with self.as_(name):
            client.cookies["kith_session"] = open_session(self.people[name], Origin())
        return client

    def make(self, kind: str, values: Mapping[str, Any] | None = None, by: str = "admin") -> Any:
        """One record of a kind, made by the named person."""
        entity = registry.kind(kind)
        assert entity is not None, kind
        with self.as_(by):
            return writing.create(entity, values or {})


def company(name: str = "Northlight") -> Company:
    """A new workspace: admin; teams East (Ada sells, Bo manages) and West (Cleo sells); Vi only reads."""
    mark = uuid7().hex[-10:]
    workspace, admin = found_workspace(
        f"{name} {mark}", f"admin-{mark}@kith.example", "Admin Lee", PASSWORD, "en"
    )
    made = Company(workspace.id, workspace.slug, {"admin": admin})
    with made.as_("admin"):
        roles = {role.name: role for role in Role.objects.all()}
        made.roles = roles
        east, west = save_team(None, "East"), save_team(None, "West")
        for who, full, team, role in (
            ("ada", "Ada Whitfield", east, "Seller"), ("bo", "周博", east, "Manager"),
            ("cleo", "Cleo Marsh", west, "Seller"), ("vi", "Vi Stone", west, "Viewer"),
        ):
            made.people[who] = add_user(f"{who}-{mark}@kith.example", full, PASSWORD, [roles[role]], team)
    return made
