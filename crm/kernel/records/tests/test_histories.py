"""Over random histories: each moment reads as it was, by whichever way one looks back at it.

What stood at a moment is noted when it is there. Afterwards lists (the later entries of all rows at once), single rows (each its own
entries), what rights are asked over, and many-links have to say the same.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.kernel.access.past import links_at, rows_at
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.teams import delete_team, save_team
from crm.kernel.identity.models import Team
from crm.kernel.records import writing
from crm.kernel.records.past import as_of
from crm.kernel.testing.cast import Company, company

COLUMNS = ("id", "name", "name_sort", "tags", "employees", "version", "owner_id", "deleted_at", "updated_by_id", "address_city")
ROWS = "SELECT {} FROM {}".format(", ".join(f'"account"."{one}"' for one in COLUMNS), '"account"')  # noqa: S608
LINKS = 'SELECT "record_link"."source_id", "record_link"."target_id" FROM "record_link"'
_word = st.sampled_from(["Able", "Bell & Co", "恒华", "é", "\"quoted\" {x}", "null"])
_act = st.one_of(
    st.tuples(st.just("change"), st.integers(0, 2), st.fixed_dictionaries({}, optional={
        "name": _word, "tags": st.lists(_word, max_size=3, unique=True), "employees": st.sampled_from([None, 0, 7, 10**9]),
        "owner": st.sampled_from(["ada", "bo"]), "address_city": st.one_of(st.just(""), _word),
    })),
    st.tuples(st.just("bin"), st.integers(0, 2), st.none()),
    st.tuples(st.just("make"), st.just(0), _word),
    st.tuples(st.just("link"), st.just(0), st.lists(st.integers(0, 2), max_size=3, unique=True)),
    st.tuples(st.just("team"), st.integers(0, 1), st.sampled_from(["make", "rename", "delete"])),
)  # fmt: skip


@dataclass
class Noted:
    """What stood at a moment."""

    at: datetime.datetime
    rows: dict[UUID, tuple[Any, ...]]
    links: set[tuple[UUID, UUID]]
    teams: dict[UUID, str]


@dataclass
class House:
    """One company; each history has records of its own in it."""

    company: Company
    people: list[Any] = field(default_factory=list)

    def kind(self, name: str) -> Any:
        found = registry.kind(name)
        assert found is not None
        return found

    def do(self, accounts: list[UUID], meeting: UUID, act: str, number: int, what: Any) -> None:
        with self.company.as_("admin"):
            entity = self.kind("account")
            one = accounts[number % len(accounts)]
            if act == "make":
                accounts.append(writing.create(entity, {"name": what}).pk)
            elif act == "link":
                field_ = self.kind("activity").fields["people"]
                writing.change(self.kind("activity"), meeting, {field_.name: [str(self.people[at].pk) for at in what]})
            elif act == "team":
                self._team(number, what)
            elif entity.model._default_manager.get(pk=one).deleted_at is not None:
                writing.restore(entity, one)
            elif act == "bin":
                writing.remove(entity, one)
            else:
                owner = {"owner": str(self.company.people[what["owner"]].pk)} if "owner" in what else {}
                writing.change(entity, one, what | owner)

    def _team(self, number: int, what: str) -> None:
        drawn = list(Team.objects.filter(name__startswith="Drawn").order_by("id"))
        if what == "make" or not drawn:
            save_team(None, f"Drawn {Team.objects.count()}")
        elif what == "rename":
            one = drawn[number % len(drawn)]
            save_team(one.pk, f"{one.name} anew {number}")
        else:
            delete_team(drawn[number % len(drawn)].pk)

    def note(self) -> Noted:
        with self.company.as_kith():
            noted = Noted(datetime.datetime.min, asked(ROWS), links(), dict(Team.objects.values_list("pk", "name")))
        with self.company.as_kith(), connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            noted.at = cursor.fetchone()[0]
        return noted


def asked(sql: str, *given: Any) -> dict[UUID, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return {row[0]: row[1:] for row in cursor.fetchall()}


def links() -> set[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(LINKS)
        return set(cursor.fetchall())


@pytest.fixture(scope="module")
def house() -> House:
    made = House(company("Histories"))
    made.people = [made.company.make("contact", {"name": name}) for name in ("Ann Lee", "Bea Lee", "Cat Lee")]
    return made


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=(Phase.generate,))
@given(acts=st.lists(_act, min_size=2, max_size=9))
def test_every_way_back_tells_the_same(house: House, acts: list[tuple[str, int, Any]]) -> None:
    accounts = [house.company.make("account", {"name": "First", "tags": ["gold"], "employees": 3}).pk]
    meeting = house.company.make("activity", {"subject": "Talk", "people": [str(house.people[0].pk)]}).pk
    noted = [house.note()]
    for act, number, what in acts:
        house.do(accounts, meeting, act, number, what)
        noted.append(house.note())
    model = house.kind("account").model
    for then in noted:
        with house.company.as_kith():
            with as_of(then.at):
                assert asked(ROWS) == then.rows, "of all rows at once"
                assert asked(f'{ROWS} WHERE "account"."id" = ANY (%s)', accounts) == only(then.rows, accounts), "each by itself"
                assert links() == then.links
            for rows in (rows_at(model, then.at), rows_at(model, then.at, accounts)):
                for pk in accounts:
                    assert told(rows.get(pk)) == told(as_json(then.rows.get(pk)))
            assert {(meeting, UUID(row["target_id"])) for row in links_at([meeting], then.at).get(meeting, [])} == {
                pair for pair in then.links if pair[0] == meeting
            }
            assert {pk: row["name"] for pk, row in rows_at(Team, then.at).items()} == then.teams, "teams that are gone, too"


def only(rows: dict[UUID, tuple[Any, ...]], some: list[UUID]) -> dict[UUID, tuple[Any, ...]]:
    return {pk: row for pk, row in rows.items() if pk in some}


def as_json(row: tuple[Any, ...] | None) -> dict[str, Any] | None:
    return None if row is None else dict(zip(COLUMNS[1:], row, strict=True))


def told(row: dict[str, Any] | None) -> tuple[Any, ...] | None:
    """What can be compared of a row, whether it was told as JSON or by the driver."""
    if row is None:
        return None
    plain = tuple(row.get(name) or None for name in ("name", "name_sort", "tags", "employees", "version", "address_city"))
    return (*plain, str(row.get("owner_id")), row.get("deleted_at") is not None)
