"""Which of several records stays, and which value of each field: verified beats newer beats longer."""

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.dedupe.merging.values import listed, plain, value
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.quality.queries import verified
from crm.kernel.tenancy.scope import current_actor

#: Stands for a list that holds what all records hold.
TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class Side:
    """One record's value of a field: its parts as they are stored, and in words (ids for links)."""

    record: UUID
    parts: tuple[Any, ...]
    text: str
    verified: bool
    changed: datetime.datetime

    @property
    def empty(self) -> bool:
        return not any(part is not None for part in self.parts)

    @property
    def rank(self) -> tuple[bool, bool, datetime.datetime, int]:
        return not self.empty, self.verified, self.changed, len(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """One field of all records. `proposed`: the record whose value is proposed, or TOGETHER."""

    field: Fact
    names: tuple[str, ...]
    sides: tuple[Side, ...]
    proposed: UUID | str
    open: bool

    @property
    def equal(self) -> bool:
        return len({side.parts for side in self.sides}) == 1

    @property
    def many(self) -> bool:
        return listed(self.field)

    def side(self, record: UUID) -> Side:
        return next(one for one in self.sides if one.record == record)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`survivor` is the record that stays; `rows` in the order of the form."""

    survivor: UUID
    rows: tuple[Row, ...]

    def row(self, name: str) -> Row | None:
        return next((one for one in self.rows if one.field.name == name), None)


def propose(entity: Entity[Any], records: Sequence[Any], survivor: UUID | None = None) -> Proposal:
    """What a merge of these records would keep. `survivor`: the one that a person has chosen to stay. Fields that the actor may not see
    are left out; those that he may not change are as the survivor has them."""
    actor = current_actor()
    policy, reading = policy_for(entity), Reading.of(actor)
    ids = [record.pk for record in records]
    sure, newest = verified(ids, entity.fields), _changed(entity, records)
    hidden, closed = policy.hidden(actor), policy.readonly(actor)
    made: list[tuple[Fact, tuple[str, ...], tuple[Side, ...], bool]] = []
    for field, names in entity.roots:
        parts = parts_of(entity, field, names)
        if not parts or field.name in hidden or field.readonly and field.name not in BASE_FIELDS or field.worked:
            continue
        sides = tuple(
            Side(record.pk, tuple(_of(record, part, ids) for part in parts), _text(record, field, parts, reading),
                 field.name in sure.get(record.pk, ()), newest(record, parts))
            for record in records
        )  # fmt: skip
        open_ = not (field.readonly or field.name in closed or any(part.name in closed | hidden for part in parts))
        made.append((field, tuple(part.name for part in parts), sides, open_))
    stays = survivor or _survivor(records, [sides for field, _names, sides, _open in made if field.name not in BASE_FIELDS])
    rows = [Row(field, names, sides, _proposed(field, sides, stays, open_), open_) for field, names, sides, open_ in made]
    return Proposal(stays, tuple(row for row in rows if row.open or row.field.name in ("owner", "team")))


def parts_of(entity: Entity[Any], field: Fact, names: Sequence[str]) -> list[Fact]:
    """The fields that hold what a field says, itself or its parts."""
    found = [entity.fields[name] for name in names if name in entity.fields]
    return [one for one in found or [field] if isinstance(one, Links) or one.storage.kind != "computed"]


def _of(record: Any, part: Fact, ids: Collection[UUID]) -> Any:
    """A value that can be compared; what points to one of the records themselves is none."""
    found = value(record, part)
    if isinstance(part, Links):
        return tuple(one for one in found or () if one not in ids) or None
    if isinstance(part, Link):
        return None if found in ids else found
    return tuple(found) if isinstance(found, list) else found


def _text(record: Any, field: Fact, parts: Sequence[Fact], reading: Reading) -> str:
    if isinstance(field, (Link, Links)):
        return ""
    texts = [part.display(part.value(record), reading) for part in parts if value(record, part) is not None]
    return " ".join(text for text in texts[:1] if text) if field.storage.kind != "computed" else " ".join(filter(None, texts))


def _proposed(field: Fact, sides: Sequence[Side], survivor: UUID, open_: bool) -> UUID | str:
    mine = next(side for side in sides if side.record == survivor)
    if not open_ or field.name in BASE_FIELDS and not mine.empty:
        return survivor
    if listed(field) and len({value for side in sides for value in plain(side.parts[0])}) > len(plain(mine.parts[0])):
        return TOGETHER
    best = max((side for side in sides), key=lambda side: (*side.rank, side.record == survivor))
    return survivor if mine.parts == best.parts else best.record


def _survivor(records: Sequence[Any], rows: Sequence[Sequence[Side]]) -> UUID:
    def rank(record: Any) -> tuple[int, datetime.datetime, int, int]:
        mine = [side for sides in rows for side in sides if side.record == record.pk and not side.empty]
        newest = max((side.changed for side in mine), default=record.created_at)
        return sum(side.verified for side in mine), newest, len(mine), -record.pk.int

    found: UUID = max(records, key=rank).pk
    return found


def _changed(entity: Entity[Any], records: Sequence[Any]) -> Callable[[Any, Sequence[Fact]], datetime.datetime]:
    """When a field of a record was last written, as far as the log tells; else when the record was made."""
    entries = AuditEntry.objects.filter(record__in=[record.pk for record in records], table_name=entity.model._meta.db_table)
    last: dict[tuple[UUID, str], datetime.datetime] = {}
    for record, at, changes in entries.order_by("-at").values_list("record", "at", "changes")[:2_000]:
        for name in entity.named(changes):
            last.setdefault((record, name), at)

    def newest(record: Any, parts: Sequence[Fact]) -> datetime.datetime:
        found = [last[record.pk, name] for part in parts for name in part.columns() if (record.pk, name) in last]
        moment: datetime.datetime = max(found, default=record.created_at)
        return moment

    return newest


def taken(row: Row, given: Any, survivor: UUID, ids: Collection[UUID]) -> tuple[Mapping[str, Any] | None, UUID | None, list[str]]:
    """({name: raw value} to write on the survivor, None for nothing; the record that the value comes from; TOGETHER: [TOGETHER])."""
    if given == TOGETHER and row.many:
        every = [one for side in sorted(row.sides, key=lambda side: side.record != survivor) for one in side.parts[0] or ()]
        return {row.names[0]: list(dict.fromkeys(every))}, None, [TOGETHER]
    chosen = given if isinstance(given, UUID) else next((pk for pk in ids if str(pk) == given), None)
    if chosen is None:
        return {row.field.name: given}, None, []
    if chosen == survivor:
        return None, None, []
    side = row.side(chosen)
    values = {name: list(part) if isinstance(part, tuple) else part for name, part in zip(row.names, side.parts, strict=True)}
    return values, chosen, []
