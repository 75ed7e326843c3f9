"""Over random policies: whatever way one looks at records, the same ones are there, with the same fields.

What should be seen is said by plain logic over the drawn facts (`Drawn.sees`); the policy, its explanation now and at a moment just
past, list, record page, API, search, counts, export, the bell and the search for duplicates are all held against it.
"""

import datetime
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.kernel.access.models import Delegation, Share
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.actions import start_export
from crm.kernel.exchange.queries import export_file
from crm.kernel.identity.grants import LEVELS
from crm.kernel.identity.models import Role, Team, User, UserRole
from crm.kernel.notify.following import may_see
from crm.kernel.records import listing, why
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company, company
from crm.kernel.testing.work import run_jobs

PEOPLE, DAY = ("ada", "bo", "cleo"), datetime.timedelta(days=1)
#: (name, owner, team, town): filters ask for the town.
RECORDS = [(f"Quellwerk {word}", owner, team, town) for word, owner, team, town in (
    ("Ahorn", "ada", "East", "Bonn"), ("Birke", "ada", "West", "Kiel"), ("Ceder", "bo", "East", "Kiel"), ("Dattel", "bo", None, "Kiel"),
    ("Eibe", "cleo", "West", "Bonn"), ("Fichte", "cleo", "East", "Kiel"), ("Ginster", "admin", None, "Bonn"),
)]  # fmt: skip
EXAMPLES = 12
HIDDEN = "website"
FILTER = {"field": "description", "op": "contains", "value": "Bonn"}
_RANK = {level: rank for rank, level in enumerate(LEVELS)}
_level = st.sampled_from([*LEVELS, "filter"])
_role = st.fixed_dictionaries({"view": _level, "edit": _level, "hidden": st.booleans()})
#: Days from now at which something begins and ends: over, running, to come, for good.
_until = st.sampled_from([-1, 1, None])
_span = st.sampled_from([(-3, -1), (-1, 1), (1, 3)])


@dataclass
class Drawn:
    """One random policy. `roles`: {person: roles}; `teams`: {person: team}; `shares`: (record, person or team, edit, until);
    `away`: (absent, delegate, (from, until))."""

    roles: dict[str, list[dict[str, Any]]]
    teams: dict[str, str]
    shares: list[tuple[int, str, bool, int | None]]
    away: list[tuple[str, str, tuple[int, int]]]

    def sees(self, who: str, number: int, verb: str = "view") -> bool:
        if verb == "edit" and self._filtered(who, verb):
            return self._alone(who, number, "edit") and self._alone(who, number, "view")
        return self._alone(who, number, verb)

    def _alone(self, who: str, number: int, verb: str) -> bool:
        _name, owner, team, town = RECORDS[number]
        if any(self._level(one, who, verb, owner, team) for one in self.roles[who]):
            return True
        if any(self._by_filter(one, who, verb) and town == "Bonn" for one in self.roles[who]):
            return True
        for record, whom, edit, until in self.shares:
            if record == number and whom in (who, self.teams[who]) and (edit or verb == "view") and (until is None or until > 0):
                return True
        return any(
            absent == owner and delegate == who and first <= 0 < last and self._widest(absent, verb) not in ("none", "filter")
            for absent, delegate, (first, last) in self.away
        )

    def _widest(self, who: str, verb: str) -> str:
        def of(which: str) -> str:
            said = [one[which] for one in self.roles[who]]
            best = max((one for one in said if one != "filter"), key=_RANK.__getitem__, default="none")
            return "filter" if best == "none" and "filter" in said else best

        own, seen = of(verb), of("view")
        if verb == "view" or "none" in (own, seen):
            return own if verb == "view" else "none"
        return own if "filter" in (own, seen) else min(own, seen, key=_RANK.__getitem__)

    def _level(self, role: dict[str, Any], who: str, verb: str, owner: str, team: str | None) -> bool:
        level, most = role[verb], self._widest(who, verb)
        if "filter" in (level, most) or level == "none" or most == "none":
            return False
        reach = min(level, most, key=_RANK.__getitem__)
        return reach == "all" or owner == who or reach in ("team", "team_below") and team == self.teams[who]

    def _by_filter(self, role: dict[str, Any], who: str, verb: str) -> bool:
        seen = self._widest(who, "view")
        return role[verb] == "filter" and (verb == "view" or seen != "none")

    def _filtered(self, who: str, verb: str) -> bool:
        return any("filter" in (one[verb], one["view"]) for one in self.roles[who])

    def hides(self, who: str) -> bool:
        """Whether the field is closed to somebody; by the absent ones' roles where one's own show nothing of the kind."""
        showing = [one for one in self.roles[who] if one["view"] != "none"]
        if all(one["hidden"] for one in showing or self.roles[who]):
            return True
        if showing:
            return False
        away = [absent for absent, delegate, (first, last) in self.away if delegate == who and first <= 0 < last]
        return any(self.hides(one) for one in away if self._widest(one, "view") not in ("none", "filter"))


drawn = st.builds(
    Drawn,
    roles=st.fixed_dictionaries({who: st.lists(_role, min_size=1, max_size=2) for who in PEOPLE}),
    teams=st.fixed_dictionaries({who: st.sampled_from(["East", "West"]) for who in PEOPLE}),
    shares=st.lists(
        st.tuples(st.integers(0, len(RECORDS) - 1), st.sampled_from([*PEOPLE, "East", "West"]), st.booleans(), _until),
        max_size=4, unique_by=lambda one: one[:2],
    ),  # fmt: skip
    away=st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), _span), max_size=3).map(
        lambda many: [one for one in many if one[0] != one[1]]
    ),
)


class House:
    """One company whose rights are set anew for each policy; its records stay."""

    def __init__(self) -> None:
        self.company: Company = company("Agreement")
        people = self.company.people
        with self.company.as_kith():
            self.teams = {one.name: one.pk for one in Team.objects.all()}
        self.records = [
            self.company.make("account", {
                "name": name, "description": town, HIDDEN: f"https://{name.split()[1].lower()}.example",
                "team": str(self.teams[team]) if team else None, "owner": str(people[owner].pk),
            })
            for name, owner, team, town in RECORDS
        ]  # fmt: skip
        self.clients = {who: (self.company.api(who), self.company.browser(who)) for who in PEOPLE}

    def set(self, policy: Drawn) -> None:
        people = self.company.people
        with self.company.as_kith():
            bump_permissions()
            for model in (Share, Delegation):
                model.objects.all().delete()
            UserRole.objects.filter(user_id__in=[people[who].pk for who in PEOPLE]).delete()
            Role.objects.filter(name__startswith="drawn").delete()
            for who in PEOPLE:
                User.objects.filter(pk=people[who].pk).update(team_id=self.teams[policy.teams[who]])
                for one in policy.roles[who]:
                    entry = {verb: one[verb] for verb in ("view", "edit")} | {"export": True, "filter": FILTER}
                    fields = {HIDDEN: "hidden"} if one["hidden"] else {}
                    role = Role.objects.create(name=f"drawn {who}", grants={"kinds": {"account": entry | {"fields": fields}}, "does": []})
                    UserRole.objects.create(user=people[who], role=role)
            for number, whom, edit, until in policy.shares:
                to = {"team_id": self.teams[whom]} if whom in self.teams else {"user_id": people[whom].pk}
                end = None if until is None else now() + until * DAY
                Share.objects.create(record_id=self.records[number].pk, edit=edit, until=end, **to)
            for absent, delegate, (first, last) in policy.away:
                span = {"since": now() + first * DAY, "until": now() + last * DAY}
                Delegation.objects.create(absent_id=people[absent].pk, delegate_id=people[delegate].pk, **span)


@pytest.fixture(scope="module")
def house() -> House:
    return House()


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=(Phase.generate,))
@given(policy=drawn, exports=st.sampled_from(PEOPLE), alike=st.integers(0, len(RECORDS) - 1))
def test_all_ways_of_looking_agree(house: House, policy: Drawn, exports: str, alike: int) -> None:
    house.set(policy)
    entity = registry.kind("account")
    assert entity is not None
    for who in PEOPLE:
        sees = {str(one.pk) for number, one in enumerate(house.records) if policy.sees(who, number)}
        edits = {str(one.pk) for number, one in enumerate(house.records) if policy.sees(who, number, "edit")}
        closed = policy.hides(who)
        by_policy(house, entity, who, sees, edits, closed)
        by_reasons(house, entity, who, sees, edits, closed, alike)
        by_api(house, who, sees, closed, alike)
        by_page(house, who, sees, edits, closed, alike)
    by_export(house, entity, exports, {one.pk for n, one in enumerate(house.records) if policy.sees(exports, n)}, policy.hides(exports))


def by_policy(house: House, entity: Any, who: str, sees: set[str], edits: set[str], closed: bool) -> None:
    person = house.company.people[who].pk
    with house.company.as_(who) as actor:
        policy = policy_for(entity)
        assert {str(pk) for pk in visible(entity).values_list("pk", flat=True)} == sees
        assert {str(pk) for pk in visible(entity, "edit").values_list("pk", flat=True)} == edits
        assert {str(one.pk) for one in house.records if policy.may(actor, "edit", one)} == edits
        assert listing.count(entity) == (len(sees), True)
        assert (HIDDEN in policy.hidden(actor)) == closed
        assert {str(one.pk) for one in house.records if may_see(entity, one.pk, person)} == sees


def by_reasons(house: House, entity: Any, who: str, sees: set[str], edits: set[str], closed: bool, alike: int) -> None:
    """The explanation says what the policy says, now and of this moment as a past one, and its reasons add up to that."""
    person = house.company.people[who].pk
    with house.company.as_("admin"):
        for record in some(house.records, alike):
            pk = str(record.pk)
            for verb, there in (("view", sees), ("edit", edits)):
                found = why.case(entity, record, person, verb)
                assert (found.may, found.given) == (pk in there, pk in there), f"{who} {verb} {found}"
            field = why.case(entity, record, person, "view", HIDDEN)
            assert field.may == (pk in sees and not closed)
        for record in some(house.records, alike)[:2]:
            then = why.case(entity, record, person, "view", HIDDEN, now())
            assert then.moment is not None and then.rows == then.given == (str(record.pk) in sees), f"{who} then {then}"
            assert bool(then.closed) == closed


def some(many: list[Any], first: int) -> list[Any]:
    """Three of them, others each time."""
    return [many[(first + step) % len(many)] for step in (0, 2, 5)]


def by_api(house: House, who: str, sees: set[str], closed: bool, alike: int) -> None:
    api = house.clients[who][0]
    listed = api.get("/api/v1/accounts", {"limit": 50})
    assert {one["id"] for one in listed.json().get("items", [])} == sees, listed.content
    assert all((HIDDEN in one) != closed for one in listed.json().get("items", []))
    for record in some(house.records, alike):
        got = api.get(f"/api/v1/accounts/{record.pk}")
        assert (got.status_code == 200) == (str(record.pk) in sees)
        assert got.status_code != 200 or (HIDDEN in got.json()) != closed
    hits = {one["id"] for one in api.get("/api/v1/search", {"q": "Quellwerk", "limit": 50}).json()["items"]}
    assert hits == sees
    record = house.records[alike]
    asked = json.dumps({"name": RECORDS[alike][0]})
    found = api.post("/api/v1/accounts/duplicates", asked, content_type="application/json")
    if found.status_code == 200:
        assert {one["id"] for one in found.json()["items"]} - {None} <= sees
        assert (str(record.pk) in {one["id"] for one in found.json()["items"]}) == (str(record.pk) in sees), found.content


def by_page(house: House, who: str, sees: set[str], edits: set[str], closed: bool, alike: int) -> None:
    browser = house.clients[who][1]
    shown = browser.get("/accounts/").content.decode()
    assert {str(one.pk) for one in house.records if f"/accounts/{one.pk}/" in shown} == sees
    for record, (name, *_rest) in some(list(zip(house.records, RECORDS, strict=True)), alike):
        page, pk = browser.get(f"/accounts/{record.pk}/"), str(record.pk)
        assert (page.status_code == 200) == (pk in sees)
        assert (browser.get(f"/accounts/{pk}/edit").status_code == 200) == (pk in edits)
        site = f"{name.split()[1].lower()}.example"
        assert page.status_code != 200 or (site in page.content.decode()) != closed


def by_export(house: House, entity: Any, who: str, sees: set[UUID], closed: bool) -> None:
    with house.company.as_(who):
        run = start_export(entity, columns=["id", "name", *([] if closed else [HIDDEN])], form="csv")
    run_jobs(house.company.id)
    with house.company.as_(who):
        run.refresh_from_db()
        text = export_file(run).read_text(encoding="utf-8-sig")
    assert {line.split(",", 1)[0] for line in text.splitlines()[1:]} == {str(pk) for pk in sees}
    assert (".example" in text) == (bool(sees) and not closed)
