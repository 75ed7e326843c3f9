"""Leads: caught, given away by rules, taken from the pool, converted into what is there already, let come back."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.customers.models import Account, Activity, Contact
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.records.actions import perform
from crm.kernel.records.reading import fetch
from crm.kernel.records.undo import note, undo
from crm.kernel.records.writing import change, create_many, remove
from crm.kernel.testing.cast import Company
from crm.sales import jobs
from crm.sales.actions.assignment import set_turns
from crm.sales.actions.leads import set_idle_days
from crm.sales.models import AssignmentRule, Lead, Opportunity
from crm.sales.queries.leads import rounds_of
from crm.sales.queries.matching import matches


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def rule(company: Company, name: str, **values: Any) -> AssignmentRule:
    return company.make("assignment_rule", {"name": name, **values})


def lead_of(company: Company, pk: Any) -> Lead:
    with company.as_kith():
        return Lead.objects.get(pk=pk)


def test_a_lead_is_called_by_what_is_known(north: Company) -> None:
    assert north.make("lead", {"company": "上海盈科照明有限公司"}).name == "上海盈科照明有限公司"
    assert north.make("lead", {"email": "Wu@Example.com"}).name == "wu@example.com"
    with pytest.raises(Wrong) as refusal:
        north.make("lead", {"need": "a lamp"})
    assert "name" in refusal.value.fields


def test_the_first_rule_that_fits_gives_it_away(north: Company) -> None:
    rule(north, "Fairs", condition="source = fair", person=north.people["cleo"].pk)
    rule(north, "All others", person=north.people["ada"].pk)
    fair = north.make("lead", {"name": "Wu", "source": "fair"}, by="bo")
    assert (fair.owner_id, fair.team_id) == (north.people["cleo"].pk, north.people["cleo"].team_id)
    assert north.make("lead", {"name": "Li"}, by="bo").owner_id == north.people["ada"].pk
    mine = north.make("lead", {"name": "Mine", "owner": north.people["bo"].pk}, by="bo")
    assert (mine.owner_id, mine.assigned_by_id) == (north.people["bo"].pk, None)
    with north.as_("admin"):
        said = AuditEntry.objects.filter(record=fair.pk, op="U").get()
        assert "Fairs" in said.reason
        told = OutboxEvent.objects.get(record=fair.pk, name="sales.leads-given")
        assert told.payload["user"] == str(north.people["cleo"].pk) and told.payload["rule"] == "Fairs"
        assert fair.version == lead_of(north, fair.pk).version == 1


def test_people_take_turns_also_within_one_import(north: Company) -> None:
    turns = rule(north, "In turn")
    with north.as_("admin"):
        set_turns(turns, [north.people[who].pk for who in ("ada", "bo", "cleo")])
    first = north.make("lead", {"name": "One"})
    with north.as_("admin"):
        rest = create_many(kind("lead"), [{"name": f"Lead {at}"} for at in range(5)])
    who = [one.owner_id for one in [first, *rest]]
    assert who == [north.people[name].pk for name in ("ada", "bo", "cleo", "ada", "bo", "cleo")]


def test_a_rule_with_nobody_is_passed_over(north: Company) -> None:
    rule(north, "Nobody yet")
    rule(north, "Ada", person=north.people["ada"].pk)
    assert north.make("lead", {"name": "One"}).owner_id == north.people["ada"].pk


def test_a_condition_that_cannot_be_read_is_refused(north: Company) -> None:
    for wrong in ("colour = red", "source = ("):
        with pytest.raises(Wrong) as refusal:
            rule(north, "Broken", condition=wrong, person=north.people["ada"].pk)
        assert "condition" in refusal.value.fields


def test_only_who_sets_up_makes_rules_and_forms(north: Company) -> None:
    for name in ("assignment_rule", "lead_form"):
        with pytest.raises(NotAllowed):
            north.make(name, {"name": "Mine"}, by="ada")


def test_the_pool_of_a_team_is_seen_and_taken_by_that_team_only(north: Company, south: Company) -> None:
    rule(north, "Pool", to="team", to_team=north.people["ada"].team_id)
    lead = north.make("lead", {"name": "Wu"}, by="admin")
    assert (lead.owner_id, lead.team_id) == (None, north.people["ada"].team_id)
    with north.as_("cleo"), pytest.raises(NotFound):
        perform(kind("lead"), "take", lead.pk, {})
    with south.as_("admin"), pytest.raises(NotFound):
        perform(kind("lead"), "take", lead.pk, {})
    with north.as_("ada"):
        taken = perform(kind("lead"), "take", lead.pk, {})
        assert (taken.owner_id, taken.status) == (north.people["ada"].pk, "working")
        with pytest.raises(Wrong):
            perform(kind("lead"), "take", lead.pk, {})


def test_setting_aside_needs_a_reason_and_converting_its_own_act(north: Company) -> None:
    lead = north.make("lead", {"name": "Wu"}, by="ada")
    for status, field in (("disqualified", "reason"), ("recycled", "reason"), ("converted", "status")):
        with north.as_("ada"), pytest.raises(Wrong) as refusal:
            change(kind("lead"), lead.pk, {"status": status})
        assert field in refusal.value.fields, status
    with north.as_("ada"):
        done = perform(kind("lead"), "disqualify", lead.pk, {"reason": "no_budget", "note": "next year"})
        assert (done.status, done.reason_note) == ("disqualified", "next year")
        again = change(kind("lead"), lead.pk, {"status": "working"})
        assert (again.reason, again.reason_note) == (None, None)


def test_conversion_makes_what_is_not_there(north: Company) -> None:
    values = {
        "name": "吴建国",
        "company": "上海盈科照明有限公司",
        "mobile": "13800138000",
        "email": "wu@yingke.example",
        "need": "5000 盏路灯\n明年三月",
        "budget": "120000",
        "address_city": "上海",
        "source": "fair",
    }
    lead = north.make("lead", values, by="ada")
    with north.as_("ada"):
        done = perform(kind("lead"), "convert", lead.pk, {})
        account, contact, deal = Account.objects.get(), Contact.objects.get(), Opportunity.objects.get()
        assert (done.status, done.account_id, done.contact_id, done.opportunity_id) == ("converted", account.pk, contact.pk, deal.pk)
        assert (account.name, account.address_city, contact.account_id, contact.mobile) == (
            "上海盈科照明有限公司",
            "上海",
            account.pk,
            "+8613800138000",
        )
        assert (deal.name, deal.amount, deal.contact_id, deal.source) == ("5000 盏路灯", 120_000_00, contact.pk, "fair")
        with pytest.raises(Wrong):
            perform(kind("lead"), "convert", lead.pk, {})


def test_conversion_joins_what_matches_fills_gaps_and_overwrites_nothing(north: Company) -> None:
    account = north.make("account", {"name": "Yingke Lighting", "website": "https://www.yingke.example", "industry": "Lighting"}, by="ada")
    person = north.make("contact", {"name": "Wu Jianguo", "email": "wu@yingke.example", "account": account.pk}, by="ada")
    lead = north.make(
        "lead",
        {"name": "Wu J.", "company": "Yingke", "email": "wu@yingke.example", "mobile": "13800138000", "industry": "Lamps"}
        | {"phone": "02164882107"},
        by="ada",
    )
    with north.as_("ada"):
        found = matches(lead)
        assert [one.id for one in found.accounts] == [account.pk] and [one.id for one in found.contacts] == [person.pk]
        assert "same e-mail" in found.contacts[0].reasons and "same website" in found.accounts[0].reasons
        perform(kind("lead"), "convert", lead.pk, {"opportunity": "none"})
        account.refresh_from_db()
        person.refresh_from_db()
        assert (Account.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (1, 1, 0)
        assert (account.industry, account.phone) == ("Lighting", "+862164882107")
        assert (person.name, person.mobile) == ("Wu Jianguo", "+8613800138000")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"tax_id": "91310000132212766M"}, {"tax_id": "91310000132212766M", "name": "Other name"}),
        ({"company": "ACME  ltd", "address_city": "Leeds"}, {"name": "Acme Ltd", "address_city": "Leeds"}),
        ({"phone": "+44 20 7946 0018"}, {"name": "X", "phone": "+442079460018"}),
        ({"website": "acme.example"}, {"name": "X", "website": "https://acme.example/"}),
    ],
)
def test_accounts_match_by_each_normal_form(north: Company, given: dict[str, Any], stored: dict[str, Any]) -> None:
    account = north.make("account", stored, by="ada")
    north.make("account", {"name": "Somebody else", "address_city": "Leeds"}, by="ada")
    lead = north.make("lead", {"name": "Wu", **given}, by="ada")
    with north.as_("ada"):
        assert [one.id for one in matches(lead).accounts] == [account.pk]


def test_a_public_mail_domain_says_nothing(north: Company) -> None:
    north.make("account", {"name": "A", "website": "https://gmail.com"}, by="ada")
    lead = north.make("lead", {"name": "Wu", "email": "wu@gmail.com"}, by="ada")
    with north.as_("ada"):
        assert matches(lead).accounts == []


def test_what_one_may_not_see_is_not_proposed(north: Company) -> None:
    north.make("contact", {"name": "Wu", "email": "wu@yingke.example"}, by="cleo")
    lead = north.make("lead", {"name": "Wu", "email": "wu@yingke.example"}, by="ada")
    with north.as_("ada"):
        assert matches(lead).contacts == []
    theirs = north.make("account", {"name": "Theirs"}, by="cleo")
    with north.as_("ada"), pytest.raises(Refusal):
        perform(kind("lead"), "convert", lead.pk, {"account": str(theirs.pk)})
    assert lead_of(north, lead.pk).status == "new"


def test_acts_go_with_the_lead_and_undo_takes_all_back(north: Company) -> None:
    lead = north.make("lead", {"name": "Wu", "company": "Yingke"}, by="ada")
    call = north.make("activity", {"subject": "First call", "type": "call", "record": lead.pk, "done_at": now()}, by="ada")
    with north.as_("ada"):
        done = perform(kind("lead"), "convert", lead.pk, {})
        change_set = note("Convert", 1).pk
        account = done.account_id
        assert Activity.objects.get(pk=call.pk).account_id == account
    body = north.browser("ada").get(f"/accounts/{account}/").content.decode()
    assert "First call" in body
    with north.as_("ada"):
        assert undo(change_set).kept == {}
    again = lead_of(north, lead.pk)
    assert (again.status, again.account_id, again.contact_id, again.opportunity_id, again.converted_at) == ("new", None, None, None, None)
    with north.as_("ada"):
        assert Activity.objects.get(pk=call.pk).account_id is None
        assert not Account.objects.filter(deleted_at=None).exists() and not Opportunity.objects.filter(deleted_at=None).exists()


def test_creation_with_a_rule_can_be_undone(north: Company) -> None:
    rule(north, "Ada", person=north.people["ada"].pk)
    with north.as_("bo"):
        lead = registry.kind("lead") and create_many(kind("lead"), [{"name": "Wu"}])[0]
        change_set = note("Lead", 1).pk
    with north.as_("bo"):
        assert undo(change_set).kept == {}
    assert lead_of(north, lead.pk).deleted_at is not None


def test_a_lead_comes_back_on_its_day_in_a_new_round(north: Company) -> None:
    lead = north.make("lead", {"name": "Wu"}, by="ada")
    today = now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    with north.as_("ada"):
        perform(kind("lead"), "recycle", lead.pk, {"reason": "later", "comes_back_on": today + datetime.timedelta(days=1)})
    rule(north, "Bo", person=north.people["bo"].pk)
    with north.as_kith():
        jobs.turn_leads_over()
    assert lead_of(north, lead.pk).status == "recycled"
    with north.as_("admin"):
        change(kind("lead"), lead.pk, {"comes_back_on": today})
    with north.as_kith():
        jobs.turn_leads_over()
        back = lead_of(north, lead.pk)
        assert (back.status, back.owner_id, back.round, back.comes_back_on) == ("new", north.people["bo"].pk, 2, None)
        (only,) = rounds_of(back)
        assert (only.number, only.owner_id, only.reason) == (1, north.people["ada"].pk, "later")


def test_a_lead_with_which_nothing_happens_goes_back_to_the_pool(north: Company) -> None:
    quiet, busy = (north.make("lead", {"name": name}, by="ada") for name in ("Quiet", "Busy"))
    north.make("activity", {"subject": "Call", "record": busy.pk, "type": "call", "done_at": now()}, by="ada")
    with north.as_kith():
        Lead.objects.update(moved_at=now() - datetime.timedelta(days=31))
        jobs.turn_leads_over()
    assert lead_of(north, quiet.pk).owner_id == north.people["ada"].pk
    with north.as_("admin"):
        with pytest.raises(Wrong):
            set_idle_days(-1)
        set_idle_days(30)
    with north.as_kith():
        jobs.turn_leads_over()
    assert (lead_of(north, quiet.pk).owner_id, lead_of(north, quiet.pk).round) == (None, 2)
    assert lead_of(north, busy.pk).owner_id == north.people["ada"].pk


def test_who_sees_the_customer_sees_the_lead_it_came_from(north: Company) -> None:
    account = north.make("account", {"name": "Shared", "team": north.people["cleo"].team_id, "owner": north.people["cleo"].pk})
    lead = north.make("lead", {"name": "Wu", "owner": north.people["ada"].pk}, by="admin")
    with north.as_("cleo"), pytest.raises(NotFound):
        fetch(kind("lead"), lead.pk)
    with north.as_("admin"):
        perform(kind("lead"), "convert", lead.pk, {"account": str(account.pk), "contact": "none", "opportunity": "none"})
    with north.as_("cleo"):
        assert fetch(kind("lead"), lead.pk).pk == lead.pk
        with pytest.raises(Refusal):
            remove(kind("lead"), lead.pk)
