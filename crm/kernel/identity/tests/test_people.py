from datetime import timedelta
from uuid import uuid4

import pytest

from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Wrong
from crm.kernel.identity.actions import (
    accept_invitation,
    activate_user,
    change_password,
    change_roles,
    check_invitation,
    deactivate_user,
    delete_role,
    delete_team,
    invite,
    make_reset_link,
    make_token,
    revoke_invitation,
    revoke_session,
    revoke_token,
    save_profile,
    save_role,
    save_team,
    save_workspace,
    sign_in,
)
from crm.kernel.identity.actions.guards import LastAdministrator
from crm.kernel.identity.actions.passwords import LinkGone
from crm.kernel.identity.entrance import who
from crm.kernel.identity.keys import read_link, read_token
from crm.kernel.identity.models import ApiToken, Invitation, Role, Session, Team, User
from crm.kernel.identity.queries import actor_of, built_in_role, teams
from crm.kernel.identity.tests.house import PASSWORD, House
from crm.kernel.tenancy.scope import scope

pytest_plugins = ["crm.kernel.identity.tests.fixtures"]


def _invite(house: House, email: str) -> str:
    with scope(house.id, house.actor()):
        return invite(email, "Bo", [built_in_role("seller").id])[1]


def test_an_invitation_makes_a_person_once(house: House) -> None:
    secret = _invite(house, "Bo@Example.com ")
    assert check_invitation(secret).workspace_name == house.workspace.name
    actor = who(read_link(accept_invitation(secret, "Bo Li", PASSWORD)))
    assert actor is not None and (actor.email, actor.name) == ("bo@example.com", "Bo Li")
    assert actor.grants.level("account", "view") == "team" and not actor.is_admin
    with pytest.raises(LinkGone):
        accept_invitation(secret, "Bo Li", PASSWORD)


def test_links_that_are_expired_revoked_replaced_or_made_up_say_the_same(house: House) -> None:
    expired, replaced = _invite(house, "a@example.com"), _invite(house, "b@example.com")
    revoked = _invite(house, "c@example.com")
    _invite(house, "b@example.com")
    with scope(house.id, house.actor()):
        Invitation.objects.filter(email="a@example.com").update(expires_at=now() - timedelta(seconds=1))
        revoke_invitation(Invitation.objects.get(email="c@example.com").id)
    for secret in (expired, replaced, revoked, f"{house.id.hex}.{'a' * 43}", f"{uuid4().hex}.{'a' * 43}", "x"):
        with pytest.raises(LinkGone):
            check_invitation(secret)
        with pytest.raises(LinkGone):
            accept_invitation(secret, "Bo", PASSWORD)


def test_an_invitation_needs_an_open_place_and_a_role(house: House) -> None:
    with scope(house.id, house.actor()):
        for email, roles in ((house.admin.email, [built_in_role("seller").id]), ("d@example.com", []), ("no mail", [])):
            with pytest.raises(Wrong):
                invite(email, "", roles)


def test_another_workspaces_role_cannot_be_given(house: House, other: House) -> None:
    with scope(other.id):
        foreign = built_in_role("seller").id
    with pytest.raises(Wrong), scope(house.id, house.actor()):
        invite("e@example.com", "", [foreign])
    user = house.add()
    with pytest.raises(Wrong), scope(house.id, house.actor()):
        change_roles(user.id, [foreign])


def test_those_without_the_right_change_nobody(house: House) -> None:
    seller, victim = house.add(), house.add()
    actor = house.actor(seller)
    acts = [
        lambda: invite("f@example.com", "", []),
        lambda: change_roles(victim.id, []),
        lambda: deactivate_user(victim.id),
        lambda: activate_user(victim.id),
        lambda: make_reset_link(victim.id),
        lambda: save_role(None, "Boss", "", {"admin": True}),
        lambda: save_team(None, "Mine"),
        lambda: save_workspace("Mine", "en", "CNY", "UTC", "CN"),
        lambda: delete_team(uuid4()),
        lambda: delete_role(uuid4()),
        lambda: revoke_invitation(uuid4()),
    ]
    for act in acts:
        with pytest.raises(NotAllowed), scope(house.id, actor):
            act()


def test_those_who_manage_people_cannot_become_administrators(house: House) -> None:
    with scope(house.id, house.actor()):
        role = save_role(None, "Office", "", {"kinds": {}, "does": ["administration.users", "administration.roles"]})
        admin_role = built_in_role("administrator").id
    clerk = house.add()
    with scope(house.id, house.actor()):
        change_roles(clerk.id, [role.id])
    actor = house.actor(clerk)
    with pytest.raises(NotAllowed), scope(house.id, actor):
        change_roles(clerk.id, [role.id, admin_role])
    with pytest.raises(NotAllowed), scope(house.id, actor):
        invite("g@example.com", "", [admin_role])
    with pytest.raises(NotAllowed), scope(house.id, actor):
        save_role(role.id, "Office", "", {"admin": True})
    for act in (deactivate_user, make_reset_link):
        with pytest.raises(NotAllowed), scope(house.id, actor):
            act(house.admin.id)


def test_a_role_taken_away_is_gone_in_the_next_request(house: House) -> None:
    user = house.add("manager")
    key = read_link(sign_in(user.email, PASSWORD).cookie)
    before = who(key)
    assert before is not None and before.grants.level("account", "edit") == "team_below"
    with scope(house.id, house.actor()):
        change_roles(user.id, [built_in_role("viewer").id])
    after = who(key)
    assert after is not None and after.grants.level("account", "edit") == "none"


def test_a_changed_role_counts_in_the_next_request(house: House) -> None:
    user = house.add("viewer")
    key = read_link(sign_in(user.email, PASSWORD).cookie)
    assert who(key) is not None
    with scope(house.id, house.actor()):
        role = built_in_role("viewer")
        save_role(role.id, role.name, "", {"kinds": {"*": {"view": "own"}}})
    after = who(key)
    assert after is not None and after.grants.level("account", "view") == "own"


def test_there_is_always_an_administrator(house: House) -> None:
    with pytest.raises(LastAdministrator), scope(house.id, house.actor()):
        change_roles(house.admin.id, [built_in_role("viewer").id])
    with pytest.raises(Conflict), scope(house.id, house.actor()):
        deactivate_user(house.admin.id)
    second = house.add("administrator")
    with scope(house.id, house.actor(second)):
        deactivate_user(house.admin.id)


def test_other_peoples_ids_are_not_found(house: House, other: House) -> None:
    stranger = other.add()
    with scope(other.id, other.actor()):
        foreign_team, foreign_role = save_team(None, "Far"), built_in_role("seller")
    acts = [
        lambda: deactivate_user(stranger.id),
        lambda: activate_user(stranger.id),
        lambda: change_roles(stranger.id, []),
        lambda: make_reset_link(stranger.id),
        lambda: save_team(foreign_team.id, "Taken"),
        lambda: delete_team(foreign_team.id),
        lambda: save_role(foreign_role.id, "Taken", "", {"admin": True}),
        lambda: delete_role(foreign_role.id),
    ]
    for act in acts:
        with pytest.raises(NotFound), scope(house.id, house.actor()):
            act()
    with scope(other.id):
        assert User.objects.get(id=stranger.id).is_active and Team.objects.get(id=foreign_team.id).name == "Far"


def test_a_token_is_shown_once_scoped_and_revocable(house: House) -> None:
    with scope(house.id, house.actor()):
        secret = make_token(house.admin, "report", ["read"])
        stored = ApiToken.objects.get()
    assert secret not in (stored.digest, stored.hint) and stored.hint == secret[-4:]
    key = read_token(secret)
    actor = who(key)
    assert actor is not None and actor.kind == "token" and actor.scopes == {"read"}
    assert actor.grants.level("account", "view") == "all" and actor.grants.level("account", "edit") == "none"
    with pytest.raises(NotAllowed), scope(house.id, actor):
        make_token(house.admin, "wider", None)
    with scope(house.id, house.actor()):
        revoke_token(stored.id)
    assert who(key) is None


def test_tokens_are_made_for_oneself_and_end_in_time(house: House) -> None:
    user = house.add()
    with pytest.raises(NotAllowed), scope(house.id, house.actor()):
        make_token(user, "impersonation", None)
    with pytest.raises(Wrong), scope(house.id, house.actor()):
        make_token(house.admin, "late", None, expires_at=now() - timedelta(days=1))
    with scope(house.id, house.actor()):
        secret = make_token(house.admin, "soon", None, expires_at=now() + timedelta(days=1))
        ApiToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert who(read_token(secret)) is None


def test_one_revokes_only_ones_own_sessions_and_tokens(house: House) -> None:
    user = house.add()
    sign_in(house.admin.email, PASSWORD)
    with scope(house.id, house.actor()):
        make_token(house.admin, "mine", None)
        session, token = Session.objects.get(), ApiToken.objects.get()
    for act, row in ((revoke_session, session), (revoke_token, token)):
        with pytest.raises(NotFound), scope(house.id, house.actor(user)):
            act(row.id)


def test_a_revoked_session_is_refused(house: House) -> None:
    key = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    assert who(key) is not None
    with scope(house.id, house.actor()):
        revoke_session(Session.objects.get().id)
    assert who(key) is None


def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    here, there = (read_link(sign_in(house.admin.email, PASSWORD).cookie) for _ in range(2))
    actor = who(here)
    with scope(house.id, actor):
        change_password(PASSWORD, "quite another word")
    assert who(here) is not None and who(there) is None


def test_the_old_password_must_be_known(house: House) -> None:
    with pytest.raises(Wrong), scope(house.id, house.actor()):
        change_password("not the password", "quite another word")


def test_the_profile_is_in_force_at_once(house: House) -> None:
    key = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    with scope(house.id, who(key)):
        save_profile("Ada Wu", {"language": "zh-hans", "time_zone": "Europe/Berlin", "theme": "dark"})
    actor = who(key)
    assert actor is not None
    assert (actor.name, actor.language, actor.time_zone, actor.theme) == ("Ada Wu", "zh-hans", "Europe/Berlin", "dark")
    with pytest.raises(Wrong) as wrong, scope(house.id, actor):
        save_profile("", {"language": "klingon", "time_zone": "Moon/Base", "currency": "XXXX", "density": "thick"})
    assert set(wrong.value.fields) == {"name", "language", "time_zone", "currency", "density"}


def test_teams_move_with_all_below_them(house: House) -> None:
    with scope(house.id, house.actor()):
        top, side = save_team(None, "Sales"), save_team(None, "Service")
        middle = save_team(None, "East", top.id)
        low = save_team(None, "Shanghai", middle.id)
        save_team(middle.id, "East", side.id)
        assert [(team.name, team.depth) for team in teams()] == [
            ("Sales", 0), ("Service", 0), ("East", 1), ("Shanghai", 2),
        ]
        with pytest.raises(Wrong):
            save_team(side.id, "Service", low.id)
        with pytest.raises(Conflict):
            delete_team(middle.id)
        User.objects.filter(id=house.admin.id).update(team=middle)
        actor = actor_of(house.admin.id)
        assert actor is not None and actor.team_ids == {middle.id} and actor.tree_ids == {middle.id, low.id}
        delete_team(top.id)
    with scope(house.id):
        assert not Team.objects.filter(id=top.id).exists()


def test_a_role_that_is_held_stays(house: House) -> None:
    house.add("viewer")
    with scope(house.id, house.actor()):
        with pytest.raises(Conflict):
            delete_role(built_in_role("viewer").id)
        with pytest.raises(Conflict):
            delete_role(built_in_role("administrator").id)
        delete_role(built_in_role("manager").id)
        assert not Role.objects.filter(built_in="manager").exists()
        with pytest.raises(Wrong):
            save_role(None, built_in_role("viewer").name, "", {})
