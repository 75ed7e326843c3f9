"""The big base of `just bench`: made once by COPY, kept in a folder of its own, used again while the tables stay the same.

One workspace with accounts (half Chinese), twice as many contacts, five times as many activities and 20,000 open deals among
70,000; twenty other workspaces beside it. The names are drawn from fixed words, so that two builds are alike.
"""

import datetime
import hashlib
import json
import multiprocessing
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.database import addresses, embedded, prepare, secrets_for
from config.demo import chinese, english
from config.launcher.commands import ROOT, manage

TEAMS, OWNERS, OTHERS, OF_ANOTHER = 10, 60, 20, 5_000
_SHAPING = {"migrations", "words", "keys", "companies"}
BIG = ("record", "account", "contact", "activity")
NOW = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC)


class Base:
    """The server and database of the benchmark. `people` are (user, team) ids; `office` the workspace's id."""

    def __init__(self, accounts: int, shape: str) -> None:
        place = Path(os.environ.get("KITH_BENCH_DATA", Path(tempfile.gettempdir()) / f"kith-bench-{os.geteuid()}"))
        self.data = place / f"{accounts}"
        self.accounts, self.shape = accounts, shape
        self.note = self.data / "base.json"

    def start(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        prepare(self.data)
        os.environ.update(self.environment())

    def stop(self) -> None:
        embedded(self.data).stop()

    def admin(self, database: str = "kith") -> str:
        return embedded(self.data).url("postgres", secrets_for(self.data).superuser, database)

    def environment(self, owner: bool = False) -> dict[str, str]:
        found = {
            **addresses(self.data).environment(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "KITH_DATA": str(self.data / "files"),
            "KITH_SECRET_KEY": secrets_for(self.data).key,
            "KITH_POOL": "0",
            "KITH_QUEUE": "bench",
            "KITH_PASSWORD_MEMORY_KIB": "64",
        }
        return {**found, "KITH_DB_ROLE": "owner"} if owner else found

    def known(self) -> dict[str, Any] | None:
        """What an earlier build noted, where the tables are still the same."""
        kept: dict[str, Any] | None = json.loads(self.note.read_text()) if self.note.exists() else None
        return kept if kept and kept["shape"] == self.shape else None

    def migrate(self) -> None:
        """Tables anew: what an older build left does not fit them."""
        with psycopg.connect(self.admin("postgres"), autocommit=True) as admin:
            admin.execute("DROP DATABASE IF EXISTS kith WITH (FORCE)")
        prepare(self.data)
        subprocess.run(manage("migrate", "--verbosity=0"), cwd=ROOT, env={**os.environ, **self.environment(owner=True)}, check=True)

    def fill(
        self, office: str, people: list[tuple[str, str]], others: list[tuple[str, str, str]], cast: dict[str, str]
    ) -> dict[str, float]:
        """Copies the base in and notes it with the cast's addresses; answers the seconds of each step."""
        took, begun = {}, time.monotonic()
        with psycopg.connect(self.admin(), autocommit=True) as admin:
            indexes = _drop_indexes(admin)
            half = self.accounts // 2
            parts = [(self.data, office, people, seed, half) for seed in (1, 2)]
            with multiprocessing.get_context("spawn").Pool(2) as pool:
                pool.starmap(_copy_part, parts)
            for number, (workspace, user, team) in enumerate(others):
                _copy_part(self.data, workspace, [(user, team)], 100 + number, OF_ANOTHER, children=False)
            took["copy"] = time.monotonic() - begun
            admin.execute("SET maintenance_work_mem = '1GB'; SET max_parallel_maintenance_workers = 2")
            for statement in indexes:
                admin.execute(statement)
            admin.execute(KEYS)
            took["indexes"] = time.monotonic() - begun - took["copy"]
            admin.execute("VACUUM ANALYZE")
            took["vacuum"] = time.monotonic() - begun - took["copy"] - took["indexes"]
        self.note.write_text(json.dumps({"shape": self.shape, "office": office, "people": cast, "took": took}))
        return took


def shape_of() -> str:
    """A digest of what decides how the tables look and what stands in them."""
    digest = hashlib.sha256()
    own = [ROOT / "tools" / f"bench_{name}.py" for name in ("base", "words")]
    for path in [*own, *sorted((ROOT / "crm").rglob("*"))]:
        shaping = path.suffix == ".py" and _SHAPING & {*path.parts, path.stem} and "tests" not in path.parts
        if path in own or path.suffix == ".sql" or shaping:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _drop_indexes(admin: "psycopg.Connection[Any]") -> list[str]:
    """Drops what is not a constraint on the big tables; answers the statements that make it again."""
    rows = admin.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "WHERE i.indrelid::regclass::text = ANY (%s) AND NOT i.indisprimary "
        "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
        [[f"public.{name}" if name == "record" else name for name in BIG] + list(BIG)],
    ).fetchall()
    for name, _definition in rows:
        admin.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [definition for _name, definition in rows]


KEYS = """
ALTER TABLE duplicate_key DROP CONSTRAINT duplicate_key_pkey;
TRUNCATE duplicate_key;
INSERT INTO duplicate_key (workspace_id, key, record)
SELECT workspace_id, k.key, id FROM record, unnest(duplicate_keys) AS k(key) WHERE deleted_at IS NULL ORDER BY 1, 2, 3;
ALTER TABLE duplicate_key ADD PRIMARY KEY (workspace_id, key, record);
"""


class _Writer:
    """Open COPYs into several tables at once, each on a connection of its own without triggers."""

    def __init__(self, url: str, tables: dict[str, tuple[str, ...]]) -> None:
        self.links, self.copies = [], {}
        for table, columns in tables.items():
            link = psycopg.connect(url)
            link.execute("SET session_replication_role = replica")
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, columns))
            )
            copy = link.cursor().copy(statement)
            self.copies[table] = (copy, copy.__enter__())
            self.links.append(link)

    def write(self, table: str, row: tuple[Any, ...]) -> None:
        self.copies[table][1].write_row(row)

    def close(self) -> None:
        for copy, _open in self.copies.values():
            copy.__exit__(None, None, None)
        for link in self.links:
            link.commit()
            link.close()


_ROW = ("id", "workspace_id", "kind", "title", "sort_key", "owner_id", "team_id", "updated_at", "search", "duplicate_keys")
_BASE = ("id", "workspace_id", "version", "owner_id", "team_id", "created_at", "updated_at")
_TABLES = {
    "record": _ROW,
    "account": (*_BASE, "name", "name_key", "name_sort", "type", "status", "industry", "industry_key", "phone", "phone_key", "employees"),
    "contact": (*_BASE, "name", "name_key", "name_sort", "account_id", "mobile", "mobile_key", "email", "email_key", "status"),
    "activity": (*_BASE, "subject", "subject_key", "subject_sort", "type", "record_id", "account_id", "done_at", "due"),
}


def _copy_part(data: Path, office: str, people: list[tuple[str, str]], seed: int, many: int, children: bool = True) -> None:
    """One process's share: accounts with two contacts and five activities each."""
    import django  # noqa: PLC0415

    django.setup()
    from tools.bench_words import Drawn  # noqa: PLC0415  (needs the kinds, in a fresh process too)

    drawn = Drawn(office, random.Random(seed), seed)  # noqa: S311  (the same base each time)
    out = _Writer(embedded(data).url("postgres", secrets_for(data).superuser, "kith"), _TABLES)
    for number in range(many):
        whose = people[drawn.dice.randrange(len(people))]
        account = drawn.account(out.write, number, whose)
        for of in range(2 if children else 0):
            drawn.contact(out.write, number * 2 + of, whose, account)
        for _ in range(5 if children else 0):
            drawn.activity(out.write, whose, account)
    out.close()


def names(dice: random.Random) -> Iterator[str]:
    """Endless company names, Chinese and English in turn."""
    trades = [trade[0] for trade in chinese.TRADES]
    cities = [city[0].removesuffix("市") for city in chinese.CITIES]
    letters = (*chinese.BRAND_FIRST, *chinese.BRAND_SECOND)
    english_trades = [trade[0] for trade in english.TRADES]
    while True:
        brand = "".join(dice.choice(letters) for _ in range(dice.choice((2, 2, 3))))
        yield f"{dice.choice(cities)}{brand}{dice.choice(trades)}{dice.choice(('有限公司', '股份有限公司', '有限责任公司'))}"
        second = dice.choice(english.SURNAMES).replace("_", " ")
        yield f"{dice.choice(english.NAME_FIRST)} {second} {dice.choice(english_trades)} {dice.choice(('Ltd', 'GmbH', 'Inc', 'plc'))}"
