"""Sharing one record: what it opens, for whom, for how long, and what it never opens."""

import datetime
import json
import random
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from crm.kernel.access.models import Share
from crm.kernel.access.policy import visible
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.actions import start_export
from crm.kernel.exchange.queries import export_file
from crm.kernel.identity.actions.people import change_roles
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.notify.models import Notification
from crm.kernel.records import listing
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import deliver, run_jobs

ACCOUNTS = "/api/v1/accounts"


def give(company: Company, who: str, *grants: dict[str, Any]) -> None:
    """The person has these rights on kinds and no others."""
    with company.as_("admin"):
        roles = [save_role(None, f"{who} {uuid7().hex[-12:]}", "", {"kinds": one, "does": []}) for one in grants]
        change_roles(company.people[who].pk, [role.pk for role in roles])


def send(client: Client, method: str, url: str, body: Any = None) -> Any:
    return client.generic(method, url, json.dumps(body) if body is not None else "", content_type="application/json")


def share(company: Company, by: str, record: Any, **body: Any) -> Any:
    return send(company.api(by), "POST", f"{ACCOUNTS}/{record.pk}/shares", body)


def listed(client: Client) -> set[str]:
    return {item["id"] for item in client.get(ACCOUNTS, {"limit": 200}).json()["items"]}


def test_a_share_opens_exactly_that_record_to_whom_the_kind_is_closed(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "none", "edit": "all", "fields": {"tax_id": "hidden"}}})
    hers, other = north.make("account", {"name": "Harbour Lights", "phone": "021 6488 2107"}), north.make("account", {"name": "Else"})
    cleo = north.api("cleo")
    assert cleo.get(f"{ACCOUNTS}/{hers.pk}").status_code == 404
    made = share(north, "admin", hers, user=str(north.people["cleo"].pk))
    assert made.status_code == 201 and made.json()["name"] == "Cleo Marsh" and made.json()["edit"] is False, made.content
    seen = cleo.get(f"{ACCOUNTS}/{hers.pk}")
    assert seen.status_code == 200 and "phone" in seen.json() and "tax_id" not in seen.json()
    assert listed(cleo) == {str(hers.pk)} and cleo.get(f"{ACCOUNTS}/{other.pk}").status_code == 404
    assert send(cleo, "PATCH", f"{ACCOUNTS}/{hers.pk}", {"name": "Mine"}).status_code == 403
    assert send(cleo, "POST", f"{ACCOUNTS}/{hers.pk}/shares", {"team": None}).status_code == 403
    page = north.browser("cleo").get(f"/accounts/{hers.pk}/")
    assert page.status_code == 200 and 'href="/accounts/"' in page.content.decode()
    assert north.api("cleo", ["contact:read"]).get(f"{ACCOUNTS}/{hers.pk}").status_code == 403


def test_a_share_to_edit_opens_editing_and_not_removing(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "none"}})
    record = north.make("account", {"name": "Harbour Lights"})
    assert share(north, "admin", record, team=str(north.people["cleo"].team_id), edit=True).status_code == 201
    cleo, url = north.api("cleo"), f"{ACCOUNTS}/{record.pk}"
    assert send(cleo, "PATCH", url, {"name": "Harbour Lamps"}).json()["name"] == "Harbour Lamps"
    assert send(cleo, "DELETE", url).status_code == 403
    assert listed(north.api("vi")) >= {str(record.pk)}  # the same team, and a viewer of all


def test_a_share_taken_away_or_over_is_refused_at_the_next_request(north: Company) -> None:
    give(north, "cleo", {})
    record = north.make("account", {"name": "Harbour Lights"})
    url, cleo, user = f"{ACCOUNTS}/{record.pk}", north.api("cleo"), str(north.people["cleo"].pk)
    first = share(north, "admin", record, user=user).json()["id"]
    assert cleo.get(url).status_code == 200
    assert send(north.api("admin"), "DELETE", f"{url}/shares/{first}").status_code == 204
    assert cleo.get(url).status_code == 404
    assert send(north.api("admin"), "DELETE", f"{url}/shares/{first}").status_code == 404
    ends = (now() + datetime.timedelta(hours=1)).isoformat()
    second = share(north, "admin", record, user=user, until=ends).json()["id"]
    assert cleo.get(url).status_code == 200
    with north.as_("admin"):  # time passes: nothing tells the processes, the moment itself does
        Share.objects.filter(pk=second).update(until=now() + datetime.timedelta(seconds=3))
    give(north, "bo", {})
    assert cleo.get(url).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(3.1)")
    assert cleo.get(url).status_code == 404
    assert north.api("admin").get(f"{url}/shares").json()["items"] == []


def test_nobody_shares_more_than_he_holds(north: Company) -> None:
    give(north, "ada", {"account": {"view": "all", "edit": "own", "fields": {"tax_id": "hidden", "phone": "readonly"}}})
    give(north, "cleo", {})
    hers = north.make("account", {"name": "Ada's", "owner": str(north.people["ada"].pk), "tax_id": "91310000132212766M"})
    not_hers, user = north.make("account", {"name": "Not Ada's"}), str(north.people["cleo"].pk)
    assert share(north, "ada", not_hers, user=user).status_code == 403
    assert share(north, "ada", hers, user=user, edit=True).status_code == 201
    cleo = north.api("cleo")
    assert "tax_id" not in cleo.get(f"{ACCOUNTS}/{hers.pk}").json()
    assert send(cleo, "PATCH", f"{ACCOUNTS}/{hers.pk}", {"phone": "1"}).status_code == 422
    until = now() + datetime.timedelta(days=1)
    share(north, "ada", hers, user=user, edit=True, until=until.isoformat())
    vi = str(north.people["vi"].pk)
    assert "until" in share(north, "cleo", hers, user=vi).json()["fields"]
    assert "until" in share(north, "cleo", hers, user=vi, until=(until + datetime.timedelta(days=1)).isoformat()).json()["fields"]
    assert share(north, "cleo", hers, user=vi, until=(until - datetime.timedelta(hours=1)).isoformat()).status_code == 201


@pytest.mark.parametrize("body", [{}, {"user": "x"}, {"edit": "yes"}, {"nobody": 1}, {"until": "2001-01-01T00:00:00Z"}, {"until": "soon"}])
def test_what_does_not_fit_is_refused_with_a_sentence(north: Company, body: dict[str, Any]) -> None:
    record = north.make("account", {"name": "Harbour Lights"})
    given = body if body.keys() <= {"user"} else {"user": str(north.people["cleo"].pk), **body}
    answer = share(north, "admin", record, **given)
    assert answer.status_code == 422 and answer.json()["fields"], answer.content
    with north.as_("admin"):
        assert not Share.objects.exists()


def test_people_and_teams_of_another_company_cannot_be_named(north: Company, south: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"})
    dan = south.people["ada"]
    assert share(north, "admin", record, user=str(dan.pk)).status_code == 422
    assert share(north, "admin", record, team=str(dan.team_id)).status_code == 422
    assert share(south, "admin", record, user=str(dan.pk)).status_code == 404
    with pytest.raises(IntegrityError), north.as_("admin"):
        Share.objects.create(record_id=record.pk, user_id=dan.pk)
    theirs = share(north, "admin", record, user=str(north.people["ada"].pk)).json()["id"]
    assert send(south.api("admin"), "DELETE", f"{ACCOUNTS}/{record.pk}/shares/{theirs}").status_code == 404
    with scope(south.id):
        assert not Share.objects.exists()


def test_who_it_is_shared_with_hears_of_it_and_it_is_written_down(north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"})
    first = share(north, "admin", record, team=str(north.people["ada"].team_id), edit=True).json()["id"]
    deliver(north.id)
    with north.as_("admin"):
        told = {one.user.name: one.text for one in Notification.objects.filter(record_id=record.pk).select_related("user")}
        entry = AuditEntry.objects.get(table_name="share")
    assert told.keys() == {"Ada Whitfield", "周博"} and "Harbour Lights" in told["Ada Whitfield"]
    assert entry.record == record.pk and entry.changes["record_id"][1] == str(record.pk) and entry.actor_label == "Admin Lee"
    share(north, "admin", record, team=str(north.people["ada"].team_id))
    send(north.api("admin"), "DELETE", f"{ACCOUNTS}/{record.pk}/shares/{first}")
    page = north.browser("ada").get(f"/accounts/{record.pk}/tab/history")
    assert page.status_code == 404  # taken away
    told_now = north.browser("admin").get(f"/accounts/{record.pk}/tab/history").content.decode()
    for said in ("shared it with East, to edit", "changed how it is shared", "no longer shares it with East"):
        assert said in told_now, told_now
    items = north.api("admin").get(f"{ACCOUNTS}/{record.pk}/history").json()["items"]
    assert [one["op"] for one in items] == ["share", "share", "share", "create"]


def test_children_follow_a_shared_record(north: Company) -> None:
    """Activities are seen with their record by whom the role shows activities at all; they are not shared themselves."""
    record = north.make("account", {"name": "Harbour Lights"})
    call = north.make("activity", {"subject": "First call", "type": "call", "record": str(record.pk)})
    url = f"/api/v1/activities/{call.pk}"
    give(north, "cleo", {"activity": {"view": "own"}})
    give(north, "vi", {})
    for who in ("cleo", "vi"):
        assert north.api(who).get(url).status_code == 404
        share(north, "admin", record, user=str(north.people[who].pk))
    assert north.api("cleo").get(url).status_code == 200
    assert north.api("vi").get(url).status_code == 404
    refused = send(north.api("admin"), "POST", f"{url}/shares", {"user": str(north.people["vi"].pk)})
    assert refused.status_code == 422


def _pages(client: Client) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        answer = client.get(ACCOUNTS, {"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        found += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            return found


def _exported(company: Company, who: str) -> set[str]:
    accounts = registry.kind("account")
    assert accounts is not None
    with company.as_(who):
        run = start_export(accounts, columns=["id", "name"], form="csv")
    run_jobs(company.id)
    with company.as_(who):
        run.refresh_from_db()
        lines = export_file(run).read_text(encoding="utf-8-sig").splitlines()[1:]
    return {line.split(",", 1)[0] for line in lines}


FILTERS = [
    {"field": "name", "op": "contains", "value": "1"},
    {"any": [{"field": "owner", "op": "is", "value": "me"}, {"field": "industry", "op": "filled"}]},
]


@pytest.mark.parametrize("seed", range(6))
def test_list_page_count_api_and_export_agree(north: Company, seed: int) -> None:
    """Whatever roles and shares somebody has: every way of reading shows the same records, and editing shows no more."""
    chance = random.Random(seed)  # noqa: S311
    accounts = registry.kind("account")
    assert accounts is not None
    made = [north.make("account", {"name": f"Company {n}"}, by=chance.choice(["ada", "bo", "cleo", "admin"])) for n in range(14)]
    for who in ("ada", "cleo"):
        roles = []
        for _ in range(chance.choice([1, 1, 2])):
            levels = {verb: chance.choice(["none", "own", "team", "team_below", "all", "filter"]) for verb in ("view", "edit", "delete")}
            roles.append({"account": {**levels, "export": True, "filter": chance.choice(FILTERS)}})
        give(north, who, *roles)
        for record in chance.sample(made, 3):
            until = chance.choice([None, (now() + datetime.timedelta(hours=1)).isoformat()])
            share(north, "admin", record, user=str(north.people[who].pk), edit=chance.random() < 0.5, until=until)
    for who in ("ada", "cleo"):
        with north.as_(who) as actor:
            seen = {str(pk) for pk in visible(accounts, actor=actor).values_list("pk", flat=True)}
            assert listing.count(accounts) == (len(seen), True)
            for verb in ("edit", "delete"):
                assert {str(pk) for pk in visible(accounts, verb).values_list("pk", flat=True)} <= seen
        pages = _pages(north.api(who))
        assert len(pages) == len(seen) and set(pages) == seen
        assert _exported(north, who) == seen
        client = north.browser(who)
        found = {str(one.pk) for one in made if client.get(f"/accounts/{one.pk}/").status_code == 200}
        assert found == seen


def test_the_board_shows_what_is_shared_and_nothing_else(north: Company) -> None:
    give(north, "cleo", {})
    deal, other = (north.make("opportunity", {"name": name, "amount": "1000"}) for name in ("Harbour lamps", "Bridge lamps"))
    url = f"/api/v1/opportunities/{deal.pk}/shares"
    assert north.browser("cleo").get("/opportunities/board").status_code == 403
    assert send(north.api("admin"), "POST", url, {"user": str(north.people["cleo"].pk), "edit": True}).status_code == 201
    page = north.browser("cleo").get("/opportunities/board")
    assert page.status_code == 200 and str(deal.pk) in page.content.decode() and str(other.pk) not in page.content.decode()
    listed_ = north.browser("cleo").get("/opportunities/").content.decode()
    assert "Harbour lamps" in listed_ and "Bridge lamps" not in listed_
    for path in (f"/opportunities/{deal.pk}/", f"/opportunities/{deal.pk}/edit", f"/opportunities/{deal.pk}/drawer", "/", "/sales"):
        assert north.browser("cleo").get(path, follow=True).status_code == 200, path
