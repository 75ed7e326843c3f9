"""What a write of customers brings about."""

import datetime

import pytest

from crm.customers import actions, queries
from crm.customers.events import ReminderSet
from crm.customers.handlers import remind_owner
from crm.customers.models import Activity
from crm.kernel.access.policy import visible
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.notify.models import Reminder
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.records.actions import perform
from crm.kernel.records.reading import fetch
from crm.kernel.records.writing import change, create
from crm.kernel.testing.cast import Company


def kind(name):
    found = registry.kind(name)
    assert found is not None
    return found


def test_an_activity_belongs_to_the_account_of_what_it_is_about(north: Company) -> None:
    account = north.make("account", {"name": "盈晟标牌"})
    person = north.make("contact", {"name": "吴建国", "account": account.pk})
    deal = north.make("opportunity", {"name": "UV", "account": account.pk})
    for about in (account, person, deal):
        made = north.make("activity", {"type": "call", "subject": "跟进", "record": about.pk})
        assert made.account_id == account.pk


def test_an_activity_about_nothing_has_no_account_and_nobody_else_sees_it(north: Company) -> None:
    made = north.make("activity", {"type": "task", "subject": "Buy cake"}, by="ada")
    assert made.account_id is None
    with north.as_("ada"):
        assert fetch(kind("activity"), made.pk).subject == "Buy cake"
    with north.as_("cleo"), pytest.raises(NotFound):
        fetch(kind("activity"), made.pk)


def test_the_account_of_an_activity_cannot_be_written(north: Company) -> None:
    account = north.make("account", {"name": "A"})
    with pytest.raises(Wrong) as refusal:
        north.make("activity", {"type": "call", "subject": "x", "account": str(account.pk)})
    assert "account" in refusal.value.fields


def test_a_note_is_done_when_it_is_written_and_a_task_is_not(north: Company) -> None:
    assert north.make("activity", {"type": "note", "subject": "x"}).done_at is not None
    assert north.make("activity", {"type": "task", "subject": "x"}).done_at is None
    planned = north.make("activity", {"type": "email", "subject": "x", "due": "2030-01-02 09:00"})
    assert planned.done_at is None


def test_a_task_is_marked_as_done_and_opened_again(north: Company) -> None:
    task = north.make("activity", {"type": "task", "subject": "Send samples"}, by="ada")
    with north.as_("ada"):
        done = perform(kind("activity"), "complete", task.pk, {"result": "sent"})
        assert done.done_at is not None and done.result == "sent"
        with pytest.raises(Wrong):
            perform(kind("activity"), "complete", task.pk, {})
        assert perform(kind("activity"), "reopen", task.pk, {}).done_at is None


def test_who_may_only_read_logs_nothing(north: Company) -> None:
    account = north.make("account", {"name": "A"})
    with north.as_("vi"), pytest.raises(NotAllowed):
        actions.log(account.pk, {"type": "call", "subject": "x"})
    with north.as_("admin"):
        assert not Activity.objects.filter(record_id=account.pk).exists()


def test_nothing_is_logged_on_a_record_one_may_not_see(north: Company, south: Company) -> None:
    theirs = south.make("account", {"name": "Secret"})
    wests = north.make("account", {"name": "West"}, by="cleo")
    with north.as_("ada"):
        for about in (theirs, wests):
            with pytest.raises(NotFound):
                actions.log(about.pk, {"type": "call", "subject": "x"})
            with pytest.raises(Wrong):
                create(kind("activity"), {"type": "call", "subject": "x", "record": about.pk})


def test_a_company_cannot_be_part_of_its_own_part(north: Company) -> None:
    top = north.make("account", {"name": "Top"})
    middle = north.make("account", {"name": "Middle", "parent": top.pk})
    low = north.make("account", {"name": "Low", "parent": middle.pk})
    for parent in (top, middle, low):
        with north.as_("admin"), pytest.raises(Wrong) as refusal:
            change(kind("account"), top.pk, {"parent": parent.pk})
        assert "parent" in refusal.value.fields


def test_several_contact_points_each_in_the_form_of_its_type(north: Company) -> None:
    person = north.make("contact", {"name": "Priya Nair"})
    values = {"record": person.pk, "type": "phone", "value": "021 6488 2107", "use": "work", "since": "2024-01-01"}
    assert north.make("contact_point", values).value == "+862164882107"
    assert north.make("contact_point", {**values, "type": "email", "value": "Priya@Harbour.Example "}).value == "priya@harbour.example"
    with pytest.raises(Wrong) as refusal:
        north.make("contact_point", {**values, "type": "email", "value": "not a mail"})
    assert "value" in refusal.value.fields
    with pytest.raises(Wrong) as refusal:
        north.make("contact_point", {**values, "until": "2023-12-31"})
    assert "until" in refusal.value.fields


def test_contact_points_go_with_their_person(north: Company) -> None:
    person = north.make("contact", {"name": "Priya Nair"}, by="cleo")
    point = north.make("contact_point", {"record": person.pk, "type": "wechat", "value": "priya_nair"}, by="cleo")
    with north.as_("ada"), pytest.raises(NotFound):
        fetch(kind("contact_point"), point.pk)
    with north.as_("cleo"):
        assert fetch(kind("contact_point"), point.pk).value == "priya_nair"


def _types(company: Company):
    supplies = company.make(
        "relationship_type", {"name": "supplies", "reverse_name": "is supplied by", "first": "account", "second": "account"}
    )
    knows = company.make(
        "relationship_type", {"name": "knows", "reverse_name": "knows", "first": "contact", "second": "contact", "personal": True}
    )
    return supplies, knows


def test_relationships_read_from_both_sides_and_several_at_once(north: Company) -> None:
    supplies, knows = _types(north)
    one, two = north.make("account", {"name": "Ink"}), north.make("account", {"name": "Signs"})
    north.make("relationship", {"first": one.pk, "second": two.pk, "type": supplies.pk, "strength": 4, "since": "2020-01-01"})
    north.make("relationship", {"first": one.pk, "second": two.pk, "type": supplies.pk, "since": "2015-01-01", "until": "2017-01-01"})
    with north.as_("admin"):
        here, there = queries.ties_of(one), queries.ties_of(two)
    assert [(tie.words, tie.other_title, tie.over) for tie in here] == [("supplies", "Signs", False), ("supplies", "Signs", True)]
    assert [(tie.words, tie.other_title, tie.strength) for tie in there] == [("is supplied by", "Ink", 4), ("is supplied by", "Ink", 0)]


def test_a_relationship_needs_the_kinds_of_its_type_and_two_parties(north: Company) -> None:
    supplies, knows = _types(north)
    firm, person = north.make("account", {"name": "Ink"}), north.make("contact", {"name": "Wu"})
    deal = north.make("opportunity", {"name": "UV"})
    for first, second, type_, wrong in (
        (person, firm, supplies, "first"),
        (firm, person, supplies, "second"),
        (firm, firm, supplies, "second"),
        (person, deal, knows, "second"),
    ):
        with pytest.raises(Wrong) as refusal:
            north.make("relationship", {"first": first.pk, "second": second.pk, "type": type_.pk})
        assert wrong in refusal.value.fields
    with pytest.raises(Wrong) as refusal:
        north.make("relationship", {"first": firm.pk, "second": person.pk, "type": supplies.pk, "strength": 6})
    assert "strength" in refusal.value.fields


def test_a_relationship_is_seen_only_by_who_sees_both_ends(north: Company) -> None:
    supplies, _knows = _types(north)
    easts, wests = north.make("account", {"name": "East"}, by="ada"), north.make("account", {"name": "West"}, by="cleo")
    made = north.make("relationship", {"first": easts.pk, "second": wests.pk, "type": supplies.pk})
    for name in ("ada", "cleo"):
        with north.as_(name):
            assert not visible(kind("relationship")).filter(pk=made.pk).exists()
    with north.as_("vi"):
        assert visible(kind("relationship")).filter(pk=made.pk).exists()


def test_relationship_types_are_set_up_by_administrators_only(north: Company) -> None:
    with north.as_("bo"), pytest.raises(NotAllowed):
        create(kind("relationship_type"), {"name": "x", "reverse_name": "y"})


def test_one_timeline_shows_what_happened_with_contacts_and_deals(north: Company) -> None:
    account = north.make("account", {"name": "盈晟"})
    person = north.make("contact", {"name": "吴建国", "account": account.pk})
    deal = north.make("opportunity", {"name": "UV", "account": account.pk, "contact": person.pk})
    other = north.make("account", {"name": "Elsewhere"})
    moments = [now() - datetime.timedelta(days=back) for back in (3, 2, 1)]
    for about, at, subject in zip((person, deal, account), moments, ("talk", "demo", "visit"), strict=True):
        north.make("activity", {"type": "call", "subject": subject, "record": about.pk, "done_at": at})
    north.make("activity", {"type": "call", "subject": "not here", "record": other.pk, "done_at": now()})
    with north.as_("admin"):
        change(kind("contact"), person.pk, {"job_title": "General manager"})
        found = queries.timeline(account)
        talks = [one.activity.subject for one in found if one.activity]
        assert talks == ["visit", "demo", "talk"]
        assert [one.activity.subject for one in queries.timeline(person, kinds=["activity"]) if one.activity] == ["demo", "talk"]
        changes = [change_.after for one in found for change_ in one.changes]
        assert "General manager" in changes
        assert {one.record for one in found if one.op == "I"} == {account.pk, person.pk, deal.pk}
        latest = next(one.at for one in found if one.activity)
        older = queries.timeline(account, before=latest, kinds=["activity"])
        assert [one.activity.subject for one in older if one.activity] == ["demo", "talk"]
        assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)


def test_a_timeline_tells_nothing_of_records_one_may_not_see(north: Company) -> None:
    account = north.make("account", {"name": "Shared"}, by="ada")
    deal = north.make("opportunity", {"name": "Cleo's deal", "account": account.pk}, by="admin")
    with north.as_("admin"):
        change(kind("opportunity"), deal.pk, {"owner": north.people["cleo"].pk, "team": north.people["cleo"].team_id})
        create(kind("activity"), {"type": "call", "subject": "secret", "record": deal.pk, "done_at": now()})
    with north.as_("ada"):
        found = queries.timeline(account)
    assert deal.pk not in {one.record for one in found}
    assert "secret" not in [one.activity.subject for one in found if one.activity]


def test_a_reminder_follows_its_activity(north: Company) -> None:

    task = north.make("activity", {"type": "task", "subject": "Call Wu", "due": "2030-01-02 09:00"}, by="ada")
    at = datetime.datetime(2030, 1, 2, 0, 30, tzinfo=datetime.UTC)
    with north.as_("ada"):
        remind_owner(ReminderSet(record=task.pk, user=north.people["ada"].pk, at=at, text="Call Wu"))
        remind_owner(ReminderSet(record=task.pk, user=north.people["ada"].pk, at=at + datetime.timedelta(hours=1), text="Call Wu"))
        assert [one.at.hour for one in Reminder.objects.filter(record_id=task.pk)] == [1]
        remind_owner(ReminderSet(record=task.pk, user=north.people["ada"].pk, at=None))
        assert not Reminder.objects.filter(record_id=task.pk).exists()


def test_setting_moving_and_finishing_tell_of_the_reminder(north: Company) -> None:
    task = north.make("activity", {"type": "task", "subject": "Call", "reminder_at": "2030-01-02 09:00"}, by="ada")
    with north.as_("ada"):
        change(kind("activity"), task.pk, {"subject": "Call Wu"})
        change(kind("activity"), task.pk, {"reminder_at": "2030-01-03 09:00"})
        perform(kind("activity"), "complete", task.pk, {})
        told = OutboxEvent.objects.filter(record=task.pk, name="customers.reminder-set").order_by("number")
        assert [one.payload["at"] and one.payload["at"][:10] for one in told] == ["2030-01-02", "2030-01-03", None]
