"""Why values are missing and who verified them, through the one write path."""

import datetime

import pytest

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, Wrong
from crm.kernel.entity.filter import parse_text, to_text
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry
from crm.kernel.quality.models import ValueStanding
from crm.kernel.quality.queries import standings, verified
from crm.kernel.records import listing, undo, writing
from crm.kernel.records.verifying import Proof, no_longer_verified, verify


def accounts():
    return registry.kind("account")


def reasons(pk):
    return {name: one.reason for name, one in standings([pk]).get(pk, {}).items() if one.reason}


def found(text):
    return {row.values["name"] for row in listing.page(accounts(), parse_text(text), fields=["name"]).items}


def test_a_reason_is_kept_with_who_and_when_until_a_value_comes(north):
    with north.as_("ada") as ada:
        made = writing.create(accounts(), {"name": "Yingsheng", "missing": {"phone": "refused", "employees": "unknown"}})
        known = standings([made.pk])[made.pk]
        assert reasons(made.pk) == {"phone": "refused", "employees": "unknown"}
        assert known["phone"].by_id == ada.id and known["phone"].kind == "account"
        changed = writing.change(accounts(), made.pk, {"phone": "+86 21 5555 2107", "missing": {"employees": "not_yet"}})
        assert reasons(made.pk) == {"employees": "not_yet"} and changed.version == 2
        assert writing.change(accounts(), made.pk, {"missing": {"employees": "not_yet"}}).version == 2
        assert writing.change(accounts(), made.pk, {"missing": {"employees": ""}}).version == 3
        assert reasons(made.pk) == {}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"website": "example.com", "missing": {"website": "refused"}}, "website"),
        ({"missing": {"colour": "refused"}}, "colour"),
        ({"missing": {"created_at": "refused"}}, "created_at"),
        ({"missing": {"phone": "no idea"}}, "phone"),
        ({"missing": {"phone": ["refused"]}}, "phone"),
        ({"missing": {"name": "refused"}}, "name"),
        ({"missing": "refused"}, "missing"),
    ],
)
def test_a_reason_that_cannot_be_names_its_field_and_nothing_is_written(north, given, field):
    made = north.make("account", {"name": "Yingsheng"}, by="ada")
    with north.as_("ada"):
        with pytest.raises(Wrong) as refused:
            writing.change(accounts(), made.pk, given)
        assert set(refused.value.fields) == {field}
        assert not ValueStanding.objects.exists()


def test_the_filter_tells_the_reasons_apart_and_from_values(north):
    for code in Reason.values:
        north.make("account", {"name": code, "missing": {"employees": code}}, by="ada")
    north.make("account", {"name": "filled", "employees": 12}, by="ada")
    north.make("account", {"name": "silent"}, by="ada")
    with north.as_("ada"):
        for code in Reason.values:
            assert found(f"employees is missing because {code}") == {code}
            assert found(f"not employees is missing because {code}") == {*Reason.values, "filled", "silent"} - {code}
        assert found("employees is empty") == {*Reason.values, "silent"}
        with pytest.raises(Wrong):
            found("employees is missing because lost")


@pytest.mark.parametrize("text", ["phone is missing because refused", "phone is not missing because not_yet", "phone is verified"])
def test_the_text_form_is_read_back(text):
    assert to_text(parse_text(text)) == text


def test_what_is_verified_ends_with_its_value_and_with_its_day(north):
    made = north.make("account", {"name": "Yingsheng", "phone": "021 5555 2107", "website": "a.example"}, by="ada")
    north.make("account", {"name": "Other"}, by="ada")
    with north.as_("ada"):
        verify(accounts(), made.pk, ["phone", "website"], Proof("call", "Asked Ms Chen"))
        assert verified([made.pk], ["phone", "website", "name"]) == {made.pk: frozenset({"phone", "website"})}
        assert found("phone is verified") == {"Yingsheng"} and found("phone is not verified") == set()
        writing.change(accounts(), made.pk, {"phone": "021 5555 2170"})
        assert verified([made.pk], ["phone", "website"]) == {made.pk: frozenset({"website"})}
        assert found("phone is verified") == set() and found("phone is not verified") == {"Yingsheng"}
        ValueStanding.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
        assert verified([made.pk], ["website"]) == {} and found("website is not verified") == {"Yingsheng"}
        no_longer_verified(accounts(), made.pk, ["website"])
        assert not ValueStanding.objects.exists()


def test_nobody_verifies_what_he_may_not_write_what_is_empty_or_what_he_has_not_seen(north):
    made = north.make("account", {"name": "Yingsheng", "phone": "021 5555 2107"}, by="ada")
    with north.as_("vi"), pytest.raises(NotAllowed):
        verify(accounts(), made.pk, ["phone"], Proof("call"))
    with north.as_("bo"):
        for given, wrong in (
            ((["website"], Proof("call")), "website"),
            ((["created_at"], Proof("call")), "created_at"),
            ((["colour"], Proof("call")), "colour"),
            (([], Proof("call")), "fields"),
            ((["phone"], Proof("guess")), "method"),
        ):
            with pytest.raises(Wrong) as refused:
                verify(accounts(), made.pk, *given)
            assert set(refused.value.fields) == {wrong}
        past = now() - datetime.timedelta(days=1)
        for facts, wrong in (({"until": past}, "until"), ({"note": "x" * 501}, "note"), ({"note": "a\x00b"}, "note")):
            with pytest.raises(Wrong) as refused:
                verify(accounts(), made.pk, ["phone"], Proof("call", **facts))
            assert set(refused.value.fields) == {wrong}
        with pytest.raises(Wrong):
            no_longer_verified(accounts(), made.pk, ["phone"])
        writing.change(accounts(), made.pk, {"phone": "021 5555 2170"})
        with pytest.raises(Conflict):
            verify(accounts(), made.pk, ["phone"], Proof("call"), version=1)
        verify(accounts(), made.pk, ["name"], Proof("call"), version=1)


def test_undo_brings_back_what_was_known(north):
    with north.as_("ada"):
        made = writing.create(accounts(), {"name": "Yingsheng", "website": "a.example", "missing": {"phone": "refused"}})
        verify(accounts(), made.pk, ["website"], Proof("registry", "No. 7"))
        before = {name: (one.reason, one.method, one.note, one.at, one.by_id) for name, one in standings([made.pk])[made.pk].items()}
    with north.as_("bo"):
        writing.change(accounts(), made.pk, {"phone": "021 5555 2107", "website": "b.example"})
        act = undo.note("Both", 1)
        assert standings([made.pk]) == {}
    with north.as_("bo"):
        done = undo.undo(act.pk)
        assert not done.kept and not done.refused
        after = {name: (one.reason, one.method, one.note, one.at, one.by_id) for name, one in standings([made.pk])[made.pk].items()}
        assert after == before


def test_undo_takes_a_reason_and_a_verification_back(north):
    made = north.make("account", {"name": "Yingsheng", "website": "a.example"}, by="ada")
    with north.as_("ada"):
        writing.change(accounts(), made.pk, {"missing": {"phone": "refused"}})
        verify(accounts(), made.pk, ["website"], Proof("registry"))
        act = undo.note("Known", 1)
    with north.as_("ada"):
        undo.undo(act.pk)
        assert standings([made.pk]) == {}


def test_an_undone_creation_takes_what_is_known_into_the_bin_and_back(north):
    with north.as_("ada"):
        made = writing.create(accounts(), {"name": "Yingsheng", "missing": {"phone": "refused"}})
        act = undo.note("Made", 1)
    with north.as_("ada"):
        done = undo.undo(act.pk)
        assert not done.kept and not done.refused and done.change_set is not None
    with north.as_("ada"):
        undo.undo(done.change_set.pk)
        assert reasons(made.pk) == {"phone": "refused"}
