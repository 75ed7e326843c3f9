"""Sending again, and sending a test."""

import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from crm.integration.actions.webhooks import need
from crm.integration.events import Ping
from crm.integration.models import WebhookDelivery
from crm.integration.queries import delivery, webhook
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict
from crm.kernel.outbox.events import name_of, pack


def ping(webhook_id: UUID) -> WebhookDelivery:
    """Sends a test: a delivery like any other, about nothing. Raises Conflict for a webhook that is switched off."""
    me = need()
    hook = webhook(webhook_id)
    if not hook.active:
        raise Conflict(_("Switch the webhook on first."))
    happened = Ping(record=None, webhook=hook.pk)
    row = WebhookDelivery(webhook_id=hook.pk, name=name_of(happened), payload=pack(happened), by_id=me)
    row.save(force_insert=True)
    return row


def redeliver(delivery_id: UUID) -> WebhookDelivery:
    """Sends one delivery again, with the same id and all its tries. Raises NotFound."""
    need()
    row = delivery(delivery_id)
    _again(WebhookDelivery.objects.filter(pk=row.pk))
    row.refresh_from_db()
    return row


def redeliver_failed(webhook_id: UUID, since: datetime.datetime) -> int:
    """Sends again what failed since a moment, and at once what waits for its next try; answers how many."""
    need()
    hook = webhook(webhook_id)
    rows = WebhookDelivery.objects.filter(webhook_id=hook.pk, happened_at__gte=since)
    failed = rows.filter(state=WebhookDelivery.FAILED) | rows.filter(state=WebhookDelivery.WAITING, attempts__gt=0)
    return _again(failed)


def _again(rows: object) -> int:
    return rows.update(state=WebhookDelivery.WAITING, attempts=0, next_at=now(), done_at=None)  # type: ignore[attr-defined,no-any-return]
