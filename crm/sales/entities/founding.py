"""What a new workspace starts with in sales."""

from crm.kernel.identity.founding import on_founded
from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace
from crm.sales.actions import found_pipeline, found_reasons


@on_founded
def first_pipeline(workspace: Workspace, administrator: User) -> None:
    """One pipeline with the usual stages, and the usual reasons for losing."""
    found_pipeline()
    found_reasons()
