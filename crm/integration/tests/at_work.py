"""Webhooks of a company of the tests, and doing the worker's part by hand."""

import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.db.models import Q

from crm.integration import queries
from crm.integration.actions import sending
from crm.integration.actions.feed import read_feed
from crm.integration.actions.sending import take_turn
from crm.integration.actions.webhooks import save_webhook
from crm.integration.models import Webhook, WebhookDelivery, WebhookPlace, WebhookState
from crm.kernel.base.clock import now
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.testing.cast import Company

CHANGES = ["records.record-created", "records.record-changed", "records.record-removed"]


def hook(company: Company, url: str, by: str = "admin", **given: Any) -> tuple[Webhook, str]:
    """A webhook of the company and its secret. It is leased to the test: the worker of a live server leaves it alone."""
    with company.as_(by):
        made, secret = save_webhook(None, {"name": "Shop", "address": url, "events": CHANGES, **given})
        WebhookState.objects.filter(webhook_id=made.pk).update(leased_until=now() + timedelta(hours=1))
    return made, secret


def adopt(company: Company) -> None:
    """Leases the webhooks that were made through pages or the API to the test."""
    with company.as_kith():
        WebhookState.objects.update(leased_until=now() + timedelta(hours=1))


def tell(company: Company) -> int:
    """Does the worker's part: reads the feed and makes all calls that are due; answers how many. It waits for transactions of other
    tests, which hold events back."""
    for _try in range(200):
        while read_feed(company.id):
            pass
        if company.id not in queries.with_news() and not _held_back(company):
            break
    with company.as_kith():
        awake = WebhookState.objects.exclude(rests_until__gt=now()).values_list("webhook_id", flat=True)
        hooks = list(Webhook.objects.filter(pk__in=list(awake), removed_at=None, active=True).order_by("pk"))
    with patch.object(sending, "_lease", lambda *_ids: True), patch.object(sending, "_release", lambda *_ids: None):
        return sum(take_turn(company.id, one.pk) for one in hooks)


def _held_back(company: Company) -> bool:
    """Whether events of the company wait for transactions that are still open, or for a live server's worker that is at them."""
    with company.as_kith():
        place = WebhookPlace.objects.first()
        behind = Q(xid__gt=place.xid) | Q(xid=place.xid, number__gt=place.number) if place is not None else Q(pk=None)
        held = OutboxEvent.objects.filter(behind).exists()
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
