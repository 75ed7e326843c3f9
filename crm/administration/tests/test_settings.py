"""The settings' pages over HTTP: each does its work, and only for whom it is."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from crm.kernel.identity.actions import change_roles, invite, save_role, save_team
from crm.kernel.identity.actions.people import SETTINGS
from crm.kernel.identity.models import ApiToken, Invitation, Role, Session, Team, User
from crm.kernel.identity.queries import built_in_role
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import scope
from crm.kernel.testing.cast import PASSWORD, Company

OWN = ("/settings/profile", "/settings/security", "/settings/tokens")
ADMIN = ("/settings/workspace", "/settings/users", "/settings/teams", "/settings/roles", "/settings/roles/new",
         "/settings/all-tokens")  # fmt: skip


@pytest.mark.parametrize("path", OWN)
def test_everybody_has_their_own_pages(north: Company, path: str) -> None:
    for name in ("admin", "ada", "vi"):
        assert north.browser(name).get(path).status_code == 200


@pytest.mark.parametrize("path", ADMIN)
def test_the_workspaces_pages_are_there_for_administrators_only(north: Company, path: str) -> None:
    assert north.browser("admin").get(path).status_code == 200
    assert north.browser("ada").get(path).status_code == 404
    assert path not in north.browser("ada").get("/settings/profile").content.decode()


def test_a_clerk_sees_what_is_given_and_403_beside_it(north: Company) -> None:
    with north.as_("admin"):
        role = save_role(None, "Office", "", {"kinds": {}, "does": ["administration.users"]})
        change_roles(north.people["vi"].id, [role.id])
    client = north.browser("vi")
    assert client.get("/settings/users").status_code == 200
    assert client.get("/settings/roles").status_code == 403
    assert client.post("/settings/roles/new", {"name": "Boss", "admin": "on"}).status_code == 403
    admin = north.people["admin"].id
    assert client.post(f"/settings/users/{admin}/deactivate").status_code == 403
    assert client.post(f"/settings/users/{admin}/reset-link").status_code == 403


def test_the_profile_speaks_the_new_language_at_once(north: Company) -> None:
    client = north.browser("ada")
    values = {"name": "吴雅达", "language": "zh-hans", "time_zone": "Europe/Berlin", "currency": "EUR", "country": "DE",
              "theme": "dark", "density": "dense"}  # fmt: skip
    assert client.post("/settings/profile", values)["Location"] == "/settings/profile"
    page = client.get("/settings/profile")
    assert page["Content-Language"] == "zh-hans" and 'lang="zh-Hans"' in page.content.decode()
    refused = client.post("/settings/profile", values | {"name": " ", "time_zone": "Moon"})
    assert refused.status_code == 422 and refused.content.decode().count('aria-invalid="true"') == 2
    with scope(north.id):
        assert User.objects.get(id=north.people["ada"].id).name == "吴雅达"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "a\x00b", "𝔘𝔫𝔦 😀", "=cmd|' /C calc'!A0"])
def test_hostile_names_are_stored_as_text(north: Company, name: str) -> None:
    client = north.browser("ada")
    user = north.people["ada"]
    values = {field: getattr(user, field) for field in SETTINGS}
    assert client.post("/settings/profile", {"name": name, **values}).status_code == 302
    page = client.get("/settings/profile")
    assert page.status_code == 200 and b"<script>alert" not in page.content and "\u202e" not in page.content.decode()


def test_the_password_is_changed_with_the_old_one(north: Company) -> None:
    client, other = north.browser("ada"), north.browser("ada")
    wrong = client.post("/settings/security", {"old": "not it at all", "new": "quite another word"})
    assert wrong.status_code == 422 and other.get("/settings/profile").status_code == 200
    assert client.post("/settings/security", {"old": PASSWORD, "new": "short"}).status_code == 422
    assert client.post("/settings/security", {"old": PASSWORD, "new": "quite another word"}).status_code == 302
    assert client.get("/settings/profile").status_code == 200 and other.get("/settings/profile").status_code == 302


def test_guesses_at_the_old_password_are_counted_though_the_request_is_rolled_back(north: Company) -> None:
    client = north.browser("ada")
    guess = {"old": "a wrong guess", "new": "x" * 12}
    answers = [client.post("/settings/security", guess).status_code for _try in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_token_is_shown_once_and_taken_back(north: Company) -> None:
    client = north.browser("ada")
    page = client.post("/settings/tokens", {"name": "Excel", "extent": "read", "lasting": "30"})
    found = re.search(r"kith_[0-9a-f]{32}_[\w-]{43}", page.content.decode())
    assert page.status_code == 200 and found is not None
    assert found[0] not in client.get("/settings/tokens").content.decode()
    program = Client(headers={"Authorization": f"Bearer {found[0]}"})
    assert program.get("/settings/profile").status_code == 200
    with scope(north.id):
        token = ApiToken.objects.get(name="Excel")
        assert token.scopes == ["read"] and token.expires_at is not None
    assert north.browser("bo").post(f"/settings/tokens/{token.id}/revoke").status_code == 404
    assert client.post(f"/settings/tokens/{token.id}/revoke").status_code == 302
    assert program.get("/settings/profile").status_code == 401


def test_a_token_needs_a_name_and_a_scope(north: Company) -> None:
    client = north.browser("ada")
    assert client.post("/settings/tokens", {"name": "", "extent": "all"}).status_code == 422
    assert client.post("/settings/tokens", {"name": "x"}).status_code == 422
    assert client.post("/settings/tokens", {"name": "x", "extent": "root"}).status_code == 422
    with scope(north.id):
        assert not ApiToken.objects.exists()


def test_an_administrator_takes_any_token_back(north: Company) -> None:
    secret = north.token("ada")
    with scope(north.id):
        token = ApiToken.objects.get()
    page = north.browser("admin").get("/settings/all-tokens").content.decode()
    assert str(token.id) in page and secret not in page
    answer = north.browser("admin").post(f"/settings/tokens/{token.id}/revoke", {"from": "all"})
    assert answer["Location"] == "/settings/all-tokens"
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/settings/profile").status_code == 401


def test_the_workspace_is_saved(north: Company) -> None:
    client = north.browser("admin")
    values = {"name": "盈晟仪器", "language": "zh-hans", "currency": "HKD", "time_zone": "Asia/Hong_Kong"}
    values["country"] = "HK"
    assert client.post("/settings/workspace", values).status_code == 302
    assert client.post("/settings/workspace", values | {"currency": "XYZ"}).status_code == 422
    with scope(north.id):
        assert Workspace.objects.get(id=north.id).currency == "HKD"
    assert north.browser("ada").post("/settings/workspace", values | {"name": "Mine"}).status_code == 404


def test_somebody_is_invited_and_the_link_shown_once(north: Company) -> None:
    client = north.browser("admin")
    with north.as_kith():
        seller = built_in_role("seller").id
    values = {"email": f"kim-{north.slug}@kith.example", "name": "Kim", "roles": [str(seller)], "language": "en"}
    assert client.post("/settings/users", values | {"roles": []}).status_code == 422
    page = client.post("/settings/users", values).content.decode()
    secret = re.search(r"/invite/([0-9a-f]{32}\.[\w-]{43})", page)
    assert secret is not None and secret[1] not in client.get("/settings/users").content.decode()
    with north.as_kith():
        invitation = Invitation.objects.get()
    assert client.post(f"/settings/invitations/{invitation.id}/revoke").status_code == 302
    assert client.post(f"/settings/invitations/{invitation.id}/revoke").status_code == 404
    assert Client().get(f"/invite/{secret[1]}").status_code == 404


def test_a_person_is_changed_shut_out_and_let_in(north: Company) -> None:
    client, bo = north.browser("admin"), north.browser("bo")
    person = north.people["bo"]
    path = f"/settings/users/{person.id}"
    with north.as_kith():
        viewer, team = built_in_role("viewer"), Team.objects.get(name="West")
    assert client.get(path).status_code == 200
    values = {"name": "Bo Zhou", "team": str(team.id), "roles": [str(viewer.id)]}
    assert client.post(path, values).status_code == 302
    with north.as_kith():
        saved = User.objects.get(id=person.id)
        assert (saved.name, saved.team_id, saved.role_ids) == ("Bo Zhou", team.id, {viewer.id})
    assert client.post(path, values | {"roles": []}).status_code == 422
    assert client.post(f"{path}/deactivate").status_code == 302
    assert bo.get("/settings/profile").status_code == 302
    assert path in client.get("/settings/users?show=inactive").content.decode()
    assert path not in client.get("/settings/users").content.decode()
    assert client.post(f"{path}/activate").status_code == 302
    link = re.search(r"/reset/[0-9a-f]{32}\.[\w-]{43}", client.post(f"{path}/reset-link").content.decode())
    assert link is not None and Client().get(link[0]).status_code == 200


def test_the_last_administrator_stays(north: Company) -> None:
    client = north.browser("admin")
    admin = north.people["admin"]
    with north.as_kith():
        viewer = built_in_role("viewer")
    answer = client.post(f"/settings/users/{admin.id}", {"name": "Admin", "roles": [str(viewer.id)]})
    assert answer.status_code == 409 and "only administrator" in answer.content.decode()
    assert client.post(f"/settings/users/{admin.id}/deactivate").status_code == 409
    assert client.get("/settings/users").status_code == 200


def test_teams_are_made_moved_and_removed(north: Company) -> None:
    client = north.browser("admin")
    with north.as_kith():
        east = Team.objects.get(name="East")
    assert client.post("/settings/teams", {"name": "Shanghai", "parent": str(east.id)}).status_code == 302
    with north.as_kith():
        low = Team.objects.get(name="Shanghai")
        assert low.path == f"{east.path}{low.id.hex}/"
    assert client.post(f"/settings/teams/{east.id}", {"name": "East", "parent": str(low.id)}).status_code == 422
    assert client.post(f"/settings/teams/{east.id}/delete").status_code == 409
    assert client.post(f"/settings/teams/{low.id}", {"name": "Suzhou", "parent": ""}).status_code == 302
    assert client.post(f"/settings/teams/{low.id}/delete").status_code == 302
    assert client.get(f"/settings/teams/{low.id}").status_code == 404
    assert client.post("/settings/teams", {"name": ""}).status_code == 422


def test_a_role_is_written_by_its_table(north: Company) -> None:
    client = north.browser("admin")
    sent = {
        "name": "Auditor", "description": "Looks",
        "*.view": "all", "*.edit": "none", "*.delete": "none", "*.export": "on",
        "account.own": "on", "account.view": "team", "account.edit": "own", "account.delete": "none",
        "account.field.name": "readonly", "does": ["*"],
    }
    assert client.post("/settings/roles/new", sent).status_code == 302
    with north.as_kith():
        role = Role.objects.get(name="Auditor")
    assert role.grants["does"] == ["*"]
    assert role.grants["kinds"]["*"] == {
        "view": "all", "edit": "none", "delete": "none", "create": False, "export": True, "import": False,
    }
    account = role.grants["kinds"]["account"]
    assert (account["view"], account["edit"], account["fields"]) == ("team", "own", {"name": "readonly"})
    page = client.get(f"/settings/roles/{role.id}").content.decode()
    assert re.search(r'name="account\.view".*?value="team" selected', page, re.DOTALL)
    assert client.post(f"/settings/roles/{role.id}", sent | {"account.view": "everything"}).status_code == 422
    assert client.post(f"/settings/roles/{role.id}/delete").status_code == 302


def test_the_pages_of_another_workspaces_people_are_not_there(north: Company, south: Company) -> None:
    with south.as_("admin"):
        team = save_team(None, "Far")
        role, person = built_in_role("seller"), south.people["ada"]
        invitation, _secret = invite(f"far-{south.slug}@kith.example", "", [role.id])
    token = _token_of(south)
    south.browser("ada")
    with scope(south.id):
        session = Session.objects.filter(user_id=person.id).first()
    assert session is not None
    before = _state(south)
    client = north.browser("admin")
    gets = [f"/settings/users/{person.id}", f"/settings/teams/{team.id}", f"/settings/roles/{role.id}"]
    posts = [
        *gets, *(f"/settings/users/{person.id}/{verb}" for verb in ("deactivate", "activate", "reset-link")),
        f"/settings/teams/{team.id}/delete", f"/settings/roles/{role.id}/delete",
        f"/settings/invitations/{invitation.id}/revoke", f"/settings/tokens/{token}/revoke",
        f"/settings/sessions/{session.id}/end", f"/settings/users/{uuid4()}/deactivate",
    ]  # fmt: skip
    assert {path: client.get(path).status_code for path in gets} == dict.fromkeys(gets, 404)
    sent = {"name": "Taken", "roles": [str(role.id)], "admin": "on"}
    assert {path: client.post(path, sent).status_code for path in posts} == dict.fromkeys(posts, 404)
    assert _state(south) == before


def _token_of(company: Company) -> UUID:
    company.token("ada")
    with scope(company.id):
        return ApiToken.objects.get().id


def _state(company: Company) -> list[object]:
    with scope(company.id):
        models = (User, Team, Role, Invitation, ApiToken, Session)
        return [list(model.objects.order_by("id").values()) for model in models]


def test_a_refusal_inside_a_page_comes_as_a_toast_for_htmx(north: Company) -> None:
    answer = north.browser("ada").post(f"/settings/tokens/{uuid4()}/revoke", headers={"HX-Request": "true"})
    assert answer.status_code == 404 and answer["HX-Reswap"] == "none" and '"tone": "bad"' in answer["HX-Trigger"]
