"""Why somebody can or cannot see a record: in words that come from the policy, now and on a past day."""

import datetime
from typing import Any

import pytest

from crm.kernel.access import delegating
from crm.kernel.access.models import Share
from crm.kernel.base.clock import now
from crm.kernel.base.ids import uuid7
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import change_roles, change_user, limit_access
from crm.kernel.identity.actions.roles import save_role
from crm.kernel.records import sharing, writing
from crm.kernel.records.why import BeforeTheLog, Case, case
from crm.kernel.records.why_words import Answer, answer
from crm.kernel.testing.cast import Company

DAY = datetime.timedelta(days=1)


def account() -> Any:
    return registry.kind("account")


def give(company: Company, who: str, *grants: dict[str, Any], names: tuple[str, ...] = ()) -> None:
    with company.as_("admin"):
        roles = [
            save_role(None, f"{names[number] if names else who} {uuid7().hex[-8:]}", "", {"kinds": one, "does": []})
            for number, one in enumerate(grants)
        ]
        change_roles(company.people[who].pk, [role.pk for role in roles])


def asked(company: Company, who: str, record: Any, by: str = "admin", **more: Any) -> tuple[Case, Answer]:
    entity = registry.of(type(record))
    assert entity is not None
    with company.as_(by):
        found = case(entity, record, company.people[who].pk, **more)
        assert found.given == found.rows, "the reasons, put together, say something else than the policy"
        return found, answer(found)


def names(clauses: list[Any]) -> list[str]:
    return [one.name for one in clauses]


def test_every_reason_that_gives_it_is_told(north: Company) -> None:
    give(north, "bo", {"account": {"view": "team", "edit": "team"}}, {"account": {"view": "own"}}, names=("Sales manager", "Second"))
    record = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        sharing.share(account(), record.pk, user=north.people["bo"].pk, until=now() + 3 * DAY)
    found, said = asked(north, "bo", record)
    assert found.may and said.may and said.headline == "周博 can see it."
    assert names(said.because) == ["role", "share"] and not said.against and not said.remedies
    assert "Sales manager" in said.because[0].text and "East" in said.because[0].text
    assert "Ada Whitfield shared it with 周博 to see, until" in said.because[1].text


def test_what_keeps_somebody_out_is_told_with_what_would_change_it(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "team"}}, names=("Seller",))
    record = north.make("account", {"name": "Harbour"}, by="ada")
    found, said = asked(north, "cleo", record)
    assert not found.may and said.headline == "Cleo Marsh cannot see it."
    assert names(said.against) == ["role", "owner", "share"] and not said.because
    assert said.against[1].text == "It belongs to Ada Whitfield, team East"
    assert said.against[2].text == "Nobody has shared it with Cleo Marsh"
    assert {"share", "roles", "role", "owner"} == set(names(said.remedies))


def test_a_hidden_field_is_told_beside_the_record_that_is_seen(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "all", "edit": "all", "fields": {"tax_id": "hidden", "phone": "readonly"}}}, names=("Seller",))
    record = north.make("account", {"name": "Harbour"}, by="ada")
    found, said = asked(north, "cleo", record, name="tax_id")
    assert not said.may and found.rows and names(said.because) == ["role"] and names(said.against) == ["field"]
    assert asked(north, "cleo", record, name="phone")[1].may
    assert not asked(north, "cleo", record, name="phone", verb="edit")[1].may
    assert not asked(north, "admin", record, name="created_at", verb="edit")[1].may


def test_export_needs_its_own_right(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "all", "export": False}})
    record = north.make("account", {"name": "Harbour"})
    assert not asked(north, "cleo", record, verb="export")[1].may
    assert asked(north, "admin", record, verb="export")[1].may


def test_on_a_past_day_roles_teams_owners_and_shares_are_those_of_then(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "team"}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    moments = [now()]
    west, east = north.people["cleo"].team_id, north.people["ada"].team_id

    def then(act: Any) -> None:
        with north.as_("admin"):
            act()
        moments.append(now())

    then(lambda: writing.change(account(), record.pk, {"team": west}))
    then(lambda: writing.change(account(), record.pk, {"team": east}))
    then(lambda: sharing.share(account(), record.pk, user=north.people["cleo"].pk))
    then(lambda: Share.objects.filter(record_id=record.pk).delete())
    with north.as_("admin"):
        held = list(north.people["cleo"].roles.values_list("pk", flat=True))
    then(lambda: change_user(north.people["cleo"].pk, "Cleo Marsh", east, held))
    give(north, "cleo", {"account": {"view": "none"}})
    moments.append(now())
    answers = [asked(north, "cleo", record, at=moment)[1].may for moment in moments[:-1]]
    assert answers == [False, True, False, True, False, True]
    assert not asked(north, "cleo", record)[1].may
    past = asked(north, "cleo", record, at=moments[3])[1]
    assert names(past.because) == ["share"] and past.headline == "Cleo Marsh could see it then." and past.notes


def test_nothing_is_told_of_before_the_log_and_before_the_record(north: Company) -> None:
    before = now()
    record = north.make("account", {"name": "Harbour"})
    found, said = asked(north, "ada", record, at=before)
    assert not found.there and names(said.against) == ["absent-record"]
    with pytest.raises(BeforeTheLog, match="begins on"):
        asked(north, "ada", record, at=now() - 3 * DAY)


def test_filters_are_asked_over_the_values_of_then(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "filter", "filter": {"field": "name", "op": "is", "value": "Harbour"}}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    early = now()
    with north.as_("admin"):
        writing.change(account(), record.pk, {"name": "Beacon"})
    assert asked(north, "cleo", record, at=early)[1].may and not asked(north, "cleo", record)[1].may
    assert names(asked(north, "cleo", record, at=early)[1].because) == ["filter"]


def test_what_hangs_on_a_record_is_seen_with_it(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "own"}, "contact_point": {"view": "all"}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    kind = registry.kind("contact_point")
    assert kind is not None and kind.parent
    point = north.make("contact_point", {kind.parent: str(record.pk), "type": "email", "value": "post@harbour.example"}, by="ada")
    assert not asked(north, "cleo", point)[1].may
    early = now()
    with north.as_("admin"):
        sharing.share(account(), record.pk, user=north.people["cleo"].pk)
    found, said = asked(north, "cleo", point)
    assert said.may and names(said.because) == ["parent"] and "Harbour" in said.because[0].text
    assert not asked(north, "cleo", point, at=early)[1].may and asked(north, "cleo", point, at=now())[1].may


def test_who_stands_in_sees_and_is_told_why(north: Company) -> None:
    give(north, "ada", {"account": {"view": "own", "edit": "own", "create": True}})
    give(north, "cleo", {"account": {"view": "none"}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    early = now()
    with north.as_("ada"):
        delegating.delegate(north.people["ada"].pk, north.people["cleo"].pk, now() - DAY, now() + DAY)
    for verb, may in (("view", True), ("edit", True), ("delete", False)):
        found, said = asked(north, "cleo", record, verb=verb)
        assert said.may == may, verb
    assert names(asked(north, "cleo", record)[1].because) == ["absence"]
    assert not asked(north, "cleo", record, at=early)[1].may
    assert asked(north, "cleo", record, at=now())[1].may


def test_deactivated_dated_and_binned(north: Company) -> None:
    give(north, "cleo", {"account": {"view": "all"}})
    record = north.make("account", {"name": "Harbour"})
    with north.as_("admin"):
        limit_access(north.people["cleo"].pk, True, None, now() - DAY)
    assert names(asked(north, "cleo", record)[1].against) == ["dates"]
    with north.as_("admin"):
        limit_access(north.people["cleo"].pk, True, None, None)
    assert asked(north, "cleo", record)[1].may
