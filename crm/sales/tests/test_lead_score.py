"""Leads score by rules and tell why; the quiet ones stand on my day."""

import datetime
import json
from typing import Any

from django.test import Client

from crm.customers.entities.ranking import ranked, written
from crm.kernel.base.clock import now
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.identity.models import User
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs
from crm.sales.models import Lead

GOOD = {"name": "Wu", "company": "Harbour", "mobile": "13800138000", "need": "Forty lamps", "budget": "900"}


def send(client: Client, method: str, address: str, body: Any) -> Any:
    return client.generic(method, f"/api/v1/{address}", json.dumps(body), content_type="application/json")


def test_a_lead_scores_what_the_rules_say_and_tells_why(north: Company) -> None:
    api = north.api("ada")
    made = send(api, "POST", "leads", GOOD)
    assert made.json()["score"] == 20 + 20 + 15 + 10 and made.headers["ETag"] == '"1"'
    poor = send(api, "POST", "leads", {"name": "Li"}).json()
    assert poor["score"] == 0
    listed = api.get("/api/v1/leads", {"filter": "score > 60"}).json()["items"]
    assert [one["name"] for one in listed] == ["Wu"]
    assert [one["name"] for one in api.get("/api/v1/leads", {"sort": "-score"}).json()["items"]] == ["Wu", "Li"]
    page = north.browser("ada").get(f"/leads/{made.json()['id']}/").content.decode()
    why = page.split("Why this score</h3>")[1].split("</ul>")[0]
    assert [name in why for name in ("Has a budget", "Says what is needed", "Can be called", "Names the company")] == [True] * 4
    assert "Recommended" not in why and why.count("+20") == 2
    changed = send(api, "PATCH", f"leads/{made.json()['id']}", {"need": None, "source": "referral"})
    assert changed.json()["score"] == 65 - 20 + 30 and changed.headers["ETag"] == '"2"', "no write of its own"
    assert send(api, "PATCH", f"leads/{made.json()['id']}", {"score": 99}).status_code == 422
    north.people["ada"].language = "zh-hans"
    with north.as_("admin"):
        User.objects.filter(pk=north.people["ada"].pk).update(language="zh-hans")
        bump_permissions()
    assert "老客户推荐" in north.browser("ada").get(f"/leads/{made.json()['id']}/").content.decode()


def test_rules_are_the_companys_and_every_open_lead_follows_them(north: Company, south: Company) -> None:
    lead = north.make("lead", {"name": "Wu", "campaign": "Light fair"}, by="ada")
    away = north.make("lead", {"name": "Li", "campaign": "Light fair", "status": "disqualified", "reason": "no_need"}, by="ada")
    theirs = south.make("lead", {"name": "Xu", "campaign": "Light fair"})
    rule = {"name": "Met at the fair", "condition": 'campaign = "Light fair"', "points": 40}
    assert send(north.api("ada"), "POST", "score_rules", rule).status_code == 403
    admin = north.api("admin")
    assert "condition" in send(admin, "POST", "score_rules", rule | {"condition": "colour = red"}).json()["fields"]
    assert "points" in send(admin, "POST", "score_rules", rule | {"points": 101}).json()["fields"]
    made = send(admin, "POST", "score_rules", rule)
    assert made.status_code == 201
    run_jobs(north.id)
    run_jobs(south.id)

    def score(company: Company, one: Lead) -> int | None:
        with company.as_kith():
            return Lead.objects.get(pk=one.pk).score

    assert (score(north, lead), score(north, away), score(south, theirs)) == (40, 0, 0)
    assert send(admin, "PATCH", f"score_rules/{made.json()['id']}", {"retired": True}).status_code == 200
    run_jobs(north.id)
    assert score(north, lead) == 0
    page = north.browser("admin").get("/sales/assignment/").content.decode()
    assert "Has a budget" in page and "Wrong or made-up details" in page and "−60" in page


def test_rules_of_assignment_may_ask_for_the_score(north: Company) -> None:
    north.make("assignment_rule", {"name": "Best", "condition": "score >= 60", "person": north.people["bo"].pk})
    best, rest = north.make("lead", GOOD), north.make("lead", {"name": "Li", "company": "Harbour"})
    with north.as_kith():
        assert Lead.objects.get(pk=best.pk).owner_id == north.people["bo"].pk
        assert Lead.objects.get(pk=rest.pk).owner_id != north.people["bo"].pk


def test_a_rule_about_a_hidden_field_is_not_named(north: Company) -> None:
    lead = north.make("lead", GOOD, by="ada")
    with north.as_("admin"):
        role = north.roles["Seller"]
        kinds = {**role.grants["kinds"], "lead": {"fields": {"budget": "hidden"}}}
        save_role(role.pk, role.name, role.description, {**role.grants, "kinds": kinds})
    why = north.browser("ada").get(f"/leads/{lead.pk}/").content.decode().split("Why this score</h3>")[1].split("</ul>")[0]
    assert "Has a budget" not in why and "Not shared with you" in why and "Can be called" in why


def test_a_quiet_lead_stands_on_my_day_until_somebody_speaks_or_plans(north: Company) -> None:
    leads = {name: north.make("lead", {**GOOD, "name": name}, by="ada") for name in ("Quiet", "Spoken", "Planned", "Fresh", "Silent again")}
    with north.as_kith():
        Lead.objects.exclude(name="Fresh").update(moved_at=now() - datetime.timedelta(days=9))
    for name, values in (
        ("Spoken", {"type": "call", "done_at": now() - datetime.timedelta(days=1)}),
        ("Planned", {"type": "task", "due": now() + datetime.timedelta(days=5)}),
        ("Silent again", {"type": "call", "done_at": now() - datetime.timedelta(days=5)}),
    ):
        north.make("activity", {"subject": "x", "record": leads[name].pk, **values}, by="ada")
    with north.as_("ada") as actor:
        found = {one.title: str(one.why) for one in written([one for one in ranked(actor, now()) if one.reason == "lead"])}
    assert found == {
        "Quiet": "Nobody has spoken with them for 9 days · Harbour",
        "Silent again": "No word for 5 days, and nothing is planned · Harbour",
    }
    with north.as_("bo") as actor:
        assert ranked(actor, now()) == []
    page = north.browser("ada").get("/").content.decode()
    assert "Quiet" in page and f"record={leads['Quiet'].pk}" in page
