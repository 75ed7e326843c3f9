"""Who acts. One object for pages, API, jobs and the audit log."""

from dataclasses import dataclass, field
from uuid import UUID

from crm.kernel.base.errors import NotAllowed
from crm.kernel.identity.grants import Grants


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a person's API token, or Kith itself, in one workspace.

    `team_ids` is the own team, `tree_ids` the own team and all below it, `role_ids` the roles that somebody holds.
    `scopes` is None unless a token limits the rights; the limits are already inside `grants`.
    """

    id: UUID | None
    workspace_id: UUID
    kind: str = "user"
    name: str = ""
    email: str = ""
    team_id: UUID | None = None
    team_ids: frozenset[UUID] = frozenset()
    tree_ids: frozenset[UUID] = frozenset()
    role_ids: frozenset[UUID] = frozenset()
    grants: Grants = field(default_factory=Grants, compare=False)
    language: str = "en"
    time_zone: str = "UTC"
    currency: str = "CNY"
    country: str = "CN"
    theme: str = "system"
    density: str = "normal"
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_admin(self) -> bool:
        return self.grants.is_admin

    def may(self, name: str) -> bool:
        return self.grants.may(name)

    def need(self, name: str) -> None:
        """Raises NotAllowed unless the named act is given."""
        if not self.grants.may(name):
            raise NotAllowed


def system_actor(workspace_id: UUID, name: str = "Kith") -> Actor:
    """Kith itself: founding, demo data, repairs. It may do everything in this workspace."""
    return Actor(id=None, workspace_id=workspace_id, kind="system", name=name, grants=Grants.everything())
