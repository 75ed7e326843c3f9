"""The same on a PostgreSQL server that is already there, named by --database-url."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from config import database
from config.database import addresses, embedded, is_external, prepare, refuse_strong_role
from config.embedded import Embedded
from config.problem import Problem


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """A server that belongs to somebody else."""
    found = embedded(tmp_path_factory.mktemp("elsewhere") / "data", durable=False)
    found.start()
    yield found
    found.stop()


def test_roles_and_database_are_made_there(elsewhere: Embedded, tmp_path: Path) -> None:
    admin = make_conninfo(elsewhere.admin_url, dbname="acme")
    found = prepare(tmp_path, admin)
    assert prepare(tmp_path, admin) == found
    assert prepare(tmp_path) == found == addresses(tmp_path)
    assert is_external(tmp_path)
    refuse_strong_role(found.app)
    with psycopg.connect(found.app) as connection:
        row = connection.execute(
            "SELECT current_user, current_database(), count(*) FILTER (WHERE extname = 'pg_trgm') FROM pg_extension"
        ).fetchone()
    assert row == ("acme_app", "acme", 1)
    kept = (tmp_path / "secrets.json").read_text()
    assert elsewhere.password not in kept


def test_two_installations_on_one_server_do_not_meet(elsewhere: Embedded, tmp_path: Path) -> None:
    first = prepare(tmp_path / "a", make_conninfo(elsewhere.admin_url, dbname="one"))
    second = prepare(tmp_path / "b", make_conninfo(elsewhere.admin_url, dbname="two"))
    for found in (first, second):
        psycopg.connect(found.app).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(make_conninfo(first.app, dbname="two"))


def test_an_administrator_who_is_no_superuser_suffices(elsewhere: Embedded, tmp_path: Path) -> None:
    with psycopg.connect(elsewhere.admin_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE maker LOGIN CREATEROLE CREATEDB PASSWORD 'maker-password'")
    url = elsewhere.url("maker", "maker-password", "made")
    found = prepare(tmp_path, url)
    assert prepare(tmp_path, url) == found
    refuse_strong_role(found.app)


def test_missing_rights_are_a_sentence(elsewhere: Embedded, tmp_path: Path) -> None:
    with psycopg.connect(elsewhere.admin_url, autocommit=True) as admin:
        admin.execute("CREATE ROLE weak LOGIN PASSWORD 'weak-password'")
    with pytest.raises(Problem, match="may create roles and databases"):
        prepare(tmp_path, elsewhere.url("weak", "weak-password", "kith"))


def test_an_old_server_is_a_sentence(elsewhere: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MAJOR", 19)
    with pytest.raises(Problem, match="needs PostgreSQL 19 or later; this server is 18"):
        prepare(tmp_path, elsewhere.admin_url)


@pytest.mark.parametrize("url", ["postgresql://u:p@127.0.0.1:1/kith", "nonsense", "postgresql:///kith?host=/nowhere"])
def test_a_wrong_address_is_a_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(Problem) as told:
        prepare(tmp_path, url)
    assert "address" in str(told.value)
    assert not is_external(tmp_path)
    assert os.environ.get("PGPASSWORD") is None
