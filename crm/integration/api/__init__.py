"""Webhooks by the API."""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.integration.actions import deliveries, webhooks
from crm.integration.api import schemas
from crm.integration.models import Webhook, WebhookDelivery, WebhookState
from crm.integration.queries import RIGHT, STATES, signed_until
from crm.integration.queries import deliveries as found_deliveries
from crm.integration.queries import delivery as one_delivery
from crm.integration.queries import states as states_of
from crm.integration.queries import webhook as one_webhook
from crm.integration.queries import webhooks as all_webhooks
from crm.integration.queries.events import described
from crm.kernel.base.errors import Words, Wrong
from crm.kernel.rest import cursors, render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CURSOR, LIMIT, Param
from crm.kernel.rest.routes import add_route

schemas.declare()


def _state(text: str) -> str:
    if text not in STATES:
        raise ValueError(_t("Write one of %(verbs)s.") % {"verbs": ", ".join(STATES)})
    return text


STATE = Param("state", {"type": "string", "enum": list(STATES)}, _("Only deliveries in this state."), _state, "")
EVENT = Param("event", {"type": "string"}, _("Only deliveries of the event of this name."), default="")
FACTS: dict[str, Any] = {"needs": RIGHT, "tag": "webhooks"}
LOG: dict[str, Any] = {"needs": RIGHT, "tag": "webhook_deliveries"}


@operation(_("List webhooks"), name="list_webhooks", scope="read", answer="webhooks", **FACTS)
def list_webhooks(call: Call) -> HttpResponse:
    """All webhooks of the workspace, by name."""
    webhooks.need()
    rows = list(all_webhooks())
    known = states_of([one.pk for one in rows])
    return render.page(_told(one, known.get(one.pk)) for one in rows)


@operation(
    _("Make a webhook"), name="make_webhook", scope="write", body="webhook", answer="webhook_with_secret", success=201,
    headers={"Location": _("Where the webhook can be read.")}, **FACTS,
)  # fmt: skip
def make_webhook(call: Call) -> HttpResponse:
    """Tells an address of events from now on, with the rights of whoever makes it. The secret is answered this once."""
    row, secret = webhooks.save_webhook(None, read_object(call.request))
    return _with_secret(row, secret, 201, {"Location": f"/api/v1/webhooks/{row.pk}"})


@operation(_("Read a webhook"), name="read_webhook", scope="read", answer="webhook", **FACTS)
def read_webhook(call: Call, id: UUID) -> HttpResponse:
    """One webhook, and how its receiver does."""
    webhooks.need()
    return _answer(one_webhook(id))


@operation(_("Change a webhook"), name="change_webhook", scope="write", body="webhook_change", answer="webhook", **FACTS)
def change_webhook(call: Call, id: UUID) -> HttpResponse:
    """Changes what is sent. The webhook has the rights of whoever changed it last."""
    return _answer(webhooks.save_webhook(id, read_object(call.request))[0])


@operation(_("Remove a webhook"), name="remove_webhook", scope="write", success=204, **FACTS)
def remove_webhook(call: Call, id: UUID) -> HttpResponse:
    """Nothing more is sent. It can be brought back."""
    webhooks.remove(id)
    return HttpResponse(status=204)


@operation(_("Bring a webhook back"), name="bring_webhook_back", scope="write", answer="webhook", **FACTS)
def bring_webhook_back(call: Call, id: UUID) -> HttpResponse:
    """A removed webhook as it was. What happened meanwhile it is not told."""
    return _answer(webhooks.bring_back(id))


@operation(_("Give a webhook a new secret"), name="rotate_webhook_secret", scope="write", answer="webhook_with_secret", **FACTS)
def rotate_secret(call: Call, id: UUID) -> HttpResponse:
    """The new secret is answered this once. For 24 hours calls are signed with the old one, too."""
    return _with_secret(one_webhook(id), webhooks.rotate(id), 200, {})


@operation(_("Send a test"), name="test_webhook", scope="write", answer="webhook_delivery", success=202, **FACTS)
def send_test(call: Call, id: UUID) -> HttpResponse:
    """A delivery of the event integration.ping, signed like every other."""
    return render.answer(_delivery(deliveries.ping(id), call), 202)


@operation(
    _("List the deliveries of a webhook"), name="list_webhook_deliveries", scope="read", params=(LIMIT, CURSOR, STATE, EVENT),
    answer="webhook_deliveries", **FACTS,
)  # fmt: skip
def list_deliveries(call: Call, id: UUID) -> HttpResponse:
    """What was sent and what waits, newest first; kept for 30 days."""
    webhooks.need()
    one_webhook(id)
    about, most = f"webhook:{id}", call.query["limit"]
    before = cursors.decode(call.query["cursor"], about) or ""
    rows, onward = found_deliveries(id, call.query["state"], call.query["event"], before, most)
    following = cursors.encode(onward or None, about)
    return render.page((_delivery(one, call) for one in rows), following)


@operation(
    _("Send again what failed"), name="redeliver_failed", scope="write", body="redeliver", answer="redelivered", success=202, **FACTS
)
def redeliver_failed(call: Call, id: UUID) -> HttpResponse:
    """Everything of one webhook that failed, or waits for another try, since a moment."""
    sent = read_object(call.request)
    wrong: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in sent if name != "since"}
    since = _moment(sent.get("since"))
    if since is None:
        wrong["since"] = [_t("Write a moment as 2026-11-24T09:30:00Z.")]
    if wrong or since is None:
        raise Wrong(fields=wrong)
    return render.answer({"sent": deliveries.redeliver_failed(id, since)}, 202)


def _moment(raw: Any) -> datetime.datetime | None:
    try:
        found = parse_datetime(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None and found.year > 1900 else None


@operation(_("Read a delivery"), name="read_webhook_delivery", scope="read", answer="webhook_delivery", **LOG)
def read_delivery(call: Call, id: UUID) -> HttpResponse:
    """One delivery with its tries. What was sent is shown to the webhook's owner alone."""
    webhooks.need()
    return render.answer(_delivery(one_delivery(id), call))


@operation(_("Deliver again"), name="redeliver", scope="write", answer="webhook_delivery", success=202, **LOG)
def redeliver(call: Call, id: UUID) -> HttpResponse:
    """Sends one delivery again, with the same id."""
    return render.answer(_delivery(deliveries.redeliver(id), call), 202)


@operation(_("List the events of webhooks"), name="list_webhook_events", scope="read", answer="webhook_events", **FACTS)
def list_events(call: Call) -> HttpResponse:
    """Every event a webhook may be told of, with a sample of its body."""
    webhooks.need()
    return render.page({"name": one.name, "text": one.text, "values": one.values, "sample": one.sample} for one in described())


def _answer(row: Webhook) -> HttpResponse:
    return render.answer(_told(row, states_of([row.pk]).get(row.pk)))


def _with_secret(row: Webhook, secret: str, status: int, headers: dict[str, str]) -> HttpResponse:
    """The secret stands in this answer alone: a repeated request with the same Idempotency-Key gets it without."""
    told = _told(row, states_of([row.pk]).get(row.pk))
    answer = render.answer({**told, "secret": secret}, status, headers)
    answer.kept_body = render.encoded({**told, "secret": None})  # type: ignore[attr-defined]
    return answer


def _told(row: Webhook, state: WebhookState | None) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "address": row.address, "events": row.events, "kinds": row.kinds, "condition": row.condition,
        "active": row.active, "ended": row.ended, "owner": row.by_id, "created_at": render.moment(row.created_at),
        "last_ok_at": render.moment(state.last_ok_at if state else None),
        "failing_since": render.moment(state.failing_since if state else None),
        "old_secret_until": render.moment(signed_until(row.pk)),
    }  # fmt: skip


def _delivery(row: WebhookDelivery, call: Call) -> dict[str, Any]:
    mine = row.webhook.by_id == call.actor.id
    return {
        "id": row.pk, "webhook": row.webhook_id, "event": row.name, "kind": row.kind, "record": row.record, "state": row.state,
        "tries": row.tries, "next_at": render.moment(row.next_at) if row.state == WebhookDelivery.WAITING else None,
        "status": row.status, "answer": row.answer, "request": row.request if mine else None,
        "happened_at": render.moment(row.happened_at), "created_at": render.moment(row.created_at), "done_at": render.moment(row.done_at),
    }  # fmt: skip


add_route("/webhook-events", GET=list_events)
add_route("/webhook-deliveries/{id}/redeliver", POST=redeliver)
add_route("/webhook-deliveries/{id}", GET=read_delivery)
add_route("/webhooks/{id}/redeliver", POST=redeliver_failed)
add_route("/webhooks/{id}/deliveries", GET=list_deliveries)
add_route("/webhooks/{id}/test", POST=send_test)
add_route("/webhooks/{id}/secret", POST=rotate_secret)
add_route("/webhooks/{id}/restore", POST=bring_webhook_back)
add_route("/webhooks/{id}", GET=read_webhook, PATCH=change_webhook, DELETE=remove_webhook)
add_route("/webhooks", GET=list_webhooks, POST=make_webhook)
