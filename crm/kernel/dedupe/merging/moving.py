"""What points to the record that goes into another points to that one, by statements over whole tables.

A link is a fact, not an act of whoever merges: rows that he may not see move, too. Their stamps stay; their version grows, the log has
each, and news of the changed records is told as of any change of many.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from crm.kernel.access.models import SHARES_TABLE
from crm.kernel.dedupe.indexing import compared
from crm.kernel.dedupe.merging.pointers import (
    LINKS,
    ROWS,
    Pointer,
    column_of,
    kinds_over,
    link_over,
    models_by_table,
    of_records,
    one_of,
    pointed,
    pointing,
    uniques,
)
from crm.kernel.dedupe.models import DuplicateDecision, Merge, MergeStep
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link
from crm.kernel.entity.registry import same_model
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.records.events import RecordChanged, RecordRemoved
from crm.kernel.records.models import RecordRow
from crm.kernel.records.writing import complete
from crm.kernel.tenancy.scope import bump_permissions, current_actor

#: Columns by which two rows may differ and say the same.
_STAMPS = ["id", "version", "owner_id", "team_id", "created_at", "created_by_id", "updated_at", "updated_by_id"]
#: Records whose titles, words and formulas are worked out anew at once.
_AT_ONCE = 500


def run(statement: str, names: dict[str, Any], given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Runs a statement with names of tables and columns; answers the rows it returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**names), given)
        return cursor.fetchall() if cursor.description else []


Changed = dict[Pointer, list[UUID]]
"""Rows that point elsewhere now, by what they point with."""


def hold_still(entity: Entity[Any], ids: Sequence[UUID]) -> None:
    """Locks records of a kind in the order of their ids, as every writer does, then their rows, so that nothing new points to them
    meanwhile. Whoever locks merges does it after this."""
    list(entity.model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
    list(RecordRow.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))


def move(merge: Merge, entity: Entity[Any]) -> Changed:
    """Moves everything that points to the loser and keeps what was done; answers the moved rows, for `follow`. Done again it moves what
    came to point there meanwhile."""
    steps: list[MergeStep] = []
    before = list(MergeStep.objects.filter(merge_id=merge.pk, verb=MergeStep.ASIDE))
    given = {"one": merge.loser_id, "other": merge.survivor_id}
    table = entity.model._meta.db_table
    changed: Changed = {}
    for pointer in pointing(table, merge.loser_id):
        records = of_records(pointer.table)
        steps += _set_aside(merge, pointer) if records else _join(merge, pointer)
        if pointer.table == table:  # the survivor cannot point to itself
            emptied = "UPDATE {t} SET {c} = NULL, version = version + 1 WHERE id = %(other)s AND {c} = %(one)s"
            run(emptied, pointer.names, given)
        moved = repoint(pointer, merge.loser_id, merge.survivor_id, _kept_back([*before, *steps], pointer))
        if moved:
            steps.append(_step(merge, pointer, MergeStep.MOVED, rows=moved))
            changed[pointer] = moved
        if pointer.table == table:
            _open_circle(pointer, merge.survivor_id)
    steps += _decisions(merge)
    MergeStep.objects.bulk_create(steps)
    return changed


def _step(merge: Merge, pointer: Pointer, verb: str, **done: Any) -> MergeStep:
    return MergeStep(merge_id=merge.pk, table_name=pointer.table, column_name=pointer.column, verb=verb, **done)


def repoint(pointer: Pointer, one: UUID, other: UUID, but: Sequence[UUID] = (), only: Sequence[UUID] | None = None) -> list[UUID]:
    """Rows that point to `one` point to `other`, but for those in `but`; with `only` none but these. Answers which, in order."""
    given = {"one": one, "other": other, "but": list(but), "only": list(only or ())}
    some = "AND id = ANY(%(only)s)" if only is not None else ""
    # Locked in the order of their ids first, as every change of many is.
    run("SELECT id FROM {t} WHERE {c} = %(one)s " + some + " ORDER BY id FOR UPDATE", pointer.names, given)  # noqa: S608
    version = ", version = version + 1" if of_records(pointer.table) else ""
    statement = "UPDATE {t} SET {c} = %(other)s" + version + " WHERE {c} = %(one)s " + some + " AND id <> ALL(%(but)s) RETURNING id"  # noqa: S608
    return one_of(row[0] for row in run(statement, pointer.names, given))


def follow(changed: Changed) -> None:
    """What follows from links of these rows: titles, words, formulas; rights; news. After the records themselves have their values."""
    if any(pointer.table == SHARES_TABLE for pointer in changed):
        bump_permissions()
    for pointer, ids in changed.items():
        if not of_records(pointer.table):
            continue
        for entity in kinds_over(pointer.table):
            mine = _of_kind(entity, ids)
            link = link_over(entity, pointer.column)
            if mine and link is not None and _told_by(entity, link):
                _told_anew(entity, mine)
            name = link.columns()[0] if link is not None else pointer.column
            publish_many(RecordChanged(record=pk, kind=entity.kind, fields=(name,), many=len(mine)) for pk in mine)


def retitle(entity: Entity[Any], record: UUID) -> None:
    """Records that are called after this one, which has another name now, are called so."""
    for pointer in pointing(entity.model._meta.db_table, record):
        for kind in kinds_over(pointer.table) if of_records(pointer.table) else ():
            if type(kind).title_of is not None and link_over(kind, pointer.column) is not None:
                rows = run("SELECT id FROM {t} WHERE {c} = %(one)s ORDER BY id", pointer.names, {"one": record})
                _told_anew(kind, _of_kind(kind, [pk for (pk,) in rows]))


def _told_anew(entity: Entity[Any], ids: Sequence[UUID]) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        complete(entity, list(entity.model._default_manager.filter(pk__in=ids[start : start + _AT_ONCE])), ["version"])


def _of_kind(entity: Entity[Any], ids: Sequence[UUID]) -> list[UUID]:
    """Those of the rows that are records of this kind, in order."""
    if not entity.fixed:
        return list(ids)
    return list(entity.model._default_manager.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def _told_by(entity: Entity[Any], link: Fact) -> bool:
    """Whether something else that is stored of a record follows from its links."""
    held = {name for names in compared(entity) for name in names[1]}
    return bool(type(entity).title_of is not None or entity.worked or not held.isdisjoint(link.columns()))


def _kept_back(steps: Sequence[MergeStep], pointer: Pointer) -> list[UUID]:
    return [pk for step in steps if step.verb == MergeStep.ASIDE and step.table_name == pointer.table for pk in step.rows]


# ── rows that cannot stand beside the survivor's ────────────────────────────────────────────────────────────────────


def _join(merge: Merge, pointer: Pointer) -> list[MergeStep]:
    """Rows like the survivor's own, which a unique rule would not let stand twice, are taken away and kept."""
    kept: list[dict[str, Any]] = []
    given: dict[str, Any] = {"one": merge.loser_id, "other": merge.survivor_id}
    if pointer.table == LINKS:
        own = run("SELECT to_jsonb(l) FROM {t} l WHERE l.{c} = %(one)s AND l.source_id = %(other)s", pointer.names, given)
        kept += [{"row": json.loads(row), "beside": None} for (row,) in own]
    model = models_by_table()[pointer.table]
    may_be_null = {str(field.column) for field in model._meta.concrete_fields if field.null}
    for others in uniques(pointer):
        same = sql.SQL(" AND ").join(
            sql.SQL("s.{o} IS NOT DISTINCT FROM l.{o}" if one in may_be_null else "s.{o} = l.{o}").format(o=sql.Identifier(one))
            for one in others
        )
        found = run("SELECT to_jsonb(l), s.id::text FROM {t} l JOIN {t} s ON s.{c} = %(other)s AND {same} WHERE l.{c} = %(one)s",
                    pointer.names | {"same": same}, given)  # fmt: skip
        kept += [{"row": json.loads(row), "beside": beside} for row, beside in found]
    if not kept:
        return []
    run("DELETE FROM {t} WHERE id = ANY(%(ids)s)", pointer.names, {"ids": [UUID(one["row"]["id"]) for one in kept]})
    return [_step(merge, pointer, MergeStep.JOINED, kept=kept)]


def _set_aside(merge: Merge, pointer: Pointer) -> list[MergeStep]:
    """Records that would link the survivor to itself, or say the same as one of its own, go out of sight."""
    into: dict[UUID, UUID] = {}
    given: dict[str, Any] = {"one": merge.loser_id, "other": merge.survivor_id, "stamps": [*_STAMPS, pointer.column]}
    for entity in kinds_over(pointer.table):
        link = link_over(entity, pointer.column)
        if link is None or not link.required:
            continue
        for field in entity.fields.values():
            if isinstance(field, Link) and field.required and field.name != link.name and same_model(field.target, link.target):
                names = pointer.names | {"o": sql.Identifier(column_of(entity, field.name))}
                found = run("SELECT id FROM {t} WHERE {c} = %(one)s AND {o} = %(other)s AND deleted_at IS NULL", names, given)
                into |= {pk: merge.survivor_id for (pk,) in found}
        if not entity.menu:
            twins = dict(run(
                "SELECT DISTINCT ON (l.id) l.id, s.id FROM {t} l JOIN {t} s ON to_jsonb(l) - %(stamps)s::text[] = to_jsonb(s) - "
                "%(stamps)s::text[] WHERE l.{c} = %(one)s AND s.{c} = %(other)s AND l.deleted_at IS NULL AND s.deleted_at IS NULL",
                pointer.names, given))  # fmt: skip
            into |= {pk: twins[pk] for pk in twins.keys() - pointed(pointer.table, list(twins))}
    if not into:
        return []
    put_aside(pointer.table, into)
    return [_step(merge, pointer, MergeStep.ASIDE, rows=one_of(into))]


def put_aside(table: str, into: dict[UUID, UUID]) -> None:
    """Takes records out of sight: each stands for nothing but what it went into."""
    given = {"ids": list(into), "into": list(into.values()), "me": current_actor().id}
    at = sql.SQL("transaction_timestamp()")
    names = {"t": sql.Identifier("public", table), "r": sql.Identifier("public", ROWS), "at": at}
    run("UPDATE {t} SET deleted_at = {at}, version = version + 1 WHERE id = ANY(%(ids)s)", names, given)
    statement = (
        "UPDATE {r} old SET deleted_at = {at}, deleted_by_id = %(me)s, merged_into_id = new.target "
        "FROM unnest(%(ids)s::uuid[], %(into)s::uuid[]) AS new (id, target) WHERE old.id = new.id RETURNING old.id, old.kind"
    )
    publish_many(RecordRemoved(record=pk, kind=kind) for pk, kind in run(statement, names, given))


def _open_circle(pointer: Pointer, survivor: UUID) -> None:
    """Where the survivor would now belong to something that belongs to it, it belongs to nothing."""
    circle = (
        "WITH RECURSIVE up (id, depth) AS (SELECT {c}, 1 FROM {t} WHERE id = %(other)s UNION ALL SELECT t.{c}, up.depth + 1 "
        "FROM {t} t JOIN up ON t.id = up.id WHERE up.id <> %(other)s AND up.depth < 50) SELECT 1 FROM up WHERE id = %(other)s LIMIT 1"
    )
    if run(circle, pointer.names, {"other": survivor}):
        run("UPDATE {t} SET {c} = NULL, version = version + 1 WHERE id = %(other)s", pointer.names, {"other": survivor})


def _decisions(merge: Merge) -> list[MergeStep]:
    """Whoever was called different from the loser is different from the survivor, too. What was said of the loser stays as it is."""
    one, other = merge.loser_id, merge.survivor_id
    rows = DuplicateDecision.objects.filter(first_id__in=(one, other)) | DuplicateDecision.objects.filter(second_id__in=(one, other))
    of: dict[UUID, dict[UUID, DuplicateDecision]] = {one: {}, other: {}}
    for row in rows:
        for mine, yours in ((row.first_id, row.second_id), (row.second_id, row.first_id)):
            if mine in of:
                of[mine][yours] = row
    made = []
    for third in sorted(of[one].keys() - of[other].keys() - {other}):
        first, second = sorted((other, third))
        was = of[one][third]
        made.append(DuplicateDecision(first_id=first, second_id=second, verdict=was.verdict, by_id=was.by_id, at=was.at))
    if not made:
        return []
    DuplicateDecision.objects.bulk_create(made)
    table = DuplicateDecision._meta.db_table
    return [MergeStep(merge_id=merge.pk, table_name=table, column_name="", verb=MergeStep.MADE, rows=[row.pk for row in made])]
