"""Archives that were made to hurt, or came to harm: each is refused by the name of the member, and nothing of it stays."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from crm.kernel.archive import reading, taking_in
from crm.kernel.archive.reading import Unfit, opened
from crm.kernel.archive.taking_in import Wish, take_in
from crm.kernel.base.ids import uuid7
from crm.kernel.tenancy.queries import workspace_by_slug, workspace_ids
from crm.kernel.testing.cast import Company, company
from tests.whole.house import out, still

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Members:
    house = company("Harm")
    house.make("account", {"name": "Tin Works", "phone": "021 6488 2107"})
    path = tmp_path_factory.mktemp("harm") / "whole.zip"
    out(house.id, path)
    with zipfile.ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(path: Path, members: Members, **facts: Any) -> Path:
    with zipfile.ZipFile(path, "w", facts.get("way", zipfile.ZIP_DEFLATED)) as made:
        for name, body in members.items():
            made.writestr(name, body)
    return path


def told(members: Members, **manifest: Any) -> Members:
    """The same with a manifest that fits: whoever means harm can count, too."""
    found = json.loads(members["manifest.json"]) | manifest
    found["members"] = {
        name: {"sha256": hashlib.sha256(body).hexdigest(), "size": len(body), "rows": found["members"].get(name, {}).get("rows")}
        for name, body in members.items() if name != "manifest.json"
    }  # fmt: skip
    return members | {"manifest.json": json.dumps(found).encode()}


def row(members: Members, table: str, change: Callable[[dict[str, Any]], Any], at: int = 0) -> Members:
    """One row changed."""
    lines = members[f"rows/{table}.jsonl"].splitlines()
    held = json.loads(lines[at])
    held = change(held) or held
    lines[at] = held if isinstance(held, bytes) else json.dumps(held).encode()
    return told(members | {f"rows/{table}.jsonl": b"\n".join(lines) + b"\n"})


def refused(path: Path) -> str:
    """Why it is; nothing of it is there afterwards, in the database and on the disk."""
    slug, before = f"harm-{uuid7().hex[-12:]}", set(workspace_ids())
    folders = {one.name for one in Path(settings.FILES_ROOT).glob("*")}
    with pytest.raises(Unfit) as refusal, opened(path) as archive:
        take_in(archive, Wish(slug), still)
    assert workspace_by_slug(slug) is None and set(workspace_ids()) == before
    assert {one.name for one in Path(settings.FILES_ROOT).glob("*")} == folders
    assert connection.in_atomic_block is False
    return str(refusal.value)


BROKEN: dict[str, tuple[Callable[[Members], Members], str]] = {
    "a path that leads out": (lambda m: told(m | {"files/../../../etc/cron.d/x": b"x"}), "files/../../../etc/cron.d/x: an archive of Kith"),
    "an absolute path": (lambda m: told(m | {"/etc/passwd": b"x"}), "/etc/passwd: an archive of Kith"),
    "a path of Windows": (lambda m: told(m | {"files\\..\\x": b"x"}), "an archive of Kith has no member"),
    "a member too many": (lambda m: m | {"readable/extra.csv": b"x"}, "readable/extra.csv is not in the manifest"),
    "a member too few": (lambda m: {n: b for n, b in m.items() if n != "rows/account.jsonl"}, "rows/account.jsonl is missing"),
    "no manifest": (lambda m: {n: b for n, b in m.items() if n != "manifest.json"}, "manifest.json is missing"),
    "another digest": (lambda m: m | {"rows/team.jsonl": m["rows/team.jsonl"].replace(b"East", b"Eest")}, "rows/team.jsonl is damaged"),
    "another length": (lambda m: m | {"rows/team.jsonl": m["rows/team.jsonl"] + b"\n"}, "rows/team.jsonl is not as large"),
    "an unknown table": (lambda m: told(m | {"rows/pg_authid.jsonl": b"{}\n"}), "rows/pg_authid.jsonl: there is no such table"),
    "a table that is left out": (lambda m: told(m | {"rows/session.jsonl": b"{}\n"}), "rows/session.jsonl: there is no such table"),
    "a workspace of its own": (lambda m: row(m, "account", lambda r: r.update(workspace_id=str(uuid7()))), "“workspace_id”"),
    "an unknown column": (lambda m: row(m, "account", lambda r: r.update(nope=1)), "rows/account.jsonl, line 1: there is no column “nope”"),
    "SQL for a column": (
        lambda m: row(m, "account", lambda r: r.update({'x") SELECT pg_sleep(9); --': 1})), 'no column “x") SELECT pg_sleep(9); --”',
    ),
    "a derived column": (lambda m: row(m, "record", lambda r: r.update(search="'x':1A")), "there is no column “search”"),
    "a password": (lambda m: row(m, "member", lambda r: r.update(password="x")), "there is no column “password”"),
    "a list for a row": (lambda m: row(m, "account", lambda r: b"[1]"), "rows/account.jsonl, line 1 is no row"),
    "no JSON": (lambda m: row(m, "account", lambda r: b"{"), "rows/account.jsonl, line 1 cannot be read"),
    "deep JSON": (lambda m: row(m, "account", lambda r: b'{"id": ' + b"[" * 100_000), "rows/account.jsonl, line 1 cannot be read"),
    "text for a number": (lambda m: row(m, "account", lambda r: r.update(version="many")), "rows/account.jsonl, from line 1 on"),
    "an object for an id": (lambda m: row(m, "account", lambda r: r.update(owner_id={"a": 1})), "rows/account.jsonl, from line 1 on"),
    "no id": (lambda m: row(m, "account", lambda r: r.update(id="x")), "rows/account.jsonl, from line 1 on"),
    "NUL": (lambda m: row(m, "account", lambda r: r.update(name="a\x00b")), "rows/account.jsonl, from line 1 on"),
    "a link to nothing": (lambda m: row(m, "account", lambda r: r.update(owner_id=str(uuid7()))), "points to something that is not there"),
    "the same id twice": (
        lambda m: told(m | {"rows/team.jsonl": m["rows/team.jsonl"] * 2}), "rows/team.jsonl: rows with these ids",
    ),
    "a changed log": (lambda m: row(m, "audit_entry", lambda r: r.update(reason="nothing")), "seal 1 does not hold"),
    "a shorter log": (
        lambda m: told(m | {"rows/audit_entry.jsonl": m["rows/audit_entry.jsonl"].partition(b"\n")[2]}), "seal 1 does not hold",
    ),
    "a changed seal": (lambda m: row(m, "audit_seal", lambda r: r.update(rows=r["rows"] - 1)), "seal 1 does not hold"),
    "no seals": (lambda m: told(m | {"rows/audit_seal.jsonl": b""}), "does not end with the seal"),
    "a strange seal": (lambda m: row(m, "audit_seal", lambda r: r.update(number=[1])), "rows/audit_seal.jsonl"),
    "an entry of the future": (
        lambda m: told(m | {"rows/audit_entry.jsonl": m["rows/audit_entry.jsonl"] + json.dumps(
            json.loads(m["rows/audit_entry.jsonl"].splitlines()[-1]) | {"id": str(uuid7()), "txid": 2**60, "at": "2999-01-01T00:00:00Z"}
        ).encode() + b"\n"}), "of the future",
    ),
    "a newer form": (lambda m: told(m, format=2), "comes from a newer Kith"),
    "an older form": (lambda m: told(m, format=0), "comes from an older Kith"),
    "a newer state": (lambda m: told(m, migrations={"records": "9999_later"}), "comes from a newer Kith"),
    "an older state": (lambda m: told(m, migrations={"records": "0001_initial"}), "comes from an older Kith"),
    "a part that is not here": (lambda m: told(m, migrations={"loans": "0001_initial"}), "needs the part “loans”"),
    "a moment to come": (lambda m: told(m, moment="2999-01-01T00:00:00+00:00"), "in the future"),
    "another kind of manifest": (lambda m: told(m, kith="configuration"), "is not that of a whole workspace"),
    "a manifest of wrong types": (lambda m: told(m, passwords="no"), "manifest.json cannot be read"),
    "a manifest of wrong types within": (lambda m: told(m, workspace=[1]), "manifest.json cannot be read"),
    "a manifest that is a list": (lambda m: m | {"manifest.json": b"[]"}, "manifest.json cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_it_is_refused_by_name(what: str, whole: Members, tmp_path: Path) -> None:
    harm, words = BROKEN[what]
    assert words in refused(packed(tmp_path / "harm.zip", harm(dict(whole))))


def test_the_unharmed_one_is_taken_in(whole: Members, tmp_path: Path) -> None:
    """Otherwise the refusals above could be about anything."""
    with opened(packed(tmp_path / "sound.zip", told(dict(whole)))) as archive:
        taken = take_in(archive, Wish(f"sound-{uuid7().hex[-12:]}"), still)
    assert taken.workspace_id in workspace_ids() and not taken.kept


def test_bombs_are_refused_before_they_unpack(whole: Members, tmp_path: Path) -> None:
    bomb = told(whole | {"readable/bomb.csv": b"0" * 50_000_000})
    assert "readable/bomb.csv unpacks to far more" in refused(packed(tmp_path / "bomb.zip", bomb))
    lying = packed(tmp_path / "lying.zip", told(whole | {"readable/lie.csv": os.urandom(5_000)}))
    raw = lying.read_bytes()
    at = raw.rindex(b"readable/lie.csv") - 46
    size = (5_000).to_bytes(4, "little")
    assert raw[at + 24 : at + 28] == size
    small = (100).to_bytes(4, "little")
    harmed = raw[: at + 24] + small + raw[at + 28 :]
    (tmp_path / "lying.zip").write_bytes(harmed)
    assert "readable/lie.csv is not as large as the manifest says" in refused(tmp_path / "lying.zip")


def test_a_row_without_end_is_refused(whole: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROW", 2**16)
    line = told(whole | {"rows/account.jsonl": b'{"id": "' + os.urandom(2**16).hex().encode() + b'"}\n'})
    assert "rows/account.jsonl has a row that is too long" in refused(packed(tmp_path / "line.zip", line))


def test_doubled_and_strangely_packed_members_are_refused(whole: Members, tmp_path: Path) -> None:
    path = packed(tmp_path / "twice.zip", whole)
    with zipfile.ZipFile(path, "a") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("rows/account.jsonl", b"")
    assert "rows/account.jsonl is there twice" in refused(path)
    assert "packed in a way" in refused(packed(tmp_path / "way.zip", whole, way=zipfile.ZIP_LZMA))
    (tmp_path / "torn.zip").write_bytes(packed(tmp_path / "x.zip", whole).read_bytes()[:-200])
    assert "no archive that can be opened" in refused(tmp_path / "torn.zip")
    (tmp_path / "plain.txt").write_text("no zip")
    assert "no archive that can be opened" in refused(tmp_path / "plain.txt")
    data = packed(tmp_path / "bits.zip", whole).read_bytes()
    at = data.index(b"rows/account.jsonl") + 60
    (tmp_path / "bits.zip").write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
    assert "rows/account.jsonl is damaged" in refused(tmp_path / "bits.zip")


def test_there_is_room_for_it_or_it_is_refused(whole: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        free = 1_000

    monkeypatch.setattr(reading.shutil, "disk_usage", lambda _folder: Full)
    assert "not enough room" in refused(packed(tmp_path / "sound.zip", whole))


def test_short_names_are_checked(whole: Members, tmp_path: Path, north: Company) -> None:
    path = packed(tmp_path / "sound.zip", whole)
    for slug, words in ((north.slug, "already"), ("No Good", "cannot be a short name"), ("../x", "cannot be"), ("", "cannot be")):
        with pytest.raises(Unfit, match=words), opened(path) as archive:
            take_in(archive, Wish(slug), still)


def test_an_import_that_is_killed_leaves_nothing(whole: Members, tmp_path: Path) -> None:
    """kill -9 in the middle of the rows: the transaction is gone with the process, the next import removes the folder."""
    path, slug = packed(tmp_path / "sound.zip", whole), f"killed-{uuid7().hex[-12:]}"
    program = (
        "import os, signal, django; django.setup()\n"
        "from crm.kernel.archive import loading\n"
        "whole = loading.Loading.contents\n"
        "def cut(self):\n    whole(self)\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        "loading.Loading.contents = cut\n"
        "from django.core.management import call_command\n"
        f"call_command('import_workspace', {str(path)!r}, workspace={slug!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, env=os.environ, capture_output=True, check=False)
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    assert workspace_by_slug(slug) is None
    left = [mark.parent for mark in Path(settings.FILES_ROOT).glob("*/.taking-in")]
    assert len(left) == 1
    with opened(path) as archive:
        taken = take_in(archive, Wish(slug), still)
    assert workspace_by_slug(slug) == taken.workspace_id and not left[0].exists()
    assert not list(Path(settings.FILES_ROOT).glob("*/.taking-in"))


def test_what_fails_half_way_leaves_nothing(whole: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(*_given: Any) -> int:
        raise OSError("the disk is gone")

    monkeypatch.setattr(taking_in.Loading, "contents", torn)
    slug = f"torn-{uuid7().hex[-12:]}"
    folders = set(Path(settings.FILES_ROOT).glob("*"))
    with pytest.raises(OSError, match="disk is gone"), opened(packed(tmp_path / "s.zip", whole)) as archive:
        take_in(archive, Wish(slug), still)
    assert workspace_by_slug(slug) is None and set(Path(settings.FILES_ROOT).glob("*")) == folders
