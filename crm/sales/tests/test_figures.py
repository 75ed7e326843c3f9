"""Counts and sums over many rows are those of the rows themselves, however the database is asked for them."""

import datetime
from collections import Counter
from typing import Any

import pytest

from crm.customers.entities.policies import Activities
from crm.customers.models import Activity
from crm.kernel.access.models import Share
from crm.kernel.access.policy import visible
from crm.kernel.base.clock import now
from crm.kernel.entity.filter import Where, both
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing
from crm.kernel.records.firsts import Firsts, first_pages
from crm.kernel.tenancy.scope import bump_permissions, current_actor
from crm.kernel.testing.cast import Company
from crm.sales.models import Opportunity, Stage
from crm.sales.queries import figures
from crm.sales.queries.whose import of_key

DAY = datetime.timedelta(days=1)
WHO = ("admin", "ada", "bo", "cleo", "vi")


@pytest.fixture()
def busy(north: Company) -> Company:
    """Late and done activities of both teams, on records of both; one that changed its team, one without owner and team; an
    account of Cleo's and her activity itself shared with Ada."""
    homes = {who: north.make("account", {"name": who}, by=who) for who in ("ada", "cleo")}
    made = []
    for by, home in (("ada", "ada"), ("ada", "cleo"), ("cleo", "cleo"), ("cleo", "ada"), ("bo", "ada"), ("cleo", "cleo")):
        for values in ({"due": now() - 2 * DAY}, {"done_at": now() - DAY}):
            made.append(north.make("activity", {"type": "call", "subject": "x", "record": homes[home].pk, **values}, by="admin"))
            with north.as_("admin"):
                one = north.people[by]
                Activity.objects.filter(pk=made[-1].pk).update(owner_id=one.pk, team_id=one.team_id)
    with north.as_("admin"):
        Activity.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(team_id=north.people["cleo"].team_id)
        Activity.objects.filter(pk__in=[made[4].pk, made[5].pk]).update(team_id=None)
        Activity.objects.filter(pk__in=[made[10].pk, made[11].pk]).update(owner_id=None, team_id=None)
        for record in (homes["cleo"].pk, made[6].pk, made[7].pk):
            Share.objects.create(record_id=record, user_id=north.people["ada"].pk)
        bump_permissions()
    return north


@pytest.mark.parametrize("who", WHO)
def test_activities_counted_in_parts_are_those_that_may_be_seen(busy: Company, who: str) -> None:
    entity: Any = registry.kind("activity")
    with busy.as_(who) as actor:
        parts = Activities(entity).parts(actor)
        found = [pk for part in parts for pk in Activity.objects.filter(part, deleted_at=None).values_list("pk", flat=True)]
        seen = visible(entity)
        assert Counter(found) == Counter(seen.values_list("pk", flat=True)) and found
        assert figures.overdue()[1].count == seen.filter(done_at=None, due__lt=now()).count()
        told = {person.pk: sum(kinds.values()) for person, kinds, _filter in figures.activity_by_person(30)}
        done = seen.filter(done_at__isnull=False, owner_id__isnull=False).values_list("owner_id", flat=True)
        assert told == Counter(done)
        for key in (f"team:{busy.people['ada'].team_id}", f"person:{busy.people['cleo'].pk}"):
            whose = of_key(key)
            assert figures.overdue(whose)[1].count == whose.rows(seen).filter(done_at=None, due__lt=now()).count()
    with busy.as_("ada") as actor:
        assert len(Activities(entity).parts(actor)) == 3


def sold(company: Company) -> list[Opportunity]:
    """Thirty deals of Ada's and Cleo's in three stages; every second one has no expected close."""
    with company.as_kith():
        stages = list(Stage.objects.filter(pipeline__main=True, kind="open").order_by("position")[:3])
    made = []
    for number in range(30):
        closes = now().date() - (number % 5 - 1) * DAY if number % 2 else None
        values = {"name": f"d{number:02}", "amount": str(number), "amount_currency": ("CNY", "USD")[number % 3 == 0], "closes": closes}
        made.append(company.make("opportunity", {**values, "stage": stages[number % 7 % 3].pk}, by=("ada", "cleo")[number % 4 == 0]))
    return made


@pytest.mark.parametrize("who", ["admin", "ada", "cleo"])
def test_the_first_rows_of_all_groups_are_those_of_each(north: Company, who: str) -> None:
    entity, made = registry.kind("opportunity"), sold(north)
    assert entity is not None
    by = entity.fields["stage"]
    with north.as_("admin"):
        Share.objects.create(record_id=made[0].pk, user_id=north.people["ada"].pk)
        bump_permissions()
    columns = ["name", "stage", "owner"]
    with north.as_(who):
        for node in (None, Where("name", "contains", "1")):
            rows = listing.rows_of(entity, node)
            many = {str(pk): rows.filter(stage_id=pk).count() for pk in Stage.objects.values_list("pk", flat=True)}
            for sort in ("-created_at", "closes", "-closes", "name", "-amount"):
                for limit in (2, 4, 50):
                    found = first_pages(entity, Firsts(by, many, limit), node, sort, columns)
                    assert found == {
                        value: listing.page(entity, both(Where("stage", "is", value), node), sort, None, limit, columns)
                        for value, count in many.items() if count
                    }, (sort, limit)  # fmt: skip


def test_figures_of_deals_are_sums_of_the_deals(north: Company) -> None:
    made = sold(north)
    with north.as_("admin"):
        Stage.objects.filter(pk=made[0].stage_id).update(usual_days=1)
        Opportunity.objects.filter(pk__in=[one.pk for one in made[:9]]).update(stage_since=now() - 3 * DAY)
    for who in ("admin", "ada", "cleo"):
        with north.as_(who):
            rows = list(visible(registry.kind("opportunity")))  # type: ignore[arg-type]
            today = now().astimezone(figures._zone()).date()
            late, _todo = figures.overdue()
            checked = (
                (figures.totals("open"), rows),
                (late, [one for one in rows if one.closes and one.closes < today]),
                (figures.stuck(), [one for one in rows if one.stage_id == made[0].stage_id and one.stage_since < now() - 2 * DAY]),
                (figures.my_figures()[1], [one for one in rows if one.owner_id == current_actor().id]),
            )
            for figure, meant in checked:
                sums = Counter[str]()
                for one in meant:
                    sums[one.amount_currency] += int(one.amount)
                assert figure.count == len(meant), figure.label
                assert {code: money.minor for code, money in figure.sums.items() if money.minor} == {k: v for k, v in sums.items() if v}
            people = {person.pk: still.count for person, _won, still in figures.results_by_person()}
            assert people == Counter(one.owner_id for one in rows)
