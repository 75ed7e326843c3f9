"""A webhook tells what its owner may see at the moment of the call, and nothing more."""

import pytest

from crm.integration.actions import webhooks
from crm.integration.models import Webhook
from crm.integration.tests.at_work import hook, rows, tell
from crm.integration.tests.receiver import Receiver
from crm.kernel.base.errors import NotAllowed, NotFound, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actions.people import deactivate_user
from crm.kernel.identity.models import Role, UserRole
from crm.kernel.records import writing
from crm.kernel.tenancy.scope import bump_permissions
from crm.kernel.testing.cast import Company


def keeper(company: Company, who: str, entry: dict[str, object]) -> None:
    """Gives somebody no other role than one that looks after webhooks and has these rights on all kinds."""
    with company.as_kith():
        role = Role(name=f"Keeper {who}", grants={"kinds": {"*": entry}, "does": ["administration.webhooks"]})
        role.save(force_insert=True)
        UserRole.objects.filter(user_id=company.people[who].pk).delete()
        UserRole(user_id=company.people[who].pk, role_id=role.pk).save(force_insert=True)
        bump_permissions()


def test_what_the_owner_may_not_see_is_not_told(north: Company, ear: Receiver) -> None:
    keeper(north, "cleo", {"view": "own", "create": True})
    hook(north, ear.url, by="cleo")
    north.make("account", {"name": "Not Cleo's"})
    north.make("account", {"name": "Cleo's"}, by="cleo")
    tell(north)
    assert [one.body["data"]["record"]["name"] for one in ear.got] == ["Cleo's"]
    assert [one.state for one in rows(north)] == ["skipped", "done"]
    assert rows(north)[0].request == ""


def test_a_hidden_field_is_nowhere_in_the_body(north: Company, ear: Receiver) -> None:
    keeper(north, "cleo", {"view": "all", "fields": {"phone": "hidden", "amount": "hidden"}})
    hook(north, ear.url, by="cleo", events=["records.record-changed", "sales.opportunity-won"])
    account = north.make("account", {"name": "Lamps", "phone": "+862164882107"})
    with north.as_("admin"):
        writing.change(registry.kind("account"), account.pk, {"phone": "+862164882170", "name": "Lamps 2"})
    deal = north.make("opportunity", {"name": "Deal", "amount": "1234567", "account": account.pk})
    answer = north.api("admin").post(f"/api/v1/opportunities/{deal.pk}/actions/win", {}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    tell(north)
    raw = b"".join(one.raw for one in ear.got)
    assert b"88217" not in raw.replace(b" ", b"") and b"1234567" not in raw
    changed = next(one.body for one in ear.got if one.body["data"]["kind"] == "account")
    assert list(changed["data"]["changes"]) == changed["data"]["event"]["fields"] == ["name"] and "phone" not in changed["data"]["record"]
    won = next(one.body for one in ear.got if one.body["type"] == "sales.opportunity-won")
    assert "amount" not in won["data"]["event"] and won["data"]["event"]["name"] == "Deal"


def test_a_right_that_was_taken_holds_at_the_next_call(north: Company, ear: Receiver) -> None:
    keeper(north, "cleo", {"view": "all"})
    made, _secret = hook(north, ear.url, by="cleo")
    north.make("account", {"name": "One"})
    with north.as_kith():
        Role.objects.filter(name="Keeper cleo").update(grants={"kinds": {"*": {"view": "own"}}, "does": ["administration.webhooks"]})
        bump_permissions()
    tell(north)
    assert ear.got == []
    with north.as_("admin"):
        deactivate_user(north.people["cleo"].pk)
    north.make("account", {"name": "Two"})
    tell(north)
    with north.as_kith():
        assert Webhook.objects.get(pk=made.pk).ended == "owner"
    assert ear.got == []


def test_a_condition_and_events_of_no_record(north: Company, ear: Receiver) -> None:
    hook(north, ear.url, kinds=["account"], condition="website = near.example")
    north.make("account", {"name": "Near", "website": "near.example"})
    north.make("account", {"name": "Far", "website": "far.example"})
    tell(north)
    assert [one.body["data"]["record"]["name"] for one in ear.got] == ["Near"]


def test_whoever_saves_it_gives_it_their_rights(north: Company, ear: Receiver) -> None:
    keeper(north, "cleo", {"view": "own", "create": True})
    made, _secret = hook(north, ear.url)
    with north.as_("cleo"):
        webhooks.save_webhook(made.pk, {"name": "Taken over"})
    north.make("account", {"name": "Not Cleo's"})
    tell(north)
    assert ear.got == []


def test_who_may_not_look_after_webhooks_is_refused(north: Company, south: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    for who in ("ada", "bo", "vi"):
        with pytest.raises(NotAllowed), north.as_(who):
            webhooks.save_webhook(None, {"name": "Mine", "address": ear.url, "events": ["records.record-created"]})
    with pytest.raises(NotFound), south.as_("admin"):
        webhooks.save_webhook(made.pk, {"name": "Theirs"})
    with pytest.raises(NotFound), south.as_("admin"):
        webhooks.rotate(made.pk)
    south.make("account", {"name": "Of another company"})
    tell(south)
    tell(north)
    assert ear.got == []


@pytest.mark.parametrize(
    "given",
    [
        {"name": {}}, {"name": 3}, {"name": " "}, {"name": "x" * 81}, {"address": ["https://example.com"]}, {"address": "http://10.0.0.1/"},
        {"address": None}, {"events": {}}, {"events": [{}]}, {"events": [[]]}, {"events": ["no.such"]},
        {"events": "records.record-created"},
        {"events": []}, {"kinds": [{"a": 1}]}, {"kinds": "account"}, {"kinds": 1}, {"active": "yes"}, {"active": 1}, {"active": None},
        {"condition": 3}, {"condition": [{}]}, {"condition": "name ="}, {"condition": {"all": 3}}, {"condition": "nosuch = 1"},
        {"colour": "red"}, {"by": "x"},
    ],
)  # fmt: skip
def test_values_of_any_type_are_refused_by_field(north: Company, ear: Receiver, given: dict[str, object]) -> None:
    whole = {"name": "Shop", "address": ear.url, "events": ["records.record-created"], "kinds": ["account"], **given}
    with pytest.raises(Wrong) as refused, north.as_("admin"):
        webhooks.save_webhook(None, whole)
    assert list(refused.value.fields) == list(given)
