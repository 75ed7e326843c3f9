"""An import is an act: it is taken back like any other. Here its run keeps in step with that act."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import BESIDE
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict
from crm.kernel.exchange.models import ImportRow, ImportRun, ImportState
from crm.kernel.records.models import ChangePart, ChangeSet
from crm.kernel.records.undo import AGAIN, BEGUN, STOPPED, begin, follows

KEPT = "kept"


def label_of(run: ImportRun) -> str:
    """What the act of an import is called."""
    return _("Import: %(name)s") % {"name": run.name}


def act_of(run: ImportRun) -> ChangeSet:
    """The act of an import that has written something. Raises Conflict where what it wrote cannot be told any more."""
    act: ChangeSet | None = run.act
    if act is None:
        act = run.act = _found_again(run)
        run.save(update_fields=["act"])
    return act


def _found_again(run: ImportRun) -> ChangeSet:
    """The act of an import from before imports were acts: the transactions in which its records got the versions noted of them."""
    made = begin(label_of(run))
    rows, entries = ImportRow._meta.db_table, AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.txid, min(e.at) - interval '1 minute', max(e.at) + interval '1 minute', count(DISTINCT e.record) "  # noqa: S608
            f"FROM {rows} r JOIN {entries} e ON e.record = r.record_id WHERE r.run_id = %s AND r.undone = '' "
            "AND (e.op = 'I' AND r.outcome IN ('create', 'linked') AND e.table_name <> ALL (%s) "
            "OR r.outcome IN ('create', 'update', 'linked') AND (e.changes -> 'version' ->> 1)::int = r.version) "
            "GROUP BY e.txid ORDER BY min(e.at)",
            [run.pk, list(BESIDE)],
        )
        found = cursor.fetchall()
    if not found:
        raise Conflict(_("There is nothing to take back: this import has written nothing."))
    for txid, began, ended, _many in found:
        ChangePart(change_set_id=made.pk, txid=txid, began_at=began, at=ended).save(force_insert=True)
    made.by_id, made.at = run.by_id, found[-1][2]
    made.records = ImportRow.objects.filter(run_id=run.pk, outcome__in=("create", "update", "linked"), undone="").count()
    made.save(update_fields=["by", "at", "records"])
    return made


@follows
def keep_in_step(act: ChangeSet, what: str, left: Mapping[UUID, str]) -> None:
    """The import's page says what became of it; rows of records that were left have the reason."""
    run = ImportRun.objects.select_for_update().filter(act_id=act.pk).first()
    if run is None:
        return
    rows, run.error, run.finished_at = ImportRow.objects.filter(run_id=run.pk), "", now()
    if what == BEGUN:
        run.state, run.task_id, run.finished_at = ImportState.UNDOING, act.task_id, None
    elif what == STOPPED:
        run.state = ImportState.DONE
        run.error = _("The undo was stopped. What it took back so far stays taken back; undo once more for the rest.")
    elif what == AGAIN:
        run.state, run.undo_counts = ImportState.DONE, {}
        rows.filter(undone=KEPT).update(undone="", reasons=[])
    else:
        run.state = ImportState.UNDONE
        back = sum(ChangeSet.objects.filter(undoes_id=act.pk, undone_at=None).values_list("records", flat=True))
        run.undo_counts = {"back": back, "kept": act.kept, "gone": max(0, act.records - back - act.kept)}
        for row in rows.filter(record_id__in=list(left)):
            row.undone, row.reasons = KEPT, [left[row.record_id]] if row.record_id else []
            row.save(update_fields=["undone", "reasons"])
    run.save()
