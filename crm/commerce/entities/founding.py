"""What a new workspace starts with in commerce."""

from crm.kernel.identity.founding import on_founded
from crm.kernel.identity.models import Role, User
from crm.kernel.tenancy.models import Workspace

#: Roles which see a product without what it costs the company.
WITHOUT_COST = ("seller", "viewer")


@on_founded
def cost_is_not_for_all(workspace: Workspace, administrator: User) -> None:
    """Sellers and viewers do not see what a product costs the company, until a role says otherwise."""
    for role in Role.objects.filter(built_in__in=WITHOUT_COST):
        kinds = dict(role.grants.get("kinds", {}))
        kinds["product"] = {**kinds.get("product", {}), "fields": {"cost": "hidden"}}
        Role.objects.filter(pk=role.pk).update(grants={**role.grants, "kinds": kinds})
