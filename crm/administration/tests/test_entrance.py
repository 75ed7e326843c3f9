"""Signing in and out over HTTP."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from crm.kernel.identity.actions import found_workspace, invite, make_reset_link
from crm.kernel.identity.models import Session, User
from crm.kernel.mail import actions as mail
from crm.kernel.mail.models import Letter
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import PASSWORD, Company


def enter(client: Client, company: Company, name: str, password: str = PASSWORD, **more: str) -> Any:
    sent = {"email": company.people[name].email, "password": password, **more}
    return client.post("/sign-in", sent, REMOTE_ADDR=f"10.{hash(company.slug) % 250}.0.1")


def bare(page: bytes) -> str:
    """A page without what differs by itself: CSRF tokens and what was typed."""
    return re.sub(r'value="[^"]*"|content="[^"]*"|hx-headers=\'[^\']*\'', "", page.decode())


def test_whoever_is_not_signed_in_comes_to_the_sign_in_page_and_back(north: Company) -> None:
    client = Client()
    answer = client.get("/settings/profile?tab=1")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=%2Fsettings%2Fprofile%3Ftab%3D1")
    page = client.get(answer["Location"])
    assert page.status_code == 200 and b'value="/settings/profile?tab=1"' in page.content
    answer = enter(client, north, "ada", next="/settings/profile?tab=1")
    assert (answer.status_code, answer["Location"]) == (302, "/settings/profile?tab=1")
    assert client.get("/settings/profile").status_code == 200


def test_the_cookie_is_closed_to_scripts_and_other_sites(north: Company) -> None:
    client = Client()
    enter(client, north, "ada")
    cookie = client.cookies["kith_session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["secure"]
    secure = Client()
    secure.post("/sign-in", {"email": north.people["ada"].email, "password": PASSWORD}, secure=True,
                headers={"Referer": "https://testserver/sign-in"})
    assert secure.cookies["kith_session"]["secure"]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(north: Company, target: str) -> None:
    answer = enter(Client(), north, "ada", next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_wrong_password_is_told_and_counted(north: Company) -> None:
    client = Client()
    answer = enter(client, north, "ada", "not the password")
    assert answer.status_code == 422
    assert "E-mail and password do not match. 4 tries are left" in answer.content.decode()
    assert "kith_session" not in client.cookies
    for _try in range(4):
        answer = enter(client, north, "ada", "not the password")
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 500
    assert enter(client, north, "ada").status_code == 429
    assert "Wait 10 minutes" in enter(client, north, "ada").content.decode()


def test_an_unknown_e_mail_gets_the_same_page(north: Company) -> None:
    wrong = enter(Client(), north, "bo", "not the password")
    unknown = Client().post("/sign-in", {"email": f"x{north.people['bo'].email}", "password": "not the password"})
    assert wrong.status_code == unknown.status_code == 422
    assert bare(wrong.content) == bare(unknown.content)


def test_csrf_is_checked_for_cookies_and_not_for_tokens(north: Company) -> None:
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post("/sign-in", {"email": "a", "password": "b"})
    assert refused.status_code == 403 and "Load it again" in refused.content.decode()
    strict.cookies["kith_session"] = north.browser("ada").cookies["kith_session"].value
    assert strict.post("/settings/profile", {"name": "Mallory"}).status_code == 403
    with scope(north.id):
        assert User.objects.get(id=north.people["ada"].id).name == "Ada Whitfield"
    by_token = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {north.token('ada')}"})
    assert by_token.post("/settings/profile", {"name": "Ada W"}).status_code == 302


def test_signing_in_starts_a_fresh_session_and_ends_the_one_before(north: Company) -> None:
    client = Client()
    enter(client, north, "ada")
    first = client.cookies["kith_session"].value
    enter(client, north, "ada")
    assert client.cookies["kith_session"].value != first
    old = Client()
    old.cookies["kith_session"] = first
    assert old.get("/settings/profile").status_code == 302


def test_a_planted_cookie_is_not_taken_over(north: Company) -> None:
    client = Client()
    client.cookies["kith_session"] = f"{north.id.hex}.{'a' * 43}"
    enter(client, north, "ada")
    assert client.cookies["kith_session"].value != f"{north.id.hex}.{'a' * 43}"


def test_sign_out(north: Company) -> None:
    client = north.browser("ada")
    kept = client.cookies["kith_session"].value
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    again = Client()
    again.cookies["kith_session"] = kept
    assert again.get("/settings/profile").status_code == 302


def test_several_workspaces_are_offered(north: Company) -> None:
    email = north.people["admin"].email
    second, _user = found_workspace("Second & <b>Sons</b>", email, "Ada", PASSWORD)
    client = Client()
    page = client.post("/sign-in", {"email": email, "password": PASSWORD, "next": "/settings/tokens"})
    text = page.content.decode()
    assert page.status_code == 200 and "kith_session" not in client.cookies
    assert "Second &amp; &lt;b&gt;Sons&lt;/b&gt;" in text
    proof = re.search(r'name="proof" value="([^"]+)"', text)
    assert proof is not None
    sent = {"proof": proof[1], "workspace": str(second.id), "next": "/settings/tokens"}
    answer = client.post("/sign-in/choose", sent)
    assert answer["Location"] == "/settings/tokens"
    assert "Second &amp;" in client.get("/settings/tokens").content.decode()
    one = Client()
    one.post("/sign-in?workspace=x", {"email": email, "password": PASSWORD, "workspace": second.slug})
    assert one.cookies["kith_session"].value.startswith(second.id.hex)


def test_a_choice_after_a_while_starts_again(north: Company, south: Company) -> None:
    sealed = [(south.id.hex, south.people["admin"].id.hex, "0" * 16)]
    forged = [signing.dumps(sealed, salt=salt) for salt in ("another salt", "kith.sign-in.choice")]
    for proof in ("nonsense", *forged):
        client = Client()
        answer = client.post("/sign-in/choose", {"proof": proof, "workspace": str(south.id)})
        assert answer.status_code == 422 and "kith_session" not in client.cookies


def test_an_htmx_request_without_session_is_led_to_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts?x=1"}
    answer = Client().get("/settings/profile", headers=headers)
    assert answer.status_code == 401 and answer["HX-Redirect"] == "/sign-in?next=%2Faccounts%3Fx%3D1"


def test_programs_get_problem_json(north: Company) -> None:
    for token in ("", "nonsense", f"kith_{north.id.hex}_{'a' * 43}"):
        answer = Client(headers={"Authorization": f"Bearer {token}"} if token else {}).get("/api/v1/accounts")
        assert answer.status_code == 401 and answer["Content-Type"].startswith("application/problem+json")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["code"] == "not-signed-in"


def test_a_token_does_not_fall_back_to_the_cookie(north: Company) -> None:
    client = north.browser("ada")
    assert client.get("/api/v1/accounts", headers={"Authorization": "Bearer nonsense"}).status_code == 401


def test_the_language_of_the_entrance(north: Company) -> None:
    client = Client()
    assert client.post("/language", {"language": "zh-hans", "next": "//evil.example"})["Location"] == "/sign-in"
    assert 'lang="zh-Hans"' in client.get("/sign-in").content.decode()
    client.post("/language", {"language": "klingon"})
    assert 'lang="zh-Hans"' in client.get("/sign-in").content.decode()


def _invitation(company: Company, email: str, name: str = "seller") -> str:
    with company.as_("admin"):
        return invite(email, "", [company.roles[name.title()].id], language="zh-hans")[1]


def test_an_invitation_is_accepted_in_its_own_language(north: Company) -> None:
    secret = _invitation(north, f"new-{north.slug}@kith.example")
    client = Client()
    page = client.get(f"/invite/{secret}")
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin" and "no-store" in page["Cache-Control"]
    refused = client.post(f"/invite/{secret}", {"name": "", "password": "short"})
    assert refused.status_code == 422 and "kith_session" not in client.cookies
    assert client.post(f"/invite/{secret}", {"name": "陈静", "password": "一句很长很好记的口令"})["Location"] == "/"
    assert "陈静" in client.get("/settings/profile").content.decode()
    assert Client().get(f"/invite/{secret}").status_code == 404
    assert Client().post(f"/invite/{secret}", {"name": "Mallory", "password": PASSWORD}).status_code == 404


@pytest.fixture
def _mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(mail, "configured", lambda: True)
    yield


@pytest.mark.usefixtures("_mail")
def test_a_forgotten_password(north: Company) -> None:
    email = north.people["cleo"].email
    client = Client()
    known, unknown = (bare(client.post("/reset", {"email": one}).content) for one in (email, "x" + email))
    assert known.replace(email, "") == unknown.replace("x" + email, "")
    with north.as_kith():
        letter = Letter.objects.get()
    assert letter.to == email
    link = re.search(r"/reset/(\S+)", letter.text)
    assert link is not None
    path = f"/reset/{link[1]}"
    assert email in client.get(path).content.decode()
    assert client.post(path, {"password": "short"}).status_code == 422
    assert client.post(path, {"password": "quite another word"})["Location"] == "/"
    assert client.get("/settings/profile").status_code == 200
    assert Client().post(path, {"password": "yet another word!"}).status_code == 404
    assert enter(Client(), north, "cleo").status_code == 422
    assert enter(Client(), north, "cleo", "quite another word").status_code == 302


@pytest.mark.usefixtures("_mail")
def test_letters_for_a_new_password_are_limited(north: Company) -> None:
    for _try in range(3):
        assert Client().post("/reset", {"email": north.people["vi"].email}).status_code == 200
    assert Client().post("/reset", {"email": north.people["vi"].email}).status_code == 429


def test_without_a_mail_server_the_page_says_what_to_do(north: Company) -> None:
    assert "Ask an administrator" in Client().get("/reset").content.decode()
    with north.as_("admin"):
        secret = make_reset_link(north.people["ada"].id)
    assert Client().post(f"/reset/{secret}", {"password": "quite another word"}).status_code == 302


def test_sessions_of_a_person_are_told_apart(north: Company) -> None:
    client, other = north.browser("ada"), north.browser("ada")
    with scope(north.id):
        ids = {row.id for row in Session.objects.filter(user_id=north.people["ada"].id)}
    page = client.get("/settings/security").content.decode()
    assert page.count("/end") >= 2 and sum(str(one) in page for one in ids) == 1
    (there,) = [one for one in ids if str(one) in page]
    assert client.post(f"/settings/sessions/{there}/end").status_code == 302
    assert other.get("/settings/profile").status_code == 302
    assert client.get("/settings/profile").status_code == 200
