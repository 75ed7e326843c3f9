"""The write step: a change of a verified value of a protected field is taken out of its write and kept waiting.

It costs nothing where a kind has no such field or a batch touches none; else one question for the batch, and one more for what waits.
"""

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.approval import values
from crm.kernel.approval.events import ApprovalAsked
from crm.kernel.approval.models import Approver, PendingChange, State, Trace
from crm.kernel.base.clock import now
from crm.kernel.entity.custom.protection import Rule, rule_of
from crm.kernel.notify.following import FEW
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.quality.queries import verified
from crm.kernel.records import pipeline
from crm.kernel.records.pipeline import Write
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import bump_looks


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change of one field that is to wait."""

    rule: Rule
    old: values.Kept
    new: values.Kept


_agreed: ContextVar[frozenset[tuple[UUID, str]]] = ContextVar("kith_agreed", default=frozenset())


@contextmanager
def agreed(pairs: Collection[tuple[UUID, str]]) -> Iterator[None]:
    """Inside, these (record, field) are changed at once: whoever has to approve has."""
    token = _agreed.set(frozenset(pairs))
    try:
        yield
    finally:
        _agreed.reset(token)


def hold(writes: list[Write]) -> None:
    """Takes the changes of verified values out of writes of one kind."""
    entity = writes[0].entity
    touched: list[tuple[Write, str]] = []
    free = _agreed.get()
    for name, names in entity.protected.items():
        touched += [(one, name) for one in writes if not names.isdisjoint(one.values) and (one.record.pk, name) not in free]
    if not touched:
        return
    standing = verified({write.record.pk for write, _name in touched}, {name for _write, name in touched})
    for write, name in touched:
        rule = rule_of(entity.fields[name])
        if rule is None or name not in standing.get(write.record.pk, ()):
            continue
        write.held[name] = Wanted(rule, values.before(write, name), values.after(write, name))
        for key in entity.protected[name]:
            write.values.pop(key, None)
            write.missing.pop(key, None)


def keep(writes: list[Write]) -> None:
    """Keeps what was taken out. What waits already with the same value is not asked for twice."""
    waiting: dict[tuple[UUID, str], list[PendingChange]] = {}
    known = PendingChange.objects.filter(record_id__in=[write.record.pk for write in writes], state=State.WAITING, expires_at__gt=now())
    for one in known.order_by("id"):
        waiting.setdefault((one.record_id, one.field), []).append(one)
    made: list[PendingChange] = []
    for write in writes:
        for name, wanted in list(write.held.items()):
            there = next((one for one in waiting.get((write.record.pk, name), ()) if values.same(one.new, wanted.new)), None)
            if there is None:
                there = _change(write, name, wanted)
                made.append(there)
            write.held[name] = there
    bulk.insert(PendingChange, made)
    bulk.insert(Approver, [row for one in made for row in _approvers(one)])
    bulk.insert(Trace, [bulk.new(Trace, change_id=one.pk, by_id=one.asked_by_id, what="asked") for one in made])
    if len(made) > FEW:  # nobody is told of each, so the number in the menus is counted anew here
        bump_looks()
    publish_many([ApprovalAsked(one.kind, one.record_id, one.pk, one.field, len(made)) for one in made])


def _change(write: Write, name: str, wanted: Wanted) -> PendingChange:
    rule, moment = wanted.rule, now()
    made: Any = bulk.new(
        PendingChange, record_id=write.record.pk, kind=write.entity.kind, field=name, old=wanted.old, new=wanted.new, rule=rule.plain(),
        asked_by_id=write.actor.id, asked_at=moment, expires_at=moment + datetime.timedelta(days=rule.days),
        remind_at=moment + datetime.timedelta(days=rule.remind) if rule.remind else None,
    )  # fmt: skip
    return made  # type: ignore[no-any-return]


def _approvers(one: PendingChange) -> list[Approver]:
    return [bulk.new(Approver, change_id=one.pk, place=place, who=who) for place, who in enumerate(one.rule["by"])]


pipeline.holding(hold, keep)
