"""The one write path, through its public functions."""

from dataclasses import replace

import pytest

from crm.kernel.access.policy import visible
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.entity.registry import registry
from crm.kernel.records import undo, writing
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import fetch
from crm.kernel.tenancy.scope import scope


def accounts():
    return registry.kind("account")


def test_a_record_has_a_row_an_owner_and_an_audit_entry(north):
    with north.as_("ada") as ada:
        made = writing.create(accounts(), {"name": "  上海盈晟标牌有限公司 "})
        row = RecordRow.objects.get(pk=made.pk)
        assert (row.kind, row.title, row.owner_id) == ("account", "上海盈晟标牌有限公司", ada.id)
        assert made.name_sort.startswith("shang hai")
        entry = AuditEntry.objects.get(record=made.pk, table_name="account")
        assert entry.actor == ada.id and entry.changes["name"] == [None, "上海盈晟标牌有限公司"]


def test_wrong_values_name_the_field_and_nothing_is_written(north):
    with pytest.raises(Wrong) as refused, north.as_("ada"):
        writing.create(accounts(), {"name": "", "email": "not an address", "colour": "red"})
    assert {"name", "email", "colour"} <= set(refused.value.fields)
    with north.as_("ada"):
        assert not visible(accounts()).exists()


def test_others_records_are_not_found_and_visible_ones_not_changed_without_the_right(north):
    mine = north.make("account", {"name": "Ada's"}, by="ada")
    with pytest.raises(NotFound), north.as_("cleo"):
        fetch(accounts(), mine.pk)
    with pytest.raises(NotAllowed), north.as_("vi"):
        writing.change(accounts(), mine.pk, {"name": "Changed"})
    with north.as_("bo"):
        writing.change(accounts(), mine.pk, {"name": "By the manager"})


def test_two_people_editing_nothing_is_overwritten_silently(north):
    made = north.make("account", {"name": "First"}, by="ada")
    with north.as_("bo"):
        writing.change(accounts(), made.pk, {"name": "Bo's"}, version=1)
    with pytest.raises(Conflict) as clash, north.as_("ada"):
        writing.change(accounts(), made.pk, {"name": "Ada's"}, version=1)
    assert clash.value.values["name"] == {"mine": "Ada's", "theirs": "Bo's"}
    with north.as_("ada"):
        kept = writing.change(accounts(), made.pk, {"website": "example.com"}, version=1)
        assert kept.name == "Bo's" and kept.version == 3


def test_bin_and_restore(north):
    made = north.make("account", {"name": "Going"}, by="ada")
    with north.as_("ada"):
        writing.remove(accounts(), made.pk)
        assert not visible(accounts()).filter(pk=made.pk).exists()
        writing.restore(accounts(), made.pk)
        assert visible(accounts()).filter(pk=made.pk).exists()


def test_many_rows_good_and_bad_side_by_side(north):
    with north.as_("ada"):
        results = writing.create_many(accounts(), [{"name": "Good"}, {"name": ""}, {"name": "Also good"}])
        assert [isinstance(one, Wrong) for one in results] == [False, True, False]
        assert visible(accounts()).count() == 2


def test_undo_puts_back_what_nobody_changed_since(north):
    first = north.make("account", {"name": "One", "phone": "021 6488 2107"}, by="ada")
    second = north.make("account", {"name": "Two"}, by="ada")
    with north.as_("ada"):
        writing.change_many(accounts(), [first.pk, second.pk], {"name": "Same"})
        done = undo.note("Changed 2 accounts", 2)
    with north.as_("ada"):
        writing.change(accounts(), second.pk, {"name": "Later"})
    with north.as_("ada"):
        result = undo.undo(done.pk)
        assert result.back == 1 and result.kept == {second.pk: ["name"]}
        assert fetch(accounts(), first.pk).name == "One"
        assert fetch(accounts(), second.pk).name == "Later"


def test_a_link_to_another_companys_record_is_refused(north, south):
    theirs = south.make("account", {"name": "Theirs"})
    with pytest.raises(Wrong) as refused, north.as_("admin"):
        writing.create(accounts(), {"name": "Child", "parent": str(theirs.pk)})
    assert "parent" in refused.value.fields


def test_a_reading_that_was_set_wins_over_the_persons_habits(north):
    """Even one that says what is usual: a British colleague imports a Chinese file."""
    with north.as_("ada") as ada:
        british = replace(ada, country="GB", currency="GBP")
    with scope(north.id, british), use_reading(Reading()):
        made = writing.create(accounts(), {"name": "From the file", "phone": "021 6488 2107", "annual_revenue": "100"})
    assert (made.phone, made.annual_revenue_currency) == ("+862164882107", "CNY")
