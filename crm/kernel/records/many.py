"""One change to many records: which ones is fixed when it is asked about, so that what is agreed to is what is done.

The ids are kept in parts; each part is one transaction of a job and is marked in it, so a job that is killed goes on with the
part that was cut off and does none twice. All parts are one act, which is undone as one.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.kernel.access.policy import rows_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotFound, Refusal, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.outbox.publishing import publish
from crm.kernel.queue.actions import defer
from crm.kernel.queue.progress import Progress, uncollected
from crm.kernel.queue.registry import job, periodic
from crm.kernel.records import writing
from crm.kernel.records.events import ManyChanged
from crm.kernel.records.models import BulkPart, BulkRun
from crm.kernel.records.pipeline import left_as_it_was, waits
from crm.kernel.records.rows import said
from crm.kernel.records.standing import MISSING
from crm.kernel.records.undo import add_part, begin, own
from crm.kernel.tenancy.scope import current_actor, current_workspace_id

#: Records of a part.
PART = 500
EDIT, DELETE = "edit", "delete"
#: How long what was asked about waits for a yes, and how long what came of it is kept.
WAITS, KEPT = datetime.timedelta(days=1), datetime.timedelta(days=90)


def choose(entity: Entity[Any], rows: QuerySet[Any], verb: str) -> BulkRun:
    """Keeps which records are meant: those that `rows` holds now. Raises Wrong where it holds none."""
    run = BulkRun(kind=entity.kind, verb=verb, by_id=current_actor().id)
    run.save(force_insert=True)
    table = connection.ops.quote_name(BulkPart._meta.db_table)
    try:
        inner, params = rows.order_by().values("pk").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (id, workspace_id, run_id, number, ids, refused) "  # noqa: S608
                "SELECT uuidv7(), %s, %s, number, array_agg(id ORDER BY id), '[]' "
                f"FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / {PART} AS number FROM ({inner}) found (id)) numbered "
                "GROUP BY number",
                [current_workspace_id(), run.pk, *params],
            )
            cursor.execute(f"SELECT coalesce(sum(cardinality(ids)), 0) FROM {table} WHERE run_id = %s", [run.pk])  # noqa: S608
            run.records = int(cursor.fetchone()[0])
    except EmptyResultSet:
        run.records = 0
    if not run.records:
        raise Wrong(_("Tick at least one row first."))
    run.permitted = rows.filter(rows_for(entity, current_actor(), verb)).count()
    run.save(update_fields=["records", "permitted"])
    return run


def run_of(pk: UUID) -> BulkRun:
    """What the ambient actor asked for, or anybody did for an administrator. Raises NotFound."""
    actor = current_actor()
    found = BulkRun.objects.select_related("task", "change_set").filter(pk=pk).first()
    if found is None or (found.by_id != actor.id and not actor.is_admin):
        raise NotFound
    return found


def asked(entity: Entity[Any], pk: UUID, verb: str) -> BulkRun:
    """What was asked about and not agreed to yet. Raises NotFound, Conflict where it is under way already."""
    found = run_of(pk)
    if (found.kind, found.verb, found.by_id) != (entity.kind, verb, current_actor().id):
        raise NotFound
    if found.task_id is not None:
        raise Conflict(_("This is under way already."))
    return found


def start(run: BulkRun, values: Mapping[str, Any] | None = None) -> BulkRun:
    """Has it done in the background, as the ambient actor. Raises Wrong for values that no record can take."""
    entity = kind_of(run)
    BulkRun.objects.select_for_update().get(pk=run.pk)
    asked(entity, run.pk, run.verb)
    if run.verb == EDIT:
        first = next(iter(BulkPart.objects.filter(run_id=run.pk, number=0).values_list("ids", flat=True)))[0]
        writing.check_values(entity, entity.model._default_manager.get(pk=first), values or {})
    run.values = msgspec.to_builtins(values or {})
    run.task = defer(carry_out, run_id=run.pk)
    run.save(update_fields=["values", "task"])
    return run


def kind_of(run: BulkRun) -> Entity[Any]:
    found = registry.kind(run.kind)
    if found is None:
        raise NotFound
    return found


def label_of(entity: Entity[Any], verb: str, values: Mapping[str, Any]) -> str:
    """What such an act is called: "Accounts: Industry changed"."""
    if verb == DELETE:
        return _("%(kinds)s: put into the bin") % {"kinds": entity.labels}
    told = [*values, *values.get(MISSING, ())] if MISSING not in entity.fields else list(values)
    found = (entity.fields.get(name) or entity.fields.get(name.removesuffix("_id")) for name in told)
    names = dict.fromkeys(str(one.label) for one in found if one is not None)
    return _("%(kinds)s: %(fields)s changed") % {"kinds": entity.labels, "fields": ", ".join(names)}


def figures(run: BulkRun) -> tuple[int, int]:
    """(records done, records refused) so far."""
    rows = list(BulkPart.objects.filter(run_id=run.pk).exclude(done=None).values_list("done", "refused"))
    return sum(many or 0 for many, _kept in rows), sum(len(kept) for _many, kept in rows)


def refusals(run: BulkRun, limit: int | None = None) -> list[tuple[UUID, str]]:
    """[(record, why it could not be)], by record."""
    found: list[tuple[UUID, str]] = []
    for kept in BulkPart.objects.filter(run_id=run.pk).exclude(refused=[]).order_by("number").values_list("refused", flat=True):
        found += [(UUID(pk), why) for pk, why in kept]
        if limit is not None and len(found) >= limit:
            return found[:limit]
    return found


def _resumed(run_id: UUID) -> None:
    """What was undone meanwhile is not gone on with."""
    run = BulkRun.objects.get(pk=run_id)
    act = own(run.change_set.pk, lock=True) if run.change_set is not None else None
    if act is not None and (act.undone_at is not None or act.task is not None and not act.task.over):
        raise Conflict(_("What was done of it is undone: choose the records once more."))


@job("records.many", gettext_lazy("Change of many records"), batched=True, resumed=_resumed)
def carry_out(progress: Progress, run_id: UUID) -> None:
    """Part by part; whoever may not be changed is listed with the reason."""
    with progress.batch():
        run = BulkRun.objects.select_related("change_set").get(pk=run_id)
        progress.step(progress.committed(), run.records)
    while True:
        with progress.batch(), uncollected():
            entity = kind_of(run)
            part = BulkPart.objects.filter(run_id=run.pk, done=None).order_by("number").first()
            if part is None:
                done, refused = figures(run)
                progress.result = {"act": run.change_set and str(run.change_set.pk), "done": done, "refused": refused}
                if run.by_id is not None:
                    publish(ManyChanged(None, run.pk, run.by_id, run.verb, done, refused))
                return
            many = len(part.ids)
            kept = _do(entity, run, part.ids)
            part.done, part.refused = many - len(kept), [[str(pk), why] for pk, why in sorted(kept.items())]
            part.ids = []
            part.save(update_fields=["done", "refused", "ids"])
            if part.done and run.change_set is None:
                run.change_set = begin(label_of(entity, run.verb, run.values), work=progress.task_id)
                run.save(update_fields=["change_set"])
            if part.done and run.change_set is not None:
                add_part(run.change_set.pk, part.done)
            progress.bookmark = {"part": part.number}
            progress.step(progress.done + many)


def _do(entity: Entity[Any], run: BulkRun, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Does it to these records; answers why some of them were refused."""
    actor = current_actor()
    live = entity.model._default_manager.filter(pk__in=ids, deleted_at=None)
    seen = set(live.filter(rows_for(entity, actor)).values_list("pk", flat=True))
    allowed = set(live.filter(rows_for(entity, actor) & Q(rows_for(entity, actor, run.verb))).values_list("pk", flat=True))
    closed = _("You may not change this record.") if run.verb == EDIT else _("You may not delete this record.")
    refused = {pk: closed if pk in seen else _("It is not there any more, or not shared with you.") for pk in ids if pk not in allowed}
    return refused | _attempt(entity, run, sorted(allowed))


def _attempt(entity: Entity[Any], run: BulkRun, ids: list[UUID]) -> dict[UUID, str]:
    """Where the records are refused as a whole, each half for itself: one does not hold up the others."""
    if not ids:
        return {}
    try:
        with transaction.atomic():
            results = writing.change_many(entity, ids, run.values) if run.verb == EDIT else writing.remove_many(entity, ids)
    except OperationalError:
        raise
    except (Refusal, DatabaseError) as error:
        if len(ids) > 1:
            half = len(ids) // 2
            return _attempt(entity, run, ids[:half]) | _attempt(entity, run, ids[half:])
        return {ids[0]: said(error) if isinstance(error, Refusal) else _("The database could not keep this.")}
    kept = {pk: said(one) for pk, one in zip(ids, results, strict=True) if isinstance(one, Refusal)}
    return kept | {pk: waits(one) for pk, one in zip(ids, results, strict=True) if pk not in kept and left_as_it_was(one)}


@periodic("27 3 * * *", "records.forget_many")
def forget_many() -> None:
    """Removes what nobody said yes to within a day, and what came of changes 90 days ago; the records and the acts stay."""
    BulkRun.objects.filter(Q(task=None, created_at__lt=now() - WAITS) | Q(created_at__lt=now() - KEPT)).delete()

