"""Who changed what, when and why."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from crm.kernel import records
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import history
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor
from crm.kernel.rest import cursors, render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CURSOR, LIMIT

_OPS = {"I": "create", "U": "change", "D": "delete"}


@operation(
    _("History: %(label)s"), name="history", scope="read", verb="view", params=(LIMIT, CURSOR), answer="history"
)
def read_history(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The changes of one record, newest first; hidden fields are left out."""
    record = records.fetch(entity, id)
    limit = call.query["limit"]
    found = history(record.pk, limit + 1, _before(call.query["cursor"]))
    last = found[limit - 1] if len(found) > limit else None
    following = f"{last.at.isoformat()} {last.id}" if last else None
    return render.page((_change(entity, entry, call.actor) for entry in found[:limit]), cursors.encode(following))


def _before(cursor: str | None) -> Any:
    inner = cursors.decode(cursor)
    if inner is None:
        return None
    at, _space, entry = inner.partition(" ")
    return parse_datetime(at), UUID(entry)


def _change(entity: Entity[Any], entry: AuditEntry, actor: Actor) -> dict[str, Any]:
    hidden = policy_for(entity).hidden(actor)
    shown = {name: pair for name, pair in entry.changes.items() if name in entity.fields and name not in hidden}
    return {
        "id": entry.id,
        "at": render.moment(entry.at),
        "by": entry.actor,
        "by_name": entry.actor_label,
        "reason": entry.reason,
        "op": _OPS.get(entry.op, entry.op),
        "changes": shown,
    }
