"""Files belong to records or to one person, and are handed out so that nothing in them runs."""

import io
import os
import time
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.files import storage
from crm.kernel.files.actions import attach, clean_name, remove, store
from crm.kernel.files.jobs import sweep
from crm.kernel.files.kind import mime_of
from crm.kernel.files.models import FileRef
from crm.kernel.files.queries import files_of, open_file
from crm.kernel.testing.cast import Company

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def upload(name: str = "report.pdf", body: bytes = b"%PDF-1.7 text") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type="text/html")


def test_a_file_is_attached_read_and_removed(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, upload())
        assert (made.size, made.mime, made.by_id) == (13, "application/pdf", north.people["ada"].id)
        row, contents = open_file(made.id)
        with contents:
            assert contents.read() == b"%PDF-1.7 text"
        assert files_of(account.id) == [row]
    where = storage.place(north.id, made.id)
    assert where.exists()
    with north.as_("ada"):
        private = store("p.bin", io.BytesIO(b"x"))
        place = storage.place(north.id, private.id)
        remove(private.id)
        assert place.exists(), "the contents went before the transaction committed"
        remove(made.id)
    assert not place.exists()
    assert where.exists(), "what lies in the bin is kept"


def test_another_companys_file_is_not_found_on_any_way(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, upload())
    with south.as_("admin"):
        for act in (open_file, remove, files_of):
            with pytest.raises(NotFound):
                act(made.id if act is not files_of else account.id)
        with pytest.raises(NotFound):
            attach(account.id, upload())
    assert south.browser("admin").get(f"/files/{made.id}").status_code == 404
    assert storage.place(north.id, made.id).exists()


def test_who_may_only_read_the_record_may_not_attach_to_it(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, upload())
    with north.as_("vi"):
        for act in (lambda: attach(account.id, upload()), lambda: remove(made.id)):
            with pytest.raises((NotAllowed, NotFound)):
                act()


def test_a_private_file_is_seen_by_its_owner_alone(north: Company) -> None:
    with north.as_("ada"):
        made = store("people.csv", io.BytesIO(b"name\nLi\n"))
        open_file(made.id)[1].close()
    with north.as_("admin"), pytest.raises(NotFound):
        open_file(made.id)
    with north.as_("admin"), pytest.raises(NotFound):
        remove(made.id)


def test_too_large_and_empty_files_are_refused_with_a_sentence_and_leave_nothing(north: Company) -> None:
    with north.as_("ada"):
        with pytest.raises(Wrong, match="too large"):
            store("big.bin", io.BytesIO(b"x" * 2000), most=1000)
        with pytest.raises(Wrong, match="empty"):
            store("none.bin", io.BytesIO(b""))
    assert list(storage.folder(north.id).glob("*/*")) == []


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Li\\报价.xlsx", "报价.xlsx"),
        ("in\u202efdp.exe", "infdp.exe"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("\ud800lone.txt", "?lone.txt"),
        ("", "Unnamed file"),
        ("...", "Unnamed file"),
    ],
)
def test_names_lose_folders_and_tricks(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


def test_a_long_name_keeps_its_ending() -> None:
    assert len(clean_name("x" * 500 + ".xlsx")) <= 200
    assert clean_name("x" * 500 + ".xlsx").endswith(".xlsx")


def test_the_type_is_read_off_the_contents() -> None:
    assert mime_of(PNG, "page.html") == "image/png"
    assert mime_of(b"<html><script>alert(1)</script>", "picture.png") == "application/octet-stream"
    assert mime_of(b"<svg onload=alert(1)>", "drawing.svg") == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "body", "shown"),
    [
        ("photo.png", PNG, True),
        ("page.html", b"<script>alert(1)</script>", False),
        ("a.svg", b"<svg/>", False),
        ("a.pdf", b"%PDF-1.7", False),
    ],
)
def test_only_pictures_are_shown_in_place(north: Company, name: str, body: bytes, shown: bool) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, upload(name, body))
    browser = north.browser("ada")
    answer = browser.get(f"/files/{made.id}?show=1")
    assert answer.status_code == 200
    assert b"".join(answer) == body  # type: ignore[call-overload]
    answer.close()
    assert answer.headers["Content-Disposition"].startswith("inline" if shown else "attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    plain = browser.get(f"/files/{made.id}")
    plain.close()
    assert plain.headers["Content-Disposition"].startswith("attachment")


def test_the_sweep_removes_what_no_row_names(north: Company) -> None:
    with north.as_("ada"):
        kept = store("kept.csv", io.BytesIO(b"kept"))
    with north.as_("ada"):
        lost = store("lost.csv", io.BytesIO(b"lost"))
        FileRef.objects.filter(id=lost.id).delete()
    torn = storage.place(north.id, lost.id).with_name("0" * 32 + ".part")
    torn.write_bytes(b"half")
    old = time.time() - 2 * 86_400
    paths: list[Path] = [storage.place(north.id, kept.id), storage.place(north.id, lost.id), torn]
    for path in paths:
        os.utime(path, (old, old))
    with north.as_kith():
        sweep()
    assert [path.exists() for path in paths] == [True, False, False]
