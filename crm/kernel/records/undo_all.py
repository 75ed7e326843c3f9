"""Undo of acts of any size: what changed since is looked up first, and what is large is taken back in the background."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import BESIDE, of_transactions
from crm.kernel.base.ids import as_uuid
from crm.kernel.outbox.publishing import publish
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.progress import Progress, uncollected
from crm.kernel.queue.registry import job
from crm.kernel.records.acts import deeds, ours, spans_of
from crm.kernel.records.events import ActUndone
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.needed import taking_back
from crm.kernel.records.rows import Chosen, RowStep
from crm.kernel.records.undo import (
    AT_ONCE,
    BATCH,
    BEGUN,
    STOPPED,
    Step,
    Undone,
    add_part,
    begin,
    finish,
    follow,
    in_the_way,
    open_to_undo,
    own_way,
    take_back,
    undo_label,
)

#: So many records are listed one by one; of more it is told how many there are.
LISTED = 200


def examine(found: ChangeSet) -> tuple[list[Step | RowStep], bool]:
    """(what would not go back: changed since, or not to be changed by the actor; whether there is more than is listed).

    An act of many records is asked only about those that somebody wrote since.
    """
    if own_way(found) is not None:
        return [], False
    spans = spans_of(found)
    only = touched_since(found) if found.records > AT_ONCE else None
    entries = of_transactions(spans) if only is None else of_transactions(spans).filter(record__in=only[:LISTED])
    listed = in_the_way(deeds(entries), lambda: ours(found))
    return listed[:LISTED], len(listed) > LISTED or only is not None and len(only) > LISTED


def touched_since(found: ChangeSet) -> list[UUID]:
    """Records of an act that were written after it, at most one more than are listed."""
    spans = spans_of(found)
    table = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT later.record FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS span (txid, began, ended) "  # noqa: S608
            f"JOIN {table} mine ON mine.txid = span.txid AND mine.at BETWEEN span.began AND span.ended "
            f"JOIN {table} later ON later.record = mine.record AND later.at > span.ended AND later.txid <> ALL (%s::bigint[]) "
            f"GROUP BY later.record ORDER BY later.record LIMIT {LISTED + 1}",
            [*([span[n] for span in spans] for n in range(3)), list(ours(found))],
        )
        return [row[0] for row in cursor.fetchall()]


def large(found: ChangeSet) -> bool:
    """Whether it is taken back in the background."""
    return found.records > AT_ONCE


def undo_later(change_set: UUID, chosen: Chosen = ()) -> Task:
    """Has an act taken back in the background, as the ambient actor."""
    found = open_to_undo(change_set)
    task = defer(take_back_act, change_set=str(found.pk), chosen=[f"{record}:{name}" for record, name in chosen])
    found.task = task
    found.save(update_fields=["task"])
    follow(found, BEGUN)
    return task


def _stopped(change_set: UUID, chosen: list[str]) -> None:
    follow(ChangeSet.objects.get(pk=change_set), STOPPED)


def _resumed(change_set: UUID, chosen: list[str]) -> None:
    follow(open_to_undo(change_set), BEGUN)


def read_chosen(raw: Sequence[str]) -> set[tuple[UUID, str]]:
    """What a person chose to set back although it was changed since: "<record>:<field>"; what cannot be read is left out."""
    pairs = [one.partition(":") for one in raw]
    return {(pk, name) for pk, name in ((as_uuid(left), right) for left, _colon, right in pairs) if pk is not None}


@job("records.undo", _("Undo"), batched=True, stopped=_stopped, resumed=_resumed)
def take_back_act(progress: Progress, change_set: UUID, chosen: list[str]) -> None:
    """Transaction by transaction, the last first, in batches of records. What finished batches took back is an act of its
    own, so a run that is stopped or given up leaves nothing unsaid: it says how far it came, and can be gone on with."""
    picked = read_chosen(chosen)
    with progress.batch():
        found = ChangeSet.objects.get(pk=change_set)
        spans = spans_of(found)[::-1]
        if not progress.bookmark:
            act = begin(undo_label(found), found, progress.task_id)
            progress.bookmark = {"act": str(act.pk), "span": 0, "after": None, "kept": {}, "refused": {}, "left": 0}
        progress.step(progress.committed(), found.records)
    while True:
        with progress.batch(), uncollected(), taking_back(found.label):
            mark = progress.bookmark
            if mark["span"] == len(spans):
                refused = {UUID(pk): why for pk, why in mark["refused"].items()}
                finish(ChangeSet.objects.select_for_update().get(pk=change_set), mark["left"], map(UUID, mark["kept"]), refused)
                progress.result = {name: mark[name] for name in ("act", "kept", "refused", "left")}
                progress.step(found.records)
                if progress.actor.id is not None:
                    publish(ActUndone(None, found.pk, progress.actor.id, found.label, found.undoes_id is not None, mark["left"]))
                return
            entries = of_transactions([spans[mark["span"]]])
            ids = next_records(entries, mark["after"], BATCH)
            if not ids:
                progress.bookmark = mark | {"span": mark["span"] + 1, "after": None}
                continue
            done = Undone()
            later = _made_by({txid for txid, _began, _ended in spans[mark["span"] + 1 :]}, ids)
            take_back(deeds(entries.filter(record__in=[pk for pk in ids if pk not in later])), done, picked, lambda: ours(found))
            if done.records:
                add_part(UUID(mark["act"]), done.back)
            progress.bookmark = _noted(mark, done) | {"after": str(ids[-1])}
            progress.step(min(progress.done + len(ids), found.records))


def next_records(entries: QuerySet[AuditEntry], after: str | None, most: int) -> list[UUID]:
    """The records of these entries, in the order of their ids, behind one of them."""
    rows = entries.filter(record__gt=after) if after else entries
    return list(rows.order_by("record").values_list("record", flat=True).distinct()[:most])


def _made_by(transactions: set[int], ids: list[UUID]) -> set[UUID]:
    """Those of the records that the act made before, in one of these: they go back as a whole, or are left as a whole."""
    if not transactions:
        return set()
    made = AuditEntry.objects.filter(record__in=ids, op=AuditEntry.INSERTED).exclude(table_name__in=BESIDE)
    return {record for record, txid in made.values_list("record", "txid") if txid in transactions}


def _noted(mark: dict[str, Any], done: Undone) -> dict[str, Any]:
    """The bookmark with what this batch left: the first of them by name, all of them by number."""
    kept = {str(pk): names for pk, names in done.kept.items()}
    refused = {str(pk): why for pk, why in done.refused.items()}
    return mark | {
        "kept": dict(list((mark["kept"] | kept).items())[:LISTED]),
        "refused": dict(list((mark["refused"] | refused).items())[:LISTED]),
        "left": mark["left"] + done.left,
    }
