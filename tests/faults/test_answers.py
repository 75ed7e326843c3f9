"""How a storage without room is answered: in the reader's words, to pages, parts of pages and programs."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from crm.kernel.base import room
from crm.kernel.files import storage
from crm.kernel.files.models import FileRef
from crm.kernel.identity.models import User
from crm.kernel.pages.views import forms
from crm.kernel.testing.cast import PASSWORD, Company


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(room, "_STORES", [str(tmp_path)])
    monkeypatch.setattr(room, "LEAST", 2**62)


@pytest.mark.usefixtures("no_room")
def test_writing_is_refused_in_the_reader_s_language_and_reading_goes_on(north: Company) -> None:
    with north.as_kith():
        User.objects.filter(pk=north.people["ada"].pk).update(language="zh-hans")
    with north.as_("admin"):
        browser = north.browser("ada")
    form = browser.post("/accounts/new", {"name": "typed"})
    assert form.status_code == 507
    assert "存储空间已满" in form.content.decode()
    assert browser.get("/accounts/").status_code == 200
    assert browser.post("/accounts/similar", {"name": "typed"}).status_code == 200
    assert browser.post("/sign-in", {"email": north.people["ada"].email, "password": PASSWORD}).status_code == 302
    api = north.api("ada")
    assert api.post("/api/v1/accounts", "{}", content_type="application/json").json()["code"] == "storage-full"
    assert api.post("/api/v1/accounts/duplicates", '{"name": "typed"}', content_type="application/json").status_code == 200


def test_a_file_that_finds_no_room_leaves_nothing_behind(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files lie elsewhere than the database, and only their disk is full."""
    account = north.make("account", {"name": "Harbour"}, by="ada")

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    browser = north.browser("ada")
    sent = browser.post(f"/accounts/{account.pk}/files", {"file": SimpleUploadedFile("note.txt", b"x" * 5000)})
    assert sent.status_code == 507
    assert "Nothing was saved" in sent.content.decode()
    with north.as_kith():
        assert not FileRef.objects.exists()
    assert list(storage.folder(north.id).glob("*/*")) == []


def test_a_database_that_finds_no_room_is_told_apart_from_one_that_is_away(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$")

    monkeypatch.setattr(forms, "create", full)
    sent = north.browser("ada").post("/accounts/new", {"name": "typed"}, headers={"HX-Request": "true"})
    assert (sent.status_code, sent.content) == (507, b"")
    assert "The storage is full" in sent.headers["HX-Trigger"]
