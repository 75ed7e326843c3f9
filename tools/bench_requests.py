"""The requests that `just bench` measures. Imported once Django is ready."""

import json
import os
import random
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.test import Client

from config.launcher import commands, ports
from crm.kernel.access.models import Share
from crm.kernel.identity.actions.people import add_user
from crm.kernel.identity.actions.teams import save_team
from crm.kernel.identity.models import User
from crm.kernel.records.listing import encode
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import bump_permissions, scope
from crm.kernel.testing.cast import PASSWORD, Company, company
from tools import bench_own
from tools.bench import Figure, measure
from tools.bench_base import OTHERS, OWNERS, TEAMS, Base, names
from tools.bench_people import Sent, at_once

CROWD, OPEN_DEALS, ALL_DEALS = 8, 20_000, 70_000
TYPED = "shangh|恒华|盈|wangwei|harbour s|8812|li na|标牌|meridian|p1234.1@|dongguan|smith|广州|szhx".split("|")


@dataclass(slots=True)
class Ask:
    """One kind of request: how it is asked of a client, what the floor is, what it may cost. `path` may differ each time."""

    name: str
    path: Callable[[], str]
    floor: Callable[[], Any] | None = None
    budget: str = ""
    api: bool = False
    body: Callable[[], dict[str, str]] | None = None

    def put(self, client: Client) -> None:
        path = self.path()
        if self.body is not None:
            answer = client.post(path, json.dumps(self.body()), content_type="application/json")
        else:
            answer = client.get(path)
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.content[:500])


def figures(base: Base, times: int, seconds: float) -> list[Figure]:
    """Fills the base where it is not, then measures each request alone and by eight at once."""
    office, cookie, token = ready(base)
    page, api = Client(raise_request_exception=False), Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)
    page.cookies["kith_session"] = cookie
    found = []
    with serving(base) as url:
        for ask in asks(office):
            client = api if ask.api else page
            cpu, database, p50 = measure(lambda ask=ask, client=client: ask.put(client), times, backend)  # type: ignore[misc]
            floor_ = measure(ask.floor, times)[2] if ask.floor else 0.0
            crowd = statistics.quantiles(many_at_once(ask, url, cookie, token, seconds), n=20)[18]
            found.append(Figure(ask.name, cpu, database, p50, crowd, floor_, ask.budget))
            print(found[-1].row, flush=True)
    return found


def backend() -> int:
    """The database's process behind this process's connection."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid)


FIRST = "SELECT * FROM account WHERE deleted_at IS NULL AND team_id = %(east)s ORDER BY name_sort, id LIMIT 50"
DEEP = FIRST.replace("ORDER BY", "AND (name_sort, id) > (%(a)s, %(b)s) ORDER BY")
OPEN = "SELECT * FROM account WHERE id = %(a)s"
BOARD = "SELECT stage_id, count(*), sum(amount) FROM opportunity WHERE deleted_at IS NULL AND team_id = %(east)s GROUP BY stage_id"
FIND = "SELECT * FROM kith_search('''shangh'':*', ARRAY['account'], 10)"
SAME = "SELECT record FROM duplicate_key WHERE key = ANY (SELECT unnest(duplicate_keys) FROM record WHERE id = %(a)s) LIMIT 200"
GROUPED = """SELECT stage_id, date_trunc('month', closed_on), count(*), sum(amount) FROM opportunity
             WHERE deleted_at IS NULL AND team_id = %(east)s AND closed_on IS NULL GROUP BY 1, 2"""
CREATE = """INSERT INTO record (id, workspace_id, kind, title, sort_key, updated_at, search)
            SELECT uuidv7(), kith_workspace(), 'bench', 'x', 'x', now(), ''"""


def asks(office: Company) -> list[Ask]:
    dice = random.Random(7)  # noqa: S311
    one, deep, key = middle(office)
    new = {"name": "Jon Yang", "email": "jon@example.com"}
    typed = as_typed(dice)
    return [
        Ask("list of accounts, first page", lambda: "/accounts/", floor(office, FIRST), "8 / 60"),
        Ask("list of accounts, deep page", lambda: f"/accounts/?cursor={deep}", floor(office, DEEP, [key, one]), "8 / 60"),
        Ask("open an account", lambda: f"/accounts/{one}/", floor(office, OPEN, [one]), "15 / 100"),
        Ask("search as one types", lambda: f"/find?q={dice.choice(TYPED)}", floor(office, FIND), "10 / 60"),
        Ask("letters typed over a list of contacts", lambda: f"/contacts/?q={dice.choice(TYPED)}"),
        Ask("letters typed into a link to any record", lambda: f"/lookup/any?q={dice.choice(TYPED)}"),
        Ask(f"board of {OPEN_DEALS:,} open deals", lambda: "/opportunities/board", floor(office, BOARD), "20 / 120"),
        Ask("deals in groups by stage, with sums", lambda: "/opportunities/?group=stage", floor(office, GROUPED), "10 / 60"),
        Ask("sales page", lambda: "/sales/"),
        Ask("my day", lambda: "/"),
        Ask("API: list of 50 accounts", lambda: "/api/v1/accounts?limit=50", floor(office, FIRST), api=True),
        Ask("API: create a contact", lambda: "/api/v1/contacts", floor(office, CREATE), "15 / 80", api=True, body=lambda: new),
        Ask("API: look for duplicates", lambda: "/api/v1/accounts/duplicates", floor(office, SAME, [one]), "15 / 60", api=True, body=typed),
        *own_kind(office),
    ]


def own_kind(office: Company) -> list[Ask]:
    """What is asked of a kind that was made in the interface, with as many records as there are accounts."""
    one = bench_own.one_vehicle(office)
    texts = (bench_own.SORTED, bench_own.FILTERED, bench_own.BOARD)
    first, filtered, board = (floor(office, bench_own.floor_of(office, text)) for text in texts)
    new = {"name": "A new one", "mileage": "12", "fuel": "electric"}
    return [
        Ask("own kind: list by an own field", lambda: "/vehicles/?sort=-mileage", first, "8 / 60"),
        Ask("own kind: own filter and order", lambda: "/vehicles/?filter=fuel+%3D+electric&sort=-mileage", filtered, "8 / 60"),
        Ask("own kind: open a record", lambda: f"/vehicles/{one}/", None, "15 / 100"),
        Ask("own kind: board of all, with sums", lambda: "/vehicles/board", board),
        Ask("API: create one of an own kind", lambda: "/api/v1/vehicles", floor(office, CREATE), "15 / 80", True, lambda: new),
    ]


def as_typed(dice: random.Random) -> Callable[[], dict[str, str]]:
    """What people type: names of the base whole, cut short, with a letter lost, or half; a third with a phone."""
    drawn = names(random.Random(1))  # noqa: S311
    pool = [next(drawn) for _ in range(5_000)]

    def typed() -> dict[str, str]:
        name = dice.choice(pool)
        at = dice.randrange(len(name))
        shapes = (name, name[: max(2, len(name) - 4)], name[:at] + name[at + 1 :], name[: len(name) // 2 + 1])
        more = {"phone": f"+8621{dice.randrange(10**7, 10**8)}"} if dice.random() < 1 / 3 else {}
        return {"name": dice.choice(shapes)} | more

    return typed


def ready(base: Base) -> tuple[Company, str, str]:
    """(the office, a session of Ada, a token of hers); the first time the base is filled."""
    kept = base.known()
    if kept is None:
        office = company("Bench")
        people, others = _people(office)
        deals(office)
        took = base.fill(str(office.id), people, others, {who: one.email for who, one in office.people.items()})
        print({step: round(seconds) for step, seconds in took.items()}, flush=True)
    else:
        office = _again(kept)
    with office.as_kith():
        shares(office)
    bench_own.vehicles(office, base.admin(), base.accounts)
    return office, office.browser("ada").cookies["kith_session"].value, office.token("ada")


def _people(office: Company) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    people = [(str(office.people[who].pk), str(office.people[who].team_id)) for who in ("ada", "bo", "cleo")]
    with office.as_("admin"):
        teams = [save_team(None, f"Team {number}") for number in range(TEAMS - 2)]
        for number in range(OWNERS - 3):
            mail, team = f"u{number}-{office.slug}@kith.example", teams[number % len(teams)]
            made = add_user(mail, f"Person {number}", PASSWORD, [office.roles["Seller"]], team)
            people.append((str(made.pk), str(made.team_id)))
    others = []
    for number in range(OTHERS):
        other = company(f"Other {number}")
        others.append((str(other.id), str(other.people["ada"].pk), str(other.people["ada"].team_id)))
    return people, others


def _again(kept: dict[str, Any]) -> Company:
    office = Company(UUID(kept["office"]), "bench")
    with office.as_kith():
        for who, mail in kept["people"].items():
            office.people[who] = User.objects.get(email=mail)
    return office


DEALS = """
WITH made AS (
  SELECT uuidv7() AS id, n, CASE WHEN n %% 2 = 0 THEN %(ada)s::uuid ELSE %(other)s::uuid END AS owner
    FROM generate_series(1, %(many)s) AS n
), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, owner_id, team_id, updated_at, search)
  SELECT id, %(workspace)s, 'opportunity', 'Deal ' || n, 'deal ' || n, owner, %(east)s, now(), '' FROM made RETURNING id
)
INSERT INTO opportunity (id, workspace_id, version, owner_id, team_id, created_at, updated_at, name, name_key, name_sort,
                         amount, amount_currency, pipeline_id, stage_id, closed_on)
SELECT id, %(workspace)s, 1, owner, %(east)s, now(), now(), 'Deal ' || n, 'deal ' || n, 'deal ' || n, n * 1000, 'CNY',
       %(pipeline)s, (%(stages)s::uuid[])[1 + n %% %(count)s], CASE WHEN %(closed)s THEN current_date - n %% 700 END FROM made
"""


def deals(office: Company) -> None:
    """Open and closed deals of Ada's team, by SQL."""
    stages: Any = apps.get_model("sales", "Stage")
    with office.as_kith(), connection.cursor() as cursor:
        first = stages.objects.filter(kind="open").order_by("pipeline_id", "position").first()
        common = {
            "ada": office.people["ada"].pk, "other": office.people["bo"].pk, "east": office.people["ada"].team_id,
            "workspace": office.id, "pipeline": first.pipeline_id,
        }  # fmt: skip
        mine = stages.objects.filter(pipeline_id=first.pipeline_id)
        for rows, closed, many in (
            (mine.filter(kind="open"), False, OPEN_DEALS), (mine.exclude(kind="open"), True, ALL_DEALS - OPEN_DEALS),
        ):  # fmt: skip
            ids = list(rows.values_list("pk", flat=True))
            cursor.execute(DEALS, common | {"stages": ids, "count": len(ids), "many": many, "closed": closed})


def shares(office: Company) -> None:
    """200 accounts of another team, shared with Ada one by one."""
    if not Share.objects.filter(user_id=office.people["ada"].pk).exists():
        west = RecordRow.objects.filter(kind="account", team=office.people["cleo"].team).values_list("pk", flat=True)[:200]
        Share.objects.bulk_create([Share(record_id=pk, user_id=office.people["ada"].pk) for pk in west])
        bump_permissions()


def middle(office: Company) -> tuple[Any, str, str]:
    """(id, cursor, sort key) of an account far down the list."""
    account: Any = apps.get_model("customers", "Account")
    with office.as_("ada"):
        one = account.objects.filter(team_id=office.people["ada"].team_id).order_by("-name_sort")[100:101].get()
    return one.pk, encode(one.name_sort, one.pk), one.name_sort


def floor(office: Company, sql: str, values: list[Any] | None = None) -> Callable[[], Any]:
    given = {"east": office.people["ada"].team_id} | dict(zip(("a", "b"), values or [], strict=False))

    def ask() -> None:
        with scope(office.id), connection.cursor() as cursor:
            cursor.execute(sql, given)
            if cursor.description:
                cursor.fetchall()

    return ask


@contextmanager
def serving(base: Base) -> Iterator[str]:
    """The web server as the product starts it, on the bench's database; its address."""
    url = f"http://127.0.0.1:{(port := ports.free_port())}"
    environment = {**os.environ, **base.environment(), "KITH_POOL": "1", "KITH_BASE_URL": url}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(commands.web(port), cwd=commands.ROOT, env=environment, stdout=log, stderr=log)
        try:
            there, last = ports.wait_ready(f"{url}/readyz", 60, lambda: process.poll() is None)
            if not there:
                raise SystemExit(f"the web server does not answer: {last}")
            yield url
        finally:
            process.terminate()
            process.wait(20)


def many_at_once(ask: Ask, url: str, cookie: str, token: str, seconds: float, people: int = CROWD) -> list[float]:
    """Milliseconds of each answer while `people` ask at once; as they would be in a browser, answers are packed."""
    headers = {"Authorization": f"Bearer {token}"} if ask.api else {"Cookie": f"kith_session={cookie}"}
    sent = [Sent(ask.path(), ask.body() if ask.body is not None else None) for _ in range(500)]
    return at_once(url, {**headers, "Accept-Encoding": "gzip"}, sent, people, seconds)
