"""Versions of a file, its way into the bin and back, and the room that all files take."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.files import quota, storage
from crm.kernel.files.actions import attach, make_current, new_version, remove, restore, store
from crm.kernel.files.jobs import sweep
from crm.kernel.files.models import FileRef, FileRoom
from crm.kernel.files.queries import count_of, files_of, open_file, removed_of, versions_of
from crm.kernel.testing.cast import Company


def given(body: bytes, name: str = "offer.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def test_a_new_version_keeps_the_earlier_ones_and_one_is_made_current_again(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given(b"one"))
        second = new_version(first.id, given(b"two", "offer final.txt"))
        third = new_version(first.id, given(b"three"))
        assert [row.id for row in files_of(account.id)] == [third.id]
        assert [(row.number, row.current, row.by.name) for row in versions_of(first)] == [
            (3, True, "Ada Whitfield"), (2, False, "Ada Whitfield"), (1, False, "Ada Whitfield"),
        ]
        assert make_current(second.id).id == third.id
        assert [(row.id, row.name) for row in files_of(account.id)] == [(second.id, "offer final.txt")]
        for row, body in ((first, b"one"), (third, b"three")):
            _row, contents = open_file(row.id)
            with contents:
                assert contents.read() == body
        changed = AuditEntry.objects.filter(table_name="file", record=second.id, op="U").latest("at")
        assert changed.changes["current"] == [False, True]
    with north.as_("vi"), pytest.raises(NotAllowed):
        new_version(first.id, given(b"mine"))
    with north.as_("vi"), pytest.raises(NotAllowed):
        make_current(first.id)


def test_two_new_versions_at_once_get_numbers_of_their_own(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given(b"one"))
    gate = threading.Barrier(2)

    def add(text: bytes) -> int:
        try:
            with north.as_("ada"):
                gate.wait(timeout=10)
                return new_version(first.id, given(text)).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(add, [b"two", b"three"])) == [2, 3]
    with north.as_("ada"):
        assert [row.current for row in versions_of(first)] == [True, False, False]


def test_a_removed_file_comes_back_with_its_versions_or_goes_after_thirty_days(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given(b"one"))
        second = new_version(first.id, given(b"two"))
        remove(second.id)
        assert files_of(account.id) == [] and count_of(account.id) == 0
        assert [row.id for row in removed_of(account.id)] == [second.id]
        with pytest.raises(NotFound):
            open_file(first.id)
    with north.as_("vi"), pytest.raises(NotAllowed):
        restore(second.id)
    with north.as_("ada"):
        restore(second.id)
        assert [row.id for row in files_of(account.id)] == [second.id]
        remove(second.id)
    with north.as_kith():
        FileRef.objects.filter(document=first.document).update(removed_at="2026-01-01T00:00:00Z")
        assert quota.room().used == 6
        sweep()
        assert (FileRef.objects.count(), quota.room().used) == (0, 0)


def limited(north: Company, quota: int, largest: int | None = None) -> None:
    with north.as_kith():
        FileRoom.objects.update_or_create(pk=north.id, defaults={"quota": quota, "largest": largest})


def test_what_does_not_fit_is_refused_with_what_is_left(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    limited(north, 1000, 900)
    with north.as_("ada"):
        attach(account.id, given(b"x" * 600))
    with pytest.raises(Wrong, match="file of 401 B: 400 B of the 1.0 kB"), north.as_("ada"):
        attach(account.id, given(b"x" * 401))
    with pytest.raises(Wrong, match="At most 900 B"), north.as_("ada"):
        attach(account.id, given(b"x" * 901))
    with north.as_("ada"):
        private = store("private.bin", SimpleUploadedFile("p", b"x" * 100))
        assert (quota.room().used, quota.room().left) == (700, 300), "private files take room, too"
        remove(private.id)
        attach(account.id, given(b"x" * 400))
        assert (quota.room().used, quota.room().left) == (1000, 0)
    with pytest.raises(Wrong, match="0 B of the 1.0 kB"), north.as_("ada"):
        store("private.bin", SimpleUploadedFile("p", b"x" * 50))
    assert not [path for path in storage.folder(north.id).glob("*/*") if path.stat().st_size in (50, 100)]
    assert len([path for path in storage.folder(north.id).glob("*/*") if path.stat().st_size == 401]) == 0


def test_of_two_uploads_at_once_only_what_fits_gets_in(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    limited(north, 1000)
    gate = threading.Barrier(4)

    def add(at: int) -> bool:
        try:
            with north.as_("ada"):
                gate.wait(timeout=10)
                attach(account.id, given(b"x" * 450, f"{at}.txt"))
            return True
        except Wrong:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [False, False, True, True]
    with north.as_kith():
        assert quota.room().used == 900 == sum(FileRef.objects.values_list("size", flat=True))


def test_limits_are_set_by_whoever_may(north: Company) -> None:
    with north.as_("admin"):
        quota.save("5", "")
        assert (quota.room().quota, quota.room().largest) == (5 * 10**6, quota.MOST)
        with pytest.raises(Wrong) as refused:
            quota.save("-1", "200")
        assert set(refused.value.fields) == {"quota", "largest"}
    with north.as_("bo"), pytest.raises(NotAllowed):
        quota.save("5", "")
