"""Webhooks in the settings: the list, the form, secrets, removing with the way back, and what each event tells."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.administration.views.page import done, need, section
from crm.integration import queries
from crm.integration.actions import webhooks as actions
from crm.integration.models import Webhook
from crm.integration.queries import ENDED, RIGHT
from crm.integration.queries.events import PARTS, TEST, USUAL, described, one
from crm.kernel.base.errors import Refusal
from crm.kernel.entity.filter import from_json, to_text
from crm.kernel.entity.registry import registry
from crm.kernel.pages import toasts

HOME = "/settings/webhooks"


@require_safe
def webhooks(request: HttpRequest) -> HttpResponseBase:
    """All of them, with how their receivers do."""
    need(RIGHT)
    rows = list(queries.webhooks())
    known = queries.states([row.pk for row in rows])
    return section(request, "webhooks", template="integration/webhooks", rows=[(row, known.get(row.pk)) for row in rows], ended=ENDED)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponseBase:
    """The form for a new one; the answer that makes it shows its secret, this once."""
    need(RIGHT)
    if request.method != "POST":
        return _form(request, None, None)
    try:
        row, secret = actions.save_webhook(None, _given(request))
    except Refusal as refusal:
        return _form(request, None, refusal)
    return section(request, "webhooks", template="integration/webhook_made", hook=row, secret=secret)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """What is told, to whom; and the secret."""
    need(RIGHT)
    row = queries.webhook(webhook_id)
    if request.method != "POST":
        return _form(request, row, None)
    try:
        saved, _secret = actions.save_webhook(webhook_id, {**_given(request), "active": "active" in request.POST})
    except Refusal as refusal:
        return _form(request, queries.webhook(webhook_id), refusal)
    return done(f"{HOME}/{saved.pk}", _("The webhook “%(name)s” is saved.") % {"name": saved.name})


@require_POST
def new_secret(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """Another secret, shown this once."""
    need(RIGHT)
    secret = actions.rotate(webhook_id)
    return section(request, "webhooks", template="integration/webhook_made", hook=queries.webhook(webhook_id), secret=secret, again=True)


@require_POST
def remove(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """Away; the toast brings it back."""
    need(RIGHT)
    row = actions.remove(webhook_id)
    return toasts.later(redirect(HOME), _("The webhook “%(name)s” is removed.") % {"name": row.name}, f"/undo/webhook/{row.pk}")


@require_POST
def take_back(request: HttpRequest, webhook_id: UUID) -> HttpResponseBase:
    """Undoes the removal that a toast told of."""
    need(RIGHT)
    actions.bring_back(webhook_id)
    return toasts.later(HttpResponse(status=204, headers={"HX-Refresh": "true"}), _("Undone."))


@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """What can be told, each event with a sample of the body that a receiver gets."""
    need(RIGHT)
    found = [(each, json.dumps(each.sample, indent=2, ensure_ascii=False, default=str)) for each in [*described(), one(TEST)]]
    return section(request, "webhooks", template="integration/webhook_events", found=found)


def _given(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST
    texts = {name: sent.get(name, "").strip() for name in ("name", "address", "condition")}
    return {**texts, "events": sent.getlist("events"), "kinds": sent.getlist("kinds")}


def _form(request: HttpRequest, row: Webhook | None, refusal: Refusal | None) -> HttpResponse:
    """The form as it was sent, where something was wrong with it; as the webhook is; or with what most people want."""
    if refusal is not None:
        now = {**_given(request), "active": "active" in request.POST or row is None}
    elif row is not None:
        condition = to_text(from_json(row.condition)) if row.condition else ""
        now = {name: getattr(row, name) for name in ("name", "address", "events", "kinds", "active")} | {"condition": condition}
    else:
        now = {"name": "", "address": "https://", "events": list(USUAL[:3]), "kinds": [], "condition": "", "active": True}
    parts: dict[str, list[Any]] = {}
    for each in described():
        parts.setdefault(each.part, []).append(each)
    groups = [(PARTS.get(part, part), listed) for part, listed in parts.items()]
    words = {
        "hook": row, "now": now, "groups": groups, "kinds": registry.all(), "ended": ENDED,
        "until": queries.signed_until(row.pk) if row is not None else None,
    }  # fmt: skip
    return section(request, "webhooks", template="integration/webhook_form", refusal=refusal, **words)
