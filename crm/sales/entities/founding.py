"""What a new workspace starts with in sales."""

from crm.kernel.identity.founding import on_founded
from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace
from crm.sales.actions import found_pipeline, found_reasons
from crm.sales.actions.scoring import found_score_rules


@on_founded
def first_pipeline(workspace: Workspace, administrator: User) -> None:
    """One pipeline with the usual stages, the usual reasons for losing, and what usually makes a lead promising."""
    found_pipeline()
    found_reasons()
    found_score_rules()
