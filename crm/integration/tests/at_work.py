"""Webhooks of a company of the tests, and doing the worker's part by hand."""

import time
from typing import Any

from crm.integration import queries
from crm.integration.actions.feed import read_feed
from crm.integration.actions.sending import take_turn
from crm.integration.actions.webhooks import save_webhook
from crm.integration.models import Webhook, WebhookDelivery, WebhookPlace, WebhookState
from crm.kernel.base.clock import now
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.testing.cast import Company

CHANGES = ["records.record-created", "records.record-changed", "records.record-removed"]


def hook(company: Company, url: str, by: str = "admin", **given: Any) -> tuple[Webhook, str]:
    """A webhook of the company and its secret."""
    with company.as_(by):
        return save_webhook(None, {"name": "Shop", "address": url, "events": CHANGES, **given})


def tell(company: Company) -> int:
    """Reads the feed and makes all calls that are due, as the worker does; answers how many. It waits for transactions of other tests."""
    for _try in range(200):
        while read_feed(company.id):
            pass
        if company.id not in queries.with_news() and not _held_back(company):
            break
    made = 0
    for workspace, webhook in queries.due():
        if workspace == company.id:
            made += take_turn(workspace, webhook)
    return made


def _held_back(company: Company) -> bool:
    """Whether events of the company wait for transactions that are still open."""
    with company.as_kith():
        place = WebhookPlace.objects.first()
        held = place is not None and OutboxEvent.objects.filter(xid__gt=place.xid).exists()
    if held:
        time.sleep(0.05)
    return held


def rows(company: Company) -> list[WebhookDelivery]:
    """All deliveries, oldest first."""
    with company.as_kith():
        return list(WebhookDelivery.objects.order_by("created_at", "number"))


def later(company: Company) -> None:
    """Lets what waits be due now, and rested receivers be called."""
    with company.as_kith():
        WebhookDelivery.objects.filter(state="waiting").update(next_at=now())
        WebhookState.objects.update(rests_until=None)
