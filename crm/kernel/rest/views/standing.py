"""Marking values as verified, and taking that back."""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, Words, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.records.reading import fetch
from crm.kernel.records.verifying import Proof, no_longer_verified, verify
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.problems import Stale
from crm.kernel.rest.values import expected_version

_VERSION = {"ETag": _("The version of the record, for If-Match.")}


@operation(
    _("Mark as verified: %(label)s"),
    name="verify",
    scope="write",
    verb="edit",
    body="verify",
    answer="record",
    if_match=True,
    headers=_VERSION,
)
def verify_values(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The values of the named fields are right, as `method` has shown, `until` a moment or for good. A value that changes is verified no
    longer. With If-Match, a field that somebody changed since is refused: that value nobody has looked at."""
    record = fetch(entity, id, "edit")
    sent = _sent(call, {"fields", "method", "note", "until"})
    proof = Proof(_text(sent, "method"), _text(sent, "note"), _moment(sent))
    try:
        verify(entity, record.pk, _fields(sent), proof, expected_version(call.request))
    except Conflict as conflict:
        raise Stale(conflict.message, conflict.values) from conflict
    return render.record_answer(entity, record, call.actor)


@operation(
    _("No longer verified: %(label)s"), name="unverify", scope="write", verb="edit", body="unverify", answer="record", headers=_VERSION
)
def unverify_values(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Takes back that the values of the named fields are verified; the values stay."""
    record = fetch(entity, id, "edit")
    no_longer_verified(entity, record.pk, _fields(_sent(call, {"fields"})))
    return render.record_answer(entity, record, call.actor)


def _sent(call: Call, known: set[str]) -> dict[str, Any]:
    sent = read_object(call.request)
    unknown: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in sent if name not in known}
    if unknown:
        raise Wrong(fields=unknown)
    return sent


def _fields(sent: dict[str, Any]) -> list[str]:
    found = sent.get("fields")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Wrong(fields={"fields": [_t("Give a list of field names.")]})
    return found


def _text(sent: dict[str, Any], name: str) -> str:
    found = sent.get(name) or ""
    if not isinstance(found, str):
        raise Wrong(fields={name: [_t("A JSON %(type)s is needed here.") % {"type": "string"}]})
    return found


def _moment(sent: dict[str, Any]) -> datetime.datetime | None:
    raw = sent.get("until")
    if raw is None:
        return None
    try:
        found = parse_datetime(raw) if isinstance(raw, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Wrong(fields={"until": [_t("Write a moment with its zone, as 2027-11-17T00:00:00Z.")]})
    return found
