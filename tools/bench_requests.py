"""The requests that `just bench` measures. Imported once Django is ready."""

import json
from collections.abc import Callable
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection
from django.test import Client

from crm.kernel.access.models import Share
from crm.kernel.records.listing import encode
from crm.kernel.records.models import RecordRow
from crm.kernel.tenancy.scope import bump_permissions, scope
from crm.kernel.testing.cast import Company, company
from tools.bench import DEALS, FILL, Figure, measure


def figures(accounts: int, times: int, owner_url: str) -> list[Figure]:
    """Builds the base, then measures each request."""
    office = company("Bench")
    deals = fill(office, accounts)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ANALYZE")
    page, api = office.browser("ada"), office.api("ada")
    some = middle(office)
    deep = f"/accounts/?cursor={some[1]}"
    return [
        figure("list of accounts, first page", lambda: seen(page, "/accounts/"), floor(office, FIRST), times),
        figure("list of accounts, deep page", lambda: seen(page, deep), floor(office, DEEP, [some[2], some[0]]), times),
        figure("open an account", lambda: seen(page, f"/accounts/{some[0]}/"), floor(office, OPEN, [some[0]]), times),
        figure(f"board of {deals:,} open deals", lambda: seen(page, "/opportunities/board"), floor(office, BOARD), times),
        figure("API: list of 50 accounts", lambda: seen(api, "/api/v1/accounts?limit=50"), floor(office, FIRST), times),
        figure("API: create a contact", lambda: made(api), floor(office, CREATE), times),
    ]


FIRST = "SELECT * FROM account WHERE deleted_at IS NULL AND team_id = %(east)s ORDER BY name_sort, id LIMIT 50"
DEEP = FIRST.replace("ORDER BY", "AND (name_sort, id) > (%(a)s, %(b)s) ORDER BY")
OPEN = "SELECT * FROM account WHERE id = %(a)s"
BOARD = "SELECT stage_id, count(*), sum(amount) FROM opportunity WHERE deleted_at IS NULL AND team_id = %(east)s GROUP BY stage_id"
CREATE = """INSERT INTO record (id, workspace_id, kind, title, sort_key, updated_at)
            SELECT uuidv7(), kith_workspace(), 'bench', 'x', 'x', now()"""


def figure(name: str, ask: Callable[[], Any], least: Callable[[], Any], times: int) -> Figure:
    cpu, p50, p95 = measure(ask, times)
    return Figure(name, cpu, p50, p95, measure(least, times)[1])


def fill(office: Company, accounts: int) -> int:
    """Accounts and deals by SQL: the pipeline is not what is measured here."""
    stages: Any = apps.get_model("sales", "Stage")
    with office.as_("admin"), connection.cursor() as cursor:
        first = stages.objects.filter(kind="open").order_by("pipeline_id", "position").first()
        open_stages = [one.pk for one in stages.objects.filter(kind="open", pipeline_id=first.pipeline_id)]
        common: dict[str, Any] = {
            "ada": office.people["ada"].pk, "other": office.people["cleo"].pk, "east": office.people["ada"].team_id,
            "west": office.people["cleo"].team_id, "workspace": office.id,
        }
        cursor.execute(FILL.replace("n % ", "n %% "), common | {"many": accounts})
        deals = {"pipeline": first.pipeline_id, "stages": open_stages, "count": len(open_stages), "many": 20_000}
        cursor.execute(DEALS.replace("n % 2", "n %% 2"), common | deals)
        west = RecordRow.objects.filter(kind="account", team_id=common["west"]).values_list("pk", flat=True)[:200]
        Share.objects.bulk_create([Share(record_id=pk, user_id=common["ada"]) for pk in west])
        bump_permissions()
    return 20_000


def middle(office: Company) -> tuple[Any, str, str]:
    """(id, cursor, sort key) of an account far down the list."""
    account: Any = apps.get_model("customers", "Account")
    with office.as_("ada"):
        one = account.objects.filter(team_id=office.people["ada"].team_id).order_by("-name_sort")[1000:1001].get()
    return one.pk, encode(one.name_sort, one.pk), one.name_sort


def floor(office: Company, sql: str, values: list[Any] | None = None) -> Callable[[], Any]:
    given = {"east": office.people["ada"].team_id} | dict(zip(("a", "b"), values or [], strict=False))

    def ask() -> None:
        with scope(office.id), connection.cursor() as cursor:
            cursor.execute(sql, given)
            if cursor.description:
                cursor.fetchall()

    return ask


def seen(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.content[:500])


def made(client: Client) -> None:
    body = json.dumps({"name": "Jon Yang", "email": "jon@example.com"})
    answer = client.post("/api/v1/contacts", body, content_type="application/json")
    assert answer.status_code == 201, answer.content[:500]
