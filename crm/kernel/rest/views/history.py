"""Who changed what, when and why."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.models import SHARES_TABLE
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import of_rows
from crm.kernel.base.newest import newest
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import DateTime, Field, Link, Money
from crm.kernel.quality.models import STANDING_TABLE
from crm.kernel.records import reads
from crm.kernel.records.reading import acts, fetch
from crm.kernel.rest import cursors, render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CURSOR, LIMIT

_OPS = {AuditEntry.INSERTED: "create", AuditEntry.UPDATED: "change", AuditEntry.DELETED: "delete"}


@operation(
    _("History: %(label)s"), name="history", scope="read", verb="view", params=(LIMIT, CURSOR), answer="history"
)
def read_history(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The changes of one record, newest first; hidden fields are left out. Of many links: [[taken away], [added]]; of “standing”, why a
    value is missing or how it was verified: [before, now]."""
    record, about = fetch(entity, id), f"history:{id}"
    fields = policy_for(entity).fields(call.actor)
    limit = call.query["limit"]
    found, after = newest(of_rows([record.pk]), cursors.decode(call.query["cursor"], about) or "", limit)
    reads.note_record(entity, record, fields.values())
    return render.page((_change(fields, record, entry) for entry in acts(found, entity)), cursors.encode(after or None, about))


def _change(fields: dict[str, Field], record: Any, entry: AuditEntry) -> dict[str, Any]:
    changes = {}
    # A share has a team of its own: no field of the record.
    if entry.table_name == STANDING_TABLE:
        return _told(entry, "standing", _standing(fields, entry))
    for name, field in fields.items() if entry.table_name != SHARES_TABLE else ():
        pair = entry.changes.get(f"{name}_id" if isinstance(field, Link) else name)
        if pair is not None:
            changes[name] = [value_of_entry(field, raw, record, entry.changes) for raw in pair]
    return _told(entry, "share" if entry.table_name == SHARES_TABLE else _OPS.get(entry.op, entry.op), changes)


def _standing(fields: dict[str, Field], entry: AuditEntry) -> dict[str, Any]:
    """{field: [what was known of its value, what is known now]}: codes of reasons and methods, None for nothing."""
    pair: list[Any] = [None, None]
    sides = {name: entry.changes.get(name) or [None, None] for name in ("field", "reason", "method")}
    for side in (0, 1):
        pair[side] = sides["reason"][side] or sides["method"][side]
    name = sides["field"][0] or sides["field"][1]
    return {name: pair} if name in fields else {}


def _told(entry: AuditEntry, op: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": render.moment(entry.at),
        "by": entry.actor,
        "by_name": entry.actor_label or "",
        "reason": entry.reason or "",
        "op": op,
        "changes": changes,
    }


def value_of_entry(field: Field, raw: Any, record: Any, beside: Mapping[str, Any]) -> Any:
    """A value of the audit log, which keeps columns, as the API writes it: amounts and decimals are not minor units."""
    if raw is None or isinstance(raw, list):
        return raw
    if isinstance(field, Money):
        currencies = beside.get(field.currency_name, [getattr(record, field.currency_name)])
        return field.to_json(field.from_row(raw, currencies[-1]))
    if isinstance(field, DateTime):
        return field.to_json(parse_datetime(raw))
    convert = getattr(field, "from_db_value", None) if isinstance(raw, int) and not isinstance(raw, bool) else None
    return raw if convert is None else field.to_json(convert(raw, None, None))
