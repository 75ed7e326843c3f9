"""What all addresses share: problem+json, methods, tokens, CSRF, limits, If-Match, idempotency, cursors."""

import json
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.rest import idempotency
from crm.kernel.rest.body import MAX_JSON_BYTES
from crm.kernel.rest.models import KeptAnswer
from tests.api.stock import Stocked
from tests.api.test_every_kind import send

PROBLEM = "application/problem+json"
ACCOUNTS = "/api/v1/accounts"
MOST_QUERIES = 8


def account(acme: Stocked, **values: Any) -> Any:
    answer = send(acme.api(), "POST", ACCOUNTS, {"name": "Lamplight Ltd", **values})
    assert answer.status_code == 201, answer.content
    return answer


def entity() -> Entity[Any]:
    found = registry.kind("account")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "url", "body", "content_type", "status"),
    [
        ("GET", "/api/v1/nonsense", b"", "", 404),
        ("GET", "/api/v1/accounts/not-an-id", b"", "", 404),
        ("GET", "/api/v1/", b"", "", 404),
        ("GET", "/api/v1/accounts?page=2", b"", "", 400),
        ("GET", "/api/v1/accounts?limit=1000", b"", "", 400),
        ("GET", "/api/v1/accounts?filter={", b"", "", 400),
        ("GET", "/api/v1/accounts?filter=%7B%22all%22%3A1%7D", b"", "", 400),
        ("GET", "/api/v1/accounts?filter=name%00", b"", "", 400),
        ("GET", "/api/v1/accounts?sort=nonsense", b"", "", 400),
        ("GET", "/api/v1/accounts?fields=nonsense", b"", "", 400),
        ("GET", "/api/v1/accounts?cursor=AAAA", b"", "", 400),
        ("PUT", "/api/v1/accounts", b"{}", "application/json", 405),
        ("TRACE", "/api/v1/accounts", b"", "", 405),
        ("POST", "/api/v1/accounts", b"{", "application/json", 400),
        ("POST", "/api/v1/accounts", b"[]", "application/json", 400),
        ("POST", "/api/v1/accounts", b"{}", "text/plain", 415),
        ("POST", "/api/v1/accounts", b"name=x", "application/x-www-form-urlencoded", 415),
        ("POST", "/api/v1/accounts", b"{}", "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "\\u0000"}', "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "\\ud800"}', "application/json", 400),
        ("POST", "/api/v1/accounts", b'{"name": {"a": 1}}', "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "x", "nonsense": 1}', "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "x", "employees": 1e39}', "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "x", "employees": 123456789012345678901}', "application/json", 422),
        ("POST", "/api/v1/accounts", b'{"name": "x", "id": "1"}', "application/json", 422),
        ("POST", "/api/v1/accounts", b"[" * 5000, "application/json", 400),
        ("POST", "/api/v1/accounts", b" " * (MAX_JSON_BYTES + 1), "application/json", 413),
        ("POST", "/api/v1/imports", b"{}", "application/json", 415),
        ("POST", "/api/v1/imports", b"--x\r\nnonsense", "multipart/form-data; boundary=x", 422),
        ("POST", "/api/v1/imports", b"nonsense", "multipart/form-data", 400),
    ],
)
def test_bad_input_is_a_problem(
    acme: Stocked, method: str, url: str, body: bytes, content_type: str, status: int
) -> None:
    answer = acme.api().generic(method, url, body, content_type=content_type)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == PROBLEM
    told = json.loads(answer.content)
    assert told["status"] == status
    assert {"type", "title", "detail", "code", "fields"} <= set(told)
    assert status != 405 or "GET" in answer["Allow"]


@pytest.mark.parametrize("header", [None, "Bearer nonsense", f"Bearer kith_{'0' * 32}_{'x' * 43}", "Basic eDp4"])
def test_without_a_good_token_everything_is_401(header: str | None) -> None:
    client = Client(raise_request_exception=False)
    for url in (ACCOUNTS, "/api/v1/me", "/api/openapi.json", f"{ACCOUNTS}/{uuid4()}", "/api/v1/nonsense"):
        answer = client.get(url, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401, url
        assert answer["Content-Type"] == PROBLEM
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_scopes_of_a_token_are_honoured(acme: Stocked) -> None:
    reads = acme.company.api("admin", ["read"])
    assert reads.get(ACCOUNTS).status_code == 200
    assert send(reads, "POST", ACCOUNTS, {"name": "x"}).status_code == 403
    assert send(reads, "PATCH", acme.url(entity()), {"name": "x"}).status_code == 403
    assert reads.delete(acme.url(entity())).status_code == 403
    only = acme.company.api("admin", ["account:read"])
    assert only.get(ACCOUNTS).status_code == 200
    assert only.get("/api/v1/contacts").status_code == 403
    writes = acme.company.api("admin", ["write"])
    assert send(writes, "POST", ACCOUNTS, {"name": "x"}).status_code == 201


def test_a_browser_session_needs_the_csrf_token(acme: Stocked) -> None:
    client = acme.company.browser("admin")
    client.handler.enforce_csrf_checks = True
    assert client.get(ACCOUNTS).status_code == 200
    refused = send(client, "POST", ACCOUNTS, {"name": "x"})
    assert refused.status_code == 403
    assert refused["Content-Type"] == PROBLEM
    client.cookies["kith_csrf"] = "a" * 32
    made = send(client, "POST", ACCOUNTS, {"name": "x"}, **{"X-CSRFToken": "a" * 32})
    assert made.status_code == 201, made.content


def test_a_stale_etag_is_answered_with_both_values(acme: Stocked) -> None:
    made = account(acme)
    url, old = made["Location"], made["ETag"]
    assert send(acme.api(), "PATCH", url, {"name": "Theirs"}).status_code == 200
    stale = send(acme.api(), "PATCH", url, {"name": "Mine"}, **{"If-Match": old})
    assert stale.status_code == 412
    assert stale.json()["values"] == {"name": {"mine": "Mine", "theirs": "Theirs"}}
    assert acme.api().get(url).json()["name"] == "Theirs"
    fresh = acme.api().get(url)["ETag"]
    assert send(acme.api(), "PATCH", url, {"name": "Mine"}, **{"If-Match": fresh}).status_code == 200
    assert send(acme.api(), "PATCH", url, {"name": "Mine"}, **{"If-Match": "3"}).status_code == 400
    assert send(acme.api(), "PATCH", url, {"name": "Any"}, **{"If-Match": "*"}).status_code == 200


def test_the_same_key_gets_the_same_answer(acme: Stocked) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = send(acme.api(), "POST", ACCOUNTS, {"name": "Once"}, **key)
    again = send(acme.api(), "POST", ACCOUNTS, {"name": "Once"}, **key)
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first["Location"] == again["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert send(acme.api(), "POST", ACCOUNTS, {"name": "Twice"}, **key).status_code == 422
    assert send(acme.api("ada"), "POST", ACCOUNTS, {"name": "Once"}, **key).json()["id"] != first.json()["id"]
    assert send(acme.api(), "POST", ACCOUNTS, {"name": "x"}, **{"Idempotency-Key": "x" * 201}).status_code == 400


def test_a_refused_request_may_be_tried_again_with_its_key(acme: Stocked) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    assert send(acme.api(), "POST", ACCOUNTS, {"name": ""}, **key).status_code == 422
    assert send(acme.api(), "POST", ACCOUNTS, {"name": "Now right"}, **key).status_code == 201


def test_answers_are_forgotten_after_a_day(acme: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first = send(acme.api(), "POST", ACCOUNTS, {"name": "Daily"}, **key)
    later = idempotency.now() + idempotency.KEPT * 2
    monkeypatch.setattr(idempotency, "now", lambda: later)
    second = send(acme.api(), "POST", ACCOUNTS, {"name": "Daily"}, **key)
    assert second.status_code == 201, second.content
    assert second.json()["id"] != first.json()["id"]
    with acme.company.as_("admin"):
        assert KeptAnswer.objects.filter(key=key["Idempotency-Key"]).count() == 1


def test_a_key_still_at_work_is_a_conflict(acme: Stocked) -> None:
    key, inside, finish = uuid4().hex, threading.Event(), threading.Event()
    statuses: list[int] = []
    slow = _holding(acme, key, inside, finish)
    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert inside.wait(20)
        statuses.append(send(acme.api(), "POST", ACCOUNTS, {"name": "x"}, **{"Idempotency-Key": key}).status_code)
    finally:
        finish.set()
        thread.join()
    assert statuses == [409]
    assert send(acme.api(), "POST", ACCOUNTS, {"name": "x"}, **{"Idempotency-Key": key}).status_code == 201


def _holding(acme: Stocked, key: str, inside: threading.Event, finish: threading.Event) -> Callable[[], None]:
    """Takes the key in a transaction of its own and keeps it until `finish`."""

    def hold() -> None:
        try:
            with acme.company.as_("admin") as actor:
                assert actor.id is not None
                idempotency.lock(actor.id, key)
                inside.set()
                finish.wait(20)
        finally:
            connection.close()

    return hold


def test_pages_are_stable_while_records_are_added(acme: Stocked) -> None:
    made = [account(acme, name=f"Paged {number:02}").json()["id"] for number in range(7)]
    tree = json.dumps({"field": "name", "op": "starts", "value": "Paged"})
    query: dict[str, Any] = {"filter": tree, "sort": "-created_at", "limit": 3}
    seen: list[str] = []
    while True:
        answer = acme.api().get(ACCOUNTS, query).json()
        seen += [item["id"] for item in answer["items"]]
        account(acme, name="Paged newer")
        if answer["next"] is None:
            break
        assert not set("+/= ") & set(answer["next"])
        query["cursor"] = answer["next"]
    assert seen == made[::-1]


def test_a_cursor_of_another_order_is_refused(acme: Stocked) -> None:
    for number in range(2):
        account(acme, name=f"Ordered {number}")
    cursor = acme.api().get(ACCOUNTS, {"sort": "name", "limit": 1}).json()["next"]
    assert acme.api().get(ACCOUNTS, {"sort": "-created_at", "limit": 1, "cursor": cursor}).status_code == 400


def test_a_list_takes_few_queries_however_many_rows(acme: Stocked) -> None:
    for number in range(5):
        account(acme, name=f"Counted {number}")
    acme.api().get(ACCOUNTS)
    for limit in (1, 5, 200):
        with CaptureQueriesContext(connection) as queries:
            assert acme.api().get(ACCOUNTS, {"limit": limit}).status_code == 200
        assert len(queries) <= MOST_QUERIES


def test_the_text_form_of_a_filter_is_understood(acme: Stocked) -> None:
    account(acme, name="Textual Ltd")
    answer = acme.api().get(ACCOUNTS, {"filter": 'name = "textual ltd"'})
    assert [item["name"] for item in answer.json()["items"]] == ["Textual Ltd"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\u202eevil\u202c",
        "𠮷野家 😀👩‍👩‍👧",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE account; --",
        "{{ 7*7 }} %(x)s {0} \\u0000",
        "a\u0000b",
        "\ud800",
        "x" * 100_000,
        "\n\t\r",
    ],
)
def test_hostile_text_is_kept_as_it_is_or_refused_with_a_sentence(acme: Stocked, text: str) -> None:
    raw = json.dumps({"name": text})
    made = acme.api().generic("POST", ACCOUNTS, raw, content_type="application/json")
    if made.status_code == 201:
        assert acme.api().get(made["Location"]).json()["name"] == made.json()["name"]
        assert made.json()["name"] in text
        found = acme.api().get(ACCOUNTS, {"filter": json.dumps({"field": "name", "op": "is", "value": text})})
        assert made.json()["id"] in {item["id"] for item in found.json()["items"]}
    else:
        assert made.status_code in (400, 422), made.content
        assert made.json()["fields"] or made.json()["detail"]
    looked = acme.api().get(ACCOUNTS, {"filter": f'name ~ "{text[:50]}"'.encode("utf-8", "replace")})
    assert looked.status_code in (200, 400)


def test_me_and_kinds(acme: Stocked) -> None:
    me = acme.api("ada").get("/api/v1/me").json()
    assert me["name"] == "Ada Whitfield"
    assert me["workspace"]["id"] == str(acme.company.id)
    kinds = acme.api("vi").get("/api/v1/kinds").json()["items"]
    assert {kind["kind"] for kind in kinds} == {one.kind for one in registry.all()}
    assert kinds[0]["verbs"] == ["view"]
