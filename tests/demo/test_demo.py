"""The demonstration companies: as large as promised, the same each time, apart from each other, made once."""

import datetime
import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from config.demo import chinese, english
from config.demo.build import Builder
from config.demo.colleagues import FERNHILL, NORTHLIGHT, TEAMS
from config.demo.plan import Size, draw_plan
from crm.customers.models import Account, Activity, Contact, Relationship
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import Team, User
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope
from crm.sales.models import Opportunity, StageChange

TODAY = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
SELLERS = {"east": [1, 2, 3, 4], "south": [5, 6, 7], "europe": [8, 9, 10]}
SMALL = Size(accounts=150, contacts=400, deals=120, activities=1500, ties=50)


def test_it_is_as_large_as_promised() -> None:
    size = Size()
    assert (size.accounts, size.contacts, size.deals, size.activities) == (2_000, 5_000, 1_500, 30_000)
    assert (len(NORTHLIGHT), len(TEAMS)) == (12, 3)
    assert {one.role for one in NORTHLIGHT} == {"administrator", "manager", "seller", "viewer"}


def test_the_same_seed_gives_the_same_company() -> None:
    one, two = draw_plan(TODAY, SELLERS, SMALL), draw_plan(TODAY, SELLERS, SMALL)
    assert [row.values for row in one.customers] == [row.values for row in two.customers]
    assert [row.values for row in one.talks] == [row.values for row in two.talks]


def test_it_is_believable() -> None:
    plan = draw_plan(TODAY, SELLERS, SMALL)
    assert (len(plan.customers), len(plan.people), len(plan.deals), len(plan.talks), len(plan.ties)) == (150, 400, 120, 1500, 50)
    assert len({row.values["name"] for row in plan.customers}) == 150
    assert len({row.values["email"] for row in plan.people}) == 400
    sides = Counter(row.chinese for row in plan.customers)
    assert sides[True] > 50 and sides[False] > 30
    reach = datetime.timedelta(days=18 * 30 + 5)
    for deal in plan.deals:
        moments = [entered for _stage, entered in deal.path]
        assert moments == sorted(moments) and TODAY - reach < moments[0] <= moments[-1] <= TODAY
    hours: Counter[bool] = Counter()
    for talk in plan.talks:
        kind, place = talk.about
        at = place if kind == "account" else plan.people[place].customer if kind == "contact" else plan.deals[place].customer
        zone = (chinese if plan.customers[at].chinese else english).ZONE
        hours[8 <= talk.at.astimezone(zone).hour <= 18] += 1
        assert "done_at" in talk.values or "due" in talk.values
        assert "done_at" not in talk.values or datetime.datetime.fromisoformat(talk.values["done_at"]) <= TODAY
    assert hours[False] < 20, "people call their customers in office hours, those of the customer's side"


@pytest.fixture(scope="module")
def note(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The companies, made small once; the note with who may sign in."""
    path = tmp_path_factory.mktemp("demo") / "first-sign-in.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KITH_CREDENTIALS", str(path))
        call_command("demo", "--small")
    return path


def place_of(mail: str) -> object:
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            if User.objects.filter(email=mail).exists():
                return workspace
    return None


@pytest.mark.usefixtures("note")
def test_two_companies_that_see_nothing_of_each_other() -> None:
    places = [place_of(people[0].email) for people in (NORTHLIGHT, FERNHILL)]
    assert None not in places and places[0] != places[1]
    seen = []
    for place in places:
        with scope(place, system_actor(place)):
            seen.append(set(Account.objects.values_list("pk", flat=True)))
            for model in (Contact, Opportunity, Activity, Relationship):
                assert model.objects.count() > 20, model
            assert Opportunity.objects.filter(stage__kind="won").exists()
            assert not StageChange.objects.filter(opportunity_id=None).exists()
            deal = Opportunity.objects.filter(stage__kind="won").first()
            stays = StageChange.objects.filter(opportunity_id=deal.pk).order_by("entered_at")
            assert [one.stage.name for one in stays][-1] == "Won" and stays.count() == 5
    assert len(seen[0]) == len(seen[1]) == 120 and not seen[0] & seen[1]
    with scope(places[0], system_actor(places[0])):
        assert (User.objects.count(), Team.objects.count()) == (12, 3)


def test_the_people_can_sign_in_and_sellers_see_their_team(note: Path) -> None:
    people = json.loads(note.read_text())["people"]
    seller = next(one for one in people if one["role"] == "seller" and "northlight" in one["email"])
    client = Client()
    answer = client.post("/sign-in", {"email": seller["email"], "password": seller["password"]})
    assert answer.status_code in (302, 303), answer.content[:300]
    assert oct(note.stat().st_mode & 0o777) == "0o600"
    assert client.get("/sales/").status_code == 200


def test_a_second_run_makes_nothing(note: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    before, many = note.read_text(), len(workspace_ids())
    call_command("demo", "--small")
    assert "there already" in capsys.readouterr().out
    assert (note.read_text(), len(workspace_ids())) == (before, many)


def test_a_run_that_is_cut_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    many = len(workspace_ids())

    def fall(builder: Builder) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Builder, "write_deals", fall)
    monkeypatch.setattr("config.management.commands.demo._place_of", lambda mail: None)
    with pytest.raises(KeyboardInterrupt):
        call_command("demo", "--small")
    assert len(workspace_ids()) == many
