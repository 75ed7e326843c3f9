"""Splitting two merged records again, at any later time, and settling what nobody could tell then."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from crm.kernel.access.policy import rows_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Words, Wrong
from crm.kernel.dedupe.actions import keep_apart
from crm.kernel.dedupe.merging.going_back import Back, move_back
from crm.kernel.dedupe.merging.moving import follow, hold_still, repoint, retitle
from crm.kernel.dedupe.merging.plans import Plan, Question, plan
from crm.kernel.dedupe.merging.pointers import Pointer, column_of, one_of
from crm.kernel.dedupe.merging.values import as_kept, plain, put, root_of
from crm.kernel.dedupe.models import Merge, MergeQuestion
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Links
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.publishing import publish
from crm.kernel.records.events import RecordsSplit
from crm.kernel.records.models import ChangeSet, RecordRow
from crm.kernel.records.reading import links_of, stands_for
from crm.kernel.records.undo import Undone, undone_by
from crm.kernel.records.writing import restore_many
from crm.kernel.tenancy.scope import because, current_actor, forget

SURVIVOR, LOSER = MergeQuestion.SURVIVOR, MergeQuestion.LOSER


@dataclass(slots=True)
class Split:
    """What came of it: `back` rows went back, `left` could not (they are gone, or point elsewhere since), `told` are new rows which
    evidence gave to the record that is back, `open` questions stay with the survivor until they are settled."""

    merge: Merge
    back: int = 0
    left: int = 0
    told: int = 0
    open: list[MergeQuestion] = field(default_factory=list)


def allowed(pk: UUID, lock: bool = False) -> tuple[Merge, Entity[Any]]:
    """A merge that the actor may take back: he may edit the survivor and delete the other. Raises NotFound, NotAllowed."""
    rows = Merge.objects.select_for_update() if lock else Merge.objects.all()
    found = rows.filter(pk=pk).first()
    entity = registry.kind(found.kind) if found is not None else None
    if found is None or entity is None:
        raise NotFound
    manager, actor = entity.model._default_manager, current_actor()
    here = stands_for(found.survivor_id) or found.survivor_id
    if not manager.filter(rows_for(entity, actor), pk=here).exists():
        raise NotFound
    may_edit = manager.filter(rows_for(entity, actor, "edit"), pk=here).exists()
    if not may_edit or not manager.filter(rows_for(entity, actor, "delete"), pk=found.loser_id).exists():
        raise NotAllowed
    return found, entity


def look(pk: UUID) -> tuple[Merge, Entity[Any], Plan | None]:
    """A merge, with what splitting would do where it stands."""
    found, entity = allowed(pk)
    return found, entity, plan(found, entity) if found.undone_at is None else None


def split(pk: UUID, choices: Mapping[str, str] | None = None, apart: bool = False) -> Split:
    """Brings the merged record back with its id and with all that came with it; `choices` {key of a question: SURVIVOR or LOSER}.

    A value or a row that came since stays with the survivor unless evidence or a choice says otherwise. `apart`: remembers that the two
    are different. Raises Conflict where it is done already.
    """
    merge, entity = allowed(pk)
    ids = one_of([merge.survivor_id, merge.loser_id, stands_for(merge.survivor_id) or merge.survivor_id])
    hold_still(entity, ids)
    merge = allowed(pk, lock=True)[0]
    if merge.undone_at is not None:
        raise Conflict(_("These two are apart again already."))
    with because("split"):
        planned = plan(merge, entity)
        _known(choices or {}, [one.key for one in planned.questions])
        questions = _questions(merge, planned, choices or {})
        fields = {*(root_of(entity, column) for column in planned.columns), *planned.lists, *planned.links}
        back = move_back(merge, planned.up, fields)
        _told(planned, merge)
        _values_back(merge, entity, planned)
        RecordRow.objects.filter(pk=merge.loser_id).update(merged_into=None)
        forget()
        restore_many(entity, [merge.loser_id])
        follow(back.changed)
        retitle(entity, merge.survivor_id)
        for question in questions:
            if question.side == LOSER:
                _give(question, merge, entity)
        if apart:
            keep_apart(merge.survivor_id, [merge.loser_id])
        return _finish(merge, back, planned, questions)


def _known(choices: Mapping[str, str], keys: list[str]) -> None:
    wrong: dict[str, list[Words]] = {key: [_("Nothing is asked by this name.")] for key in choices if key not in keys}
    wrong |= {key: [_("Choose “survivor” or “loser”.")] for key, side in choices.items() if side not in (SURVIVOR, LOSER)}
    if wrong:
        raise Wrong(fields=wrong)


def _questions(merge: Merge, planned: Plan, choices: Mapping[str, str]) -> list[MergeQuestion]:
    made = [_question(merge, one, choices.get(one.key, "")) for one in planned.questions]
    MergeQuestion.objects.bulk_create(made)
    return made


def _question(merge: Merge, one: Question, side: str) -> MergeQuestion:
    settled = {"side": side, "settled_by_id": current_actor().id, "settled_at": now()} if side else {}
    pointer = one.pointer
    return MergeQuestion(
        merge_id=merge.pk, field=one.name, table_name=pointer.table if pointer else "", column_name=pointer.column if pointer else "",
        row=one.row, facts={"columns": one.columns} if one.columns else {}, **settled,
    )  # fmt: skip


def key_of(one: MergeQuestion) -> str:
    pointer = Pointer(one.table_name, one.column_name) if one.table_name else None
    return Question(one.field, pointer, one.row).key


def _told(planned: Plan, merge: Merge) -> None:
    """New rows of which evidence says that they are the loser's."""
    follow({pointer: repoint(pointer, planned.holder, merge.loser_id, only=rows) for pointer, rows in planned.told.items() if rows})


def _values_back(merge: Merge, entity: Entity[Any], planned: Plan) -> None:
    columns, links = dict(planned.columns), dict(planned.links)
    now_ = as_kept(entity, merge.survivor_id) if planned.lists else {}
    for name, gained in planned.lists.items():
        if isinstance(entity.fields.get(name), Links):
            links[name] = [pk for pk in links_of(merge.survivor_id, name) if str(pk) not in gained]
        elif name in entity.fields:
            column = column_of(entity, name)
            left = [one for one in plain(now_[column]) if one not in gained]
            columns[column] = left or (None if entity.model._meta.get_field(name).null else [])
    if planned.later:
        Merge.objects.bulk_update(planned.later, ["columns"])
    put(entity, merge.survivor_id, columns, links)


def _give(question: MergeQuestion, merge: Merge, entity: Entity[Any]) -> None:
    """Gives what is asked about to the record that is back: a row points to it; a value goes to it, and the survivor has the one from
    before, unless either has another one by now."""
    if question.row is not None:
        pointer = Pointer(question.table_name, question.column_name)
        holder = stands_for(merge.survivor_id) or merge.survivor_id
        follow({pointer: repoint(pointer, holder, merge.loser_id, only=[question.row])})
        return
    columns: dict[str, list[Any]] = question.facts.get("columns", {})
    here = as_kept(entity, merge.survivor_id)
    plain_columns = {name: pair for name, pair in columns.items() if name in here}
    links = {name.removeprefix("links."): pair for name, pair in columns.items() if name.startswith("links.")}
    if any(here[name] != pair[1] for name, pair in plain_columns.items()):
        raise Conflict(_("Somebody has changed this value since. It stays as it is; change both records by hand."))
    put(entity, merge.loser_id, {name: pair[1] for name, pair in plain_columns.items()}, _ids(links, 1))
    put(entity, merge.survivor_id, {name: pair[0] for name, pair in plain_columns.items()}, _ids(links, 0))


def _ids(links: Mapping[str, list[Any]], side: int) -> dict[str, list[UUID]]:
    return {name: [UUID(one) for one in pair[side]] for name, pair in links.items()}


def _finish(merge: Merge, back: Back, planned: Plan, questions: list[MergeQuestion]) -> Split:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        merge.undone_txid = int(cursor.fetchone()[0])
    merge.undone_at, merge.undone_by_id = now(), current_actor().id
    merge.save(update_fields=["undone_at", "undone_by", "undone_txid"])
    act = merge.act
    if act is not None and act.undone_at is None and not Merge.objects.filter(act_id=act.pk, undone_at=None).exists():
        ChangeSet.objects.filter(pk=act.pk).update(undone_at=merge.undone_at, undone_by=merge.undone_by_id)
    open_ = [one for one in questions if not one.side]
    publish(RecordsSplit(record=merge.survivor_id, kind=merge.kind, loser=merge.loser_id, merge=merge.pk, open=len(open_)))
    told = sum(len(rows) for rows in planned.told.values())
    return Split(merge, back.rows, back.left, told, open_)


def settle(pk: UUID, choices: Mapping[str, str]) -> list[MergeQuestion]:
    """Says of open questions of a split whose the things are; answers those that are left. Raises Conflict where the two are not
    apart, or are merged again."""
    merge, entity = allowed(pk, lock=True)
    if merge.undone_at is None:
        raise Conflict(_("These two are one record still."))
    open_ = list(MergeQuestion.objects.filter(merge_id=merge.pk, side="").order_by("id"))
    _known(choices, [key_of(one) for one in open_])
    if LOSER in choices.values() and stands_for(merge.loser_id) is not None:
        raise Conflict(_("One of these records was merged into another one already."))
    with because("split"):
        for one in open_:
            side = choices.get(key_of(one))
            if side is None:
                continue
            if side == LOSER:
                _give(one, merge, entity)
            one.side, one.settled_by_id, one.settled_at = side, current_actor().id, now()
            one.save(update_fields=["side", "settled_by", "settled_at"])
    return [one for one in open_ if not one.side]


def merges_of(act: UUID) -> list[Merge]:
    """The standing merges of one act, the last first."""
    return list(Merge.objects.filter(act_id=act, undone_at=None).order_by("-pk"))


def _is_merge(act: ChangeSet) -> bool:
    return Merge.objects.filter(act_id=act.pk).exists()


@undone_by(_is_merge)
def _act_back(act: ChangeSet) -> Undone:
    """A merge that is undone as an act is split, so that nothing that came since is lost."""
    done = Undone()
    for one in merges_of(act.pk):
        split(one.pk)
        done.records |= {one.loser_id, one.survivor_id}
    return done
