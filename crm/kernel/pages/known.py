"""What is known of values, in words: why one is missing, and how one was verified."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.dates import show_date
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.reasons import UNSAID, Reason
from crm.kernel.quality.codes import Method
from crm.kernel.quality.models import STANDING_TABLE

REASONS: list[tuple[str, Any]] = list(Reason.choices)
METHODS: list[tuple[str, Any]] = list(Method.choices)


def reason_label(code: str) -> str:
    """Why a value is missing, in words."""
    return _("nobody has said") if code == UNSAID else str(dict(REASONS).get(code, code))


def method_label(code: str) -> str:
    """How a value was verified, in words."""
    return str(dict(METHODS).get(code, code))


def apart(entries: Iterable[AuditEntry]) -> tuple[list[AuditEntry], dict[int, list[AuditEntry]]]:
    """(entries of the record itself, {transaction: those that tell what it said of values})."""
    own: list[AuditEntry] = []
    told: dict[int, list[AuditEntry]] = {}
    for entry in entries:
        if entry.table_name == STANDING_TABLE:
            told.setdefault(entry.txid, []).append(entry)
        else:
            own.append(entry)
    return own, told


def changes_of(entries: Sequence[AuditEntry], fields: Mapping[str, Fact], reading: Reading) -> dict[str, tuple[str, str]]:
    """{label of a field: (what was known of its value, what is known now)} of one act; fields out of sight are left out."""
    sides: dict[str, list[str]] = {}
    for entry in entries:
        side = 0 if entry.op == AuditEntry.DELETED else 1
        facts = {column: pair[side] for column, pair in entry.changes.items()}
        field = fields.get(str(facts.get("field")))
        if field is not None:
            sides.setdefault(str(field.label), ["", ""])[side] = _words(facts, reading)
    return {label: (was, becomes) for label, (was, becomes) in sides.items()}


def _words(facts: Mapping[str, Any], reading: Reading) -> str:
    if facts.get("reason"):
        return reason_label(facts["reason"])
    parts = [_("verified"), method_label(str(facts.get("method") or "")), str(facts.get("note") or "")]
    until = parse_datetime(facts["expires_at"]) if facts.get("expires_at") else None
    if until is not None:
        parts.append(_("until %(day)s") % {"day": show_date(until.astimezone(reading.zone).date(), reading)})
    return " · ".join(part for part in parts if part)
