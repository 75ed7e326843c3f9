"""Absences, dated access and the page that says why: over HTTP, for whom they are, and as long as they hold."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client

from crm.kernel.access.delegating import absences, delegate
from crm.kernel.access.models import Delegation
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, Wrong
from crm.kernel.identity.actions import change_roles, invite, limit_access, save_role, sign_in
from crm.kernel.identity.actions.guards import NotNow
from crm.kernel.identity.actions.invitations import Stay, accept_invitation
from crm.kernel.identity.actions.passwords import LinkGone
from crm.kernel.identity.models import Invitation, User
from crm.kernel.mail import actions as mail
from crm.kernel.mail.models import Letter
from crm.kernel.notify.jobs import warn_of_ends
from crm.kernel.notify.models import Notification
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import PASSWORD, Company
from crm.kernel.testing.work import deliver

DAY, ACCOUNTS = datetime.timedelta(days=1), "/api/v1/accounts"


def only(company: Company, who: str, kinds: dict[str, Any], does: list[str] | None = None) -> None:
    with company.as_("admin"):
        role = save_role(None, f"{who} {now().timestamp()}", "", {"kinds": kinds, "does": does or []})
        change_roles(company.people[who].pk, [role.pk])


def day(offset: int) -> str:
    return (now() + offset * DAY).date().isoformat()


def send(client: Client, url: str, body: Any) -> Any:
    return client.patch(url, json.dumps(body), content_type="application/json")


def test_one_names_a_delegate_who_then_sees_works_and_is_named_so(north: Company) -> None:
    only(north, "ada", {"account": {"view": "own", "edit": "own", "create": True}})
    only(north, "cleo", {"account": {"view": "own", "create": True}})
    record, other = north.make("account", {"name": "Harbour"}, by="ada"), north.make("account", {"name": "Bo's"}, by="bo")
    cleo, page = north.api("cleo"), north.browser("ada")
    assert cleo.get(f"{ACCOUNTS}/{record.pk}").status_code == 404
    sent = {"delegate": str(north.people["cleo"].pk), "words": "Cleo Marsh", "since": day(-1), "until": day(2)}
    assert page.post("/settings/absence", sent)["Location"] == "/settings/absence"
    deliver(north.id)
    assert cleo.get(f"{ACCOUNTS}/{record.pk}").status_code == 200 and cleo.get(f"{ACCOUNTS}/{other.pk}").status_code == 404
    assert send(cleo, f"{ACCOUNTS}/{record.pk}", {"name": "Harbour Lights"}).status_code == 200
    assert cleo.delete(f"{ACCOUNTS}/{record.pk}").status_code == 403
    assert [one["id"] for one in cleo.get(ACCOUNTS).json()["items"]] == [str(record.pk)]
    assert [one["id"] for one in cleo.get("/api/v1/search", {"q": "Harbour"}).json()["items"]] == [str(record.pk)]
    with north.as_("admin"):
        entry = AuditEntry.objects.filter(record=record.pk, op="U").get()
        assert (entry.actor, entry.actor_label) == (north.people["cleo"].pk, "Cleo Marsh for Ada Whitfield")
        told = Notification.objects.get(user_id=north.people["cleo"].pk)
        assert "You look after what Ada Whitfield owns" in told.text
    assert "Cleo Marsh for Ada Whitfield" in page.get(f"/accounts/{record.pk}/tab/history").content.decode()
    for who, shown in (("ada", "Cleo Marsh stands in"), ("cleo", "stands in for Ada Whitfield")):
        assert shown in north.browser(who).get("/settings/absence").content.decode()
    assert "Cleo Marsh stands in" in north.browser("admin").get(f"/settings/users/{north.people['ada'].pk}").content.decode()
    own = north.make("account", {"name": "Cleo's"}, by="cleo")
    with north.as_("admin"):
        assert AuditEntry.objects.get(record=own.pk, op="I").actor_label == "Cleo Marsh"
        one = Delegation.objects.get()
    assert north.browser("bo").post(f"/settings/absence/{one.pk}/recall").status_code == 403
    assert north.browser("cleo").post(f"/settings/absence/{one.pk}/recall").status_code == 302
    assert cleo.get(f"{ACCOUNTS}/{record.pk}").status_code == 404
    assert north.browser("ada").post(f"/settings/absence/{one.pk}/recall").status_code == 404


def test_it_begins_and_ends_by_itself_in_what_is_kept(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing tells the processes: the same key, the same rights, the same kept statements, another moment."""
    only(north, "ada", {"account": {"view": "own", "create": True}})
    only(north, "cleo", {"account": {"view": "own"}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        delegate(north.people["ada"].pk, north.people["cleo"].pk, now() + DAY, now() + 3 * DAY)
    cleo, began = north.api("cleo"), now()
    for passed, there in ((0, False), (2, True), (0, False), (2, True), (4, False)):
        for module in ("delegated", "shared"):
            monkeypatch.setattr(f"crm.kernel.access.{module}.now", lambda passed=passed: began + passed * DAY)
        assert (cleo.get(f"{ACCOUNTS}/{record.pk}").status_code == 200) == there, passed
        assert len(cleo.get(ACCOUNTS).json()["items"]) == there


def test_who_may_agree_on_an_absence_and_what_is_refused(north: Company) -> None:
    ada, bo, admin = (north.people[who].pk for who in ("ada", "bo", "admin"))
    only(north, "bo", {"account": {"view": "own"}}, ["administration.users"])
    with north.as_("cleo"), pytest.raises(NotAllowed):
        delegate(ada, bo, now(), now() + DAY)
    with north.as_("bo"), pytest.raises(NotAllowed):
        delegate(admin, bo, now(), now() + DAY)  # only an administrator speaks for an administrator
    with north.as_("ada"):
        for whom, since, until, field in (
            (ada, now(), now() + DAY, "delegate"), (bo, now(), now() - DAY, "until"), (bo, now() - 3 * DAY, now() - DAY, "until"),
            (bo, now(), now() + 400 * DAY, "until"),
        ):  # fmt: skip
            with pytest.raises(Wrong) as refused:
                delegate(ada, whom, since, until)
            assert list(refused.value.fields) == [field]
        delegate(ada, bo, now(), now() + DAY)
        with pytest.raises(Wrong) as refused:
            delegate(ada, bo, now(), now() + DAY)
    with north.as_("bo"):
        assert len(absences(ada)) == len(absences(bo)) == 1
    page = north.browser("ada").post("/settings/absence", {"delegate": "", "since": "soon", "until": ""})
    assert page.status_code == 422 and page.content.decode().count('aria-invalid="true"') >= 1


def test_an_absence_is_not_handed_on(north: Company) -> None:
    """Cleo stands in for Bo, who stands in for Ada: Ada's records stay with Bo."""
    for who in ("ada", "bo", "cleo"):
        only(north, who, {"account": {"view": "own", "create": True}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("admin"):
        for absent, whom in (("ada", "bo"), ("bo", "cleo")):
            delegate(north.people[absent].pk, north.people[whom].pk, now() - DAY, now() + DAY)
    assert north.api("bo").get(f"{ACCOUNTS}/{record.pk}").status_code == 200
    assert north.api("cleo").get(f"{ACCOUNTS}/{record.pk}").status_code == 404


def test_dated_access_shuts_every_door_at_its_moment(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    cleo = north.people["cleo"]
    api, browser, admin = north.api("cleo"), north.browser("cleo"), north.browser("admin")
    sent = {"outside": "on", "access_from": day(-2), "access_until": day(1)}
    assert admin.post(f"/settings/users/{cleo.pk}/access", sent)["Location"] == f"/settings/users/{cleo.pk}"
    assert api.get("/api/v1/me").status_code == 200 and browser.get("/settings/profile").status_code == 200
    later = now() + 3 * DAY
    for module in ("entrance", "queries", "actions.guards"):
        monkeypatch.setattr(f"crm.kernel.identity.{module}.now", lambda: later)
    assert api.get("/api/v1/me").status_code == 401 and browser.get("/settings/profile").status_code == 302
    with pytest.raises(NotNow, match="Your access ended on"):
        sign_in(cleo.email, PASSWORD, slug=north.slug)
    assert admin.get("/settings/profile").status_code == 200
    monkeypatch.undo()
    assert api.get("/api/v1/me").status_code == 200
    with north.as_("admin"):
        limit_access(cleo.pk, True, now() + DAY, None)
    assert api.get("/api/v1/me").status_code == 401
    with pytest.raises(NotNow, match="begins on"):
        sign_in(cleo.email, PASSWORD, slug=north.slug)
    people = admin.get("/settings/users", {"show": "outside"}).content.decode()
    assert "Cleo Marsh" in people and "Ada Whitfield" not in people
    assert "until then this person cannot come in" in admin.get(f"/settings/users/{cleo.pk}").content.decode()
    wrong = admin.post(f"/settings/users/{cleo.pk}/access", {"access_from": day(3), "access_until": day(1)})
    assert wrong.status_code == 422 and "The last day lies before the first" in wrong.content.decode()
    assert north.browser("ada").post(f"/settings/users/{cleo.pk}/access", {}).status_code == 404
    assert admin.post(f"/settings/users/{north.people['admin'].pk}/access", sent).status_code == 409


def test_an_invitation_says_until_when_and_holds_to_it(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "configured", lambda: True)
    admin, email = north.browser("admin"), f"guest-{now().timestamp()}@kith.example"
    sent = {"email": email, "name": "Gil Guest", "roles": [str(north.roles["Viewer"].pk)], "language": "en"}
    late = admin.post("/settings/users", sent | {"outside": "on", "access_until": day(-3)})
    assert late.status_code == 422 and "This day is over already." in late.content.decode()
    assert admin.post("/settings/users", sent | {"access_until": "some day"}).status_code == 422
    page = admin.post("/settings/users", sent | {"outside": "on", "access_until": day(4)})
    assert page.status_code == 200 and "access until" in page.content.decode()
    with north.as_("admin"):
        letter, invitation = Letter.objects.get(to=email), Invitation.objects.get(email=email)
    assert f"You may come in until {day(4)}." in letter.text
    assert invitation.expires_at == invitation.access_until, "the link opens nothing after the access has ended"
    secret = letter.text.split("/invite/")[1].split()[0]
    assert f"You may come in until {day(4)}." in Client().get(f"/invite/{secret}").content.decode()
    guest = Client()
    assert guest.post(f"/invite/{secret}", {"name": "Gil Guest", "password": PASSWORD}).status_code == 302
    assert guest.get("/settings/profile").status_code == 200
    people = admin.get("/settings/users", {"show": "outside"}).content.decode()
    row = people.split("Gil Guest</span>")[1].split("</tr>")[0]
    assert "Outside" in row and "until" in row
    later = now() + 6 * DAY
    for module in ("entrance", "queries", "actions.guards"):
        monkeypatch.setattr(f"crm.kernel.identity.{module}.now", lambda: later)
    assert guest.get("/settings/profile").status_code == 302, "signed out at once"
    told = Client().post("/sign-in", {"email": email, "password": PASSWORD, "workspace": north.slug})
    assert "Your access ended on" in told.content.decode()


def test_an_invitation_ends_with_the_access_that_it_gives(north: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    with north.as_("admin"):
        end = now() + DAY
        _made, secret = invite(f"late-{now().timestamp()}@kith.example", "", [north.roles["Viewer"].pk], stay=Stay(until=end))
    monkeypatch.setattr("crm.kernel.identity.actions.invitations.now", lambda: end)
    with pytest.raises(LinkGone):
        accept_invitation(secret, "Too Late", PASSWORD)


def test_whoever_invited_is_told_before_the_end_and_once(north: Company) -> None:
    only(north, "bo", {"account": {"view": "own"}}, ["administration.users"])
    with north.as_("bo"):
        _invitation, secret = invite(f"guest-{now().timestamp()}@kith.example", "Gil Guest", [north.roles["Viewer"].pk])
    accept_invitation(secret, "Gil Guest", PASSWORD)
    with north.as_("admin"):
        guest = User.objects.get(name="Gil Guest")
        limit_access(guest.pk, True, None, now() + 5 * DAY)
        limit_access(north.people["vi"].pk, True, None, now() + 20 * DAY)
    for _ in range(2):
        with north.as_kith():
            warn_of_ends()
    with north.as_("admin"):
        (told,) = Notification.objects.filter(text__contains="The access of")
        assert told.user_id == north.people["bo"].pk and "Gil Guest" in told.text
        limit_access(north.people["vi"].pk, True, None, now() + 2 * DAY)
    with north.as_kith():
        warn_of_ends()
    with north.as_("admin"):
        assert Notification.objects.get(text__contains="Vi Stone").user_id == north.people["admin"].pk


def test_the_page_says_why_and_where_to_change_it(north: Company) -> None:
    only(north, "cleo", {"account": {"view": "own"}})
    record = north.make("account", {"name": "Harbour"}, by="ada")
    url = f"/accounts/{record.pk}/why"
    admin, cleo = north.browser("admin"), north.people["cleo"].pk
    assert url in admin.get(f"/accounts/{record.pk}/").content.decode()
    everybody = admin.get(url).content.decode()
    assert all(one.name in everybody for one in north.people.values())
    said = admin.get(url, {"user": str(cleo)}).content.decode()
    for words in ("Cleo Marsh cannot see it.", "It belongs to Ada Whitfield, team East", "Nobody has shared it with Cleo Marsh"):
        assert words in said
    assert f"/settings/users/{cleo}" in said and "/settings/roles/" in said
    ada = north.browser("ada").get(url, {"user": str(cleo)}).content.decode()
    assert "Cleo Marsh cannot see it." in ada and "/settings/roles/" not in ada
    assert "Cleo Marsh can see it" not in north.browser("vi").get(url, {"user": str(cleo)}).content.decode()
    assert "Vi Stone can see it." in north.browser("vi").get(url, {"user": str(cleo)}).content.decode()
    assert north.browser("cleo").get(url).status_code == 404
    assert admin.get(url, {"user": str(cleo), "day": "2001-01-01"}).content.decode().count("audit log begins") == 1
    assert admin.get(url, {"user": str(cleo), "day": "soon"}).status_code == 422
    assert admin.get(url, {"user": str(cleo), "day": day(5)}).status_code == 422
    there = admin.get("/why", {"user": str(cleo), "record": str(record.pk), "verb": "edit"})
    assert there["Location"] == f"{url}?user={cleo}&verb=edit"
    assert admin.get("/why", {"user": str(cleo), "record": ""}).status_code == 404


def test_the_api_answers_the_same(north: Company) -> None:
    only(north, "cleo", {"account": {"view": "all", "fields": {"tax_id": "hidden"}}})
    early = now()
    record = north.make("account", {"name": "Harbour"}, by="ada")
    url, cleo = f"{ACCOUNTS}/{record.pk}/access", str(north.people["cleo"].pk)
    admin = north.api("admin")
    got = admin.get(url, {"user": cleo}).json()
    assert got["may"] and [one["name"] for one in got["because"]] == ["role"] and got["against"] == []
    assert not admin.get(url, {"user": cleo, "field": "tax_id"}).json()["may"]
    assert not admin.get(url, {"user": cleo, "verb": "delete"}).json()["may"]
    past = admin.get(url, {"user": cleo, "at": early.isoformat()}).json()
    assert past.get("may", past) is False and past["against"][0]["name"] == "absent-record" and past["notes"]
    assert north.api("cleo").get(url).json()["user"] == cleo
    assert north.api("cleo").get(url, {"user": str(north.people["ada"].pk)}).status_code == 403
    assert north.api("cleo").get(url, {"field": "tax_id"}).status_code == 400
    assert admin.get(url, {"verb": "eat"}).status_code == 400
    assert admin.get(url, {"user": cleo, "at": "2001-01-01T00:00:00Z"}).status_code == 404
    with north.as_("admin"):
        User.objects.filter(pk=cleo).update(is_active=False)
        bump_permissions()
    assert [one["name"] for one in admin.get(url, {"user": cleo}).json()["against"]] == ["inactive"]
