"""The workspace's own settings."""

from crm.kernel.identity.actions.guards import need
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import bump_permissions, current_workspace_id


def save_workspace(name: str, language: str, currency: str, time_zone: str, country: str) -> Workspace:
    """Name and what new people start with. Needs `administration.workspace`."""
    need("administration.workspace")
    answers = Answers()
    kept = {
        "name": answers.line("name", name),
        "language": answers.language(language),
        "currency": answers.currency(currency),
        "time_zone": answers.time_zone(time_zone),
        "country": answers.country(country),
    }
    answers.done()
    Workspace.objects.filter(id=current_workspace_id()).update(**kept)
    bump_permissions()
    return Workspace.objects.get(id=current_workspace_id())
