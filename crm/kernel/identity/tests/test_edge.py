"""The edge: what is kept, what is rolled back, who gets in."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path
from django.utils.translation import get_language

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotFound, Wrong
from crm.kernel.base.recent import Recent
from crm.kernel.identity.actions import make_token, save_team, sign_in
from crm.kernel.identity.actor import Actor
from crm.kernel.identity.entrance import Entry, cache
from crm.kernel.identity.keys import digest
from crm.kernel.identity.middleware import Edge
from crm.kernel.identity.models import Session, Team, User
from crm.kernel.identity.origin import origin_of
from crm.kernel.identity.queries import actor_for
from crm.kernel.identity.tests.house import PASSWORD, House
from crm.kernel.tenancy.scope import NoWorkspace, ambient, current_actor, scope

pytest_plugins = ["crm.kernel.identity.tests.fixtures"]


def answers(status: int) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        save_team(None, f"Team {status}")
        return HttpResponse(get_language() or "", status=status)

    return view


def raises(failure: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        save_team(None, "Lost")
        raise failure

    return view


urlpatterns = [
    *(path(f"answer/{status}", answers(status)) for status in (200, 302, 404, 422, 500)),
    path("raise/refusal", raises(Conflict("Not like this."))),
    path("raise/bug", raises(ZeroDivisionError())),
    path("raise/missing", raises(NotFound())),
    path("api/v1/refusal", raises(Wrong(fields={"name": ["This is needed."]}))),
    path("", include("config.urls")),
]


@pytest.fixture
def client(house: House) -> Client:
    client = Client(raise_request_exception=False)
    client.cookies["kith_session"] = sign_in(house.admin.email, PASSWORD).cookie
    return client


def teams(house: House) -> int:
    with scope(house.id):
        return Team.objects.count()


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("method", "status", "kept"), [
    ("post", 200, 1), ("post", 302, 1), ("post", 404, 0), ("post", 422, 0), ("post", 500, 0),
    ("get", 200, 1), ("get", 404, 1), ("get", 500, 0),
])  # fmt: skip
def test_what_was_written_is_kept_only_when_the_answer_is_good(
    house: House, client: Client, method: str, status: int, kept: int
) -> None:
    assert getattr(client, method)(f"/answer/{status}").status_code == status
    assert teams(house) == kept


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("name", "status"), [("refusal", 409), ("missing", 404), ("bug", 500)])
def test_an_exception_takes_everything_back(house: House, client: Client, name: str, status: int) -> None:
    answer = client.post(f"/raise/{name}")
    assert answer.status_code == status and teams(house) == 0
    if name == "refusal":
        assert "Not like this." in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_an_address_that_does_not_exist_is_told_in_the_house(client: Client) -> None:
    answer = client.get("/settings/nowhere")
    assert answer.status_code == 404 and "There is nothing at this address" in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_programs_get_a_refusal_as_problem_json(house: House) -> None:
    with scope(house.id, house.actor()):
        secret = make_token(house.admin, "x", None)
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).post("/api/v1/refusal")
    assert answer.status_code == 422 and answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body["fields"]) == ("wrong-values", {"name": ["This is needed."]})
    assert teams(house) == 0


@override_settings(ROOT_URLCONF=__name__)
def test_the_persons_language_is_active_inside_and_gone_outside(house: House, client: Client) -> None:
    with scope(house.id):
        User.objects.filter(id=house.admin.id).update(language="zh-hans")
    cache.clear()
    before = get_language()
    assert client.post("/answer/200").content == b"zh-hans"
    assert get_language() == before and ambient() is None


def _through(request: HttpRequest, view: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    return Edge(view)(request)


def test_a_public_page_has_no_workspace() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with pytest.raises(NoWorkspace):
            current_actor()
        return HttpResponse("open")

    for address in ("/sign-in", "/sign-in/choose", "/invite/x", "/reset", "/reset/x", "/healthz", "/static/app.css"):
        assert _through(RequestFactory().get(address), view).status_code == 200


@pytest.mark.parametrize(
    "address", ["/sign-inx", "/", "/accounts", "/invites", "/resetting", "/api/v1/accounts", "/x/sign-in"]
)
def test_everything_else_is_closed(address: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError("nobody should get here")

    assert _through(RequestFactory().get(address), view).status_code in (302, 401)


def test_each_request_is_looked_up_only_when_rights_have_changed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = sign_in(house.admin.email, PASSWORD).cookie
    looked: list[int] = []
    monkeypatch.setattr("crm.kernel.identity.entrance.actor_for", _counting(looked))
    for _request in range(3):
        request = RequestFactory().get("/x")
        request.COOKIES["kith_session"] = cookie
        assert _through(request, lambda _asked: HttpResponse("in")).status_code == 200
    assert len(looked) == 1
    with scope(house.id, house.actor()):
        save_team(None, "New")
    request = RequestFactory().get("/x")
    request.COOKIES["kith_session"] = cookie
    _through(request, lambda _asked: HttpResponse("in"))
    assert len(looked) == 2


def _counting(looked: list[int]) -> Callable[..., Actor]:
    def counted(*args: Any, **kwargs: Any) -> Actor:
        looked.append(1)
        return actor_for(*args, **kwargs)

    return counted


def test_a_touch_never_waits_for_another_request(house: House) -> None:
    cookie = sign_in(house.admin.email, PASSWORD).cookie
    with scope(house.id):
        Session.objects.update(last_used_at=now() - timedelta(hours=1))
    cache.clear()
    request = RequestFactory().get("/x")
    request.COOKIES["kith_session"] = cookie
    assert _through(request, lambda _asked: HttpResponse("in")).status_code == 200
    with scope(house.id):
        assert now() - Session.objects.get(digest=digest(cookie)).last_used_at < timedelta(minutes=1)


def test_the_cache_forgets_the_oldest(house: House) -> None:
    small: Recent[str, Entry] = Recent(2)
    entry = Entry(1, house.actor(), house.admin.id, house.id, now(), None)
    for name in ("a", "b", "a", "c"):
        if small.get(name) is None:
            small.put(name, entry)
    assert small.get("b") is None and small.get("a") is entry and small.get("c") is entry


def test_an_address_is_taken_from_trusted_proxies_only() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}, REMOTE_ADDR="10.0.0.1")
    assert origin_of(request).address == "10.0.0.1"
    with override_settings(KITH_PROXIES=1):
        assert origin_of(request).address == "203.0.113.9"
    with override_settings(KITH_PROXIES=3):
        assert origin_of(request).address == "10.0.0.1"


@override_settings(ROOT_URLCONF=__name__)
def test_a_limited_token_writes_through_the_api_only(house: House) -> None:
    with scope(house.id, house.actor()):
        limited, full = make_token(house.admin, "x", ["read", "write"]), make_token(house.admin, "y", None)
    assert Client(headers={"Authorization": f"Bearer {limited}"}).post("/answer/200").status_code == 403
    assert teams(house) == 0
    assert Client(headers={"Authorization": f"Bearer {full}"}).post("/answer/200").status_code == 200
