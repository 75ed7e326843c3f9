"""Statements that are kept between requests: what was kept for one person or one record never answers for another."""

import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.kernel.access import lasting
from crm.kernel.access.models import Share
from crm.kernel.access.policy import visible
from crm.kernel.base import clock
from crm.kernel.base.clock import now
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import bump_permissions, current_actor
from crm.kernel.testing.cast import Company


def account() -> Any:
    return registry.kind("account")


def one_of(pk: uuid.UUID) -> QuerySet[Any]:
    return visible(account()).filter(pk=pk).values_list("pk", flat=True)


def opened(client: Client, *records: Any) -> list[bool]:
    """Which of the records a person finds, request after request with the same key: rights are looked up once, then kept."""
    answers = [client.get(f"/api/v1/accounts/{one.pk}").status_code for one in records]
    assert set(answers) <= {200, 404}
    return [status == 200 for status in answers]


def only(company: Company, who: str, kinds: dict[str, Any]) -> None:
    with company.as_("admin"):
        role = save_role(None, f"{who} {uuid.uuid4()}", "", {"kinds": kinds, "does": []})
        change_roles(company.people[who].pk, [role.pk])


def test_each_person_and_record_gets_their_own_answer(north: Company) -> None:
    only(north, "ada", {"account": {"view": "own", "create": True}})
    only(north, "cleo", {"account": {"view": "own", "create": True}})
    hers, other = north.make("account", {"name": "Hers"}, by="ada"), north.make("account", {"name": "Other"}, by="cleo")
    ada, cleo, admin = (north.api(who) for who in ("ada", "cleo", "admin"))
    for _ in range(3):
        assert opened(ada, hers, other) == [True, False]
        assert opened(cleo, hers, other) == [False, True]
        assert opened(admin, hers, other) == [True, True]
    only(north, "ada", {"account": {"view": "all"}})
    assert opened(ada, hers, other) == [True, True]
    only(north, "ada", {"contact": {"view": "all"}})
    assert opened(ada, hers, other) == [False, False]


def test_a_share_that_runs_out_opens_nothing_any_more(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    only(north, "ada", {"account": {"view": "own", "create": True}})
    theirs = north.make("account", {"name": "Theirs"}, by="cleo")
    end = now() + datetime.timedelta(hours=1)
    with north.as_kith():
        Share.objects.create(record_id=theirs.pk, user_id=north.people["ada"].pk, until=end)
        bump_permissions()
    ada = north.api("ada")
    assert opened(ada, theirs) == [True]
    monkeypatch.setattr("crm.kernel.access.shared.now", lambda: end)
    assert opened(ada, theirs) == [False]


def test_filters_of_roles_are_put_together_each_time(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their days move on: "made today" is another day tomorrow."""
    only(north, "ada", {"account": {"view": "filter", "filter": {"field": "created_at", "op": "within", "value": "today"}}})
    first = north.make("account", {"name": "Made today"})
    ada = north.api("ada")
    assert opened(ada, first) == [True]
    tomorrow = clock.now() + datetime.timedelta(days=1)
    monkeypatch.setattr("crm.kernel.entity.filter.periods.now", lambda: tomorrow)
    assert opened(ada, first) == [False]


def test_lists_of_any_length_and_none_at_all(north: Company) -> None:
    made = [north.make("account", {"name": f"Many {number}"}) for number in range(3)]

    def some(ids: list[uuid.UUID]) -> QuerySet[Any]:
        return RecordRow.objects.filter(pk__among=ids).order_by("title").values_list("pk", flat=True)

    for many in (3, 1, 2, 0):
        with north.as_("admin"):
            assert list(kept.lasting(("test", "some"), some, [one.pk for one in made[:many]])) == [one.pk for one in made[:many]]


def test_a_value_that_does_not_reach_the_statement_is_refused(north: Company) -> None:
    """It would be the first one's for ever."""
    with north.as_("admin"), pytest.raises(RuntimeError, match="does not reach"):
        list(lasting.lasting(("test", "text"), lambda pk: visible(account()).filter(pk__in=[str(pk)]), uuid.uuid4()))
    with north.as_("admin"), pytest.raises(TypeError, match="no hole for int"):
        list(lasting.lasting(("test", "number"), lambda many: visible(account()).filter(employees=many), 3))


def test_the_server_plans_them_once(north: Company) -> None:
    record = north.make("account", {"name": "Planned once"})
    asked = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%\"account\".\"id\" = $%%' AND NOT from_sql"
    with north.as_("admin"), connection.cursor() as cursor:
        for _ in range(3):
            assert list(lasting.lasting(("test", "one"), one_of, record.pk)) == [record.pk]
        cursor.execute(asked.replace("%%", "%"))
        assert cursor.fetchone()[0] >= 1
        with CaptureQueriesContext(connection) as queries:
            list(lasting.lasting(("test", "one"), one_of, record.pk))
    assert record.pk.hex in queries.captured_queries[0]["sql"]


def test_two_of_one_team_share_a_statement_and_not_what_is_theirs(north: Company) -> None:
    with north.as_("admin"):
        role = save_role(None, "Own only", "", {"kinds": {"account": {"view": "own", "create": True}}, "does": []})
        for who in ("ada", "bo"):
            change_roles(north.people[who].pk, [role.pk])
    assert north.people["ada"].team_id == north.people["bo"].team_id
    adas, bos = north.make("account", {"name": "Ada's"}, by="ada"), north.make("account", {"name": "Bo's"}, by="bo")
    ada, bo = north.api("ada"), north.api("bo")
    for _ in range(2):
        assert (opened(ada, adas, bos), opened(bo, adas, bos)) == ([True, False], [False, True])
        listed = [{item["id"] for item in one.get("/api/v1/accounts").json()["items"]} for one in (ada, bo)]
        assert listed == [{str(adas.pk)}, {str(bos.pk)}]
    rights = []
    for who in ("ada", "bo"):
        with north.as_(who) as actor:
            rights.append(lasting._known(actor))
    assert rights[0][0] != rights[1][0] and rights[0][1] == rights[1][1]


def test_an_id_that_stands_for_good_in_what_many_share_is_refused(north: Company) -> None:
    with north.as_("ada") as ada:
        with pytest.raises(RuntimeError, match="own id stands"):
            list(lasting.lasting(("test", "baked"), lambda: visible(account()).filter(created_by_id=ada.id)))
        with pytest.raises(RuntimeError, match="own id stands"):
            list(lasting.lasting(("test", "text"), lambda: visible(account()).filter(name_key=str(current_actor().id))))
        assert list(lasting.lasting(("test", "baked"), lambda: visible(account()).filter(created_by_id=ada.id), own=True)) == []
