"""The settings page of webhooks: made, watched, tested, sent again, given a new secret, removed and brought back."""

import html
import re
from urllib.parse import urlencode

from crm.integration.actions import webhooks
from crm.integration.models import Webhook, WebhookDelivery
from crm.integration.tests.at_work import adopt, hook, rows, tell
from crm.integration.tests.receiver import Receiver, signed_by
from crm.integration.tests.test_rights import keeper
from crm.kernel.audit.models import AuditEntry
from crm.kernel.outbox.events import all_events
from crm.kernel.testing.cast import Company

HOME = "/settings/webhooks"


def text(answer: object) -> str:
    return html.unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_from_the_empty_page_to_a_delivery_that_is_looked_at(north: Company, ear: Receiver) -> None:
    admin = north.browser("admin")
    assert "No webhooks yet" in text(admin.get(HOME))
    form = {"name": "Shop", "address": ear.url, "events": "records.record-created", "kinds": "account", "condition": "", "_why": "a shop"}
    made = text(admin.post(f"{HOME}/new", urlencode(form), content_type="application/x-www-form-urlencoded"))
    adopt(north)
    secret = re.search(r"whsec_[A-Za-z0-9+/]{43}=", made)
    assert secret is not None
    with north.as_kith():
        one = Webhook.objects.get()
        entry = AuditEntry.objects.get(table_name="webhook", record=one.pk)
        assert entry.reason == "a shop" and entry.actor == north.people["admin"].pk
        assert not AuditEntry.objects.filter(table_name="webhook_secret").exists()
    page = f"{HOME}/{one.pk}"
    assert secret[0] not in text(admin.get(page)) + text(admin.get(f"{page}/edit"))
    assert admin.post(f"{page}/test").status_code == 302
    north.make("account", {"name": "Lamps & Sons"})
    ear.answers = [(200, {}), (500, {})]
    tell(north)
    assert all(signed_by(each, secret[0]) for each in ear.got)
    log = text(admin.get(page))
    assert "integration.ping" in log and "Delivered" in log and "Lamps & Sons" in log and "Waits" in log
    assert "integration.ping" not in re.sub(r"<option.*?</option>", "", text(admin.get(page, {"event": "records.record-created"})))
    assert "No delivery fits" in text(admin.get(page, {"state": "failed"}))
    waiting = rows(north)[1]
    shown = text(admin.get(f"{HOME}/deliveries/{waiting.pk}"))
    assert "thank you" in shown and '"records.record-created"' in shown and "500" in shown
    assert admin.post(f"{HOME}/deliveries/{waiting.pk}/again").status_code == 302
    assert admin.post(f"{page}/again", {"hours": "24"}).status_code == 302
    tell(north)
    assert [each.state for each in rows(north)] == ["done", "done"]
    settings = text(admin.get("/settings/audit"))
    assert "a shop" in settings and "Webhook" in settings


def test_the_form_comes_back_with_what_was_wrong(north: Company, ear: Receiver) -> None:
    admin = north.browser("admin")
    wrong = {"name": "", "address": "http://10.0.0.1/x", "events": [], "kinds": ["account", "contact"], "condition": "name ="}
    answer = admin.post(f"{HOME}/new", wrong)
    assert answer.status_code == 422
    for said in ("Give it a name.", "begins with https://", "Choose at least one event."):
        assert said in text(answer)
    assert 'value="http://10.0.0.1/x"' in text(answer)
    wrong |= {"name": "Shop", "address": ear.url, "events": ["records.record-created"]}
    assert "exactly one kind" in text(admin.post(f"{HOME}/new", wrong))
    made, _secret = hook(north, ear.url, kinds=["account"], condition="name = Lamps")
    assert 'value="name = Lamps"' in text(admin.get(f"{HOME}/{made.pk}/edit"))
    form = {"name": "Other", "address": ear.url, "events": ["records.record-created"], "kinds": ["account"], "condition": ""}
    assert admin.post(f"{HOME}/{made.pk}/edit", form).status_code == 302
    with north.as_kith():
        made.refresh_from_db()
    assert (made.name, made.condition, made.active) == ("Other", None, False)
    assert text(admin.get(HOME)).count("Off") >= 1


def test_a_removed_webhook_comes_back_by_undo(north: Company, south: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    admin, page = north.browser("admin"), f"{HOME}/{made.pk}"
    again = text(admin.post(f"{page}/secret"))
    assert re.search(r"whsec_", again) and "both secrets" in again
    gone = admin.post(f"{page}/remove")
    assert f"/undo/webhook/{made.pk}" in gone.cookies["kith_said"].value
    assert admin.get(page).status_code == 404
    north.make("account", {"name": "Meanwhile"})
    assert south.browser("admin").post(f"/undo/webhook/{made.pk}").status_code == 404
    assert admin.post(f"/undo/webhook/{made.pk}").status_code == 204
    assert admin.post(f"/undo/webhook/{made.pk}").status_code == 404, "once"
    north.make("account", {"name": "After"})
    tell(north)
    assert [each.body["data"]["record"]["name"] for each in ear.got] == ["After"]


def test_who_may_not_does_not_see_it(north: Company, south: Company, ear: Receiver) -> None:
    keeper(north, "cleo", {"view": "own"})
    made, _secret = hook(north, ear.url)
    north.make("account", {"name": "Secret lamps"})
    tell(north)
    delivery = rows(north)[0].pk
    seen = text(north.browser("cleo").get(f"{HOME}/deliveries/{delivery}"))
    assert "Secret lamps" not in seen and "Admin Lee" in seen
    assert "Secret lamps" not in text(north.browser("cleo").get(f"{HOME}/{made.pk}"))
    ada, theirs = north.browser("ada"), south.browser("admin")
    assert HOME not in text(ada.get("/settings/profile")) and HOME in text(north.browser("cleo").get("/settings/profile"))
    for path in (HOME, f"{HOME}/new", f"{HOME}/events", f"{HOME}/{made.pk}", f"{HOME}/{made.pk}/edit", f"{HOME}/deliveries/{delivery}"):
        assert ada.get(path).status_code == 404
    for path in (f"{HOME}/{made.pk}", f"{HOME}/{made.pk}/edit", f"{HOME}/deliveries/{delivery}"):
        assert theirs.get(path).status_code == 404
    for path in (f"{HOME}/{made.pk}/{act}" for act in ("secret", "remove", "test", "again")):
        assert (ada.post(path).status_code, theirs.post(path).status_code) == (404, 404)
    assert theirs.post(f"{HOME}/deliveries/{delivery}/again").status_code == 404


def test_every_event_is_documented_with_a_sample(north: Company) -> None:
    shown = text(north.browser("admin").get(f"{HOME}/events"))
    for name in all_events():
        assert f'id="{name}"' in shown and f'"type": "{name}"' in shown


def test_there_is_an_end_to_webhooks_and_to_a_page_of_the_log(north: Company, ear: Receiver) -> None:
    made, _secret = hook(north, ear.url)
    with north.as_kith():
        WebhookDelivery.objects.bulk_create([WebhookDelivery(webhook_id=made.pk, name="integration.ping") for _number in range(60)])
        Webhook.objects.bulk_create([
            Webhook(name=f"W{number}", address=ear.url, by_id=north.people["admin"].pk) for number in range(webhooks.MOST - 1)
        ])
    admin = north.browser("admin")
    first = text(admin.get(f"{HOME}/{made.pk}"))
    earlier = re.search(r'rel="next" href="([^"]+)"', first)
    assert earlier is not None
    assert text(admin.get(f"{HOME}/{made.pk}{earlier[1]}")).count("/settings/webhooks/deliveries/") == 10
    assert admin.get(f"{HOME}/{made.pk}", {"before": "nonsense"}).status_code == 200
    form = {"name": "One more", "address": ear.url, "events": ["records.record-created"]}
    assert "50 webhooks already" in text(admin.post(f"{HOME}/new", form))
