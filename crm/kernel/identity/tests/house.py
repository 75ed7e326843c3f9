"""A fresh workspace for each test, with Ada who administers it."""

import itertools
from dataclasses import dataclass
from uuid import UUID

from crm.kernel.identity.actions import add_user, found_workspace
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import actor_of, built_in_role
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import scope

PASSWORD = "a long enough word"
_numbers = itertools.count(1)


@dataclass
class House:
    """A workspace and its administrator."""

    workspace: Workspace
    admin: User

    @property
    def id(self) -> UUID:
        return self.workspace.id

    def actor(self, user: User | None = None) -> Actor:
        with scope(self.id):
            found = actor_of((user or self.admin).id)
        assert found is not None
        return found

    def add(self, role: str = "seller", email: str = "") -> User:
        with scope(self.id, system_actor(self.id)):
            return add_user(email or f"p{next(_numbers)}@example.com", "Person", PASSWORD, [built_in_role(role)])


def make_house() -> House:
    number = next(_numbers)
    workspace, admin = found_workspace(f"House {number}", f"ada{number}@example.com", "Ada", PASSWORD)
    return House(workspace, admin)
