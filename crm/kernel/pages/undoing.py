"""The history of acts, and what stands in the way of undoing one, in words."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.newest import newest
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.identity.models import User
from crm.kernel.pages import cells
from crm.kernel.records import listing
from crm.kernel.records.kept import in_words
from crm.kernel.records.models import ChangePart, ChangeSet
from crm.kernel.records.reading import names_of, visible_ids
from crm.kernel.records.rows import WHOLE, RowStep
from crm.kernel.records.undo import Step, latest
from crm.kernel.tenancy.scope import current_actor

ROWS = 50
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Since:
    """One field that was changed after the act: the value that the act gave it, the value now, and who gave it that."""

    name: str
    label: str
    then: str
    now: str
    who: str
    at: datetime.datetime | None


@dataclass(frozen=True, slots=True)
class Left:
    """One record that would not go back, or not wholly."""

    id: UUID
    title: str
    url: str
    since: list[Since]
    refused: str


@dataclass(frozen=True, slots=True)
class Acts:
    """`next` is what the address of further ones says; `who` whose they are."""

    rows: list[ChangeSet]
    next: str
    who: str
    people: Sequence[User]


def acts(who: str, before: str) -> Acts:
    """The acts of a person, newest first: one's own, or anybody's for an administrator."""
    actor = current_actor()
    whose = as_uuid(who) if actor.is_admin else None
    rows = ChangeSet.objects.select_related("by", "undone_by", "undoes", "task", "work")
    if not (actor.is_admin and who == EVERYBODY):
        rows = rows.filter(by_id=whose or actor.id)
    found, more = newest(rows, before, ROWS)
    people = User.objects.order_by("name")[:500] if actor.is_admin else ()
    mine = EVERYBODY if actor.is_admin and who == EVERYBODY else str(whose or actor.id)
    return Acts(found, more, mine, list(people))


def partly(found: ChangeSet) -> int:
    """How many records were taken back by an undo that did not come to its end."""
    if found.undone_at is not None or found.task is None or not found.task.over:
        return 0
    return sum(ChangeSet.objects.filter(undoes_id=found.pk).values_list("records", flat=True))


def in_the_way(steps: Sequence[Step | RowStep], at: datetime.datetime, same: Collection[int] = ()) -> list[Left]:
    """What would not go back, record by record; of records that the actor may not see nothing but that there is one.

    `at`: when the act began; `same`: transactions that are no change since.
    """
    reading, made = Reading.of(current_actor()), []
    by_kind: dict[Entity[Any], list[Step]] = {}
    for step in steps:
        if isinstance(step, RowStep):
            made.append(_row_left(step, at, same))
        else:
            by_kind.setdefault(step.entity, []).append(step)
    for entity, mine in by_kind.items():
        ids = [step.deed.record for step in mine]
        seen = visible_ids(entity.model, ids, binned=True)
        records: dict[UUID, Any] = {one.pk: one for one in entity.model._default_manager.filter(pk__in=seen)}
        later = latest(seen, at, same)
        names = names_of(entity.model, seen)
        for step in mine:
            pk = step.deed.record
            for entry in later.get(pk, ()):
                entry.changes = entity.named(entry.changes)
            if pk not in records:
                made.append(Left(pk, _("Not shared with you"), "", [], step.refused or _("Somebody has changed it since.")))
                continue
            since = _since(step, records[pk], later.get(pk, []), reading)
            url = cells.record_url(entity, pk) if entity.menu and records[pk].deleted_at is None else ""
            made.append(Left(pk, names.get(pk) or str(entity.label), url, since, step.refused))
    return made


def _row_left(step: RowStep, at: datetime.datetime, same: Collection[int]) -> Left:
    """One row; whoever may not take it back reads why, and not what became of it."""
    way, deed = step.way, step.deed
    if step.refused:
        return Left(deed.record, way.title(deed, None), "", [], step.refused)
    later, pairs, now = latest([deed.record], at, same).get(deed.record, []), way.before_and_after(deed), way.values(step.row)
    since = []
    for name in step.since:
        entry = next((one for one in later if way.touches(one, name)), None)
        who, when = (entry.actor_label or "Kith", entry.at) if entry is not None else ("Kith", None)
        if name == way.since(deed):
            paths = [path for path in now.keys() | pairs.keys() if now.get(path) != pairs.get(path, (None, None))[1]]
            label = ", ".join(dict.fromkeys(way.label(path) for path in sorted(paths)))
            since.append(Since(name, label, _("removed") if deed.gone else _("created"), _("changed since"), who, when))
        else:
            then, here = (way.shown(name, value) or "–" for value in (pairs[name][1], now.get(name)))
            since.append(Since(name, way.label(name), then, here, who, when))
    return Left(deed.record, way.title(deed, step.row), way.url(step.row), since, "")


def _since(step: Step, record: Any, later: list[AuditEntry], reading: Reading) -> list[Since]:
    fields = policy_for(step.entity).fields(current_actor())
    if step.since == [WHOLE]:
        touched = [one for one in fields.values() if not one.readonly and any(_touches(entry, one) for entry in later)]
        label = ", ".join(str(one.label) for one in touched) or str(step.entity.label)
        last = later[0] if later else None
        name = last.actor_label if last is not None and last.actor_label else "Kith"
        return [Since(WHOLE, label, _("created"), _("changed since"), name, last.at if last is not None else None)]
    row = listing.load(step.entity, [record.pk], step.since)[0]
    made = []
    for name in step.since:
        one = fields.get(name)
        if one is None:
            continue
        entry = next((entry for entry in later if _touches(entry, one)), None)
        now = cells.cell(one, row.values.get(name), row.names.get(name, ""), reading).text or "–"
        who, at = (entry.actor_label or "Kith", entry.at) if entry is not None else ("Kith", None)
        made.append(Since(name, str(one.label), _then(step, one, record, reading) or "–", now, who, at))
    return made


def _touches(entry: AuditEntry, one: Fact) -> bool:
    if one.type == "links":
        return one.name in (entry.changes.get("field") or ())
    return any(column in entry.changes for column in one.columns())


def _then(step: Step, one: Fact, record: Any, reading: Reading) -> str:
    """The value that the act gave a field."""
    if one.type == "links":
        added = [pk for pk in map(as_uuid, step.deed.links.get(one.name, [[], []])[1]) if pk]
        return ", ".join(names_of(one.target, added).values())
    if one.type == "link":
        pair = step.entity.named(step.deed.changes).get(one.columns()[0])
        pk = as_uuid(pair[1]) if pair and pair[1] else None
        return names_of(one.target, [pk]).get(pk, _("Not shared with you")) if pk else ""
    return in_words(step.entity, one, step.entity.named(step.deed.changes), 1, record, reading)


def acts_of(entries: Sequence[AuditEntry]) -> dict[int, ChangeSet]:
    """{transaction: the act that it belongs to} of the ambient actor, or anybody's for an administrator."""
    actor, wanted = current_actor(), {entry.txid for entry in entries}
    rows = ChangeSet.objects.filter(txid__in=wanted - {0})
    parts = ChangePart.objects.filter(txid__in=wanted).select_related("change_set")
    if not actor.is_admin:
        rows, parts = rows.filter(by_id=actor.id), parts.filter(change_set__by_id=actor.id)
    return {part.txid: part.change_set for part in parts} | {row.txid: row for row in rows}
