"""Files that are not what they say, the virus check, and public links."""

import datetime
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.files import links
from crm.kernel.files.actions import attach, discard, new_version, release, remove
from crm.kernel.files.jobs import check_again
from crm.kernel.files.kind import disguise
from crm.kernel.files.models import FileLink, FileRef, FileText
from crm.kernel.files.queries import KeptApart, files_of, open_file
from crm.kernel.files.tests import making
from crm.kernel.search.box import search as find
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"


def given(name: str, body: bytes, declared: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, content_type=declared)


@pytest.mark.parametrize(
    ("name", "body", "declared", "found"),
    [
        ("offer.pdf", b"MZ\x90\x00", "application/pdf", "program"),
        ("photo.png", HTML, "image/png", "html"),
        ("photo.jpg", b"<?xml version='1.0'?><!-- a --><svg onload='x'>", "", "svg"),
        ("offer.pdf.exe", b"MZ\x90\x00", "", "program"),
        ("notes.txt", HTML, "", "html"),
        ("letter.docx", b"\x7fELF", "", "program"),
        ("noname", HTML, "image/png", "html"),
        ("offer.pdf", making.pdf("x"), "text/html", ""),
        ("table.xls", b"<html><table>", "", ""),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "", ""),
        ("photo.png", b"\xff\xd8\xff\xe0", "", ""),
        ("setup.exe", b"MZ\x90\x00", "", ""),
        ("page.html", HTML, "", ""),
        ("run.sh", b"#!/bin/sh", "", ""),
        ("v1.2 draft", b"%PDF-1.7", "", ""),
    ],
)
def test_disguises(name: str, body: bytes, declared: str, found: str) -> None:
    assert disguise(body, name, declared) == found


def test_a_disguised_file_is_kept_but_opened_by_administrators_alone(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        made = attach(account.id, given("offer.pdf", b"MZ\x90 zircon"))
        assert (made.held, made.finding) == ("disguised", "program")
        with pytest.raises(KeptApart, match="holds a program"):
            open_file(made.id)
        with pytest.raises(KeptApart):
            links.make(made.id, 1)
        with pytest.raises(NotAllowed):
            release(made.id)
    ada = north.browser("ada")
    assert ada.get(f"/files/{made.id}").status_code == 403
    assert ada.get(f"/files/{made.id}/page/1").status_code == 404
    assert north.api("ada").get(f"/api/v1/files/{made.id}").json()["code"] == "kept-apart"
    shown = ada.get(f"/files/{made.id}/view").content.decode()
    assert "holds a program" in shown and f'href="/files/{made.id}"' not in shown
    whole = north.browser("admin").get(f"/files/{made.id}?show=1")
    assert (b"".join(whole), whole.headers["Content-Disposition"][:10]) == (b"MZ\x90 zircon", "attachment")  # type: ignore[call-overload]
    whole.close()


def test_it_is_released_or_deleted_for_good(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        fine = attach(account.id, given("notes.txt", b"obsidian"))
        bad = new_version(fine.id, given("notes.txt", HTML))
        other = attach(account.id, given("more.txt", b"<html>malachite"))
    run_jobs(north.id)
    with north.as_("ada"):
        assert find("malachite") == []
    admin = north.browser("admin")
    assert "notes.txt" in admin.get("/settings/files").content.decode()
    assert admin.post(f"/settings/files/{other.id}/release").status_code == 302
    assert admin.post(f"/settings/files/{bad.id}/discard").status_code == 302
    assert north.browser("bo").post(f"/settings/files/{other.id}/release").status_code in (403, 404)
    run_jobs(north.id)
    with north.as_("ada"):
        assert [hit.file for hit in find("malachite")] == [other.id]
        assert {row.id for row in files_of(account.id)} == {fine.id, other.id}, "the version before is not current again"
    with north.as_("admin"):
        with pytest.raises(Conflict):
            release(other.id)
        with pytest.raises(NotFound):
            discard(bad.id)
        assert AuditEntry.objects.filter(record=other.id, op="U").latest("at").changes["held"] == ["disguised", ""]


class Daemon(threading.Thread):
    """What clamd does of INSTREAM: reads the chunks, finds EICAR, answers; refuses what is longer than `longest`."""

    def __init__(self, longest: int = 10**6) -> None:
        super().__init__(daemon=True)
        self.longest, self.asked = longest, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp:127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                link, _peer = self.socket.accept()
            except OSError:
                return
            with link, link.makefile("rb") as stream:
                self.asked += 1
                link.sendall(self.answer(stream))

    def answer(self, stream: Any) -> bytes:
        if stream.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        body = b""
        while many := struct.unpack("!L", stream.read(4))[0]:
            body += stream.read(many)
            if len(body) > self.longest:
                return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in body else b"stream: OK\0"


@contextmanager
def clamd(longest: int = 10**6) -> Iterator[Daemon]:
    daemon = Daemon(longest)
    daemon.start()
    try:
        with override_settings(KITH_CLAMD=daemon.address):
            yield daemon
    finally:
        daemon.socket.shutdown(socket.SHUT_RDWR)
        daemon.socket.close()
        daemon.join(timeout=5)


def held(company: Company, *rows: FileRef) -> list[str]:
    with company.as_kith():
        return [FileRef.objects.get(pk=row.pk).held for row in rows]


def test_a_virus_is_found_and_what_is_clean_is_given_free(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with clamd():
        with north.as_("ada"):
            clean, bad = attach(account.id, given("a.txt", b"jasper")), attach(account.id, given("b.txt", b"x" * 300_000 + EICAR))
            assert (clean.held, bad.held) == ("waiting", "waiting")
            with pytest.raises(KeptApart, match="waits for its virus check"):
                open_file(clean.id)
        run_jobs(north.id)
    assert held(north, clean, bad) == ["", "infected"]
    with north.as_("ada"):
        open_file(clean.id)[1].close()
        with pytest.raises(KeptApart, match="Win.Test.EICAR_HDB-1"):
            open_file(bad.id)
        assert find("jasper")[0].file == clean.id
    with north.as_kith():
        assert FileText.objects.get(file=bad).state == "waiting", "a virus was read"


def test_while_the_daemon_is_away_files_wait_and_are_checked_when_it_is_back(north: Company, tmp_path: Path) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with override_settings(KITH_CLAMD=f"unix:{tmp_path / 'nobody.sock'}"):
        with north.as_("ada"):
            made = attach(account.id, given("a.txt", b"jasper"))
        run_jobs(north.id)
    assert held(north, made) == ["waiting"]
    with clamd() as daemon:
        with north.as_kith():
            check_again()
        run_jobs(north.id)
        assert (held(north, made), daemon.asked) == (["waiting"], 0), "it is tried again only after a minute"
        with north.as_kith():
            FileRef.objects.filter(pk=made.pk).update(created_at="2026-01-01T00:00:00Z")
            check_again()
        run_jobs(north.id)
    assert held(north, made) == [""]


def test_what_is_too_large_for_the_daemon_waits_for_a_person(north: Company) -> None:
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with clamd(longest=1_000):
        with north.as_("ada"):
            made = attach(account.id, given("a.txt", b"x" * 5_000_000))
        run_jobs(north.id)
        assert held(north, made) == ["unchecked"]
        with north.as_("admin"):
            release(made.id)
        run_jobs(north.id)
        assert held(north, made) == [""]


# ── public links ────────────────────────────────────────────────────────────────────────────────────────────────────


def linked(company: Company, hours: int = 1, most: int | None = None) -> tuple[FileRef, FileLink, str]:
    account = company.make("account", {"name": "Harbour"}, by="ada")
    with company.as_("ada"):
        made = attach(account.id, given("报价 offer.txt", b"forty lenses"))
        link = links.make(made.id, hours, most)
        return made, link, links.url_of(link).partition("/get/")[2]


def test_anybody_fetches_the_file_and_a_look_counts_nothing(north: Company) -> None:
    _made, link, token = linked(north, most=2)
    out = Client(enforce_csrf_checks=True)
    page = out.get(f"/get/{token}")
    assert page.status_code == 200 and "报价 offer.txt" in page.content.decode() and "Ada Whitfield" in page.content.decode()
    words = {"csrfmiddlewaretoken": out.cookies["kith_csrf"].value}
    for _turn in range(2):
        answer = out.post(f"/get/{token}", words)
        assert (answer.status_code, b"".join(answer)) == (200, b"forty lenses")  # type: ignore[call-overload]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        answer.close()
    assert out.post(f"/get/{token}", words).status_code == 410
    assert out.get(f"/get/{token}").status_code == 410
    with north.as_("ada"):
        assert FileLink.objects.get(pk=link.pk).used == 2
        told = AuditEntry.objects.filter(record=link.pk, op="U").latest("at")
        assert told.changes["used"] == [1, 2] and "127.0.0.1" in told.reason


def test_a_link_ends_by_time_by_hand_and_with_its_file(north: Company) -> None:
    made, link, token = linked(north)
    out = Client()

    def status() -> int:
        return out.get(f"/get/{token}").status_code

    assert status() == 200
    with north.as_kith():
        FileLink.objects.filter(pk=link.pk).update(expires_at=now() - datetime.timedelta(seconds=1))
    assert (status(), out.post(f"/get/{token}").status_code) == (410, 410)
    with north.as_kith():
        FileLink.objects.filter(pk=link.pk).update(expires_at=now() + datetime.timedelta(hours=1))
        FileRef.objects.filter(pk=made.pk).update(held="infected")
    assert status() == 410
    with north.as_kith():
        FileRef.objects.filter(pk=made.pk).update(held="")
    with north.as_("vi"), pytest.raises(NotAllowed):
        links.revoke(link.pk)
    assert status() == 200
    with north.as_("ada"):
        links.revoke(link.pk)
    assert status() == 410


def test_a_removed_file_is_fetched_by_nobody(north: Company) -> None:
    made, _link, token = linked(north)
    with north.as_("ada"):
        remove(made.id)
    assert Client().get(f"/get/{token}").status_code == 410


def test_nobody_makes_up_an_address(north: Company, south: Company) -> None:
    _made, link, token = linked(north)
    named, _dot, signature = token.partition(".")
    other = f"{south.id.hex}{link.pk.hex}"
    for forged in (f"{named}.{'A' * 43}", f"{other}.{signature}", named, f"{named}.{signature}x", "x", f"{named}.{signature[::-1]}"):
        assert Client().get(f"/get/{forged}").status_code == 404, forged
    with south.as_kith():
        elsewhere = links.url_of(FileLink(id=link.pk)).partition("/get/")[2]
    assert Client().get(f"/get/{elsewhere}").status_code == 410, "a link of one company opened a file of another"


def test_limits_of_a_link_are_told(north: Company) -> None:
    made, _link, _token = linked(north)
    with north.as_("ada"):
        for hours, most, name in ((0, None, "hours"), (links.LONGEST + 1, None, "hours"), (1, 0, "most")):
            with pytest.raises(Wrong) as refused:
                links.make(made.id, hours, most)
            assert list(refused.value.fields) == [name]
    with north.as_("vi"), pytest.raises(NotAllowed):
        links.make(made.id, 1)
