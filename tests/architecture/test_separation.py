"""Every route × every method × another company's ids: nothing is there, and nothing of the other company changes."""

import io
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from crm.kernel.entity.registry import registry
from crm.kernel.exchange.actions import start_import
from crm.kernel.files.actions import attach
from crm.kernel.identity.models import Role, Team
from crm.kernel.notify.actions import notify
from crm.kernel.records import undo, writing
from crm.kernel.tenancy.enforce import tenant_models
from crm.kernel.testing.cast import Company, company
from crm.kernel.testing.work import deliver

METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
#: Answers that give nothing away. 302 leads to an own page, 400 and 422 to words about the request's own form.
FINE = {302, 303, 400, 401, 403, 404, 405, 409, 413, 415, 422}

#: One id of each family of routes; the others of the company stand in the picture that must not change.
ASKED = ("account", "opportunity", "change_set", "import", "file", "role", "user", "stage")


def routes() -> Iterator[str]:
    def walk(patterns: list[Any], before: str) -> Iterator[str]:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns, route)
            elif isinstance(one, URLPattern):
                yield route

    yield from walk(get_resolver().url_patterns, "/")


def filled(route: str, pk: str) -> str:
    def one(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        if kind == "uuid":
            return pk
        return {"entity": "accounts", "kind": "accounts", "plural": "accounts"}.get(name, "history")

    return PARAMETER.sub(one, route)


@pytest.fixture(scope="module")
def theirs() -> tuple[Company, dict[str, str]]:
    """A company with one of everything that has an id of its own in an address."""
    south = company("Southport")
    ids: dict[str, str] = {}
    made: dict[str, Any] = {"account": south.make("account", {"name": "Secret of the south"})}
    with south.as_("admin") as admin:
        made["opportunity"] = writing.create(
            registry.kind("opportunity"), {"name": "Secret deal", "account": made["account"].pk, "amount": "100"}
        )
        made["activity"] = writing.create(registry.kind("activity"), {"subject": "Secret call", "record": made["account"].pk})
        writing.change(registry.kind("account"), made["account"].pk, {"name": "Secret of the south, changed"})
        ids["change_set"] = str(undo.note("Secret change", 1).pk)
        ids["import"] = str(start_import(registry.kind("account"), "secret.csv", io.BytesIO(b"Name\nSecret\n")).pk)
        ids["file"] = str(attach(made["account"].pk, SimpleUploadedFile("secret.txt", b"Secret")).pk)
        ids["role"], ids["team"] = str(Role.objects.first().pk), str(Team.objects.first().pk)
        ids["user"], ids["session"] = str(admin.id), str(south.people["ada"].pk)
        notify(south.people["admin"], "Secret news")
        for kind in ("stage", "pipeline", "lost_reason"):
            ids[kind] = str(registry.kind(kind).model.objects.first().pk)
    return south, ids | {kind: str(record.pk) for kind, record in made.items()}


def picture(harness: Any, workspace: Company) -> dict[str, str]:
    """{table: digest of all rows} of one company, read behind the policies as the owner."""
    found = {}
    with psycopg.connect(harness.owner_url) as owner:
        for model in tenant_models():
            table = model._meta.db_table
            if table in ("session", "task"):
                continue  # their own people and worker go on working
            row = owner.execute(
                f"SELECT count(*) || md5(coalesce(string_agg(t::text, '|' ORDER BY id), '')) FROM \"{table}\" t WHERE workspace_id = %s",  # noqa: S608
                [workspace.id],
            ).fetchone()
            found[table] = str(row[0]) if row else ""
    return found


def test_no_route_shows_or_changes_anything_of_another_company(theirs: tuple[Company, dict[str, str]], harness: Any) -> None:
    south, ids = theirs
    north = company("Northlight")
    page, api = north.browser("admin"), north.api("admin")
    deliver(south.id)  # what its own worker may do at any moment is done before the picture is taken
    before = picture(harness, south)
    asked, wrong = 0, []
    for route in sorted(set(routes())):
        if "<uuid:" not in route or "static" in route:
            continue
        client = api if route.startswith("/api/") else page
        for what in ASKED:
            pk = ids[what]
            path = filled(route, pk)
            for method in METHODS:
                more = {"data": "{}", "content_type": "application/json"} if client is api and method != "get" else {}
                answer = getattr(client, method)(path, **more)
                asked += 1
                body = b"" if answer.streaming else answer.content
                if answer.status_code not in FINE or b"Secret" in body:
                    wrong.append(f"{method} {route} ({what}): {answer.status_code}")
    assert not wrong, f"{len(wrong)} of {asked}: " + "; ".join(wrong[:20])
    assert asked > 1000
    assert picture(harness, south) == before
