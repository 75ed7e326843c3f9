from datetime import timedelta

import pytest
from django.db import connection

from crm.kernel.base.clock import now
from crm.kernel.base.errors import TooMany, Wrong
from crm.kernel.identity import passwords
from crm.kernel.identity.actions import (
    choose_workspace,
    deactivate_user,
    found_workspace,
    request_reset,
    reset_password,
    sign_in,
    sign_out,
)
from crm.kernel.identity.actions.passwords import LinkGone
from crm.kernel.identity.actions.signing_in import ChoiceGone, WrongPassword
from crm.kernel.identity.attempts import Paused, network_of
from crm.kernel.identity.entrance import cache, who
from crm.kernel.identity.keys import read_link
from crm.kernel.identity.models import PasswordReset, Session
from crm.kernel.identity.origin import Origin
from crm.kernel.identity.tests.house import PASSWORD, House
from crm.kernel.tenancy.scope import scope

pytest_plugins = ["crm.kernel.identity.tests.fixtures"]


def test_the_right_password_opens_a_session(house: House) -> None:
    signed = sign_in(house.admin.email.upper(), PASSWORD)
    actor = who(read_link(signed.cookie))
    assert actor is not None and actor.id == house.admin.id and actor.is_admin


def test_the_cookie_is_not_in_the_database(house: House) -> None:
    cookie = sign_in(house.admin.email, PASSWORD).cookie
    with scope(house.id):
        stored = Session.objects.get()
    assert cookie.partition(".")[2] not in stored.digest and len(stored.digest) == 64


def test_a_wrong_password_and_an_unknown_person_get_the_same_answer(house: House) -> None:
    said = []
    for email in (house.admin.email, f"nobody-{house.id.hex}@example.com"):
        with pytest.raises(WrongPassword) as refused:
            sign_in(email, "not the password")
        said.append((str(refused.value.message), refused.value.left))
    assert said[0] == said[1]
    assert "4 tries" in said[0][0]


def test_as_many_hashes_are_computed_for_an_unknown_person(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda word, stored: computed.append(stored) or real(word, stored))
    for email in (house.admin.email, f"nobody-{house.id.hex}@example.com"):
        computed.clear()
        with pytest.raises(WrongPassword):
            sign_in(email, "not the password")
        assert len(computed) == 2


def test_five_wrong_passwords_make_a_pause_even_for_the_right_one(house: House) -> None:
    for _try in range(4):
        with pytest.raises(WrongPassword):
            sign_in(house.admin.email, "not the password")
    with pytest.raises(Paused):
        sign_in(house.admin.email, "not the password")
    with pytest.raises(Paused) as refused:
        sign_in(house.admin.email, PASSWORD)
    assert 590 <= refused.value.retry_after <= 600
    assert "10 minutes" in str(refused.value.message)


def test_after_the_pause_the_count_starts_anew(house: House) -> None:
    for _try in range(5):
        with pytest.raises((WrongPassword, Paused)):
            sign_in(house.admin.email, "not the password")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE attempt SET until = now() - interval '1 s', since = since - interval '11 min'")
    assert sign_in(house.admin.email, PASSWORD).cookie


def test_a_right_password_forgives(house: House) -> None:
    for _round in range(3):
        for _try in range(3):
            with pytest.raises(WrongPassword):
                sign_in(house.admin.email, "not the password")
        sign_in(house.admin.email, PASSWORD)


def test_one_address_cannot_try_many_people(house: House) -> None:
    origin = Origin(address="203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM attempt")
    for number in range(50):
        with pytest.raises(WrongPassword):
            sign_in(f"guess{number}-{house.id.hex}@example.com", "not the password", origin)
    with pytest.raises(Paused):
        sign_in(house.admin.email, PASSWORD, origin)
    assert sign_in(house.admin.email, PASSWORD, Origin(address="203.0.113.78")).cookie


def test_the_same_ipv6_customer_is_one_address() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")


def test_with_two_workspaces_the_person_chooses(house: House) -> None:
    second, user = found_workspace("Second", house.admin.email, "Ada", PASSWORD)
    signed = sign_in(house.admin.email, PASSWORD)
    assert not signed.cookie
    assert {entry.workspace_id for entry in signed.entries} == {house.id, second.id}
    actor = who(read_link(choose_workspace(signed.proof, second.id)))
    assert actor is not None and actor.workspace_id == second.id and actor.id == user.id


def test_only_workspaces_whose_password_was_right_are_offered(house: House) -> None:
    second, _user = found_workspace("Second", house.admin.email, "Ada", "another long word")
    actor = who(read_link(sign_in(house.admin.email, PASSWORD).cookie))
    assert actor is not None and actor.workspace_id == house.id
    with pytest.raises(WrongPassword):
        sign_in(house.admin.email, PASSWORD, slug=second.slug)
    assert sign_in(house.admin.email, PASSWORD, slug=house.workspace.slug).cookie


def test_a_choice_cannot_be_forged_or_bent(house: House, other: House) -> None:
    found_workspace("Second", house.admin.email, "Ada", PASSWORD)
    signed = sign_in(house.admin.email, PASSWORD)
    for proof, workspace in ((signed.proof, other.id), (signed.proof, None), ("x" + signed.proof, house.id)):
        with pytest.raises(ChoiceGone):
            choose_workspace(proof, workspace)


def test_sign_out_ends_the_session_in_every_process(house: House) -> None:
    key = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    assert who(key) is not None
    entry = cache.get(key.digest) if key else None
    sign_out(key)
    if key is not None and entry is not None:
        cache.put(key.digest, entry)  # as another process would still have it
    assert who(key) is None


def test_a_session_ends_after_fourteen_days_without_use(house: House) -> None:
    key = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    with scope(house.id):
        Session.objects.update(last_used_at=now() - timedelta(days=14, minutes=1))
    assert who(key) is None


def test_use_keeps_a_session(house: House) -> None:
    key = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    with scope(house.id):
        Session.objects.update(last_used_at=now() - timedelta(days=13))
    assert who(key) is not None
    with scope(house.id):
        assert now() - Session.objects.get().last_used_at < timedelta(minutes=1)


def test_a_deactivated_person_is_out_at_once(house: House) -> None:
    user = house.add()
    key = read_link(sign_in(user.email, PASSWORD).cookie)
    assert who(key) is not None
    with scope(house.id, house.actor()):
        deactivate_user(user.id)
    assert who(key) is None
    with pytest.raises(WrongPassword):
        sign_in(user.email, PASSWORD)


@pytest.mark.parametrize("raw", ["", "x", "kith", "0" * 32 + "." + "a" * 43, "G" * 32 + "." + "a" * 43, "\x00" * 76])
def test_a_made_up_cookie_opens_nothing(raw: str) -> None:
    assert who(read_link(raw)) is None


def test_a_cookie_opens_no_other_workspace(house: House, other: House) -> None:
    cookie = sign_in(house.admin.email, PASSWORD).cookie
    assert who(read_link(f"{other.id.hex}.{cookie.partition('.')[2]}")) is None


def test_a_reset_link_works_once_and_ends_sessions(house: House) -> None:
    before = read_link(sign_in(house.admin.email, PASSWORD).cookie)
    (letter,) = request_reset(house.admin.email)
    cookie = reset_password(letter.secret, "quite another word")
    assert who(before) is None and who(read_link(cookie)) is not None
    with pytest.raises(LinkGone):
        reset_password(letter.secret, "yet another word!")
    with pytest.raises(WrongPassword):
        sign_in(house.admin.email, PASSWORD)
    assert sign_in(house.admin.email, "quite another word").cookie


def test_a_reset_link_expires_and_a_later_one_ends_with_the_first_used(house: House) -> None:
    (first,), (second,) = request_reset(house.admin.email), request_reset(house.admin.email)
    reset_password(first.secret, "quite another word")
    with pytest.raises(LinkGone):
        reset_password(second.secret, "yet another word!")
    (third,) = request_reset(house.admin.email)
    with scope(house.id):
        PasswordReset.objects.update(expires_at=now() - timedelta(seconds=1))
    with pytest.raises(LinkGone):
        reset_password(third.secret, "yet another word!")


def test_a_refused_password_leaves_the_link(house: House) -> None:
    (letter,) = request_reset(house.admin.email)
    for bad in ("short", "password123", house.admin.email, "aaaaaaaaaaaa", "half \ud800 a letter"):
        with pytest.raises(Wrong):
            reset_password(letter.secret, bad)
    assert reset_password(letter.secret, "quite another word")


def test_resets_are_limited(house: House) -> None:
    for _try in range(3):
        request_reset(house.admin.email)
    with pytest.raises(Paused):
        request_reset(house.admin.email)


def test_nobody_waits_for_ever_to_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.01)
    with passwords._turn(), passwords._turn(), pytest.raises(TooMany):
        passwords.hashed("a long enough word")
