"""Any past day: records and lists as they stood, with today's rights."""

import datetime
from typing import Any

import pytest
from django.db import connection

from crm.kernel.access.policy import visible
from crm.kernel.access.tests.test_sharing import give
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.filter import parse_text
from crm.kernel.entity.registry import registry
from crm.kernel.records import listing, writing
from crm.kernel.records.past import as_of, read_moment
from crm.kernel.records.reading import fetch, value_of
from crm.kernel.testing.cast import Company


def kind(name: str) -> Any:
    found = registry.kind(name)
    assert found is not None
    return found


def moment_of(company: Company) -> datetime.datetime:
    """The moment of the database's own clock, by which entries are written."""
    with company.as_kith(), connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime.datetime = cursor.fetchone()[0]
    return found


def titles(company: Company, who: str, when: datetime.datetime | None, text: str = "", sort: str = "name") -> list[str]:
    with company.as_(who):
        node = parse_text(text) if text else None
        if when is None:
            return [row.values["name"] for row in listing.page(kind("account"), node, sort).items]
        with as_of(when):
            return [row.values["name"] for row in listing.page(kind("account"), node, sort).items]


def test_a_record_reads_as_it_stood(north: Company) -> None:
    made = north.make("account", {"name": "First", "phone": "021 6488 2107", "tags": ["gold"]}, by="ada")
    before = moment_of(north)
    with north.as_("bo") as bo:
        writing.change(kind("account"), made.pk, {"name": "Second", "phone": "", "tags": ["tin"], "owner": str(bo.id)})
        writing.change(kind("account"), made.pk, {"name": "Third"})
    with north.as_("bo"):
        with as_of(before):
            old = fetch(kind("account"), made.pk)
            assert (old.name, old.phone, old.tags, old.version) == ("First", "+862164882107", ["gold"], 1)
            assert (old.owner_id, old.updated_by_id) == (north.people["ada"].pk, north.people["ada"].pk)
            assert old.name_sort == made.name_sort, "companions go back with their field"
        assert fetch(kind("account"), made.pk).name == "Third"


def test_a_list_has_those_who_were_there_in_the_order_and_under_the_filter_of_then(north: Company) -> None:
    one = north.make("account", {"name": "Able", "industry": "Ulm"}, by="ada")
    two = north.make("account", {"name": "Bell", "industry": "Ulm"}, by="ada")
    north.make("account", {"name": "Calm", "industry": "Rome"}, by="ada")
    before = moment_of(north)
    with north.as_("ada"):
        writing.change(kind("account"), one.pk, {"name": "Zeta", "industry": "Rome"})
        writing.remove(kind("account"), two.pk)
    north.make("account", {"name": "Dawn", "industry": "Ulm"}, by="ada")
    assert titles(north, "ada", None) == ["Calm", "Dawn", "Zeta"]
    assert titles(north, "ada", before) == ["Able", "Bell", "Calm"]
    assert titles(north, "ada", before, sort="-name") == ["Calm", "Bell", "Able"]
    assert titles(north, "ada", before, 'industry = "Ulm"') == ["Able", "Bell"]
    with north.as_("ada"), as_of(before):
        assert listing.count(kind("account"), parse_text('industry = "Ulm"')) == (2, True)


def test_todays_rights_decide(north: Company) -> None:
    given = north.make("account", {"name": "Given away"}, by="ada")
    north.make("account", {"name": "Of the west"}, by="cleo")
    before = moment_of(north)
    with north.as_("admin"):
        writing.change(kind("account"), given.pk, {"owner": str(north.people["cleo"].pk), "team": str(north.people["cleo"].team_id)})
    assert titles(north, "ada", before) == [], "it was hers then and is not now"
    assert titles(north, "cleo", before) == ["Given away", "Of the west"]
    assert titles(north, "admin", before) == ["Given away", "Of the west"]
    with north.as_("ada"), as_of(before), pytest.raises(NotFound):
        fetch(kind("account"), given.pk)


def test_rights_of_a_past_block_are_not_kept_for_todays_pages(north: Company) -> None:
    north.make("account", {"name": "Of the west"}, by="cleo")
    before = moment_of(north)
    with north.as_("ada"):
        with as_of(before):
            assert not list(visible(kind("account")))
        assert not list(visible(kind("account")))
        assert listing.page(kind("account")).items == []


def test_filters_through_other_kinds_and_links_are_of_then_too(north: Company) -> None:
    acme = north.make("account", {"name": "Acme", "industry": "Ulm"}, by="ada")
    north.make("contact", {"name": "Ann Lee", "account": str(acme.pk)}, by="ada")
    before = moment_of(north)
    with north.as_("ada"):
        writing.change(kind("account"), acme.pk, {"industry": "Rome"})
        node = parse_text('account.industry = "Ulm"')
        assert not listing.page(kind("contact"), node).items
        with as_of(before):
            assert [row.names["account"] for row in listing.page(kind("contact"), node).items] == ["Acme"]


def test_many_links_stand_as_they_did(north: Company) -> None:
    entity, field = kind("activity"), kind("activity").fields["people"]
    ann, bea, cat = (north.make("contact", {"name": name}, by="ada") for name in ("Ann Lee", "Bea Lee", "Cat Lee"))
    made = north.make(entity.kind, {entity.title: "With links", field.name: [str(ann.pk), str(bea.pk)]}, by="ada")
    before = moment_of(north)
    with north.as_("ada"):
        writing.change(entity, made.pk, {field.name: [str(bea.pk), str(cat.pk)]})
    between = moment_of(north)
    with north.as_("ada"):
        writing.change(entity, made.pk, {field.name: [str(bea.pk), str(ann.pk)]})
        with as_of(before):
            assert set(value_of(fetch(entity, made.pk), field)) == {ann.pk, bea.pk}
        with as_of(between):
            assert set(value_of(fetch(entity, made.pk), field)) == {bea.pk, cat.pk}


def test_hidden_fields_stay_hidden_in_the_past(north: Company) -> None:
    made = north.make("account", {"name": "Shy", "phone": "021 6488 2107"}, by="ada")
    before = moment_of(north)
    give(north, "ada", {"account": {"view": "all", "fields": {"phone": "hidden"}}})
    with north.as_("ada"), as_of(before):
        row = listing.load(kind("account"), [made.pk])[0]
        assert "phone" not in row.values
        with pytest.raises(Wrong):
            listing.page(kind("account"), parse_text('phone = "021 6488 2107"'))


def test_nothing_is_written_while_a_past_day_is_read(north: Company) -> None:
    made = north.make("account", {"name": "Still"}, by="ada")
    before = moment_of(north)
    with pytest.raises(RuntimeError), north.as_("ada"), as_of(before):
        writing.change(kind("account"), made.pk, {"name": "Moved"})


def test_a_day_means_its_end_and_days_to_come_are_refused(north: Company) -> None:
    with north.as_("ada"):
        assert read_moment("2026-01-02") == datetime.datetime(2026, 1, 2, 15, 59, 59, 999999, datetime.UTC)
        assert read_moment("2026-01-02T10:00:00+08:00") == datetime.datetime(2026, 1, 2, 2, 0, tzinfo=datetime.UTC)
        assert abs(read_moment(now().astimezone().date().isoformat()) - now()) < datetime.timedelta(days=1)
        for wrong in ("2999-01-01", "2999-01-01T00:00:00Z", "2026-02-30", "yesterday", "2026-01-02T10:00:00", ""):
            with pytest.raises(Wrong):
                read_moment(wrong)
