"""What a new workspace starts with in customers: the usual ways in which people and companies stand to each other."""

from crm.customers.actions import found_relationship_types
from crm.kernel.identity.founding import on_founded
from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace


@on_founded
def first_types(workspace: Workspace, administrator: User) -> None:
    """Relationship types to begin with; the company renames, retires and adds."""
    found_relationship_types()
