"""Reads about people. All but `candidates` run inside a workspace's scope."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from crm.kernel.base.clock import now
from crm.kernel.base.text import searchable
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import Grants
from crm.kernel.identity.models import ApiToken, CalendarLink, Role, Session, Team, User, UserRole
from crm.kernel.identity.words import folded_email
from crm.kernel.tenancy.scope import current_workspace_id


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody with the e-mail that was typed, in one workspace."""

    workspace_id: UUID
    slug: str
    workspace_name: str
    user_id: UUID
    user_name: str
    password: str


def candidates(email: str, slug: str = "") -> list[Candidate]:
    """Crosses workspaces: everybody active with this e-mail (at most ten), for sign-in and reset only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kith_sign_in_candidates(%s, %s)", [folded_email(email), searchable(slug)])
        return [Candidate(*row) for row in cursor.fetchall()]


def actor_of(user_id: UUID, session_id: UUID | None = None) -> Actor | None:
    """The actor a person is right now; None when there is no such person who may come in."""
    user = User.objects.select_related("team").filter(id=user_id, is_active=True).first()
    return actor_for(user, session_id=session_id) if user and user.let_in(now()) else None


def actor_for(user: User, session_id: UUID | None = None, token: ApiToken | None = None) -> Actor:
    """The actor for a person who was already read (with `team`)."""
    roles: dict[UUID, dict[str, Any]] = dict(UserRole.objects.filter(user_id=user.id).values_list("role_id", "role__grants"))
    scopes = frozenset(token.scopes) if token is not None and token.scopes is not None else None
    return Actor(
        id=user.id,
        workspace_id=current_workspace_id(),
        kind="token" if token is not None else "user",
        name=user.name,
        email=user.email,
        team_id=user.team_id,
        team_ids=frozenset({user.team_id} if user.team_id else ()),
        tree_ids=tree_ids(user.team),
        role_ids=frozenset(roles),
        grants=Grants(roles.values(), scopes),
        language=user.language,
        time_zone=user.time_zone,
        currency=user.currency,
        country=user.country,
        theme=user.theme,
        density=user.density,
        session_id=session_id,
        scopes=scopes,
    )


def tree_ids(team: Team | None) -> frozenset[UUID]:
    """A team and all below it."""
    if team is None:
        return frozenset()
    return frozenset(Team.objects.filter(path__startswith=team.path).values_list("id", flat=True))


def first_administrator() -> User | None:
    return administrators().order_by("created_at", "id").first()


def administrators() -> QuerySet[User]:
    """Active people who may do everything, now and for good: whose access ends is no one to rely on."""
    admin = UserRole.objects.filter(role__grants__admin=True).values("user_id")
    return User.objects.filter(is_active=True, access_from=None, access_until=None, id__in=admin)


def built_in_role(key: str) -> Role:
    """A role the workspace was founded with: "administrator", "manager", "seller", "viewer"."""
    return Role.objects.get(built_in=key)


def users(words: str = "", active: bool | None = None, outside: bool = False) -> QuerySet[User]:
    """People of the workspace by name, with team, roles and who invited them; with `outside` only those from outside."""
    found = User.objects.select_related("team", "invited_by").prefetch_related("roles").order_by("name", "id")
    found = found.filter(outside=True) if outside else found
    letters = searchable(words)
    if letters:
        found = found.filter(Q(name__icontains=letters) | Q(email__icontains=letters))
    return found if active is None else found.filter(is_active=active)


def teams() -> list[Team]:
    """The tree, top down, siblings by name, each with the number of `people` in it."""
    below: dict[UUID | None, list[Team]] = {}
    people = Count("members", filter=Q(members__is_active=True))
    for team in Team.objects.annotate(people=people).order_by("name", "id"):
        below.setdefault(team.parent_id, []).append(team)
    ordered: list[Team] = []

    def walk(parent: UUID | None) -> None:
        for team in below.get(parent, ()):
            ordered.append(team)
            walk(team.id)

    walk(None)
    return ordered


def roles() -> QuerySet[Role]:
    """Roles by name, each with the number of `people` who hold it."""
    return Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True))).order_by("name", "id")


def sessions_of(user_id: UUID) -> QuerySet[Session]:
    return Session.objects.filter(user_id=user_id).order_by("-last_used_at")


def calendar_link(user_id: UUID | None) -> CalendarLink | None:
    """The calendar address of a person, if they have one."""
    return CalendarLink.objects.filter(user_id=user_id).first() if user_id else None


def calendar_reader(digest: str) -> CalendarLink | None:
    """The calendar address of this digest, while its person may come in; inside the workspace's scope."""
    found = CalendarLink.objects.select_related("user__team").filter(digest=digest, user__is_active=True).first()
    return found if found is not None and found.user.let_in(now()) else None


def tokens(user_id: UUID | None = None) -> QuerySet[ApiToken]:
    """API tokens that are not revoked, newest first; of one person or of all."""
    found = ApiToken.objects.select_related("user").filter(revoked_at=None).order_by("-created_at")
    return found if user_id is None else found.filter(user_id=user_id)

