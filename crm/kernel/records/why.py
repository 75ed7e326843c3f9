"""Why somebody can or cannot see a record, a field of it, or do something with it: now, or at a past moment.

Nothing here decides. The policy's own reasons (`Policy.grounds`, `needs`, `besides`) are asked one by one about the one record, and
the answer is what the policy says of it. For a past moment the same conditions are asked over what the audit log says of then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from crm.kernel.access.delegated import Delegated, delegated
from crm.kernel.access.grounds import Ground
from crm.kernel.access.models import Share
from crm.kernel.access.moment import as_of
from crm.kernel.access.past import Then, World, first_entry, owner_of, shares_at
from crm.kernel.access.policy import Policy, policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Words
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.grants import FLAG_VERBS, ROW_VERBS, Grants
from crm.kernel.identity.models import Role, Team, User
from crm.kernel.identity.queries import actor_for
from crm.kernel.tenancy.backend.lasting import unkept
from crm.kernel.tenancy.scope import current_actor

USERS = "administration.users"
Holds = Callable[[Q], bool]


class BeforeTheLog(NotFound):
    """The audit log knows nothing of that moment."""

    code = "before-the-log"


@dataclass(frozen=True, slots=True)
class Given:
    """A share of the record as it stood: to a person or a team, by whom, from and until when."""

    user: UUID | None
    team: UUID | None
    edit: bool
    until: datetime | None
    by: UUID | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A ground of the policy and whether it holds for the record."""

    ground: Ground
    holds: bool


@dataclass(frozen=True, slots=True)
class FieldSaid:
    """What a role says of the field: "hidden", "readonly", None (open), "" (it has no say)."""

    role: int
    said: str | None


@dataclass
class Case:
    """All that was found out. `may` is the policy's word; the rest says why. `roles`: [(id, role)] in the order of the grants;
    `absent_at` and `begins`: the record was not there yet, and when it was made."""

    entity: Entity[Any]
    record_id: UUID
    verb: str
    name: str | None
    moment: datetime | None
    user: User
    actor: Actor
    roles: list[tuple[UUID, Role]]
    let_in: bool
    there: bool
    binned: bool
    owner: UUID | None
    team: UUID | None
    shares: list[Given]
    absences: tuple[Delegated, ...]
    may: bool = False
    rows: bool = False
    grounds: list[Reason] = field(default_factory=list)
    needs: list[Reason] = field(default_factory=list)
    besides: list[Reason] = field(default_factory=list)
    flags: list[bool] = field(default_factory=list)
    fields: list[FieldSaid] = field(default_factory=list)
    closed: str = ""
    links: dict[str, UUID] = field(default_factory=dict)
    log_begins: datetime | None = None
    team_names: dict[UUID, str] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        """Whether the reasons, put together as the policy puts them, give the row: the same as `rows`."""
        own = any(one.holds for one in self.grounds) and all(one.holds for one in self.needs)
        return own or any(one.holds for one in self.besides)


def may_ask(entity: Entity[Any], record: Any, user_id: UUID) -> bool:
    """Whether the actor may ask about that person: anybody about themselves; about others who may change the record, and so
    share it, or looks after the people."""
    actor: Actor = current_actor()
    return user_id == actor.id or actor.may(USERS) or policy_for(entity).may(actor, "edit", record)


def case(
    entity: Entity[Any], record: Any, user_id: UUID, verb: str = "view", name: str | None = None, at: datetime | None = None
) -> Case:
    """The whole answer about a record that the actor has fetched. Raises NotAllowed (see `may_ask`), NotFound for a person who is
    not there, BeforeTheLog."""
    if not may_ask(entity, record, user_id):
        raise NotAllowed
    if at is not None and at < now():
        return _past(entity, record.pk, user_id, verb, name, at)
    user = User.objects.select_related("team").filter(pk=user_id).first()
    if user is None:
        raise NotFound
    roles = [(role.pk, role) for role in user.roles.order_by("name", "id")]
    actor = replace(actor_for(user), grants=Grants(role.grants for _pk, role in roles))
    rows = Share.objects.filter(record_id=record.pk).order_by("created_at", "id")
    shares = [Given(one.user_id, one.team_id, one.edit, one.until, one.by_id, one.created_at) for one in rows]
    made = Case(
        entity, record.pk, verb, name, None, user, actor, roles, user.let_in(now()), True, record.deleted_at is not None,
        record.owner_id, record.team_id, shares, delegated(actor), team_names=dict(Team.objects.values_list("pk", "name")),
    )  # fmt: skip
    made.links = _links(entity, lambda column: getattr(record, column, None))
    return _asked(made, lambda q: entity.model._default_manager.filter(q, pk=record.pk).exists())


def _past(entity: Entity[Any], record_id: UUID, user_id: UUID, verb: str, name: str | None, at: datetime) -> Case:
    begins = first_entry()
    if begins is None or at < begins:
        raise BeforeTheLog(_before(begins))
    then = Then(at)
    user = then.user(user_id)
    if user is None:
        raise NotFound(_("This person was not there yet."))
    world = World(entity, record_id, then)
    actor, row = then.actor(user, current_actor()), world.record or {}
    roles = [(pk, Role(id=pk, **{one: said.get(one, "") for one in ("name", "built_in")}, grants=said.get("grants", {})))
             for pk, said in then.roles_of(user_id)]  # fmt: skip
    past = world.past_of(actor, then)
    with as_of(past):
        shares = [_given(one) for one in shares_at([record_id], at)[record_id]]
        made = Case(
            entity, record_id, verb, name, at, user, actor, roles, user.let_in(at), world.record is not None,
            row.get("deleted_at") is not None, *owner_of(row), shares, delegated(actor), log_begins=begins,
            team_names={pk: str(team.get("name", "")) for pk, team in then.teams.items()},
        )  # fmt: skip
        made.links = _links(entity, row.get)
        return _asked(made, _in(world, entity, record_id))


def _in(world: World, entity: Entity[Any], record_id: UUID) -> Holds:
    def holds(condition: Q) -> bool:
        if world.record is None:
            return False
        sql, params = unkept(lambda: entity.model._default_manager.filter(condition, pk=record_id).values("pk"))
        return bool(sql) and world.holds(sql, params)

    return holds


def _asked(made: Case, holds: Holds) -> Case:
    """Asks the policy, and each of its reasons by itself."""
    policy, actor, verb = policy_for(made.entity), made.actor, made.verb
    wanted = verb if verb in ROW_VERBS else "view"
    made.rows = holds(policy.rows(actor, wanted))
    made.grounds, made.needs, made.besides = (
        [Reason(one, holds(one.rows)) for one in many] for many in _reasons(policy, actor, wanted)
    )
    made.may = made.let_in and made.there and not made.binned and made.rows
    if verb in FLAG_VERBS:
        made.flags = [level != "none" for level in actor.grants.levels(made.entity.kind, verb)]
        made.may = made.may and policy.may(actor, verb)
    if made.name is not None:
        made.fields = [FieldSaid(number, said) for number, said in enumerate(actor.grants.fields_said(made.entity.kind, made.name))]
        hidden, readonly = made.name in policy.hidden(actor), made.name in policy.readonly(actor)
        made.closed = "hidden" if hidden else "readonly" if readonly and verb == "edit" else ""
        made.may = made.may and not made.closed
    return made


def _reasons(policy: Policy[Any], actor: Actor, verb: str) -> tuple[Sequence[Ground], Sequence[Ground], Sequence[Ground]]:
    if type(policy).rows is not Policy.rows:
        return [Ground("rule", policy.rows(actor, verb))], (), ()  # a part put a rule of its own in the place of all
    return policy.grounds(actor, verb), policy.needs(actor, verb), policy.besides(actor, verb)


def _links(entity: Entity[Any], value: Callable[[str], Any]) -> dict[str, UUID]:
    """{field: record} of the links through which sight is carried."""
    found = {}
    for name, one in entity.fields.items():
        if one.type == "link" and (getattr(one, "follows", False) or name == entity.parent):
            raw = value(one.columns()[0])
            if raw:
                found[name] = raw if isinstance(raw, UUID) else UUID(str(raw))
    return found


def _given(row: dict[str, Any]) -> Given:
    ids = {name: UUID(row[name]) if row.get(name) else None for name in ("user_id", "team_id", "by_id")}
    moments = [datetime.fromisoformat(row[name]) if row.get(name) else None for name in ("until", "created_at")]
    return Given(ids["user_id"], ids["team_id"], bool(row.get("edit")), moments[0], ids["by_id"], moments[1])


def everybody(entity: Entity[Any], record: Any, people: Sequence[User]) -> list[tuple[User, bool, bool]]:
    """[(person, sees it, may change it)] by the policy alone, for a record that is at hand."""
    policy, found = policy_for(entity), []
    rows = entity.model._default_manager.filter(pk=record.pk, deleted_at=None)
    for person in people:
        actor = actor_for(person)
        sees = person.let_in(now()) and rows.filter(policy.rows(actor)).exists()
        found.append((person, sees, sees and rows.filter(policy.rows(actor, "edit")).exists()))
    return found


def _before(begins: datetime | None) -> Words:
    if begins is None:
        return _("The audit log is empty: nothing is known of a past day.")
    return _("The audit log begins on %(day)s. What was before, nobody can tell.") % {"day": f"{localtime(begins):%Y-%m-%d %H:%M}"}
