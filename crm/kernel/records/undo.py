"""Undo of what one act did: values go back unless somebody changed them since; those are listed and left, but where the
person chooses them. Rights are asked for each record and field; what may not be changed is listed, too.

Taking back is an act like any other, so it is undone (done again) in the same way.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for, rows_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import Span, later_than, of_transactions
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotFound, Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import FieldError
from crm.kernel.records import writing
from crm.kernel.records.acts import deeds, kinds_of, ours, spans_of
from crm.kernel.records.kept import held
from crm.kernel.records.models import ChangePart, ChangeSet
from crm.kernel.records.needed import UNDOING, taking_back
from crm.kernel.records.pipeline import left_as_it_was, waits
from crm.kernel.records.reading import links_of
from crm.kernel.records.rows import WHOLE, Chosen, Deed, RowStep, plan_rows, said, way_of, write_rows
from crm.kernel.tenancy.scope import current_actor

#: Acts of more records are taken back in the background, so many at a time.
AT_ONCE, BATCH = 500, 250
Ours = Callable[[], Collection[int]]
"""The transactions whose writing is not somebody else's change since."""


@dataclass(slots=True)
class Undone:
    """`records` are as before; `kept`: {record id: fields that were changed since and left alone}, `refused`: {record id:
    why it could not be}. `change_set` is the act of taking back, None where nothing was."""

    records: set[UUID] = field(default_factory=set)
    kept: dict[UUID, list[str]] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)
    change_set: ChangeSet | None = None

    @property
    def back(self) -> int:
        return len(self.records)

    @property
    def left(self) -> int:
        """How many records are not, or not wholly, as before."""
        return len(self.kept.keys() | self.refused.keys())


@dataclass(slots=True)
class Step:
    """What is to be done to one record. `since`: the fields that somebody changed after the act."""

    entity: Entity[Any]
    deed: Deed
    verb: str
    values: dict[str, Any] = field(default_factory=dict)
    since: list[str] = field(default_factory=list)
    refused: str = ""


def _here() -> Span:
    """The present transaction, up to now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp(), clock_timestamp()")
        found: Span = cursor.fetchone()
    return found


def note(label: str, records: int, undoes: ChangeSet | None = None) -> ChangeSet:
    """Remembers that the present transaction can be undone; call it once, in the transaction, after the writes."""
    txid, began, at = _here()
    made = ChangeSet(txid=txid, began_at=began, at=at, label=label[:200], by_id=current_actor().id, records=records, undoes=undoes)
    made.save(force_insert=True)
    return made


def begin(label: str, undoes: ChangeSet | None = None, work: UUID | None = None) -> ChangeSet:
    """An act that will take several transactions; each calls `add_part` after its writes. `work`: the task that does it."""
    made = ChangeSet(txid=0, label=label[:200], by_id=current_actor().id, undoes=undoes, work_id=work)
    made.save(force_insert=True)
    return made


def add_part(change_set: UUID, records: int) -> None:
    """The present transaction belongs to that act and changed so many records more."""
    txid, began, at = _here()
    ChangePart(change_set_id=change_set, txid=txid, began_at=began, at=at).save(force_insert=True)
    found = ChangeSet.objects.select_for_update().get(pk=change_set)
    found.records, found.at = found.records + records, at
    found.save(update_fields=["records", "at"])


def own(change_set: UUID, lock: bool = False) -> ChangeSet:
    """An act of the ambient actor, or anybody's for an administrator. Raises NotFound."""
    actor = current_actor()
    rows = ChangeSet.objects.select_for_update() if lock else ChangeSet.objects.all()
    found = rows.filter(pk=change_set).first()
    if found is None or (found.by_id != actor.id and not actor.is_admin):
        raise NotFound
    return found


def open_to_undo(change_set: UUID) -> ChangeSet:
    """The same, locked, where it stands as it was done. Raises Conflict where it is undone or being undone."""
    found = own(change_set, lock=True)
    if found.undone_at is not None:
        raise Conflict(_("This is undone already."))
    if found.task is not None and not found.task.over:
        raise Conflict(_("This is being undone just now."))
    if found.work is not None and not found.work.over:
        raise Conflict(_("This is still being done. Stop it first, or wait until it is done."))
    return found


def undo(change_set: UUID, chosen: Chosen = ()) -> Undone:
    """Takes back what an act did, but for what was changed since and is not `chosen` ((record, field), the field WHOLE for
    a record that the act made). Only whoever did it, or an administrator, may; and only once."""
    found = open_to_undo(change_set)
    way = own_way(found)
    if way is not None:
        whole = way(found)
        finish(found, 0, (), {})
        return whole
    done = Undone()
    with taking_back(found.label):
        take_back(deeds(of_transactions(spans_of(found))), done, chosen, lambda: ours(found))
    if done.records:
        done.change_set = note(undo_label(found), done.back, found)
    finish(found, done.left, done.kept, done.refused)
    return done


OwnWay = Callable[[ChangeSet], Undone]
_OWN_WAYS: list[tuple[Callable[[ChangeSet], bool], OwnWay]] = []


def undone_by(mine: Callable[[ChangeSet], bool]) -> Callable[[OwnWay], OwnWay]:
    """Adds `act → what was undone` for acts that are `mine`: a part takes these back by itself, as a whole."""

    def add(step: OwnWay) -> OwnWay:
        _OWN_WAYS.append((mine, step))
        return step

    return add


def own_way(found: ChangeSet) -> OwnWay | None:
    """How a part takes that act back by itself; None where it goes back by what the log tells."""
    return next((step for mine, step in _OWN_WAYS if mine(found)), None)


def undo_label(found: ChangeSet) -> str:
    """What the act of taking one back is called."""
    return _("Again: %(label)s") % {"label": found.undoes.label} if found.undoes else _("Undo: %(label)s") % {"label": found.label}


BEGUN, UNDONE, AGAIN, STOPPED = "begun", "undone", "again", "stopped"
Follower = Callable[[ChangeSet, str, Mapping[UUID, str]], None]
_FOLLOWERS: list[Follower] = []


def follows(step: Follower) -> Follower:
    """Adds a step `(act, what, left)` in the transaction in which an act begins to be taken back in the background, is undone, is
    done again, or its taking back stops half way: for parts that keep a state of their own beside an act. `left`: {record: why}
    of those that an undo left, the first few hundred."""
    _FOLLOWERS.append(step)
    return step


def follow(found: ChangeSet, what: str, left: Mapping[UUID, str] | None = None) -> None:
    for step in _FOLLOWERS:
        step(found, what, left or {})


def finish(found: ChangeSet, left: int, kept: Iterable[UUID], refused: Mapping[UUID, str]) -> None:
    """Notes that an act is undone. Where it was an undo itself, what that had taken back stands again."""
    found.undone_at, found.undone_by_id, found.kept = now(), current_actor().id, left
    found.save(update_fields=["undone_at", "undone_by", "kept"])
    changed = _("Somebody has changed this record since; it was left as it is.")
    follow(found, UNDONE, dict.fromkeys(kept, changed) | dict(refused))
    if found.undoes is not None:
        ChangeSet.objects.filter(pk=found.undoes.pk).update(undone_at=None, undone_by=None, task=None, kept=0)
        follow(found.undoes, AGAIN)


def undo_on(record: UUID, entry: AuditEntry, chosen: Chosen = ()) -> Undone:
    """Takes back what the transaction of an entry did to one record, for whoever may change the record."""
    done = Undone()
    label = entry.reason or _("a change")
    with taking_back(label):
        take_back([one for one in deeds(of_transactions([around(entry)])) if one.record == record], done, chosen, lambda: [entry.txid])
    if done.records:
        done.change_set = note(_("Undo: %(label)s") % {"label": label.removeprefix(UNDOING)}, done.back)
    return done


def around(entry: AuditEntry) -> Span:
    """The transaction of an entry: nothing that lasts longer writes records."""
    hour = datetime.timedelta(hours=1)
    return entry.txid, entry.at - hour, entry.at + hour


def plan_on(record: UUID, entry: AuditEntry) -> list[Step | RowStep]:
    """What stands in the way of that: changed since, or not to be changed by the actor."""
    mine = [deed for deed in deeds(of_transactions([around(entry)])) if deed.record == record]
    return in_the_way(mine, lambda: [entry.txid])


def in_the_way(todo: Sequence[Deed], same: Ours) -> list[Step | RowStep]:
    """What of that would not go back, kind by kind."""
    kinds, rows = kinds_of(todo), [deed for deed in todo if way_of(deed.table) is not None]
    steps: list[Step | RowStep] = [*plan_rows(rows, ())]
    for entity in dict.fromkeys(kinds.values()):
        mine = [deed for deed in todo if kinds.get(deed.record) is entity and way_of(deed.table) is None]
        steps += plan(entity, mine, (), same)
    return [step for step in steps if step.since or step.refused]


def take_back(found: Iterable[Deed], done: Undone, chosen: Chosen, same: Ours) -> None:
    """Takes back what was done to these records, last first."""
    todo = sorted(found, key=lambda deed: (way := way_of(deed.table)) is not None and way.last)
    kinds = kinds_of(todo)
    known = [(None if way_of(deed.table) else kinds[deed.record], deed) for deed in todo if way_of(deed.table) or deed.record in kinds]
    for (entity, _verb), group in groupby(known, key=lambda one: (one[0], _verb_of(one[1]))):
        mine = [deed for _entity, deed in group]
        if entity is not None:
            _write(entity, plan(entity, mine, chosen, same), done)
        for deed in mine if entity is None else ():  # one by one: a row may stand on the one before
            write_rows(plan_rows([deed], chosen), done.records, done.kept, done.refused)


def _verb_of(deed: Deed) -> str:
    return "remove" if deed.made or deed.bin is False else "restore" if deed.bin else "change"


def plan(entity: Entity[Any], todo: Sequence[Deed], chosen: Chosen, same: Ours) -> list[Step]:
    """What can be done to records of one kind, and what not; those that are as before already are left out."""
    manager, actor = entity.model._default_manager, current_actor()
    ids = [deed.record for deed in todo]
    records: dict[UUID, Any] = {record.pk: record for record in manager.filter(pk__in=ids)}
    may = {
        verb: set(manager.filter(rows_for(entity, actor, verb), pk__in=ids).values_list("pk", flat=True))
        for verb in ({"edit"} if all(_verb_of(deed) == "change" for deed in todo) else {"edit", "delete"})
    }
    there = [deed for deed in todo if deed.record in records]
    touched = _touched([deed.record for deed in there if deed.made and records[deed.record].version != deed.version], same)
    found = [_step(entity, records[deed.record], deed, may, chosen, touched) for deed in there]
    return [step for step in found if step is not None]


def _touched(made: Sequence[UUID], same: Ours) -> set[UUID]:
    """Those of the records that an act made which somebody else changed since."""
    if not made:
        return set()
    mine = set(same())
    entries = AuditEntry.objects.filter(record__in=made, changes__has_key="version").values_list("record", "txid")
    return {record for record, txid in entries if txid not in mine}


def _step(entity: Entity[Any], record: Any, deed: Deed, may: dict[str, set[UUID]], chosen: Chosen, touched: set[UUID]) -> Step | None:
    verb = _verb_of(deed)
    step = Step(entity, deed, verb)
    if verb != "change":
        if (verb == "remove") == (record.deleted_at is not None):
            return None
        if verb == "remove" and record.pk in touched and (record.pk, WHOLE) not in chosen:
            step.since = [WHOLE]
        if record.pk not in may["delete"]:
            step.refused = _("You may not delete or restore this record.")
        return step
    _former(step, record, chosen)
    _former_links(step, chosen)
    if not step.values and not step.since and not step.refused:
        return None
    if record.deleted_at is not None:
        step.refused = _("It is in the bin.")
    elif record.pk not in may["edit"]:
        step.refused = _("You may not change this record.")
    return step


def _former(step: Step, record: Any, chosen: Chosen) -> None:
    """The values to set back, and the fields that have been changed since."""
    entity, deed = step.entity, step.deed
    closed = policy_for(entity).readonly(current_actor()) | policy_for(entity).hidden(current_actor())
    columns = {name: str(f.column) for f in entity.model._meta.concrete_fields for name in (f.name, f.attname)}
    for name, one in entity.fields.items():
        if one.readonly or one.storage.kind == "computed" or one.type == "links":
            continue
        mine = {c: deed.changes[columns.get(c, c)] for c in one.columns() if columns.get(c, c) in deed.changes}
        then = {c: (held(entity, c, pair[0]), held(entity, c, pair[1])) for c, pair in mine.items()}
        if not any(_plain(before) != _plain(after) for before, after in then.values()):
            continue
        if all(_plain(getattr(record, c)) == _plain(before) for c, (before, _after) in then.items()):
            continue
        if name in closed:
            step.refused = _("You may not change one of its fields.")
            continue
        if any(_plain(getattr(record, c)) != _plain(after) for c, (_before, after) in then.items()) and (record.pk, name) not in chosen:
            step.since.append(name)
            continue
        try:
            step.values[name] = one.from_row(*(then[c][0] if c in then else getattr(record, c) for c in one.columns()))
        except FieldError:
            step.since.append(name)


def _former_links(step: Step, chosen: Chosen) -> None:
    for name, (taken, added) in step.deed.links.items():
        here = {str(one) for one in links_of(step.deed.record, name)}
        if name not in step.entity.fields or not (here.intersection(added) or set(taken) - here):
            continue
        if (here.intersection(taken) or not here.issuperset(added)) and (step.deed.record, name) not in chosen:
            step.since.append(name)
        else:
            step.values[name] = [*(here - set(added)), *taken]


def _write(entity: Entity[Any], steps: list[Step], done: Undone) -> None:
    for step in steps:
        if step.since:
            done.kept[step.deed.record] = step.since
        if step.refused:
            done.refused[step.deed.record] = step.refused
    ready = [step for step in steps if not step.refused and (step.verb == "change" or not step.since)]
    for verb in ("remove", "restore"):
        _together(entity, verb, [step.deed.record for step in ready if step.verb == verb], done)
    values = {step.deed.record: step.values for step in ready if step.verb == "change" and step.values}
    if values:
        for pk, result in writing.change_each(entity, values).items():
            if isinstance(result, Refusal):
                done.refused[pk] = said(result)
                continue
            if held := waits(result):
                done.refused[pk] = held
            if not left_as_it_was(result):
                done.records.add(pk)


def _together(entity: Entity[Any], verb: str, ids: list[UUID], done: Undone) -> None:
    """Into the bin or out of it. Where they are refused as a whole, each half for itself, in the same order."""
    if not ids:
        return
    try:
        with transaction.atomic():
            (writing.remove_many if verb == "remove" else writing.restore_many)(entity, ids)
    except Refusal as refusal:
        if len(ids) == 1:
            done.refused[ids[0]] = said(refusal)
            return
        half = len(ids) // 2
        _together(entity, verb, ids[:half], done)
        _together(entity, verb, ids[half:], done)
    else:
        done.records.update(ids)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def latest(records: Iterable[UUID], at: datetime.datetime, same: Collection[int] = ()) -> dict[UUID, list[AuditEntry]]:
    """{record: what others did to it after a moment, newest first}."""
    found: dict[UUID, list[AuditEntry]] = {}
    for entry in later_than(records, at):
        if entry.txid not in same:
            found.setdefault(entry.record, []).append(entry)
    return found
