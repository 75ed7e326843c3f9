"""The text inside files: read in a child with limits, found by the search with the record's rights, never a crash."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.kernel.files.actions import attach, make_current, new_version, remove, restore
from crm.kernel.files.jobs import check_again
from crm.kernel.files.models import FileRef, FileText
from crm.kernel.files.reading import guard, limits, texts
from crm.kernel.files.reading.guard import Unreadable
from crm.kernel.files.tests import making
from crm.kernel.queue.models import Task
from crm.kernel.search.box import search as find
from crm.kernel.search.inside import excerpts
from crm.kernel.search.queries import find as found_by_itself
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

REAL = Path(__file__).resolve().parents[4].parent / "shared" / "data"
_HEAD = b"Subject: =?utf-8?B?5oql5Lu35Y2V?=\r\nFrom: Li <li@example.com>\r\nContent-Type: text/html; charset=gb2312\r\n\r\n"
MAIL = _HEAD + b"<p>\xbd\xbb\xbb\xf5</p><script>var hidden=1</script>"


def given(name: str, body: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body)


def read(tmp_path: Path, name: str, body: bytes, mime: str = "") -> str | None:
    path = tmp_path / "contents"
    path.write_bytes(body)
    return texts.text_of(path, mime, name)


@pytest.mark.parametrize(
    ("name", "body", "wanted"),
    [
        ("a.docx", making.docx("Delivery in March", "三月交货"), ["Delivery in March", "三月交货"]),
        ("a.pptx", making.pptx("First", "第二页"), ["First", "第二页"]),
        ("a.xlsx", making.xlsx(("Item", "数量"), ("Lamp", 40.0)), ["Item 数量", "Lamp 40"]),
        ("a.pdf", making.pdf("交货期 45 days"), ["交货期 45 days"]),
        ("a.txt", "合同第一条".encode("gb18030"), ["合同第一条"]),
        ("a.csv", "\ufeffname,城市\n".encode("utf-16"), ["name,城市"]),
        ("a.html", b"<title>Offer</title><style>p{}</style><p>Forty lenses", ["Offer", "Forty lenses"]),
        ("a.eml", MAIL, ["报价单", "li@example.com", "交货"]),
    ],
)
def test_text_is_read_in_both_languages(tmp_path: Path, name: str, body: bytes, wanted: list[str]) -> None:
    found = read(tmp_path, name, body, "application/pdf" if name.endswith("pdf") else "") or ""
    assert all(one in found for one in wanted), found
    assert "hidden" not in found and "p{}" not in found


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open("word/document.xml", "w") as part:
        part.write(b"<w:document xmlns:w='w'>")
        for _turn in range(300):
            part.write(b"<w:p></w:p>" * 30_000)
        part.write(b"</w:document>")
    return out.getvalue()


_LOCK = b"/Encrypt << /Filter /Standard /V 2 /R 3 /O (x) /U (y) /P -4 >>"
_LAUGHS = "<!DOCTYPE lolz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>" + making.DOCUMENT.format("<w:p><w:t>&b;</w:t></w:p>")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("bomb.docx", _bomb()),
        ("laughs.docx", making.archive(word__document_x=_LAUGHS)),
        ("cut.docx", making.docx("Delivery")[:200]),
        ("other.docx", making.archive(readme="no document")),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /Cat"),
        ("noise.xlsx", b"PK\x03\x04" + b"\x00\xff" * 400),
        ("locked.pdf", making.pdf("secret").replace(b"/Root 1 0 R", b"/Root 1 0 R " + _LOCK)),
    ],
)
def test_what_is_damaged_or_asks_for_too_much_is_unreadable(tmp_path: Path, name: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, name, body, "application/pdf" if name.endswith("pdf") else "")


def test_a_child_that_never_ends_or_says_too_much_is_ended(tmp_path: Path) -> None:
    busy, loud = tmp_path / "busy.py", tmp_path / "loud.py"
    busy.write_text("import time\ntime.sleep(60)")
    loud.write_text("import sys\nwhile True: sys.stdout.write('x' * 1000)")
    with pytest.raises(Unreadable):
        guard.ask(busy, [], 1, 100)
    with pytest.raises(Unreadable):
        guard.ask(loud, [], 5, 1_000)


def test_a_long_text_is_kept_to_its_beginning(tmp_path: Path) -> None:
    found = read(tmp_path, "long.txt", "字".encode() * (limits.MOST_TEXT + 500), "text/plain")
    assert found is not None and len(found) == limits.MOST_TEXT


def test_words_in_files_are_found_with_the_rights_of_their_record(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Harbour Optics"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, given("terms.docx", making.docx("Penalty of zircon lenses", "逾期违约金按日计算")))
        assert FileText.objects.get(file=made).state == "waiting"
    run_jobs(north.id)
    for words in ("zircon", "违约金", "逾期违约金", "terms.docx"):
        with north.as_("ada"):
            (hit,) = find(words)
            assert (hit.id, hit.kind, hit.title, hit.file) == (account.id, "account", "Harbour Optics", made.id)
    with north.as_("ada"):
        name, around = excerpts("违约金", [made.id])[made.id]
        assert name == "terms.docx" and "违约金" in around
        assert find("zircon nowhere") == []
        assert found_by_itself("zircon") == [], "letters typed into a link must not choose a record by what stands in its files"
    with north.as_("cleo"):
        assert find("zircon") == []
    with south.as_("admin"):
        assert find("zircon") == []


def test_only_the_current_version_is_found_and_nothing_in_the_bin(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        first = attach(account.id, given("a.txt", b"quartzite"))
        second = new_version(first.id, given("a.txt", b"feldspar"))
    run_jobs(north.id)

    def found(word: str) -> bool:
        with north.as_("ada"):
            return bool(find(word))

    assert (found("quartzite"), found("feldspar")) == (False, True)
    with north.as_("ada"):
        make_current(first.id)
    assert (found("quartzite"), found("feldspar")) == (True, False)
    with north.as_("ada"):
        remove(first.id)
    assert not found("quartzite")
    with north.as_("ada"):
        restore(second.id)
    assert found("quartzite")


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        bad = attach(account.id, given("bad.docx", making.docx("x")[:100]))
        good = attach(account.id, given("good.txt", b"readable"))
        none = attach(account.id, given("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(50)))
    ran = run_jobs(north.id)
    assert {task.state for task in ran} == {Task.DONE}
    with north.as_kith():
        states = {pk: FileText.objects.get(file_id=pk).state for pk in (bad.id, good.id, none.id)}
    assert list(states.values()) == ["unreadable", "read", "empty"]


def test_a_file_whose_job_was_lost_is_read_later(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, given("a.txt", b"gneiss"))
    with north.as_kith():
        Task.objects.all().delete()
        FileRef.objects.filter(pk=made.pk).update(created_at="2026-01-01T00:00:00Z")
        check_again()
    run_jobs(north.id)
    with north.as_("ada"):
        assert [hit.file for hit in find("gneiss")] == [made.pk]


@pytest.mark.real
def test_real_mails_and_sheets_are_read_or_told_to_be_unreadable() -> None:
    folders = [REAL / name for name in ("eml_mail_gem", "eml_cpython", "xlsx_calamine")]
    there = [path for folder in folders if folder.is_dir() for path in sorted(folder.rglob("*"))]
    files = [path for path in there if path.suffix in (".eml", ".xlsx", ".xls", ".ods")]
    if not files:
        pytest.skip("no real mails and sheets")
    said, bad = 0, []
    for path in files[::4]:
        try:
            said += bool(texts.text_of(path, "", path.name))
        except Unreadable:
            bad.append(path.name)
    assert said > len(files[::4]) * 0.8, bad
