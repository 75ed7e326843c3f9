"""Writes a plan into a workspace, through the records API and as Kith itself."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from config.demo import shop
from config.demo.colleagues import Colleague
from config.demo.deals import REASONS, STAGES
from config.demo.draw import Draw
from config.demo.plan import Plan
from crm.customers.actions import FIRST_TYPES
from crm.customers.models import Account, RelationshipType
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import add_user
from crm.kernel.identity.actions.teams import save_team
from crm.kernel.identity.models import Role, User
from crm.kernel.records.writing import change_each, create_many
from crm.sales.actions import Stay, record_history
from crm.sales.models import LostReason, Pipeline, Stage
from crm.sales.queries import main_pipeline, stages_of

BATCH = 1000
Say = Callable[[str], None]


class NotWritten(RuntimeError):
    """The demonstration's own data were refused: a bug in the plan."""


def hire(colleagues: Sequence[Colleague], teams: Sequence[str], admin: User, password: str) -> list[User]:
    """The company's people in the order of the list; the first of them founded the workspace."""
    made = {name: save_team(None, name) for name in teams}
    roles = {role.built_in: role for role in Role.objects.all()}
    User.objects.filter(pk=admin.pk).update(team=made[colleagues[0].team])
    people = [User.objects.get(pk=admin.pk)]
    for one in colleagues[1:]:
        people.append(
            add_user(
                one.email,
                one.name,
                password,
                [roles[one.role]],
                made[one.team],
                language=one.language,
                time_zone=one.time_zone,
                country=one.country,
                currency=one.currency,
            )
        )
    return people


class Builder:
    """Holds the ids of what was written already; each method writes one list of the plan."""

    def __init__(self, plan: Plan, people: list[User], say: Say) -> None:
        self.plan, self.people, self.say = plan, people, say
        self.accounts: list[UUID] = []
        self.contacts: list[UUID] = []
        self.deals: list[UUID] = []
        self.home_teams: dict[UUID, UUID | None] = {one.pk: one.team_id for one in people}

    def all(self) -> None:
        """Everything, in the order in which things link to each other."""
        self.write_accounts()
        self.write_contacts()
        self.write_deals()
        self.write_talks()
        self.write_ties()
        self.write_shop()

    def write_shop(self) -> None:
        """What the company sells, what its deals are made of, and who may become a customer."""
        draw = Draw(self.plan.seed + 2)
        products = shop.write_goods(self.write, self.plan.today.date(), len(self.plan.sellers) > 1)
        shop.write_lines(self.write, draw, products)
        shop.write_leads(self.write, self.plan.prospects, self.people, self.home_teams)
        shop.write_setup(self.people, self.plan.sellers)

    def write(self, kind: str, rows: Iterable[dict[str, Any]], label: str) -> list[Any]:
        """The records, in order; says how far it is."""
        entity = registry.kind(kind)
        assert entity is not None
        waiting, made = list(rows), []
        for at in range(0, len(waiting), BATCH):
            for result in create_many(entity, waiting[at : at + BATCH]):
                if isinstance(result, Refusal):
                    raise NotWritten(f"{kind}: {result}")
                made.append(result.pk)
            if len(waiting) > 5 * BATCH and at % (5 * BATCH) == 4 * BATCH:
                self.say(f"{len(made):,} of {len(waiting):,} {label}")
        self.say(f"{len(made):,} {label}")
        return made

    def _owned(self, at: int, since: datetime.datetime) -> dict[str, Any]:
        owner = self.people[at]
        return {"owner": owner.pk, "team": self.home_teams[owner.pk], "created_at": since}

    def write_accounts(self) -> None:
        rows = [{**one.values, **self._owned(one.owner, one.since)} for one in self.plan.customers]
        self.accounts = self.write("account", rows, "accounts")
        parents = {
            self.accounts[at]: {"parent": self.accounts[one.parent]} for at, one in enumerate(self.plan.customers) if one.parent is not None
        }
        entity = registry.of(Account)
        assert entity is not None
        change_each(entity, parents)

    def write_contacts(self) -> None:
        customers = self.plan.customers
        self.contacts = self.write(
            "contact",
            (
                {**one.values, "account": self.accounts[one.customer], **self._owned(customers[one.customer].owner, one.since)}
                for one in self.plan.people
            ),
            "contacts",
        )
        points = [
            {
                "record": self.contacts[at],
                "type": "address",
                "value": f"{home.values['address_city']} {home.values['address_street']}",
                "use": "private",
                **self._owned(home.owner, one.since),
            }
            for at, one in enumerate(self.plan.people)
            if at % 19 == 0
            for home in [customers[one.customer]]
        ]
        points += [
            {
                "record": self.contacts[at],
                "type": "email",
                "value": one.values["email"].replace("@", ".private@"),
                "use": "private",
                "until": one.since.date().replace(year=one.since.year + 1) if at % 3 == 0 else None,
                "since": one.since.date().replace(day=1),
                **self._owned(customers[one.customer].owner, one.since),
            }
            for at, one in enumerate(self.plan.people)
            if at % 13 == 0
        ]
        self.write("contact_point", points, "contact points")

    def write_deals(self) -> None:
        stages = self._stages()
        reasons = dict(zip((key for key, _share in REASONS), _reasons(), strict=True))
        rows = []
        for one in self.plan.deals:
            values = dict(one.values)
            if "lost_reason" in values:
                values["lost_reason"] = reasons[values["lost_reason"]]
            rows.append(
                {
                    **values,
                    **self._owned(one.owner, one.opened),
                    "account": self.accounts[one.customer],
                    "contact": self.contacts[one.people[0][0]] if one.people else None,
                    "stage": stages[one.stage],
                    "opened_on": one.opened.date(),
                    "stage_since": one.path[-1][1],
                }
            )
        self.deals = self.write("opportunity", rows, "opportunities")
        record_history(
            {
                pk: [Stay(stages[key], entered, self.people[one.owner].pk) for key, entered in one.path]
                for pk, one in zip(self.deals, self.plan.deals, strict=True)
            }
        )
        self.write(
            "opportunity_contact",
            (
                {"opportunity": pk, "contact": self.contacts[person], "role": role, **self._owned(one.owner, one.opened)}
                for pk, one in zip(self.deals, self.plan.deals, strict=True)
                for person, role in one.people
            ),
            "people in deals",
        )

    def _stages(self) -> dict[str, UUID]:
        """key of the plan → stage of the main pipeline: the open ones in order, then won and lost."""
        pipeline = main_pipeline()
        assert isinstance(pipeline, Pipeline)
        found: list[Stage] = stages_of(pipeline.pk)
        return {key: stage.pk for key, stage in zip((*STAGES, "won", "lost"), found, strict=True)}

    def write_talks(self) -> None:
        places = {"account": self.accounts, "contact": self.contacts, "deal": self.deals}
        customers, people, deals = self.plan.customers, self.plan.people, self.plan.deals
        rows = []
        for at, one in enumerate(self.plan.talks):
            kind, place = one.about
            home = place if kind == "account" else people[place].customer if kind == "contact" else deals[place].customer
            seller = one.owner if one.owner >= 0 else _colleague(at, customers[home].owner, self.people)
            rows.append(
                {
                    **one.values,
                    "record": places[kind][place],
                    "account": self.accounts[home],
                    **self._owned(seller, min(one.at, one.at - datetime.timedelta(minutes=1))),
                }
            )
        self.write("activity", rows, "activities")

    def write_ties(self) -> None:
        found = dict(RelationshipType.objects.filter(deleted_at=None).values_list("name", "pk"))
        types = {key: found[name] for key, (name, *_rest) in FIRST_TYPES.items()}
        places = {"account": self.accounts, "contact": self.contacts}
        self.write(
            "relationship",
            (
                {
                    "type": types[one.type],
                    "first": places[one.source[0]][one.source[1]],
                    "second": places[one.target[0]][one.target[1]],
                    "strength": one.values["strength"],
                    "since": one.values["start"],
                    "until": one.values.get("end"),
                    "owner": self.people[at % len(self.people)].pk,
                }
                for at, one in enumerate(self.plan.ties)
            ),
            "relationships",
        )


def _colleague(at: int, owner: int, people: list[User]) -> int:
    """Somebody of the same team who helped out."""
    same = [place for place, one in enumerate(people) if one.team_id == people[owner].team_id]
    return same[at % len(same)]


def _reasons() -> list[UUID]:
    return list(LostReason.objects.filter(deleted_at=None).order_by("position").values_list("pk", flat=True))
