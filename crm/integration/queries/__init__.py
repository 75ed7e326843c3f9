"""Reading webhooks and their deliveries."""

import datetime
from collections.abc import Mapping
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from crm.integration.models import Webhook, WebhookDelivery, WebhookSecret, WebhookState
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Words
from crm.kernel.base.newest import newest
from crm.kernel.base.sealed import unseal

RIGHT = "administration.webhooks"
PURPOSE = "webhook secret"
#: Why Kith switched a webhook off by itself.
ENDED: Mapping[str, Words] = {
    "gone": _("The receiver answered 410: it does not want to be told any more."),
    "failing": _("For three days no call was taken."),
    "owner": _("The person whose rights it had may no longer come in, or no longer look after webhooks."),
}
STATES: Mapping[str, Words] = {
    WebhookDelivery.WAITING: _("Waits"),
    WebhookDelivery.DONE: _("Delivered"),
    WebhookDelivery.FAILED: _("Failed"),
    WebhookDelivery.SKIPPED: _("Not shown to its owner"),
}

#: What is sent next: behind news of the same record that still waits nothing of that record moves.
_NEXT = """
SELECT * FROM webhook_delivery d
 WHERE webhook_id = %s AND state = 'waiting' AND next_at <= %s
   AND NOT EXISTS (SELECT 1 FROM webhook_delivery before
                    WHERE before.workspace_id = d.workspace_id AND before.webhook_id = d.webhook_id AND before.record = d.record
                      AND before.number < d.number AND before.state = 'waiting')
 ORDER BY next_at, number LIMIT 1
"""


def webhooks() -> QuerySet[Webhook]:
    """Those that are not removed, by name."""
    return Webhook.objects.filter(removed_at=None).select_related("by").order_by("name", "id")


def webhook(webhook_id: UUID) -> Webhook:
    """One of them. Raises NotFound."""
    found = webhooks().filter(id=webhook_id).first()
    if found is None:
        raise NotFound(_("There is no such webhook."))
    return found


def states(ids: list[UUID]) -> dict[UUID, WebhookState]:
    """How the receivers of these webhooks do."""
    return {one.webhook_id: one for one in WebhookState.objects.filter(webhook_id__in=ids)}


def delivery(delivery_id: UUID) -> WebhookDelivery:
    """One delivery of a webhook that is there. Raises NotFound."""
    found = WebhookDelivery.objects.select_related("webhook").filter(id=delivery_id, webhook__removed_at=None).first()
    if found is None:
        raise NotFound(_("There is no such delivery."))
    return found


def deliveries(webhook_id: UUID, state: str, name: str, before: str, many: int) -> tuple[list[WebhookDelivery], str]:
    """A page of a webhook's deliveries, newest first, of one state and event where they are named; `before` and the second answer are
    those of `newest`."""
    found = WebhookDelivery.objects.filter(webhook__removed_at=None, webhook_id=webhook_id)
    found = found.filter(state=state) if state else found
    found = found.filter(name=name) if name else found
    return newest(found, before, many, by="created_at")


def next_delivery(webhook_id: UUID) -> WebhookDelivery | None:
    """What the webhook is sent next, where anything is due."""
    return next(iter(WebhookDelivery.objects.raw(_NEXT, [webhook_id, now()])), None)


def signing_secrets(webhook_id: UUID) -> list[bytes]:
    """What its calls are signed with at present, the newest first."""
    rows = WebhookSecret.objects.filter(Q(until=None) | Q(until__gt=now()), webhook_id=webhook_id).order_by("-id")
    return [unseal(one.sealed, PURPOSE) for one in rows]


def signed_until(webhook_id: UUID) -> datetime.datetime | None:
    """Until when a replaced secret signs, too; None where none does."""
    return WebhookSecret.objects.filter(webhook_id=webhook_id, until__gt=now()).order_by("-until").values_list("until", flat=True).first()


def with_news() -> list[UUID]:
    """Crosses workspaces: those whose webhooks were not told of some events yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM kith_webhook_news() AS id")
        return [row[0] for row in cursor.fetchall()]


def due() -> list[tuple[UUID, UUID]]:
    """Crosses workspaces: (workspace, webhook) of those that have something to send, the longest unserved first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workspace, webhook FROM kith_webhooks_due()")
        return [(row[0], row[1]) for row in cursor.fetchall()]


def adopt() -> None:
    """Crosses workspaces: how far the feed was read in a database restored from another cluster begins anew here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_webhook_adopt()")
