"""How long files are kept: rules by kind, what no rule touches, and the way back."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, Wrong
from crm.kernel.files import keeping, storage
from crm.kernel.files.actions import attach, keep, make_current, new_version, remove, restore
from crm.kernel.files.jobs import keep_rules, sweep
from crm.kernel.files.models import FileRef
from crm.kernel.files.queries import files_of, removed_of, versions_of
from crm.kernel.testing.cast import Company


def given(body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("offer.txt", body)


def aged(company: Company, row: FileRef, days: int) -> None:
    with company.as_kith():
        FileRef.objects.filter(pk=row.pk).update(created_at=now() - datetime.timedelta(days=days))


def nightly(company: Company) -> None:
    with company.as_kith():
        keep_rules()


def test_what_is_older_than_a_rule_goes_into_the_bin_and_comes_back_to_stay(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    contact = north.make("contact", {"name": "Li Na"}, by="ada")
    with north.as_("ada"):
        old, young, other = attach(account.id, given(b"old")), attach(account.id, given(b"young")), attach(contact.id, given(b"other"))
        updated = new_version(attach(account.id, given(b"was old")).id, given(b"is young"))
    for row, days in ((old, 366), (young, 364), (other, 5000), (versions_of_first(north, updated), 5000)):
        aged(north, row, days)
    nightly(north)
    with north.as_("admin"):
        assert len(files_of(account.id)) == 3, "without a rule all are kept for ever"
        keeping.keep({"account": (365, 0)})
        assert keeping.due(keeping.rules()["account"]) == keeping.Due(1, 3)
    nightly(north)
    with north.as_("ada"):
        assert {row.id for row in files_of(account.id)} == {young.id, updated.id}
        assert [(row.id, row.removed_by) for row in removed_of(account.id)] == [(old.id, None)]
        assert len(files_of(contact.id)) == 1
    with north.as_("ada"), pytest.raises(NotAllowed, match="removed by a rule"):
        restore(old.id)
    with north.as_("admin"):
        restore(old.id)
    nightly(north)
    with north.as_("admin"):
        assert old.id in {row.id for row in files_of(account.id)}, "what was brought back stays"
        keep(old.id, False)
    nightly(north)
    with north.as_kith():
        FileRef.objects.filter(pk=old.pk).update(removed_at=now() - datetime.timedelta(days=31))
        sweep()
        assert not FileRef.objects.filter(pk=old.pk).exists()


def versions_of_first(north: Company, row: FileRef) -> FileRef:
    with north.as_kith():
        return versions_of(row)[-1]


def test_earlier_versions_go_some_time_after_the_next_one_came(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given(b"one"))
        second, third = new_version(first.id, given(b"two")), new_version(first.id, given(b"three"))
    for row, days in ((first, 900), (second, 91), (third, 89)):
        aged(north, row, days)
    with north.as_("admin"):
        keeping.keep({"account": (0, 90)})
        assert keeping.due(keeping.rules()["account"]).files == 1
    nightly(north)
    with north.as_("ada"):
        assert [row.number for row in versions_of(third)] == [3, 2], "the second was followed 89 days ago"
        assert not storage.place(north.id, first.id).exists()
        assert make_current(second.id).id == third.id
        assert new_version(second.id, given(b"four")).number == 4, "without the first version the next one has its number all the same"
        remove(second.id)
        restore(second.id)
    with north.as_kith():
        assert set(FileRef.objects.filter(document=first.document).values_list("keep", flat=True)) == {False}


def test_what_is_to_be_kept_stays_with_every_later_version(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given(b"one"))
    with north.as_("ada"), pytest.raises(NotAllowed):
        keep(first.id, True)
    with north.as_("admin"):
        keep(first.id, True)
        keeping.keep({"account": (365, 30)})
    with north.as_("ada"):
        second = new_version(first.id, given(b"two"))
    for row in (first, second):
        aged(north, row, 4000)
    nightly(north)
    with north.as_("ada"):
        assert len(versions_of(second)) == 2 and len(files_of(account.id)) == 1


def test_the_settings_say_how_long_and_what_goes_tonight(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        old = attach(account.id, given(b"x" * 2_000))
    aged(north, old, 4000)
    page = north.browser("admin")
    assert page.post("/settings/files", {"kept": "1", "keep-account": "1095", "versions-account": "0"}).status_code == 302
    text = page.get("/settings/files").content.decode()
    assert "1 file · 2.0 kB" in text
    refused = page.post("/settings/files", {"kept": "1", "keep-account": "17", "versions-account": "0"})
    assert refused.status_code == 422 and "Choose one of the spans" in refused.content.decode()
    own = {"kept": "1", "keep-account": "0", "versions-account": "0"}
    assert north.browser("ada").post("/settings/files", own).status_code in (403, 404)
    answer = page.post(f"/files/{old.id}/keep", {"keep": "1"})
    assert answer.status_code == 200 and "No rule removes" in answer.content.decode() + answer.headers["HX-Trigger"]
    nightly(north)
    with north.as_("admin"):
        assert len(files_of(account.id)) == 1
        keeping.keep({"account": (0, 0)})
        assert keeping.rules() == {}
        with pytest.raises(Wrong):
            keeping.keep({"nothing": (365, 0)})
