"""What moved with a record goes back with it: exactly what came, where it still is what it was."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from crm.kernel.dedupe.merging.moving import Changed, repoint, run
from crm.kernel.dedupe.merging.pointers import ROWS, Pointer, models_by_table
from crm.kernel.dedupe.merging.standings import given_back
from crm.kernel.dedupe.models import Merge, MergeStep
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.quality.models import STANDING_TABLE
from crm.kernel.records.events import RecordRestored


@dataclass(slots=True)
class Back:
    """How many rows went back, and how many did not: they are gone, or point elsewhere since."""

    rows: int = 0
    left: int = 0
    changed: Changed = field(default_factory=dict)


def way_up(merge: Merge) -> list[Merge]:
    """The standing merges by which the survivor itself went into others since, the first one first."""
    found: list[Merge] = []
    here = merge.survivor_id
    while True:
        further = Merge.objects.filter(loser_id=here, undone_at=None).exclude(pk=merge.pk).first()
        if further is None:
            return found
        found.append(further)
        here = further.survivor_id


def move_back(merge: Merge, up: Sequence[Merge], fields: Collection[str]) -> Back:
    """Turns the steps of a merge around; `follow` comes once the records have their values again.

    `up`: `way_up(merge)`; what these did with the rows is no longer theirs. `fields` of the survivor have the values from before.
    """
    back = Back()
    holders = [merge.survivor_id, *(one.survivor_id for one in up)]
    steps = MergeStep.objects.filter(merge__in=up).order_by("-id")
    later = {(step.verb, step.table_name, step.column_name): step for step in steps}
    for step in MergeStep.objects.filter(merge_id=merge.pk).order_by("-id"):
        pointer = Pointer(step.table_name, step.column_name)
        if step.verb == MergeStep.MADE:
            run("DELETE FROM {t} WHERE id = ANY(%(ids)s)", {"t": sql.Identifier("public", step.table_name)}, {"ids": step.rows})
        elif step.verb == MergeStep.ASIDE:
            _in_sight(step.table_name, step.rows)
            back.changed.setdefault(pointer, []).extend(step.rows)
        elif step.table_name == STANDING_TABLE:
            insert(STANDING_TABLE, [one["row"] for one in given_back(step.kept, fields)])
        elif step.verb == MergeStep.JOINED:
            _put_back(pointer, step.kept, later)
        else:
            _reclaim(merge, pointer, step.rows, up, back)
            done: list[UUID] = []
            for holder in holders:
                done += repoint(pointer, holder, merge.loser_id, only=step.rows)
            back.rows += len(done)
            back.left += len(step.rows) - len(done)
            if done:
                back.changed.setdefault(pointer, []).extend(done)
    return back


def _in_sight(table: str, ids: Sequence[UUID]) -> None:
    """Records that were put aside are back, but for those that are gone for another reason meanwhile."""
    names = {"t": sql.Identifier("public", table), "r": sql.Identifier("public", ROWS)}
    back = run(
        "UPDATE {r} SET deleted_at = NULL, deleted_by_id = NULL, merged_into_id = NULL WHERE id = ANY(%(ids)s) "
        "AND merged_into_id IS NOT NULL RETURNING id, kind", names, {"ids": list(ids)},
    )  # fmt: skip
    run("UPDATE {t} SET deleted_at = NULL, version = version + 1 WHERE id = ANY(%(ids)s)", names, {"ids": [pk for pk, _kind in back]})
    publish_many(RecordRestored(record=pk, kind=kind) for pk, kind in back)


def _put_back(pointer: Pointer, kept: Sequence[dict[str, Any]], later: dict[tuple[str, str, str], MergeStep]) -> None:
    """Rows that were joined stand by themselves again; where the one beside them was taken away since, both stay away."""
    beside = [UUID(one["beside"]) for one in kept if one["beside"]]
    there = {pk for (pk,) in run("SELECT id FROM {t} WHERE id = ANY(%(ids)s)", pointer.names, {"ids": beside})}
    joined = later.get((MergeStep.JOINED, pointer.table, pointer.column))
    there |= {UUID(one["row"]["id"]) for one in (joined.kept if joined is not None else ())}
    insert(pointer.table, [one["row"] for one in kept if not one["beside"] or UUID(one["beside"]) in there])


def insert(table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Whole rows, as they were taken away; columns that came since have their defaults."""
    if not rows:
        return
    known = {str(one.column) for one in models_by_table()[table]._meta.concrete_fields} & rows[0].keys()
    columns = sql.SQL(", ").join(map(sql.Identifier, sorted(known)))
    names = {"t": sql.Identifier("public", table), "columns": columns}
    run("INSERT INTO {t} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{t}, %(rows)s) ON CONFLICT DO NOTHING",
        names, {"rows": Jsonb(list(rows))})  # fmt: skip


def _reclaim(merge: Merge, pointer: Pointer, ids: Sequence[UUID], up: Sequence[Merge], back: Back) -> None:
    """What later merges of the survivor did with these rows is undone, and theirs no longer."""
    mine = set(ids)
    for step in MergeStep.objects.filter(merge__in=up, table_name=pointer.table).order_by("-id"):
        if step.verb == MergeStep.JOINED:
            joined = [one for one in step.kept if UUID(one["row"]["id"]) in mine]
            insert(pointer.table, [one["row"] | {pointer.column: str(merge.survivor_id)} for one in joined])
            step.kept = [one for one in step.kept if one not in joined]
        elif mine.isdisjoint(step.rows):
            continue
        elif step.verb == MergeStep.ASIDE:
            _in_sight(pointer.table, [pk for pk in step.rows if pk in mine])
        elif step.column_name != pointer.column:
            continue
        step.rows = [pk for pk in step.rows if pk not in mine]
        step.save(update_fields=["rows", "kept"])
