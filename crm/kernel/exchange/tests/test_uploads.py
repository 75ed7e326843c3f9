"""The file of an import: checked for viruses before it is read, and counted in the room for files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from crm.kernel.exchange.models import ImportRun
from crm.kernel.exchange.store import forget
from crm.kernel.files import quota
from crm.kernel.files.models import FileRoom
from crm.kernel.files.tests.test_kept_apart import EICAR, clamd
from crm.kernel.testing.cast import Company

TABLE = b"name,city\nLamp,Ulm\n"


def sent(company: Company, body: bytes = TABLE) -> Any:
    return company.api("admin").post("/api/v1/imports", {"kind": "account", "file": SimpleUploadedFile("a.csv", body)})


def lying(company: Company) -> list[Path]:
    return list((Path(settings.DATA) / "exchange" / str(company.id)).glob("*"))


def used(company: Company) -> int:
    with company.as_kith():
        return quota.room().used


def test_a_virus_in_a_file_to_import_is_refused_and_nothing_is_kept(north: Company) -> None:
    with clamd(longest=100_000) as daemon:
        assert sent(north).status_code == 201
        refused = sent(north, TABLE + EICAR)
        assert refused.status_code == 422 and "carries a virus (Win.Test.EICAR_HDB-1)" in str(refused.json()["fields"]["file"])
        large = sent(north, TABLE + b"x,y\n" * 50_000)
        assert large.status_code == 422 and "too large for the virus check" in str(large.json()["fields"]["file"])
        page = north.browser("admin").post("/import/", {"kind": "account", "file": SimpleUploadedFile("a.csv", TABLE + EICAR)})
        assert page.status_code == 422 and "carries a virus" in page.content.decode()
        assert daemon.asked == 4
    assert len(lying(north)) == 1 and used(north) == len(TABLE)


def test_while_the_virus_check_is_away_nothing_is_taken_in(north: Company, tmp_path: Path) -> None:
    with override_settings(KITH_CLAMD=f"unix:{tmp_path / 'nobody.sock'}"):
        refused = sent(north)
    assert refused.status_code == 422 and "cannot be reached" in str(refused.json()["fields"]["file"])
    assert lying(north) == [] and sent(north).status_code == 201


def test_files_of_imports_take_room_until_they_go(north: Company) -> None:
    with north.as_kith():
        FileRoom.objects.update_or_create(pk=north.id, defaults={"quota": len(TABLE) + 5})
    first = sent(north)
    assert first.status_code == 201 and used(north) == len(TABLE)
    refused = sent(north)
    assert refused.status_code == 422 and "There is no room for this file" in str(refused.json()["fields"]["file"])
    assert used(north) == len(TABLE) and len(lying(north)) == 1
    assert north.api("admin").delete(first["Location"]).status_code == 204
    assert used(north) == 0 and sent(north).status_code == 201
    with north.as_kith():
        ImportRun.objects.update(created_at="2026-01-01T00:00:00Z")
        forget(30)
    assert used(north) == 0 and lying(north) == []
