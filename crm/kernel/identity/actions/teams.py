"""Teams and their tree."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, NotFound, Wrong
from crm.kernel.identity.actions.guards import need
from crm.kernel.identity.models import Team, User
from crm.kernel.identity.words import Answers
from crm.kernel.tenancy.scope import bump_permissions

DEEPEST = 10


def save_team(team_id: UUID | None, name: str, parent_id: UUID | None = None) -> Team:
    """Makes a team (`team_id` None), renames it or moves it with all below it. Needs `administration.teams`."""
    need("administration.teams")
    bump_permissions()
    team = _team(team_id) if team_id is not None else Team()
    answers = Answers()
    name = answers.line("name", name, longest=80)
    answers.done()
    parent = _parent(team, parent_id)
    before, after = team.path, team.path_below(parent)
    if before and before != after:
        moved = Concat(Value(after), Substr("path", len(before) + 1))
        Team.objects.filter(path__startswith=before).update(path=moved)
    team, _made = Team.objects.update_or_create(
        id=team.id, defaults={"name": name, "parent": parent, "path": after}
    )
    return team


def _parent(team: Team, parent_id: UUID | None) -> Team | None:
    if parent_id is None:
        return None
    parent = Team.objects.filter(id=parent_id).first()
    if parent is None:
        raise Wrong(fields={"parent": [_("Choose one of the list.")]})
    if team.path and parent.is_within(team):
        raise Wrong(fields={"parent": [_("A team cannot stand below itself.")]})
    if parent.depth + 1 >= DEEPEST:
        raise Wrong(fields={"parent": [_("Teams stand at most ten deep.")]})
    return parent


def delete_team(team_id: UUID) -> None:
    """Removes a team without people, teams below or records. Needs `administration.teams`."""
    need("administration.teams")
    team = _team(team_id)
    if User.objects.filter(team=team).exists() or Team.objects.filter(parent=team).exists():
        raise Conflict(_("People or teams still belong to this team. Move them first."))
    try:
        with transaction.atomic():
            Team.objects.filter(id=team.id).delete()
            connection.check_constraints()
    except IntegrityError:
        raise Conflict(_("Records still belong to this team. Hand them to another team first.")) from None
    bump_permissions()


def _team(team_id: UUID) -> Team:
    team = Team.objects.filter(id=team_id).first()
    if team is None:
        raise NotFound(_("There is no such team."))
    return team
