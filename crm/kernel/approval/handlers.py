"""What the bell says about changes that wait."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.approval.events import ApprovalAsked, ApprovalEnded
from crm.kernel.approval.models import PendingChange
from crm.kernel.approval.queries import approvers_of, people
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import actor_of
from crm.kernel.notify.bell import ring
from crm.kernel.notify.following import FEW, may_see
from crm.kernel.outbox.events import handles
from crm.kernel.tenancy.scope import bump_looks

PAGE = "/pending/"
_ENDINGS = {
    "approved": _("Approved: {field} of “{title}”"),
    "overridden": _("Put in force without approval: {field} of “{title}”"),
    "refused": _("Refused: {field} of “{title}” stays as it was"),
    "expired": _("Nobody decided in time: {field} of “{title}” stays as it was"),
    "superseded": _("Another change of {field} of “{title}” came into force; yours is closed"),
    "stuck": _("The customer agreed, but the change could not be put in force: {field} of “{title}”"),
}


@handles(ApprovalAsked, when=lambda news: news.many <= FEW)
def tell_who_decides(news: ApprovalAsked) -> None:
    """Those of the office hear of it; of many changes of one writing the page and its count tell alone."""
    bump_looks()
    change = PendingChange.objects.filter(pk=news.change).first()
    if change is None or not change.waiting:
        return
    rows = approvers_of(change)
    for person in people(change, rows):
        _tell(change, person, "decide", _("Waits for your approval: {field} of “{title}”"), PAGE)


@handles(ApprovalEnded)
def tell_who_asked(news: ApprovalEnded) -> None:
    """Whoever asked hears how it ended; who may decide next hears that it is their turn."""
    change = PendingChange.objects.select_related("asked_by").filter(pk=news.change).first()
    if change is None or change.asked_by is None or change.asked_by_id == change.closed_by_id or news.state not in _ENDINGS:
        return
    _tell(change, change.asked_by, "decided", _ENDINGS[news.state])


def _tell(change: PendingChange, person: User, topic: str, text: Any, url: str = "") -> None:
    """A line, as far as that person may see record and field."""
    entity, actor = registry.kind(change.kind), actor_of(person.pk)
    if entity is None or actor is None or change.field not in entity.fields or change.field in policy_for(entity).hidden(actor):
        return
    if may_see(entity, change.record_id, person.pk):
        words = {"field": entity.fields[change.field].label, "title": change.record.name}
        ring(topic, person, format_lazy(text, **words), record=change.record_id, url=url or None)
