"""Making, changing and removing webhooks.

Whoever saves a webhook gives it their own rights: it is never told more than that person may see.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.integration.actions.feed import begin_here
from crm.integration.models import Webhook, WebhookSecret, WebhookState
from crm.integration.queries import PURPOSE, RIGHT, webhook
from crm.integration.queries.events import offered
from crm.kernel.access.policy import asker
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Words, Wrong
from crm.kernel.base.outbound import Forbidden, read_target
from crm.kernel.base.sealed import seal
from crm.kernel.entity.filter import compile_filter, to_json
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import Actor
from crm.kernel.rest.queries import read_filter
from crm.kernel.tenancy.scope import current_actor

MOST = 50
LONGEST_NAME = 80
#: How long a replaced secret signs beside the new one.
BOTH_FOR = timedelta(hours=24)
_KNOWN = ("name", "address", "events", "kinds", "condition", "active")


def need() -> UUID:
    """The id of the person at work, where they may look after webhooks. A token has to be able to read all that its person does, too:
    a webhook tells what its maker sees."""
    actor: Actor = current_actor()
    actor.need(RIGHT)
    if actor.id is None or (actor.scopes is not None and actor.scopes.isdisjoint({"read", "write"})):
        raise NotAllowed
    return actor.id


def save_webhook(webhook_id: UUID | None, given: Mapping[str, Any]) -> tuple[Webhook, str]:
    """Makes a webhook, or changes what is given of one; answers it and the secret of a new one ("" else).

    `given`: name, address, events (list of names), kinds (list of kinds), condition (filter as text or JSON, None for none) and
    active, of any JSON type. Raises Wrong by field, NotFound, NotAllowed.
    """
    me = need()
    row = webhook(webhook_id) if webhook_id is not None else Webhook(by_id=me)
    if webhook_id is None and Webhook.objects.filter(removed_at=None).count() >= MOST:
        raise Wrong(_("There are %(most)s webhooks already; remove one that is no longer needed.") % {"most": MOST})
    was_active = webhook_id is not None and row.active
    _apply(row, _checked(row, given, new=webhook_id is None), current_actor())
    row.by_id, row.updated_at = me, now()
    if row.active and not was_active:
        _awaken(row)
    row.save()
    if webhook_id is not None:
        return row, ""
    WebhookState(webhook_id=row.pk).save(force_insert=True)
    return row, _new_secret(row.pk)


def rotate(webhook_id: UUID) -> str:
    """A new secret, answered this once; the old one signs beside it for 24 hours."""
    need()
    row = webhook(webhook_id)
    WebhookSecret.objects.filter(webhook_id=row.pk, until=None).update(until=now() + BOTH_FOR)
    Webhook.objects.filter(pk=row.pk).update(updated_at=now())
    return _new_secret(row.pk)


def remove(webhook_id: UUID) -> Webhook:
    """Takes a webhook away; it can be brought back as it was."""
    need()
    row = webhook(webhook_id)
    row.removed_at = now()
    row.save(update_fields=["removed_at"])
    return row


def bring_back(webhook_id: UUID) -> Webhook:
    """Brings a removed webhook back. What happened meanwhile it is not told. Raises NotFound."""
    me = need()
    row = Webhook.objects.select_for_update().filter(pk=webhook_id).exclude(removed_at=None).first()
    if row is None:
        raise NotFound
    if row.active:
        _awaken(row)
    row.removed_at, row.by_id = None, me
    row.save(update_fields=["removed_at", "by_id", "ended"])
    return row


def _awaken(row: Webhook) -> None:
    """A webhook that is switched on begins with a clean slate; where it is the only one the feed is read from now on."""
    row.ended = ""
    if not Webhook.objects.filter(active=True, removed_at=None).exclude(pk=row.pk).exists():
        begin_here()
    WebhookState.objects.filter(webhook_id=row.pk).update(failing_since=None, failures=0, rests_until=None)


def _new_secret(webhook_id: UUID) -> str:
    raw = secrets.token_bytes(32)
    WebhookSecret(webhook_id=webhook_id, sealed=seal(raw, PURPOSE)).save(force_insert=True)
    return f"whsec_{base64.b64encode(raw).decode()}"


def _checked(row: Webhook, given: Mapping[str, Any], new: bool) -> dict[str, Any]:
    """What is given, each value of its type. Raises Wrong for all that is not."""
    wrong: dict[str, list[Words]] = {name: [_("There is no such field.")] for name in given if name not in _KNOWN}
    kept = {name: given[name] for name in _KNOWN if name in given}
    if new:
        kept = {"name": None, "address": None, "events": None, **kept}
    for name, check in _CHECKS.items():
        if name in kept:
            try:
                kept[name] = check(kept[name])
            except Refusal as refusal:
                wrong[name] = [refusal.message]
    if wrong:
        raise Wrong(fields=wrong)
    return kept


def _name(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise Wrong(_("Give it a name."))
    if len(raw.strip()) > LONGEST_NAME:
        raise Wrong(_("At most %(most)s characters.") % {"most": LONGEST_NAME})
    return raw.strip()


def _address(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Forbidden(_("Write an address such as https://example.com/hook, without spaces."))
    read_target(raw.strip())
    return raw.strip()


def _names(raw: Any, known: set[str]) -> list[str]:
    given = raw if isinstance(raw, list) else [None]
    if not all(isinstance(one, str) and one in known for one in given):
        raise Wrong(_("A list of known names is needed here."))
    return sorted(set(given))


def _events(raw: Any) -> list[str]:
    found = _names(raw, offered()) if raw else []
    if not found:
        raise Wrong(_("Choose at least one event."))
    return found


def _kinds(raw: Any) -> list[str]:
    return _names(raw, {entity.kind for entity in registry.all()}) if raw is not None else []


def _active(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise Wrong(_("Write true or false."))
    return raw


_CHECKS = {"name": _name, "address": _address, "events": _events, "kinds": _kinds, "active": _active}


def _apply(row: Webhook, kept: Mapping[str, Any], actor: Actor) -> None:
    for name in ("name", "address", "events", "kinds", "active"):
        if name in kept:
            setattr(row, name, kept[name])
    raw = kept.get("condition", row.condition)
    row.condition = _condition(raw, row.kinds, actor) if raw not in (None, "", {}) else None


def _condition(raw: Any, kinds: list[str], actor: Actor) -> dict[str, Any]:
    """The condition as JSON, proved against the one kind it is of. Raises Wrong."""
    entity = registry.kind(kinds[0]) if len(kinds) == 1 else None
    if entity is None:
        raise Wrong(fields={"condition": [_("Choose exactly one kind of records for a condition.")]})
    try:
        node = read_filter(raw)
        compile_filter(node, entity, asker(actor))
    except Refusal as refusal:
        said = [one for many in refusal.fields.values() for one in many] or [refusal.message]
        raise Wrong(fields={"condition": said}) from None
    if node is None:
        raise Wrong(fields={"condition": [_("The filter cannot be read.")]})
    found: dict[str, Any] = to_json(node)
    return found
