"""Merging and splitting through the public functions, as different people."""

from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.dedupe.actions import keep_apart
from crm.kernel.dedupe.merging.acts import merge
from crm.kernel.dedupe.merging.splitting import settle, split
from crm.kernel.dedupe.queries import check, decided
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.quality.codes import Method
from crm.kernel.quality.queries import verified
from crm.kernel.records import writing
from crm.kernel.records.undo import undo
from crm.kernel.records.verifying import Proof, verify
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import deliver


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def merged(company: Company, who: str, one: Any, *others: Any, **more: Any) -> list[Any]:
    with company.as_(who):
        return merge(kind("account"), one.pk, [other.pk for other in others], **more)


def read(company: Company, name: str, pk: UUID) -> Any:
    with company.as_("admin"):
        return kind(name).model._default_manager.get(pk=pk)


def test_what_points_to_the_one_points_to_the_other_and_back(north: Company) -> None:
    one = north.make("account", {"name": "Harbour Cranes", "phone": "+44 20 7946 0958"}, by="ada")
    other = north.make("account", {"name": "Harbour Cranes Ltd", "email": "a@harbour.com", "tags": ["vip"]}, by="ada")
    child = north.make("account", {"name": "Crane Parts", "parent": other.pk}, by="ada")
    person = north.make("contact", {"name": "Mary Lee", "account": other.pk}, by="ada")
    call = north.make("activity", {"subject": "Call", "type": "call", "record": other.pk}, by="ada")
    [made] = merged(north, "bo", one, other, reason="the same company")
    assert read(north, "account", child.pk).parent_id == one.pk
    assert read(north, "contact", person.pk).account_id == one.pk
    found = read(north, "activity", call.pk)
    assert (found.record_id, found.account_id) == (one.pk, one.pk)
    kept = read(north, "account", one.pk)
    assert (kept.email, kept.tags) == ("a@harbour.com", ["vip"])
    assert read(north, "account", other.pk).deleted_at is not None
    with north.as_("bo"):
        with pytest.raises(Wrong, match="Split"):
            writing.restore(kind("account"), other.pk)
        done = split(made.pk)
    assert (done.left, done.told, done.open) == (0, 0, [])
    assert read(north, "account", child.pk).parent_id == other.pk
    assert read(north, "contact", person.pk).account_id == other.pk
    kept = read(north, "account", one.pk)
    assert (kept.name, kept.phone, kept.email, kept.tags) == ("Harbour Cranes", "+442079460958", None, None)


def test_evidence_says_whose_a_later_thing_is(north: Company) -> None:
    one = north.make("account", {"name": "Harbour Cranes", "email": "desk@cranes.com"}, by="ada")
    other = north.make("account", {"name": "Harbour Crane Ltd", "email": "office@harbour.com", "phone": "+44 20 7946 0958"}, by="ada")
    mary = north.make("contact", {"name": "Mary Lee", "account": other.pk}, by="ada")
    [made] = merged(north, "bo", one, other, values={"email": other.pk})
    by_mail = north.make("activity", {"subject": "Mail", "record": one.pk, "body": "From office@harbour.com, thanks"}, by="ada")
    by_phone = north.make("activity", {"subject": "Call", "record": one.pk, "body": "Rang 020 7946 0958"}, by="ada")
    by_person = north.make("opportunity", {"name": "Crane", "account": one.pk, "contact": mary.pk}, by="ada")
    theirs = north.make("activity", {"subject": "Desk", "record": one.pk, "body": "desk@cranes.com wrote"}, by="ada")
    plain = north.make("activity", {"subject": "Lunch", "record": one.pk}, by="ada")
    with north.as_("ada"):
        writing.change(kind("account"), one.pk, {"email": "new@harbour.com", "description": "later"})
    with north.as_("bo"):
        done = split(made.pk)
    assert {read(north, "activity", pk).record_id for pk in (by_mail.pk, by_phone.pk)} == {other.pk}
    assert read(north, "opportunity", by_person.pk).account_id == other.pk
    assert {read(north, "activity", pk).record_id for pk in (theirs.pk, plain.pk)} == {one.pk}
    asked = {question.field or str(question.row) for question in done.open}
    assert asked == {"email", str(plain.pk)}
    with north.as_("bo"):
        assert settle(made.pk, {"value:email": "loser", f"row:activity:record_id:{plain.pk}": "loser"}) == []
    assert [read(north, "account", pk).email for pk in (one.pk, other.pk)] == ["desk@cranes.com", "new@harbour.com"]
    assert read(north, "account", one.pk).description == "later"
    found = read(north, "activity", plain.pk)
    assert found.record_id == other.pk


def test_what_was_removed_meanwhile_stays_so_and_a_survivor_in_the_bin_gives_back(north: Company) -> None:
    one, other = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd"))
    person = north.make("contact", {"name": "Mary Lee", "account": other.pk}, by="ada")
    moved = north.make("contact", {"name": "Ann Bell", "account": other.pk}, by="ada")
    third = north.make("account", {"name": "Third"}, by="ada")
    [made] = merged(north, "bo", one, other)
    with north.as_("ada"):
        writing.remove(kind("contact"), person.pk)
        writing.change(kind("contact"), moved.pk, {"account": third.pk})
    with north.as_("bo"):
        writing.remove(kind("account"), one.pk)
    with north.as_("bo"):
        done = split(made.pk)
    assert done.left == 1
    assert read(north, "contact", person.pk).deleted_at is not None
    assert read(north, "contact", moved.pk).account_id == third.pk
    assert read(north, "account", other.pk).deleted_at is None
    assert read(north, "account", one.pk).deleted_at is not None


def test_an_act_is_undone_by_splitting_and_who_may_not_is_refused(north: Company) -> None:
    one, other, last = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd", "Alpha Inc"))
    with north.as_("vi"), pytest.raises((NotAllowed, NotFound)):
        merge(kind("account"), one.pk, [other.pk])
    with north.as_("cleo"), pytest.raises(NotFound):
        merge(kind("account"), one.pk, [other.pk])
    made = merged(north, "bo", one, other, last)
    with north.as_("ada"), pytest.raises(NotFound):
        undo(made[0].act_id)
    with north.as_("bo"):
        assert undo(made[0].act_id).records >= {other.pk, last.pk}
    with north.as_("bo"), pytest.raises(Conflict):
        undo(made[0].act_id)
    assert all(read(north, "account", pk).deleted_at is None for pk in (one.pk, other.pk, last.pk))


def test_two_people_merge_the_same_records_at_once(north: Company) -> None:
    one, other = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd"))
    said: list[str] = []

    def attempt(survivor: Any, loser: Any) -> None:
        try:
            merged(north, "bo", survivor, loser)
            said.append("done")
        except Conflict:
            said.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "refused"]


def test_many_activities_move_in_a_few_statements_each_audited_and_told(north: Company) -> None:
    one, other = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd"))
    many = 300
    with north.as_("admin"):
        made = writing.create_many(kind("activity"), [{"subject": f"Call {n}", "record": other.pk} for n in range(many)])
    with north.as_("bo"), CaptureQueriesContext(connection) as asked:
        [done] = merge(kind("account"), one.pk, [other.pk])
    assert len(asked) < 150, len(asked)
    with north.as_("admin"):
        ids = [record.pk for record in made]
        assert AuditEntry.objects.filter(record__in=ids, txid=done.txid, changes__record_id__1=str(one.pk)).count() == many
        told = OutboxEvent.objects.filter(name="records.record-changed", record__in=ids)
        assert told.count() >= many and all(news.payload["many"] == many for news in told[:3])
    with north.as_("bo"), CaptureQueriesContext(connection) as asked:
        assert split(done.pk).back >= many
    assert len(asked) < 200, len(asked)


def test_what_was_written_to_it_meanwhile_comes_too_and_goes_back(north: Company) -> None:
    one, other = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd"))
    late = north.make("activity", {"subject": "Late"}, by="ada")
    [made] = merged(north, "bo", one, other)
    with north.as_("admin"):  # what a transaction that had seen the record before did after the merge looked
        kind("activity").model._default_manager.filter(pk=late.pk).update(record_id=other.pk, account_id=other.pk)
    deliver(north.id)
    found = read(north, "activity", late.pk)
    assert (found.record_id, found.account_id) == (one.pk, one.pk)
    with north.as_("bo"):
        split(made.pk)
    assert read(north, "activity", late.pk).record_id == other.pk


def test_a_merge_that_is_cut_off_leaves_nothing(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (north.make("account", {"name": name}, by="ada") for name in ("Alpha", "Alpha Ltd"))
    person = north.make("contact", {"name": "Mary Lee", "account": other.pk}, by="ada")

    def cut(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("the process is killed")

    monkeypatch.setattr("crm.kernel.dedupe.merging.acts.note", cut)
    with pytest.raises(RuntimeError):
        merged(north, "bo", one, other)
    assert read(north, "account", other.pk).deleted_at is None
    assert read(north, "contact", person.pk).account_id == other.pk


def test_called_different_stays_so(north: Company) -> None:
    one, other, third = (
        north.make("account", {"name": name}, by="ada") for name in ("Harbour Cranes", "Harbour Cranes Ltd", "Harbour Crane")
    )
    with north.as_("bo"):
        keep_apart(other.pk, [third.pk, one.pk])
    [made] = merged(north, "bo", one, other)
    with north.as_("bo"):
        assert decided(one.pk) >= {third.pk} and check(kind("account"), {}, one.pk) == []
        split(made.pk, apart=True)
    with north.as_("bo"):
        assert decided(one.pk) == {other.pk} and decided(other.pk) == {one.pk, third.pk}


def test_a_verified_value_is_proposed_and_stays_verified(north: Company) -> None:
    one, other = (north.make("account", {"name": name, "phone": phone}, by="ada")
                  for name, phone in (("Alpha", "+442079460958"), ("Alpha Ltd", "+442079460959")))  # fmt: skip
    with north.as_("ada"):
        verify(kind("account"), other.pk, ["phone"], Proof(Method.CALL))
        writing.change(kind("account"), one.pk, {"phone": "+442079460951"})
    with north.as_("bo"):
        assert verified([one.pk], ["phone"]) == {}
        [made] = merge(kind("account"), one.pk, [other.pk])
    assert read(north, "account", one.pk).phone == "+442079460959", "verified beats newer"
    with north.as_("bo"):
        assert verified([one.pk], ["phone"]) == {one.pk: {"phone"}}
    with north.as_("bo"):
        split(made.pk)
    with north.as_("bo"):
        assert verified([one.pk, other.pk], ["phone"]) == {other.pk: {"phone"}}
