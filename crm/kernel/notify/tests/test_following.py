"""Following, naming people, and what rings."""

import pytest

from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import add_user
from crm.kernel.identity.models import Team
from crm.kernel.notify.bell import MOST_AN_HOUR, mark, plain
from crm.kernel.notify.models import Follow, Mention, Notification
from crm.kernel.records.writing import change
from crm.kernel.testing.cast import PASSWORD, Company
from crm.kernel.testing.work import run_jobs


def lines(company: Company, name: str) -> list[str]:
    run_jobs(company.id)
    with company.as_(name):
        return list(Notification.objects.filter(user_id=company.people[name].pk).order_by("created_at").values_list("text", flat=True))


def write(company: Company, by: str, record: object, subject: str, **more: object) -> object:
    values = {"type": "note", "subject": subject, "record": record, **more}
    return company.make("activity", values, by=by)


def test_followers_hear_in_one_line_an_hour_and_never_of_their_own_acts(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    write(north, "ada", account.pk, "Mine")
    assert lines(north, "ada") == []
    write(north, "bo", account.pk, "Called them")
    write(north, "bo", account.pk, "Sent the offer")
    assert lines(north, "ada") == ["Acme: new: Called them, Sent the offer"]
    assert lines(north, "bo") == [], "who writes follows, but does not hear of what was before"
    write(north, "ada", account.pk, "Thanks")
    assert lines(north, "bo") == ["Acme: new: Thanks"]


def test_stage_and_owner_are_told_other_fields_are_not(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    deal = north.make("opportunity", {"name": "Big deal", "account": account.pk}, by="ada")
    entity = registry.kind("opportunity")
    with north.as_("bo"):
        change(entity, deal.pk, {"amount": "1200", "amount_currency": "CNY"})
        change(entity, deal.pk, {"name": "Bigger deal"})
    told = lines(north, "ada")
    assert len(told) == 1 and told[0].endswith("Amount changed") and told[0].startswith("Bigger deal")


def test_left_is_left_and_what_may_not_be_seen_is_not_told(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    browser = north.browser("ada")
    assert 'aria-pressed="false"' in browser.post(f"/accounts/{account.pk}/follow", {"on": "0"}).content.decode()
    write(north, "ada", account.pk, "Mine")
    write(north, "bo", account.pk, "Called")
    assert lines(north, "ada") == []
    assert 'aria-pressed="true"' in browser.post(f"/accounts/{account.pk}/follow", {"on": "1"}).content.decode()
    with north.as_("admin"):
        Follow.objects.create(user_id=north.people["cleo"].pk, record_id=account.pk)
    write(north, "bo", account.pk, "Again")
    assert lines(north, "cleo") == [] and lines(north, "ada") == ["Acme: new: Again"]


def test_following_needs_sight_of_the_record(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    assert north.browser("cleo").post(f"/accounts/{account.pk}/follow", {"on": "1"}).status_code == 404
    assert south.browser("admin").post(f"/accounts/{account.pk}/follow", {"on": "1"}).status_code == 404


def test_a_mention_rings_and_is_answered_by_writing(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    bo = north.people["bo"]
    given = {"type": "note", "subject": "Price?", "body": f"@{bo.name} what do you think", "mention": [str(bo.pk)]}
    assert north.browser("ada").post(f"/activities/log/{account.pk}", given).status_code == 302
    assert lines(north, "bo") == ["Ada Whitfield mentioned you: Price?"]
    with north.as_("bo"):
        assert Mention.objects.get().answered_at is None
    page = north.browser("bo").get(f"/accounts/{account.pk}/").content.decode()
    assert f'<span class="mention">@{bo.name}</span>' in page and "person:" not in page
    write(north, "bo", account.pk, "Too low")
    run_jobs(north.id)
    with north.as_("bo"):
        assert Mention.objects.get().answered_at is not None


def test_who_may_not_see_it_is_not_told_and_is_shown_so(north: Company, south: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    cleo = north.people["cleo"]
    north.api("ada").post(
        "/api/v1/activities",
        {"type": "note", "subject": "x", "record": str(account.pk), "body": f"@[Cleo]({'person'}:{cleo.pk}) <b>@[x](person:y)</b>"},
        content_type="application/json",
    )
    assert lines(north, "cleo") == []
    items = north.browser("ada").get(f"/people/{account.pk}?q=cleo").json()["items"]
    assert [(one["title"], one["may"], one["note"]) for one in items] == [("Cleo Marsh", False, "may not see this")]
    assert [one["title"] for one in north.browser("ada").get(f"/people/{account.pk}?q=zb").json()["items"]] == ["周博"]
    assert north.browser("ada").get(f"/people/{account.pk}?q=zhoub").json()["items"][0]["may"] is True
    assert north.browser("cleo").get(f"/people/{account.pk}").status_code == 404
    assert south.browser("admin").get(f"/people/{account.pk}").status_code == 404
    page = north.browser("ada").get(f"/accounts/{account.pk}/").content.decode()
    assert "@Cleo Marsh</span> &lt;b&gt;@[x](person:y)" in page


def test_those_who_may_see_it_are_offered_before_the_many_who_may_not(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    with north.as_("admin"):
        for number in range(9):
            add_user(f"aa{number}-{north.slug}@kith.example", f"Aa {number} Zh", PASSWORD, [north.roles["Seller"]], None)
        add_user(f"zz-{north.slug}@kith.example", "Zz Zh", PASSWORD, [north.roles["Manager"]], Team.objects.get(name="East"))
    items = north.browser("ada").get(f"/people/{account.pk}?q=zh").json()["items"]
    assert len(items) == 8 and [one["title"] for one in items if one["may"]] == ["Zz Zh", "周博"] and items[0]["may"]


def test_a_name_in_a_subject_rings_and_reads_as_a_name_everywhere(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    bo = north.people["bo"]
    sent = {"type": "task", "subject": f"Ask @[Bo](person:{bo.pk}) for the price", "record": str(account.pk), "owner": str(bo.pk)}
    sent["due"] = "2020-01-01T09:00:00Z"
    made = north.api("ada").post("/api/v1/activities", sent, content_type="application/json").json()
    title = f"Ask @{bo.name} for the price"
    assert made["subject"] == title
    assert lines(north, "bo") == [f"Ada Whitfield mentioned you: {title}", f"Ada Whitfield gave you: {title}"]
    for where in ("/", "/activities/", f"/activities/{made['id']}/", f"/accounts/{account.pk}/"):
        page = north.browser("bo").get(where).content.decode()
        assert title in page and "person:" not in page, where
    renamed = north.api("admin").patch(f"/api/v1/activities/{made['id']}", {"subject": sent["subject"]}, content_type="application/json")
    assert renamed.json()["subject"] == title
    assert len([one for one in lines(north, "bo") if "mentioned" in one]) == 1, "nobody is told twice"


def test_a_form_shows_names_and_keeps_who_is_named(north: Company) -> None:
    account, bo = north.make("account", {"name": "Acme"}, by="ada"), north.people["bo"]
    given = {"type": "note", "subject": "Price?", "body": f"@{bo.name} what do you think", "mention": [str(bo.pk)]}
    assert north.browser("ada").post(f"/activities/log/{account.pk}", given).status_code == 302
    entity = registry.kind("activity")
    assert entity is not None
    with north.as_("ada"):
        made = entity.model._default_manager.get()
    kept, address = made.body, f"/activities/{made.pk}/edit"
    page = north.browser("ada").get(address).content.decode()
    assert f"@{bo.name} what do you think" in page and "person:" not in page
    for body, stored in ((f"@{bo.name} what do you think", kept), (f"Well, @{bo.name}", f"Well, @[{bo.name}](person:{bo.pk})")):
        assert north.browser("ada").post(address, {"subject": "Price?", "type": "note", "body": body}).status_code == 302
        with north.as_("ada"):
            assert entity.model._default_manager.get().body == stored
    assert lines(north, "bo") == ["Ada Whitfield mentioned you: Price?"]


def test_what_rings_is_chosen_in_the_profile(north: Company) -> None:
    account = north.make("account", {"name": "Acme"}, by="ada")
    browser = north.browser("ada")
    assert "What rings my bell" in browser.get("/settings/profile").content.decode()
    browser.post("/settings/profile", {"bell": "1", "topic": ["mention", "given", "shared"]})
    write(north, "bo", account.pk, "Called")
    assert lines(north, "ada") == []
    browser.post("/settings/profile", {"bell": "1", "topic": ["follow"]})
    write(north, "bo", account.pk, "Again")
    assert lines(north, "ada") == ["Acme: new: Again"]


@pytest.mark.parametrize("text", ["", "@nobody", "@[x](person:12)", "@[a\nb](person:00000000-0000-0000-0000-000000000000)"])
def test_texts_without_a_mark_stay(north: Company, text: str) -> None:
    with north.as_("ada"):
        assert plain(text) == text and mark(text, {}) == text


def test_a_flood_ends(north: Company) -> None:
    accounts = [north.make("account", {"name": f"A{number}"}, by="ada") for number in range(MOST_AN_HOUR + 5)]
    for one in accounts:
        write(north, "bo", one.pk, "Hello")
    assert len(lines(north, "ada")) == MOST_AN_HOUR
