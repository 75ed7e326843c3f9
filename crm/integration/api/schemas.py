"""What the API's document says of webhooks: the shapes of bodies and answers, and what receivers are sent."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.integration.models import Webhook, WebhookDelivery
from crm.integration.queries import RIGHT, STATES
from crm.integration.queries.events import USUAL, described, offered
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.rest.openapi import answers, bodies, document, samples
from crm.kernel.rest.openapi.bodies import About
from crm.kernel.rest.openapi.shapes import Schema, page_of, ref

_TEXT: Schema = {"type": "string"}
_ID: Schema = {"type": "string", "format": "uuid"}
_NULL_ID: Schema = {"type": ["string", "null"], "format": "uuid"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_NULL_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_NULL_TEXT: Schema = {"type": ["string", "null"]}
_NAMES: Schema = {"type": "array", "items": _TEXT}
_MAP: Schema = {"type": "object"}
_NUMBER: Schema = {"type": ["integer", "null"]}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


_WEBHOOK: dict[str, Schema] = {
    "id": _ID, "name": _TEXT, "address": _TEXT, "events": _NAMES, "kinds": _NAMES, "condition": {"type": ["object", "null"]},
    "active": {"type": "boolean"}, "ended": _TEXT, "owner": _ID, "created_at": _TIME, "last_ok_at": _NULL_TIME,
    "failing_since": _NULL_TIME, "old_secret_until": _NULL_TIME,
}  # fmt: skip
_TRY = _object(at=_TIME, status=_NUMBER, error=_TEXT, ms={"type": "integer"})
_DELIVERY = _object(
    id=_ID, webhook=_ID, event=_TEXT, kind=_TEXT, record=_NULL_ID, state={"type": "string", "enum": list(STATES)},
    tries={"type": "array", "items": _TRY}, next_at=_NULL_TIME, status=_NUMBER, answer=_TEXT, request=_NULL_TEXT, happened_at=_TIME,
    created_at=_TIME, done_at=_NULL_TIME,
)  # fmt: skip


def declare() -> None:
    """Adds all of it to what the document is written from."""
    answers.TAGS.update({"webhooks": _("Webhooks"), "webhook_deliveries": _("Deliveries of webhooks")})
    answers.COMPONENTS.update({
        "Webhook": _object(**_WEBHOOK), "WebhookWithSecret": _object(**_WEBHOOK, secret=_NULL_TEXT), "WebhookDelivery": _DELIVERY,
        "WebhookEvent": _object(name=_TEXT, text=_TEXT, values=_MAP, sample=_MAP),
    })  # fmt: skip
    answers.ANSWERS.update({
        "webhook": lambda _about: ref("Webhook"), "webhooks": lambda _about: page_of(ref("Webhook")),
        "webhook_with_secret": lambda _about: ref("WebhookWithSecret"), "webhook_delivery": lambda _about: ref("WebhookDelivery"),
        "webhook_deliveries": lambda _about: page_of(ref("WebhookDelivery")), "webhook_events": lambda _about: page_of(ref("WebhookEvent")),
        "redelivered": lambda _about: _object(sent={"type": "integer", "minimum": 0}),
    })  # fmt: skip
    bodies.BODIES.update({"webhook": _new, "webhook_change": _change, "redeliver": _redeliver})
    samples.OTHERS.update({"webhooks": Webhook, "webhook_deliveries": WebhookDelivery})
    document.MORE.append(sent_to_receivers)


def _properties() -> dict[str, Schema]:
    return {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "address": {"type": "string", "format": "uri"},
        "events": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": sorted(offered())}},
        "kinds": {"type": "array", "items": {"type": "string", "enum": [entity.kind for entity in registry.all()]}},
        "condition": {"type": ["object", "string", "null"]},
        "active": {"type": "boolean"},
    }


def _new(about: About) -> Schema:
    sample = {"name": "Shop", "address": "https://shop.example/hook", "events": list(USUAL[:3]), "kinds": ["account"]}
    schema = {"type": "object", "required": ["name", "address", "events"], "additionalProperties": False, "properties": _properties()}
    return {"schema": schema, "example": sample}


def _change(about: About) -> Schema:
    return {"schema": {"type": "object", "additionalProperties": False, "properties": _properties()}, "example": {"name": "Shop"}}


def _redeliver(about: About) -> Schema:
    schema = {"type": "object", "required": ["since"], "additionalProperties": False, "properties": {"since": _TIME}}
    return {"schema": schema, "example": {"since": "2026-11-22T09:30:00Z"}}


_HEADERS = {
    "webhook-id": _("The id of the delivery, the same at each try."),
    "webhook-timestamp": _("Seconds since 1970 at which it was sent."),
    "webhook-signature": _("“v1,” and the HMAC-SHA256 of “id.timestamp.body”, in base64; two of them while a secret is replaced."),
}


def sent_to_receivers(actor: Actor) -> dict[str, Any]:
    """The section “webhooks” of OpenAPI 3.1: the body of each event; empty for who may not look after webhooks."""
    if not actor.may(RIGHT):
        return {}
    headers = [
        {"name": name, "in": "header", "required": True, "description": str(text), "schema": {"type": "string"}}
        for name, text in _HEADERS.items()
    ]
    found: dict[str, Any] = {}
    for one in described():
        record: dict[str, Schema] = {}
        if one.about_record:
            changes = {"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2}}
            record = {"kind": _TEXT, "id": _ID, "version": {"type": "integer"}, "changes": changes, "record": _MAP, "address": _TEXT}
        data = _object(**record, event=one.values, actor=_object(id=_NULL_ID, name=_TEXT))
        body = {"schema": _object(type={"const": one.name}, timestamp=_TIME, data=data), "example": one.sample}
        found[one.name] = {"post": {
            "operationId": one.name.replace(".", "_").replace("-", "_"), "summary": one.text, "tags": ["webhooks"], "parameters": headers,
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {
                "2XX": {"description": _t("Taken. Any other answer, or none within 15 seconds, is tried again.")},
                "410": {"description": _t("Switches the webhook off.")},
            },
        }}  # fmt: skip
    return {"webhooks": found}
