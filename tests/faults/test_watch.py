"""What the watch over the database takes for a sign of life."""

import secrets
import time

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config.database import secrets_for
from conftest import Harness
from crm.kernel.tenancy.backend.watch import Watch, Watched


def nothing() -> None:
    """There is no pool to tidy."""


def test_a_server_without_a_free_connection_is_there(harness: Harness) -> None:
    """Who has a connection goes on working with it: nothing may be refused because a newcomer gets none."""
    name, password = f"kith_crowd_{secrets.token_hex(4)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(harness.url("postgres", secrets_for(harness.data).superuser, "postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT 0 PASSWORD {}").format(role, sql.Literal(password)))
        try:
            watch = Watch(conninfo_to_dict(harness.url(name, password, "postgres")), nothing)
            assert watch.answers()
            watch.need()
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(role))


def test_where_nobody_listens_nothing_more_is_asked() -> None:
    watch = Watch({"host": "/nowhere", "dbname": "kith"}, nothing)
    watch.need()
    assert not watch.answers()
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        watch.need()


def test_a_server_that_answers_others_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine is overloaded: the watch gets no connection in time, but a query was answered meanwhile."""

    def too_late(watch: Watch) -> bool:
        Watched.heard = time.monotonic()
        return False

    monkeypatch.setattr(Watch, "_knock", too_late)
    watch = Watch({"host": "/nowhere"}, nothing)
    assert watch.answers()
    watch.need()
