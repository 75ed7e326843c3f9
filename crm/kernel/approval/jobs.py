"""Changes that run out, and who is reminded."""

import datetime

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.approval.asking import remind_customer
from crm.kernel.approval.deciding import expire
from crm.kernel.approval.handlers import PAGE
from crm.kernel.approval.models import PendingChange, State
from crm.kernel.approval.queries import approvers_of, people, turn
from crm.kernel.base.clock import now
from crm.kernel.entity.custom.protection import CUSTOMER
from crm.kernel.entity.registry import registry
from crm.kernel.notify.bell import ring
from crm.kernel.notify.following import may_see
from crm.kernel.queue.registry import periodic
from crm.kernel.tenancy.scope import bump_looks

AT_ONCE = 500


@periodic("9,24,39,54 * * * *", "approval.watch")
def watch() -> None:
    """Ends what nobody decided in time, then reminds. What is being decided just now is left for the next time."""
    ended = waiting(expires_at__lte=now())
    for change in ended:
        expire(change)
    if ended:
        bump_looks()
    for change in waiting(remind_at__lte=now(), expires_at__gt=now(), record__deleted_at=None):
        _remind(change)


def waiting(**when: object) -> list[PendingChange]:
    """The first of those that wait, locked."""
    rows = PendingChange.objects.filter(state=State.WAITING, **when).select_related("record", "asked_by").order_by("id")
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])


def _remind(change: PendingChange) -> None:
    entity = registry.kind(change.kind)
    every = int(change.rule.get("remind") or 0)
    change.remind_at = now() + datetime.timedelta(days=every) if every else None
    change.save(update_fields=["remind_at"])
    if entity is None or change.field not in entity.fields:
        return
    rows, label = approvers_of(change), entity.fields[change.field].label
    for person in people(change, rows):
        if may_see(entity, change.record_id, person.pk):
            text = format_lazy(_("Still waits for your approval: {field} of “{title}”"), field=label, title=change.record.name)
            ring("decide", person, text, record=change.record_id, url=PAGE)
    for row in turn(change, rows):
        if row.who == CUSTOMER and row.sent_at is not None:
            remind_customer(change, row, str(label))
