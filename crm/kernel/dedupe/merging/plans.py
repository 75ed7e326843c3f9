"""What splitting two records would do: what goes back by itself, and what nothing tells the side of."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.kernel.dedupe.merging.evidence import Halves, sides
from crm.kernel.dedupe.merging.going_back import way_up
from crm.kernel.dedupe.merging.moving import run
from crm.kernel.dedupe.merging.pointers import LINKS, Pointer, audited, kinds_over, of_records, pointing
from crm.kernel.dedupe.merging.values import as_kept, plain, root_of
from crm.kernel.dedupe.models import Merge, MergeQuestion, MergeStep
from crm.kernel.entity.entity import Entity
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import links_of

FIELD, ROW = "value", "row"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing whose side nothing tells. `key` names it in the API and on the page: "value:phone", "row:activity:record_id:<id>"."""

    name: str = ""
    pointer: Pointer | None = None
    row: UUID | None = None
    columns: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        if self.pointer is None:
            return f"{FIELD}:{self.name}"
        return f"{ROW}:{self.pointer.table}:{self.pointer.column}:{self.row}"


@dataclass(slots=True)
class Plan:
    """`columns` {column: value} and `links` {field: ids} go back into the survivor; `later`: columns of merges that came after and took
    their "before" from this one. `told`: new rows which evidence gives to the loser, by pointer."""

    holder: UUID
    up: list[Merge]
    columns: dict[str, Any] = field(default_factory=dict)
    links: dict[str, list[UUID]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    later: list[Merge] = field(default_factory=list)
    told: dict[Pointer, list[UUID]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)


def plan(merge: Merge, entity: Entity[Any]) -> Plan:
    """What splitting the two would do now; nothing is written."""
    up = way_up(merge)
    made = Plan(up[-1].survivor_id if up else merge.survivor_id, up)
    _values(merge, entity, made)
    _rows(merge, entity, made)
    return made


def _values(merge: Merge, entity: Entity[Any], made: Plan) -> None:
    """Values that came from the loser go back where nobody wrote them since."""
    now = as_kept(entity, merge.survivor_id)
    after = list(Merge.objects.filter(survivor_id=merge.survivor_id, undone_at=None, pk__gt=merge.pk).order_by("pk"))
    edited: dict[str, dict[str, list[Any]]] = {}
    for column, (before, then) in merge.columns.items():
        if column.startswith("links."):
            name = column.removeprefix("links.")
            here = plain(links_of(merge.survivor_id, name))
            if set(here) == set(then):
                made.links[name] = [UUID(one) for one in before]
            elif set(here) != set(before):
                edited.setdefault(name, {})[column] = [before, here]
            continue
        if column not in now or now[column] == before:
            continue
        layer = next((one for one in after if column in one.columns and one.columns[column][0] == then), None)
        if now[column] == then:
            made.columns[column] = before
        elif layer is not None:
            layer.columns[column][0] = before
            made.later.append(layer)
        elif (name := root_of(entity, column)) and entity.fields[name].readonly is False:
            edited.setdefault(name, {})[column] = [before, now[column]]
    for name, columns in edited.items():  # a value whose parts were changed in part counts as a whole
        whole = {column: pair for column, pair in merge.columns.items() if root_of(entity, column) == name and column in now}
        for column in whole.keys() & made.columns.keys():
            del made.columns[column]
        columns |= {column: [pair[0], now[column]] for column, pair in whole.items()}
        made.questions.append(Question(name, columns=columns))
    kept_by_others = Merge.objects.filter(survivor_id=merge.survivor_id, undone_at=None).exclude(pk=merge.pk)
    for name, gained in merge.gains.items():
        theirs = {each for one in kept_by_others for each in one.gains.get(name, ())}
        made.lists[name] = [each for each in gained if each not in theirs]


def _rows(merge: Merge, entity: Entity[Any], made: Plan) -> None:
    """Rows that point to the survivor only since the merge: evidence says whose they are, or they are asked about."""
    known = Merge.objects.filter(survivor_id=made.holder) | Merge.objects.filter(loser_id=made.holder)
    acts = {txid for pair in known.values_list("txid", "undone_txid") for txid in pair} | {merge.txid}
    came = MergeStep.objects.filter(merge__survivor_id=made.holder, merge__undone_at=None, verb=MergeStep.MOVED)
    moved: dict[Pointer, set[UUID]] = {}
    for table, column, rows in came.values_list("table_name", "column_name", "rows"):
        moved.setdefault(Pointer(table, column), set()).update(rows)
    halves: Halves | None = None
    for pointer in pointing(entity.model._meta.db_table, made.holder):
        if not audited(pointer.table) or pointer.table == "share" or _follows(pointer):
            continue
        new = _new(pointer, made.holder, merge.at, acts, moved.get(pointer, set()))
        if not new:
            continue
        halves = halves or Halves.of(merge, entity, made.holder)
        told = sides(pointer, new, halves)
        made.told[pointer] = [pk for pk in new if told.get(pk) == MergeQuestion.LOSER]
        made.questions += [Question(pointer=pointer, row=pk) for pk in new if pk not in told]


def _follows(pointer: Pointer) -> bool:
    """Columns that Kith keeps itself: they follow from another link of the same row."""
    fields = [field for entity in kinds_over(pointer.table) for field in entity.fields.values() if field.target is not None]
    mine = [one for one in fields if pointer.column in one.columns()]
    return bool(mine) and all(one.readonly for one in mine)


def _new(pointer: Pointer, holder: UUID, since: datetime.datetime, acts: Iterable[int], but: Iterable[UUID]) -> list[UUID]:
    """Rows that point to the holder since a moment, by what the log tells, and not by a merge."""
    key, more = ("source_id", " AND a.changes -> 'target_id' ->> 1 = %(holder)s::text") if pointer.table == LINKS else ("id", "")
    written = f"a.op = 'I'{more}" if more else "(a.op = 'I' OR a.changes -> %(column)s ->> 1 = %(holder)s::text)"
    found = run(  # the names are those of our own tables
        "SELECT id FROM {t} t WHERE {c} = %(holder)s AND id <> ALL(%(but)s) AND EXISTS (SELECT FROM audit_entry a "  # noqa: S608
        f"WHERE a.record = t.{key} AND a.at > %(since)s AND a.table_name = %(table)s AND a.txid <> ALL(%(acts)s) AND {written}) "
        "ORDER BY id",
        pointer.names,
        {"holder": holder, "but": list(but), "since": since, "table": pointer.table, "acts": list(acts), "column": pointer.column},
    )
    live = _live(pointer, [pk for (pk,) in found])
    return [pk for (pk,) in found if pk in live]


def _live(pointer: Pointer, ids: Sequence[UUID]) -> set[UUID]:
    """What lies in the bin stays where it is, and nobody has to be asked about it."""
    if not of_records(pointer.table):
        return set(ids)
    return set(RecordRow.objects.filter(pk__in=ids, deleted_at=None).values_list("pk", flat=True))
