"""Agreeing, refusing, putting in force without approval, withdrawing.

Whatever decides locks the record first and then the change, as a write does, so that of two at once the second meets a change that
waits no longer. The value goes in by the one write path, in the same transaction as the answer.
"""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.approval import values, words
from crm.kernel.approval.events import ApprovalEnded
from crm.kernel.approval.holding import agreed
from crm.kernel.approval.models import Approver, PendingChange, State, Trace
from crm.kernel.approval.queries import approvers_of, complete, kind_of, mine, protected_still
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.entity.custom.protection import CUSTOMER
from crm.kernel.entity.entity import Entity
from crm.kernel.identity.actor import Actor, system_actor
from crm.kernel.identity.grants import Grants
from crm.kernel.outbox.publishing import publish
from crm.kernel.quality.codes import Method
from crm.kernel.queue.words import storable
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import value_of
from crm.kernel.records.rows import said
from crm.kernel.records.undo import note
from crm.kernel.records.verifying import Proof, verify
from crm.kernel.records.writing import change as change_record
from crm.kernel.records.writing import locked
from crm.kernel.tenancy.scope import bump_looks, current_actor, current_workspace_id, scope

LONGEST_COMMENT = 1_000


@dataclass(slots=True)
class Case:
    """A change that can be decided, with its record and those who are to agree; record and change are locked."""

    change: PendingChange
    entity: Entity[Any]
    record: Any
    rows: list[Approver]

    @property
    def label(self) -> str:
        return str(self.entity.fields[self.change.field].label)


def case(change_id: UUID) -> Case:
    """The change for the ambient actor. Raises NotFound where he may not see it, Conflict where it waits no longer."""
    known = PendingChange.objects.filter(pk=change_id).first()
    if known is None:
        raise NotFound
    entity = kind_of(known)
    try:
        record = locked(entity, [known.record_id], "view")[0]
    except NotFound:
        raise _gone(known) from None
    found = PendingChange.objects.select_for_update().get(pk=change_id)
    if not found.waiting:
        raise Conflict(_("This is decided already: %(state)s.") % {"state": words.state(found)})
    if not found.open(now()):
        raise Conflict(_("The time to decide is over. Ask for the change once more."))
    return Case(found, entity, record, approvers_of(found))


def _gone(known: PendingChange) -> Refusal:
    """Why the record cannot be had; whoever could not see it before hears nothing of it."""
    row = RecordRow.objects.filter(pk=known.record_id).first()
    if row is None or row.deleted_at is None or known.asked_by_id != current_actor().id and not current_actor().is_admin:
        return NotFound()
    merged = row.merged_into is not None
    return Conflict(_("The record was merged into another one.") if merged else _("The record is in the bin. Take it out first."))


def decide(change_id: UUID, yes: bool, comment: str = "") -> PendingChange:
    """The ambient actor agrees or refuses, for himself or an absent colleague. Raises NotAllowed where it is not his turn."""
    found, actor = case(change_id), current_actor()
    place = mine(found.change, found.rows, actor)
    if place is None and found.change.asked_by_id == actor.id:
        raise NotAllowed(_("You asked for this change, so somebody else decides. You can withdraw it."))
    if place is None and not (_needs_nobody(found) and yes):
        raise NotAllowed(_("Others decide about this change."))
    if place is not None:
        row, standing = place
        row.by_id, row.absent_id, row.how = actor.id, standing.absent, "office"
        facts = {"absent": words.names([standing.absent]).get(standing.absent, "?")} if standing.absent else {}
        _answer(found, row, yes, comment, facts, "_for" if standing.absent else "")
    if not yes:
        return _end(found, State.REFUSED, comment)
    if complete(found.change, found.rows) or _needs_nobody(found):
        _put_in_force(found, actor, State.APPROVED, comment, Method.OFFICE)
    bump_looks()
    return found.change


def _needs_nobody(found: Case) -> bool:
    """The field needs no approval any more, or all have agreed and only the value could not go in: who may edit puts it in force."""
    may = policy_for(found.entity).may(current_actor(), "edit", found.record)
    return may and (not protected_still(found.entity, found.change.field) or complete(found.change, found.rows))


def answered_by_customer(found: Case, row: Approver, yes: bool, comment: str, how: str, whence: str) -> PendingChange:
    """The customer said so, by "link" or by "code"; the value goes in as an act in his name. Where it cannot, his answer is kept."""
    row.how, row.whence = how, whence
    facts = {"address": row.address, "whence": whence}
    if how == "code":
        row.by_id = current_actor().id
    _answer(found, row, yes, comment, facts, f"_{how}")
    if not yes:
        return _end(found, State.REFUSED, comment)
    if complete(found.change, found.rows):
        in_his_name = system_actor(current_workspace_id(), _("%(who)s (customer)") % {"who": row.address})
        try:
            with transaction.atomic():
                _put_in_force(found, in_his_name, State.APPROVED, comment, Method.CUSTOMER)
        except Refusal as refusal:
            found.change.refresh_from_db()
            trace(found.change, "stuck", why=said(refusal))
            publish(ApprovalEnded(found.change.kind, found.change.record_id, found.change.pk, found.change.field, "stuck"))
    bump_looks()
    return found.change


def override(change_id: UUID, why: str) -> PendingChange:
    """An administrator puts it in force without approval, where the rule allows that; the reason is kept. Raises NotAllowed, Wrong."""
    found, actor = case(change_id), current_actor()
    if not actor.is_admin or not found.change.rule.get("override"):
        raise NotAllowed(_("Only an administrator puts a change in force without approval, and only where the rule allows it."))
    reason = storable(why, LONGEST_COMMENT).strip()
    if not reason:
        raise Wrong(fields={"comment": [_("Say why it is put in force without approval.")]})
    _put_in_force(found, actor, State.OVERRIDDEN, reason, "", over=True)
    bump_looks()
    return found.change


def withdraw(change_id: UUID) -> PendingChange:
    """Whoever asked takes it back, or an administrator does. Raises NotAllowed."""
    found, actor = case(change_id), current_actor()
    if found.change.asked_by_id != actor.id and not actor.is_admin:
        raise NotAllowed(_("Only who asked for a change withdraws it."))
    return _end(found, State.WITHDRAWN, "")


def _answer(found: Case, row: Approver, yes: bool, comment: str, facts: dict[str, str], more: str) -> None:
    row.answer, row.answered_at, row.comment = "yes" if yes else "no", now(), storable(comment, LONGEST_COMMENT).strip()
    row.save()
    for one in found.rows:
        if one.pk == row.pk and one is not row:
            one.answer = row.answer
    trace(found.change, f"{'agreed' if yes else 'refused'}{more}", comment=row.comment, **facts)


def _put_in_force(found: Case, actor: Actor, state: str, comment: str, how: str, over: bool = False) -> None:
    """Writes the value, as an act in the name of whoever agreed. Raises Conflict where another value is in force than was then."""
    change, entity, record = found.change, found.entity, found.record
    here = values.present(entity, record, change.field)
    if not values.same(here, change.old) and not over:
        raise Conflict(_("Another value is in force than when this was asked for. Withdraw it and ask once more, on top of the new value."))
    asked = words.names([change.asked_by_id]).get(change.asked_by_id, "Kith") if change.asked_by_id else "Kith"
    facts = {"field": found.label, "who": asked}
    label = _("%(field)s: change that %(who)s asked for approved") if how else _("%(field)s: change that %(who)s asked for put in force")
    reason = f"{label % facts}. {comment}".rstrip(". ")[:200]
    # The rule gives the right to agree to this one value, whatever else of the record the one who agrees may change.
    able = replace(actor, grants=Grants.everything())
    with scope(current_workspace_id(), able, reason), agreed([(record.pk, change.field)]):
        found.record = change_record(entity, record.pk, values.given(entity, change.field, change.new))
        if how and value_of(found.record, entity.fields[change.field]) not in (None, "", []):
            verify(entity, record.pk, [change.field], Proof(how, reason))
        note(label % facts, 1)
    trace(change, "approved" if how else "overridden", comment="" if how else comment)
    _close(change, state, comment)
    rivals = PendingChange.objects.select_for_update().filter(record_id=change.record_id, field=change.field, state=State.WAITING)
    for other in rivals.exclude(pk=change.pk).order_by("id"):
        trace(other, "superseded")
        _close(other, State.SUPERSEDED, "")


def _end(found: Case, state: str, comment: str) -> PendingChange:
    if state == State.WITHDRAWN:
        trace(found.change, "withdrawn")
    _close(found.change, state, comment)
    bump_looks()
    return found.change


def _close(change: PendingChange, state: str, comment: str) -> None:
    change.state, change.closed_at, change.closed_by_id = state, now(), current_actor().id
    change.comment = storable(comment, LONGEST_COMMENT).strip()
    change.save(update_fields=["state", "closed_at", "closed_by", "comment"])
    publish(ApprovalEnded(change.kind, change.record_id, change.pk, change.field, state))


def expire(change: PendingChange) -> None:
    """Nobody decided in time; called with the row locked."""
    trace(change, "expired")
    _close(change, State.EXPIRED, "")


def trace(change: PendingChange, what: str, **facts: str) -> None:
    """One more line of the trail, by the ambient actor."""
    Trace(change_id=change.pk, by_id=current_actor().id, what=what, facts={name: text for name, text in facts.items() if text}).save(
        force_insert=True
    )


def customer_of(found: Case) -> Approver:
    """The customer's place, where his answer is waited for. Raises NotAllowed."""
    rows = found.rows[:]
    open_ = [one for one in rows if not one.answer]
    turn = open_[:1] if found.change.rule.get("in_order") else open_
    row = next((one for one in turn if one.who == CUSTOMER), None)
    if row is None:
        raise NotAllowed(_("The customer is not asked about this change, or not yet."))
    return row
