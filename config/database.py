"""Roles and the database, on the embedded server or on one that runs elsewhere. No Django here.

Three roles: the administrator (the embedded server's superuser, or the address given with --database-url), used only in
this file; the owner, who holds the tables and runs migrations; the application, which owns nothing and is held by the
row policies. Row policies do not bind a superuser, an owner or a role with BYPASSRLS: `refuse_strong_role` stops any
process of the application that would run as one.
"""

import fcntl
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config.embedded import MAJOR, Embedded
from config.problem import Problem

EXTENSIONS = ("pg_trgm", "unaccent", "btree_gin")


@dataclass(slots=True)
class Secrets:
    """What DATA/secrets.json (0600) holds. `app_url` and `owner_url` are set only for an external server."""

    superuser: str = ""
    owner: str = ""
    app: str = ""
    key: str = ""
    app_url: str = ""
    owner_url: str = ""
    app_role: str = "kith_app"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the two roles connect. `app_role` is the name that grants go to."""

    app: str
    owner: str
    app_role: str = "kith_app"

    def environment(self) -> dict[str, str]:
        return {
            "KITH_DATABASE_URL": self.app,
            "KITH_OWNER_DATABASE_URL": self.owner,
            "KITH_APP_ROLE": self.app_role,
        }


@contextmanager
def held(data: Path) -> Iterator[None]:
    """One preparation of a data folder at a time: a second `up` waits for the first."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_secrets(data: Path) -> Secrets | None:
    """The secrets of this data folder, None where there are none yet."""
    try:
        kept = json.loads((data / "secrets.json").read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Problem(
            f"{data / 'secrets.json'} cannot be read ({error}). Put back the copy from your backup."
        ) from error
    return Secrets(**{name: value for name, value in kept.items() if name in Secrets.__slots__})


def write_secrets(data: Path, kept: Secrets) -> None:
    """Replaces secrets.json in one step, readable by nobody else."""
    target = data / "secrets.json"
    fresh = data / "secrets.json.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(kept), indent=1))
    fresh.replace(target)


def secrets_for(data: Path) -> Secrets:
    """Reads the secrets, making what is missing."""
    data.mkdir(parents=True, exist_ok=True)
    kept = read_secrets(data) or Secrets()
    before = asdict(kept)
    for name in ("superuser", "owner", "app", "key"):
        if not getattr(kept, name):
            setattr(kept, name, secrets.token_urlsafe(32))
    if asdict(kept) != before:
        write_secrets(data, kept)
    return kept


def embedded(data: Path, durable: bool = True) -> Embedded:
    """The server that belongs to this data folder (not started)."""
    return Embedded(data, secrets_for(data).superuser, durable)


def is_external(data: Path) -> bool:
    kept = read_secrets(data)
    return bool(kept and kept.app_url)


def addresses(data: Path) -> Addresses:
    """Where application and owner connect, as set up earlier. Raises Problem before the first `up`."""
    kept = read_secrets(data)
    if kept is None:
        raise Problem(f"There is no Kith in {data} yet. Run ./kith up first, or name its folder with --data.")
    if kept.app_url:
        return Addresses(kept.app_url, kept.owner_url, kept.app_role)
    server = Embedded(data, kept.superuser)
    return Addresses(server.url("kith_app", kept.app, "kith"), server.url("kith_owner", kept.owner, "kith"))


def prepare(data: Path, admin_url: str | None = None, durable: bool = True) -> Addresses:
    """Starts the embedded server, or reaches the one at `admin_url`, and makes roles, database and extensions.

    Safe to repeat. `admin_url` needs the rights to create roles and a database; it is used here and not kept.
    """
    kept = secrets_for(data)
    if admin_url:
        return _prepare_external(data, kept, admin_url)
    if kept.app_url:
        _reach(kept.app_url).close()
        return addresses(data)
    server = Embedded(data, kept.superuser, durable)
    server.start()
    with _reach(server.admin_url) as admin:
        _make(admin, "kith", ("kith_owner", kept.owner), ("kith_app", kept.app))
    return addresses(data)


def _prepare_external(data: Path, kept: Secrets, admin_url: str) -> Addresses:
    parts = _parse(admin_url)
    name = str(parts.get("dbname") or "")
    name = "kith" if name in {"", "postgres", "template1"} else name
    with _reach(make_conninfo(admin_url, dbname="postgres")) as admin:
        _make(admin, name, (f"{name}_owner", kept.owner), (f"{name}_app", kept.app))
    kept.owner_url = _address(parts, f"{name}_owner", kept.owner, name)
    kept.app_url = _address(parts, f"{name}_app", kept.app, name)
    kept.app_role = f"{name}_app"
    _reach(kept.app_url).close()
    write_secrets(data, kept)
    return Addresses(kept.app_url, kept.owner_url, kept.app_role)


def _parse(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise Problem(
            "The database address is not understood. It should look like postgresql://admin:password@host:5432/kith"
        ) from error


def _address(parts: dict[str, Any], user: str, password: str, database: str) -> str:
    return make_conninfo(**{**parts, "user": user, "password": password, "dbname": database})


def _reach(url: str) -> "psycopg.Connection[Any]":
    parts = _parse(url)
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        where = f"{parts.get('host') or 'this machine'}:{parts.get('port') or 5432}"
        reason = str(error).strip().splitlines()[0].rpartition("failed: ")[2]
        raise Problem(
            f"The database at {where} does not let us in: {reason}. "
            "Check that it runs and that address, user and password are right."
        ) from error


def _make(
    admin: "psycopg.Connection[Any]", database: str, owner: tuple[str, str], app: tuple[str, str]
) -> None:
    if admin.info.server_version < MAJOR * 10_000:
        running = admin.info.server_version // 10_000
        raise Problem(
            f"Kith needs PostgreSQL {MAJOR} or later; this server is {running}. "
            "Use a newer server, or leave out --database-url."
        )
    try:
        for role in (owner, app):
            _make_role(admin, *role)
        _make_database(admin, database, owner[0], app[0])
        with psycopg.connect(_same_server(admin, database), autocommit=True) as inside:
            _make_extensions(inside)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Problem(
            f"The database user {admin.info.user!r} may not do this: {str(error).strip()}. "
            "Give --database-url a user that may create roles and databases."
        ) from error


def _make_role(admin: "psycopg.Connection[Any]", name: str, password: str) -> None:
    known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = sql.SQL("ALTER" if known else "CREATE")
    rights = sql.SQL("LOGIN NOCREATEDB NOCREATEROLE PASSWORD")
    admin.execute(
        sql.SQL("{} ROLE {} {} {}").format(verb, sql.Identifier(name), rights, sql.Literal(password))
    )


def _make_database(admin: "psycopg.Connection[Any]", name: str, owner: str, app: str) -> None:
    database = sql.Identifier(name)
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        if not admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:  # type: ignore[index]
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
        admin.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' "
                "LOCALE 'C' TEMPLATE template0"
            ).format(database, sql.Identifier(owner))
        )
    grant_connect(admin, name, app)


def grant_connect(admin: "psycopg.Connection[Any]", database: str, app: str) -> None:
    """Only the application's role (beside the owner) may enter the database; temporary tables are allowed."""
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    admin.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), sql.Identifier(app)
        )
    )


def _same_server(admin: "psycopg.Connection[Any]", database: str) -> str:
    return make_conninfo(admin.info.dsn, password=admin.info.password, dbname=database)


def _make_extensions(inside: "psycopg.Connection[Any]") -> None:
    at_hand = {row[0] for row in inside.execute("SELECT name FROM pg_available_extensions").fetchall()}
    for name in EXTENSIONS:
        if name in at_hand:
            inside.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))


_STRENGTH = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls,
       pg_has_role(r.oid, d.datdba, 'MEMBER') AS owner,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
               AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
"""


def refuse_strong_role(url: str) -> None:
    """Raises Problem when the role of `url` is not bound by row policies. Called by web and worker at start."""
    with _reach(url) as connection:
        row = connection.execute(_STRENGTH).fetchone()
    if row is None:
        raise Problem("The database does not know the role of this connection. Run ./kith up again.")
    name, *strengths = row
    words = (
        "a superuser",
        "a role that bypasses row security",
        "the owner of the database",
        "the owner of tables",
    )
    found = [word for word, strong in zip(words, strengths, strict=True) if strong]
    if found:
        raise Problem(
            f"Kith does not run as the database role {name!r}: it is {' and '.join(found)}, so nothing would keep "
            "the companies on this installation apart. KITH_DATABASE_URL must name the role that ./kith up made for the application."
        )
