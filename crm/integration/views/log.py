"""The deliveries of a webhook: what was sent, what came back, what waits, and sending again."""

import datetime
import json
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from crm.administration.views.page import done, need, section
from crm.integration import queries
from crm.integration.actions import deliveries as actions
from crm.integration.queries import ENDED, RIGHT, STATES
from crm.integration.queries.events import TEST, described
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict
from crm.kernel.pages import toasts
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import names_of

HOME = "/settings/webhooks"
ROWS = 50
SPANS = {"1": gettext_lazy("of the last hour"), "24": gettext_lazy("of the last day"), "72": gettext_lazy("of the last three days"),
         "720": gettext_lazy("of the last 30 days")}  # fmt: skip
#: Why no answer came, or one that is none.
ERRORS = {
    "time": gettext_lazy("It took longer than 15 seconds."), "name": gettext_lazy("The name is not known."),
    "connect": gettext_lazy("Nobody takes the call there."), "tls": gettext_lazy("Its certificate is not in order."),
    "broken": gettext_lazy("The connection broke off."), "redirect": gettext_lazy("It sends elsewhere, which is not followed."),
    "kith": gettext_lazy("Kith could not put the body together."), "forbidden": gettext_lazy("Kith does not call this address."),
}  # fmt: skip


@require_safe
def deliveries(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """The newest 50, or those in one state or of one event; `before` (“moment id”) goes further back."""
    need(RIGHT)
    hook = queries.webhook(webhook_id)
    state, name = request.GET.get("state", ""), request.GET.get("event", "")
    state = state if state in STATES else ""
    names = [TEST, *hook.events]
    rows, earlier = queries.deliveries(webhook_id, state, name if name in names else "", request.GET.get("before", ""), ROWS)
    words = {
        "hook": hook, "health": queries.states([hook.pk]).get(hook.pk), "rows": rows, "state": state, "name": name, "names": names,
        "titles": names_of(RecordRow, {one.record for one in rows if one.record}), "states": STATES, "spans": SPANS, "errors": ERRORS,
        "ended": ENDED, "earlier": earlier,
        "texts": {one.name: one.text for one in described()},
    }  # fmt: skip
    return section(request, "webhooks", template="integration/webhook_log", **words)


@require_safe
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """One delivery: its tries, what was sent (to the owner of the webhook) and what came back."""
    actor = need(RIGHT)
    row = queries.delivery(delivery_id)
    words = {
        "row": row, "hook": row.webhook, "body": _spread_out(row.request), "states": STATES, "errors": ERRORS,
        "mine": row.webhook.by_id == actor.id,
        "title": names_of(RecordRow, {row.record}).get(row.record, "") if row.record else "",
    }  # fmt: skip
    return section(request, "webhooks", template="integration/webhook_delivery", **words)


def _spread_out(request: str) -> str:
    """The body over several lines, for reading; what was cut for its length as it is."""
    try:
        return json.dumps(json.loads(request), indent=2, ensure_ascii=False)
    except ValueError:
        return request


@require_POST
def again(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """Sends one again."""
    need(RIGHT)
    row = actions.redeliver(delivery_id)
    return done(f"{HOME}/deliveries/{row.pk}", _("It is sent again."))


@require_POST
def all_again(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """Sends again what failed within a span (POST hours)."""
    need(RIGHT)
    hours = request.POST.get("hours", "")
    many = actions.redeliver_failed(webhook_id, now() - datetime.timedelta(hours=int(hours if hours in SPANS else "24")))
    said = ngettext("%(num)s delivery is sent again.", "%(num)s deliveries are sent again.", many) % {"num": many}
    return done(f"{HOME}/{webhook_id}", said if many else _("Nothing failed in that time."))


@require_POST
def send_test(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """A test delivery."""
    need(RIGHT)
    try:
        row = actions.ping(webhook_id)
    except Conflict as refusal:
        return toasts.later(redirect(f"{HOME}/{webhook_id}"), str(refusal.message), tone="bad")
    return done(f"{HOME}/{row.webhook_id}", _("A test is on its way."))
