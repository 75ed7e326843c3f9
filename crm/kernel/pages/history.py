"""The history of a record, from the audit log, in the words of its fields."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from crm.kernel.access.models import SHARES_TABLE
from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import history
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.models import Merge
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import Team, User
from crm.kernel.pages import known, undoing
from crm.kernel.records import reads
from crm.kernel.records.kept import in_words
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.reading import acts, names_of, titles_of
from crm.kernel.tenancy.scope import current_actor


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, when, why, and field by field what it was and became."""

    at: Any
    who: str
    what: str
    reason: str
    icon: str
    changes: list[Change]
    id: UUID | None = None
    act: ChangeSet | None = None
    merge: Merge | None = None
    earlier: UUID | None = None

    @property
    def others(self) -> int:
        """How many further records the act changed."""
        return self.act.records - 1 if self.act is not None and self.act.undone_at is None else 0

    @property
    def then(self) -> str:
        """The moment after it, for the address of the record as it stood."""
        return str(self.at.astimezone(datetime.UTC).isoformat()).replace("+00:00", "Z")


def entries(entity: Entity[Any], record: Any, limit: int = 60, gone: bool = False) -> list[Entry]:
    """Newest first; entries which touch only fields that the actor may not see are left out. `gone`: the record went into another one,
    so nothing in it is taken back by itself."""
    seen = policy_for(entity).fields(current_actor())
    found, told_of = known.apart(acts(history(record.pk, limit), entity))
    fields = [one for one in seen.values() if one.type != "computed" and not one.readonly]
    names = _names(fields, found, entity)
    reading = Reading.of(current_actor())
    told = [one for one in reads.sensitive(fields) if any(column in entry.changes for entry in found for column in one.columns())]
    reads.note(entity, told, [record.pk])
    may = not gone and policy_for(entity).may(current_actor(), "edit", record)
    whole = undoing.acts_of([*found, *(one for some in told_of.values() for one in some)]) if may else {}
    merges = list(Merge.objects.filter(Q(survivor_id=record.pk) | Q(loser_id=record.pk)).select_related("by", "undone_by"))
    theirs = {txid for one in merges for txid in (one.txid, one.undone_txid)}
    made: list[Entry] = _merged(record, merges)
    for entry in found:
        if entry.txid in theirs and "deleted_at" in entry.changes:
            continue  # the merge says so itself
        if entry.txid in theirs:
            if (one := _entry(record, fields, entry, names, reading)) is not None and one.changes:
                made.append(one)
            continue
        if entry.table_name == SHARES_TABLE:
            shared = _shared(entry)
            made.append(replace(shared, id=entry.pk, act=whole.get(entry.txid)) if may and entry.digest is None else shared)
            continue
        one = _entry(record, fields, entry, names, reading)
        if entry.txid in told_of:
            one = _with_known(one, entry, known.changes_of(told_of.pop(entry.txid), seen, reading))
        if one is not None:
            made.append(replace(one, id=entry.pk, act=whole.get(entry.txid)) if may and entry.digest is None else one)
    for some in told_of.values():
        alone = _with_known(None, some[0], known.changes_of(some, seen, reading))
        if alone is not None:
            made.append(replace(alone, id=some[0].pk, act=whole.get(some[0].txid)) if may else alone)
    return sorted(made, key=lambda one: one.at, reverse=True) if told_of or merges else made


def _with_known(one: Entry | None, entry: AuditEntry, changes: dict[str, tuple[str, str]]) -> Entry | None:
    """An act with what it said of values: in place of an empty side, why it is empty; else in a line of its own."""
    if not changes:
        return one
    one = one or Entry(entry.at, entry.actor_label or "Kith", _("changed it"), entry.reason or "", "edit", [])
    beside = [
        Change(c.label, c.before or changes[c.label][0], c.after or changes[c.label][1]) if c.label in changes else c for c in one.changes
    ]
    alone = [Change(label, *pair) for label, pair in changes.items() if label not in {c.label for c in one.changes}]
    return replace(one, changes=[*beside, *alone])


def _merged(record: Any, merges: Sequence[Merge]) -> list[Entry]:
    """What went into the record or came out again, and what it went into itself."""
    called = titles_of(pk for one in merges for pk in (one.survivor_id, one.loser_id))
    made = []
    for one in merges:
        mine = one.survivor_id == record.pk
        name = {"name": called.get(one.loser_id if mine else one.survivor_id, "")}
        what = _("merged %(name)s into it") % name if mine else _("merged it into %(name)s") % name
        standing = one.undone_at is None
        made.append(Entry(one.at, one.by.name if one.by else "Kith", what, one.reason, "merge", [], merge=one if standing else None,
                          earlier=one.loser_id if mine and standing else None))  # fmt: skip
        if one.undone_at is not None:
            what = _("split %(name)s off again") % name if mine else _("split it off %(name)s again") % name
            made.append(Entry(one.undone_at, one.undone_by.name if one.undone_by else "Kith", what, "", "undo", [], merge=one))
    return made


def _shared(entry: AuditEntry) -> Entry:
    """A share given, changed or taken away."""
    side = 0 if entry.op == AuditEntry.DELETED else 1
    ids = {name: as_uuid(entry.changes[f"{name}_id"][side]) for name in ("user", "team") if f"{name}_id" in entry.changes}
    found = names_of(User, [pk for pk in [ids.get("user")] if pk]) | names_of(Team, [pk for pk in [ids.get("team")] if pk])
    name = next(iter(found.values()), _("somebody who is gone"))
    if entry.op == AuditEntry.UPDATED:
        what = _("changed how it is shared")
    elif entry.op == AuditEntry.DELETED:
        what = _("no longer shares it with %(name)s") % {"name": name}
    elif (entry.changes.get("edit") or [None, False])[1]:
        what = _("shared it with %(name)s, to edit") % {"name": name}
    else:
        what = _("shared it with %(name)s, to see") % {"name": name}
    return Entry(entry.at, entry.actor_label or "Kith", what, "", "people", [])


def _entry(record: Any, fields: list[Fact], entry: AuditEntry, names: dict[UUID, str], reading: Reading) -> Entry | None:
    changes = []
    for one in fields:
        pair = _pair(record, one, entry.changes, names, reading)
        if pair is not None and pair[0] != pair[1]:
            changes.append(Change(str(one.label), *pair))
    created = entry.op == AuditEntry.INSERTED
    gone = entry.changes.get("deleted_at")
    if gone:
        what, icon = (_("put it into the bin"), "trash") if gone[1] else (_("took it out of the bin"), "undo")
    elif created:
        what, icon = _("created it"), "plus"
    elif changes:
        what, icon = _("changed it"), "edit"
    elif entry.digest is not None:
        what, icon = _("changed it; what it was is removed by rule"), "edit"
    else:
        return None
    return Entry(entry.at, entry.actor_label or "Kith", what, entry.reason or "", icon, [] if created else changes)


def _pair(record: Any, one: Fact, changes: dict[str, Any], names: dict[UUID, str], reading: Reading) -> tuple[str, str] | None:
    """(before, after) in words; None where the entry did not touch the field."""
    entity = registry.of(type(record))
    assert entity is not None
    if one.type == "links":
        return _link_names(changes[one.name], names) if one.name in changes else None
    columns = one.columns()
    touched = {column: changes[column] for column in columns if column in changes}
    if not touched or (one.part_of and one.type == "currency"):
        return None
    if one.type == "link":
        before, after = touched[columns[0]]
        return tuple(names.get(as_uuid(value), "") if value else "" for value in (before, after))  # type: ignore[return-value,arg-type]
    if columns[0] not in touched and one.type != "money":
        return None
    before, after = (in_words(entity, one, changes, side, record, reading) for side in (0, 1))
    return before, after


def _link_names(pair: Sequence[Sequence[str]], names: dict[UUID, str]) -> tuple[str, str]:
    """(the names of links taken away, of links added)"""
    before, after = (", ".join(names.get(as_uuid(one), "") or _("Not shared with you") for one in side) for side in pair)  # type: ignore[arg-type]
    return before, after


def _listed(side: Any) -> list[str]:
    return side if isinstance(side, list) else [side] if side else []


def _names(fields: Iterable[Fact], found: Iterable[AuditEntry], entity: Entity[Any]) -> dict[UUID, str]:
    """Names of everything that links in these entries point or pointed to: one query per target."""
    wanted: dict[Any, set[UUID]] = {}
    entries_ = list(found)
    for one in fields:
        if one.type in ("link", "links"):
            column = one.name if one.type == "links" else one.columns()[0]
            values = [value for entry in entries_ for side in entry.changes.get(column, ()) for value in _listed(side)]
            wanted.setdefault(one.target, set()).update(pk for pk in map(as_uuid, values) if pk)
    named: dict[UUID, str] = {}
    for target, ids in wanted.items():
        named |= names_of(target, ids)
    return named
