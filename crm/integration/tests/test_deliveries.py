"""An event reaches its webhook: signed, in order, again where it was not taken; nobody's receiver holds up another's."""

import time
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from crm.integration import queries
from crm.integration.actions import deliveries, sending, webhooks
from crm.integration.actions.feed import read_feed
from crm.integration.actions.sending import take_turn
from crm.integration.jobs import KEPT, Switchboard, forget_deliveries
from crm.integration.models import Webhook, WebhookDelivery, WebhookSecret, WebhookState
from crm.integration.tests.at_work import hook, later, rows, tell
from crm.integration.tests.receiver import Receiver, receiver, signed_by
from crm.kernel.base.clock import now
from crm.kernel.base.outbound import Limits, Wire
from crm.kernel.entity.registry import registry
from crm.kernel.notify.models import Notification
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company
from crm.kernel.testing.work import run_jobs


def rename(company: Company, pk: UUID, name: str, by: str = "admin") -> None:
    with company.as_(by):
        entity = registry.kind("account")
        assert entity is not None
        writing.change(entity, pk, {"name": name})


def state_of(company: Company, made: Webhook) -> WebhookState:
    with company.as_kith():
        return WebhookState.objects.get(webhook_id=made.pk)


def fresh(company: Company, made: Webhook) -> Webhook:
    with company.as_kith():
        return Webhook.objects.get(pk=made.pk)


def test_a_change_is_told_signed_with_what_was_and_is(north: Company, ear: Receiver) -> None:
    _made, secret = hook(north, ear.url, kinds=["account"])
    account = north.make("account", {"name": "Lamps"})
    north.make("contact", {"name": "Not asked for"})
    rename(north, account.pk, "Lamps and more")
    assert tell(north) == 2
    assert ear.names() == ["records.record-created", "records.record-changed"]
    assert all(signed_by(one, secret) for one in ear.got)
    assert not signed_by(ear.got[0], "whsec_" + "A" * 43 + "=")
    said = ear.got[1].body
    assert said["data"]["kind"] == "account" and said["data"]["id"] == str(account.pk) and said["data"]["version"] == 2
    assert said["data"]["changes"] == {"name": ["Lamps", "Lamps and more"]}
    assert said["data"]["event"] == {"fields": ["name"], "many": 1}
    assert said["data"]["record"] == north.api("admin").get(f"/api/v1/accounts/{account.pk}").json()
    assert said["data"]["address"].endswith(f"/api/v1/accounts/{account.pk}")
    assert said["data"]["actor"]["name"] == "Admin Lee"
    kept = rows(north)
    assert [one.state for one in kept] == ["done", "done"]
    assert [str(one.pk) for one in kept] == [one.headers["webhook-id"] for one in ear.got]
    assert kept[1].answer == "thank you" and kept[1].tries[0]["status"] == 200
    assert tell(north) == 0, "each once"


def test_of_the_past_and_of_what_was_rolled_back_nothing_is_told(north: Company, ear: Receiver) -> None:
    north.make("account", {"name": "Before"})
    hook(north, ear.url)
    with pytest.raises(RuntimeError), north.as_("admin"):
        writing.create(registry.kind("account"), {"name": "Never"})
        raise RuntimeError
    removed = north.make("account", {"name": "After"})
    with north.as_("admin"):
        writing.remove(registry.kind("account"), removed.pk)
    tell(north)
    assert ear.names() == ["records.record-created", "records.record-removed"]
    assert {one.body["data"]["record"]["name"] for one in ear.got} == {"After"}


def test_what_is_not_taken_comes_again_and_what_follows_of_the_record_waits(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    first, other = north.make("account", {"name": "One"}), north.make("account", {"name": "Other"})
    rename(north, first.pk, "Two")
    ear.answers = [(500, {})]
    tell(north)
    assert [one.body["data"]["id"] for one in ear.got] == [str(first.pk), str(other.pk)], "the other record goes on"
    waiting = rows(north)[0]
    assert waiting.state == "waiting" and timedelta(seconds=4) < waiting.next_at - now() <= timedelta(seconds=6)
    assert state_of(north, made).failing_since is None, "the other call was taken since"
    tell(north)
    assert len(ear.got) == 2, "not before its time"
    later(north)
    tell(north)
    assert ear.names()[2:] == ["records.record-created", "records.record-changed"]
    assert {one.body["data"]["id"] for one in ear.got[2:]} == {str(first.pk)}
    assert ear.got[0].headers["webhook-id"] == ear.got[2].headers["webhook-id"]
    assert [one["status"] for one in rows(north)[0].tries] == [500, 200]


def test_after_ten_tries_it_has_failed_and_can_be_sent_again(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    ear.answers = [(503, {}), (302, {"Location": "http://127.0.0.1:1/"}), *[(500, {})] * 8]
    waits = []
    for _try in range(12):
        tell(north)
        waits.append((rows(north)[0].next_at - now()).total_seconds())
        later(north)
    assert len(ear.got) == len(sending.PAUSES) + 1 == 10
    assert waits[:9] == sorted(waits[:9]) and waits[8] >= 86_000
    assert rows(north)[0].state == "failed" and rows(north)[0].tries[1]["error"] == "redirect"
    with north.as_("admin"):
        assert deliveries.redeliver_failed(made.pk, now() + timedelta(seconds=5)) == 0
        assert deliveries.redeliver_failed(made.pk, now() - timedelta(days=1)) == 1
    tell(north)
    assert rows(north)[0].state == "done" and len({one.headers["webhook-id"] for one in ear.got}) == 1
    with north.as_("admin"):
        deliveries.redeliver(rows(north)[0].pk)
    tell(north)
    assert len(ear.got) == 12


def test_gone_switches_off_and_tells_administrators(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    ear.answers = [(410, {})]
    tell(north)
    assert (fresh(north, made).active, fresh(north, made).ended) == (False, "gone")
    with north.as_kith():
        line = Notification.objects.get(user_id=north.people["admin"].pk)
        assert "Shop" in line.text and line.url == f"/settings/webhooks/{made.pk}"
    north.make("account", {"name": "Two"})
    later(north)
    assert tell(north) == 0 and len(ear.got) == 1
    with north.as_("admin"):
        webhooks.save_webhook(made.pk, {"active": True})
    north.make("account", {"name": "Three"})
    later(north)
    tell(north)
    assert [one.body["data"]["record"]["name"] for one in ear.got[1:]] == ["One", "Three"], "what waited, and nothing of the time between"


def test_three_days_without_success_switch_off(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    ear.answers = [(500, {})] * 2
    tell(north)
    with north.as_kith():
        WebhookState.objects.update(failing_since=now() - sending.FAILING_FOR)
    later(north)
    tell(north)
    assert fresh(north, made).ended == "failing"


def test_a_receiver_that_asks_for_time_gets_it(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    north.make("account", {"name": "Two"})
    ear.answers = [(429, {"Retry-After": "120"})]
    tell(north)
    rests = state_of(north, made).rests_until
    assert len(ear.got) == 1 and rests is not None and timedelta(seconds=115) < rests - now() <= timedelta(seconds=120)
    assert rows(north)[0].next_at - now() > timedelta(seconds=115)


def test_who_is_due_is_told_by_the_database(north: Company, south: Company, ear: Receiver) -> None:
    """Seen by this transaction alone, which is rolled back: no other worker takes it."""
    made, _secret = hook(north, ear.url)
    one = (north.id, made.pk)
    with pytest.raises(RuntimeError), north.as_("admin"):
        deliveries.ping(made.pk)
        assert one not in queries.due(), "leased"
        state, row = WebhookState.objects.get(webhook_id=made.pk), WebhookDelivery.objects.get()
        for leased, rests, next_at, active, due in (
            (None, None, 0, True, True), (-1, -1, -1, True, True), (60, None, 0, True, False), (None, 60, 0, True, False),
            (None, None, 60, True, False), (None, None, 0, False, False),
        ):  # fmt: skip
            state.leased_until, state.rests_until = (None if at is None else now() + timedelta(seconds=at) for at in (leased, rests))
            state.save()
            WebhookDelivery.objects.filter(pk=row.pk).update(next_at=now() + timedelta(seconds=next_at - 5))
            Webhook.objects.filter(pk=made.pk).update(active=active)
            assert (one in queries.due()) is due, (leased, rests, next_at, active)
        raise RuntimeError


def test_retry_after_may_be_a_day_or_nonsense() -> None:
    moment = (now() + timedelta(seconds=90)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert 80 <= (sending._after(moment) or 0) <= 90
    assert sending._after("99999999999999") == 86_400
    assert [sending._after(text) for text in ("", "soon", "-5", "٣", "Mon, 99 Foo")] == [None] * 5


def test_who_does_not_answer_rests_and_holds_up_nobody(
    north: Company, south: Company, ear: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "Wire", lambda: Wire(Limits(whole=0.3)))
    with receiver(wait=True) as deaf:
        silent, _secret = hook(north, deaf.url, name="Deaf")
        hook(north, ear.url)
        hook(south, ear.url)
        for company in (north, south):
            for number in range(3):
                company.make("account", {"name": f"Lamp {number}"})
        tell(north)
        tell(south)
        run_jobs(north.id)
    assert len(ear.got) == 6, "both other webhooks were told all"
    assert len(deaf.got) == 1, "one call, then it rests"
    with north.as_kith():
        assert {one.error for one in WebhookDelivery.objects.filter(webhook_id=silent.pk).exclude(attempts=0)} == {"time"}
    assert state_of(north, silent).rests_until is not None
    assert [sending._rest(count, sending.Outcome(reached=False)) for count in (1, 2, 3, 20)] == [5, 10, 20, 300]


def test_a_worker_that_is_killed_loses_nothing(north: Company, ear: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the call and its note: the next worker sends it again with the same id, once the lease has run out."""
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    while not rows(north):
        read_feed(north.id)
    with north.as_kith():  # due only on this test's clock, so that the worker of a live server leaves it alone
        WebhookDelivery.objects.update(next_at=now() + timedelta(minutes=30))
        WebhookState.objects.update(leased_until=None)
    monkeypatch.setattr(queries, "now", lambda: now() + timedelta(hours=1))

    def killed(*_facts: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_note", killed)
        patched.setattr(sending, "_release", lambda *_ids: None)
        with pytest.raises(SystemExit):
            take_turn(north.id, made.pk)
    assert rows(north)[0].state == "waiting"
    assert take_turn(north.id, made.pk) == 0, "another worker holds it"
    with north.as_kith():
        WebhookState.objects.update(leased_until=now() - timedelta(seconds=1))
    assert take_turn(north.id, made.pk) == 1
    assert [one.headers["webhook-id"] for one in ear.got] == [str(rows(north)[0].pk)] * 2
    assert rows(north)[0].state == "done"


def test_a_feed_that_broke_off_is_read_again(north: Company, ear: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    hook(north, ear.url)
    north.make("account", {"name": "One"})
    with monkeypatch.context() as patched:
        patched.setattr("crm.integration.models.WebhookPlace.save", lambda *_a, **_k: 1 / 0)
        for _try in range(100):  # the worker of a live server may be faster
            try:
                read_feed(north.id)
            except ZeroDivisionError:
                assert rows(north) == []
                break
            if rows(north):
                break
            time.sleep(0.05)
    tell(north)
    assert len(ear.got) == 1


def test_two_secrets_sign_for_a_day(north: Company, ear: Receiver) -> None:
    made, old = hook(north, ear.url)
    with north.as_("admin"):
        new = webhooks.rotate(made.pk)
        deliveries.ping(made.pk)
    tell(north)
    assert signed_by(ear.got[0], old) and signed_by(ear.got[0], new)
    assert ear.got[0].body["type"] == "integration.ping" and ear.got[0].body["data"]["event"] == {"webhook": str(made.pk)}
    with north.as_kith():
        WebhookSecret.objects.exclude(until=None).update(until=now() - timedelta(seconds=1))
        assert not WebhookSecret.objects.filter(sealed__contains=new.removeprefix("whsec_")[:8]).exists(), "nothing plain is stored"
    with north.as_("admin"):
        deliveries.ping(made.pk)
    tell(north)
    assert signed_by(ear.got[1], new) and not signed_by(ear.got[1], old)
    with north.as_kith():
        forget_deliveries()
        assert WebhookSecret.objects.count() == 1


def test_deliveries_are_forgotten_after_their_days(north: Company, ear: Receiver) -> None:
    hook(north, ear.url)
    north.make("account", {"name": "Old"})
    north.make("account", {"name": "New"})
    tell(north)
    with north.as_kith():
        WebhookDelivery.objects.filter(pk=rows(north)[0].pk).update(created_at=now() - KEPT - timedelta(hours=1))
        forget_deliveries()
    assert len(rows(north)) == 1


def test_an_address_that_is_no_longer_allowed_is_not_called(north: Company, ear: Receiver) -> None:
    from django.test import override_settings

    hook(north, ear.url)
    north.make("account", {"name": "One"})
    with override_settings(KITH_OUTBOUND_ALLOW=""):
        tell(north)
    assert ear.got == [] and rows(north)[0].error == "forbidden"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_guides_sample_checks_a_real_call(north: Company, ear: Receiver, language: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / "guide" / language / "webhooks.md").read_text(encoding="utf-8")
    sample: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], sample)  # noqa: S102
    made, secret = hook(north, ear.url)
    with north.as_("admin"):
        deliveries.ping(made.pk)
    tell(north)
    call = ear.got[0]
    assert sample["is_from_kith"](secret, call.headers, call.raw)
    assert not sample["is_from_kith"](secret, call.headers, call.raw + b" ")
    assert not sample["is_from_kith"](secret, {**call.headers, "webhook-timestamp": "1"}, call.raw)


def test_a_body_that_cannot_be_made_keeps_no_other(north: Company, ear: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    hook(north, ear.url)
    broken, good = north.make("account", {"name": "Broken"}), north.make("account", {"name": "Good"})
    whole = sending.body_of

    def body(row: WebhookDelivery, *facts: Any) -> Any:
        if row.record == broken.pk:
            raise ZeroDivisionError
        return whole(row, *facts)

    monkeypatch.setattr(sending, "body_of", body)
    tell(north)
    assert [one.body["data"]["id"] for one in ear.got] == [str(good.pk)]
    assert [(one.state, one.error, one.attempts) for one in rows(north)] == [("waiting", "kith", 1), ("done", "", 1)]


def test_a_turn_that_fails_inside_kith_rests(north: Company, ear: Receiver) -> None:
    """As where the installation has got another key: the secret cannot be opened."""
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "One"})
    while not rows(north):
        read_feed(north.id)
    with north.as_kith():
        WebhookSecret.objects.update(sealed="nonsense")
        WebhookState.objects.update(leased_until=None, rests_until=now() + timedelta(hours=1))
    board = Switchboard(Event())
    board.offer([(north.id, made.pk)])
    board.close()
    rests = state_of(north, made).rests_until
    assert rests is not None and rests - now() < timedelta(minutes=2) and rows(north)[0].state == "waiting"
