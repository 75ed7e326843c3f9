"""Acts: what somebody did in one go, what changed since, undo and redo."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import of_transactions
from crm.kernel.base.errors import Conflict, NotAllowed, Words, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.base.newest import newest
from crm.kernel.entity.entity import Entity
from crm.kernel.records import many, reads, undo, undo_all
from crm.kernel.records.acts import deeds, kinds_of, ours, spans_of
from crm.kernel.records.models import BulkRun, ChangeSet
from crm.kernel.records.reading import visible_ids
from crm.kernel.records.rows import WHOLE, Deed, RowStep, way_of
from crm.kernel.rest import cursors, render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import BY, CURSOR, LIMIT
from crm.kernel.rest.views.history import value_of_entry
from crm.kernel.tenancy.scope import current_actor

_ALSO = "also"
FACTS: dict[str, Any] = {"tag": "acts", "answer": "undone", "later": True}


@operation(_("List your acts"), name="list_acts", scope="read", tag="acts", params=(LIMIT, CURSOR, BY), answer="acts")
def list_acts(call: Call) -> HttpResponse:
    """What you did, newest first; administrators may ask for another person's."""
    who = call.query["by"] or call.actor.id
    if who != call.actor.id and not call.actor.is_admin:
        raise NotAllowed
    about, limit = f"acts:{who}", call.query["limit"]
    rows = ChangeSet.objects.select_related("work", "task").filter(by_id=who)
    found, after = newest(rows, cursors.decode(call.query["cursor"], about) or "", limit)
    return render.page(map(act, found), cursors.encode(after or None, about))


@operation(_("Read an act"), name="read_act", scope="read", tag="acts", answer="act")
def read_act(call: Call, id: UUID) -> HttpResponse:
    """One act of yours; administrators may read anybody's."""
    return render.answer(act(undo.own(id)))


@operation(_("What an act changed"), name="read_act_changes", scope="read", tag="acts", params=(LIMIT, CURSOR), answer="deeds")
def read_changes(call: Call, id: UUID) -> HttpResponse:
    """Record by record, in the order of the act's transactions; records and fields that you may not see are left out."""
    found, limit, about = undo.own(id), call.query["limit"], f"act:{id}"
    spans = spans_of(found)
    turn, after = _place(cursors.decode(call.query["cursor"], about))
    items: list[dict[str, Any]] = []
    while turn < len(spans):
        entries = of_transactions([spans[turn]])
        ids = undo_all.next_records(entries, after, max(1, limit - len(items)))
        if ids and len(items) >= limit:
            break
        if ids:
            items, after = items + _deeds(deeds(entries.filter(record__in=ids))), str(ids[-1])
        else:
            turn, after = turn + 1, None
    return render.page(items, cursors.encode(f"{turn} {after or ''}" if turn < len(spans) else None, about))


def _place(inner: str | None) -> tuple[int, str | None]:
    turn, _space, after = (inner or "0 ").partition(" ")
    return int(turn), after or None


def _deeds(found: Iterable[Deed]) -> list[dict[str, Any]]:
    todo = list(found)
    kinds, made = kinds_of(todo), [row for deed in todo for row in _row(deed)]
    for entity in dict.fromkeys(kinds.values()):
        mine = {deed.record: deed for deed in todo if kinds.get(deed.record) is entity and way_of(deed.table) is None}
        seen = visible_ids(entity.model, list(mine), binned=True)
        fields = policy_for(entity).fields(current_actor())
        reads.note(entity, reads.sensitive(fields.values()), list(seen))
        for record in entity.model._default_manager.filter(pk__in=seen).order_by("pk"):
            made.append(_deed(entity, record, mine[record.pk], fields))
    return made


def _deed(entity: Entity[Any], record: Any, deed: Deed, fields: Mapping[str, Any]) -> dict[str, Any]:
    op = "create" if deed.made else {True: "delete", False: "restore", None: "change"}[deed.bin]
    changes = entity.named(deed.changes)
    found: dict[str, Any] = {}
    for name, field in fields.items():
        pair = changes.get(f"{name}_id" if field.type == "link" else name)
        if name in deed.links:
            found[name] = deed.links[name]
        elif pair is not None:
            found[name] = [value_of_entry(field, raw, record, changes) for raw in pair]
    return {"record": record.pk, "kind": entity.kind, "op": op, "changes": found}


def _row(deed: Deed) -> list[dict[str, Any]]:
    """What an act did to a row that is no record (a share, a view, a kind, a role), for whoever may take it back."""
    way = way_of(deed.table)
    if way is None or way.refused(deed, way.row(deed)):
        return []
    op = "create" if deed.made else "delete" if deed.gone else "change"
    changes = {path: [_plain(one) for one in pair] for path, pair in way.before_and_after(deed).items()}
    return [{"record": deed.record, "kind": way.name, "op": op, "changes": changes}]


def _plain(value: Any) -> Any:
    return render.moment(value) if isinstance(value, datetime.datetime) else value


@operation(_("What changed since an act"), name="read_act_since", scope="read", tag="acts", answer="since")
def read_since(call: Call, id: UUID) -> HttpResponse:
    """What would not go back: fields that were changed since, records that you may not change. At most 200 of them."""
    found = undo.own(id)
    steps, more = undo_all.examine(found) if found.undone_at is None else ([], False)
    later = undo.latest([step.deed.record for step in steps], found.began_at, ours(found)) if steps else {}
    return render.answer({"items": [_step(step, later.get(step.deed.record, [])) for step in steps], "more": more})


def _step(step: undo.Step | RowStep, later: list[AuditEntry]) -> dict[str, Any]:
    if isinstance(step, RowStep):
        kind, fields = step.way.name, [] if step.refused else step.since
    else:
        seen = policy_for(step.entity).fields(current_actor())
        kind, fields = step.entity.kind, [name for name in step.since if name in seen or name == WHOLE]
    return {
        "record": step.deed.record,
        "kind": kind,
        "fields": fields,
        "refused": step.refused,
        "by": later[0].actor if later else None,
        "at": render.moment(later[0].at) if later else None,
    }


@operation(_("Undo an act"), name="undo_act", scope="write", body="undo", body_optional=True, **FACTS)
def undo_act(call: Call, id: UUID) -> HttpResponse:
    """Takes an act back. What was changed since stays, unless `also` names it; large acts are taken back as a job."""
    return _take_back(undo.open_to_undo(id), _also(read_object(call.request, optional=True)))


@operation(_("Do an act again"), name="redo_act", scope="write", **FACTS)
def redo_act(call: Call, id: UUID) -> HttpResponse:
    """Does an undone act again: what its undo changed goes back, but for what was changed since."""
    found = undo.own(id)
    last = ChangeSet.objects.filter(undoes_id=found.pk, undone_at=None).order_by("-at").first()
    if found.undone_at is None or last is None:
        raise Conflict(_t("Only what is undone can be done again."))
    return _take_back(undo.open_to_undo(last.pk), set())


def _take_back(found: ChangeSet, chosen: set[tuple[UUID, str]]) -> HttpResponse:
    if undo_all.large(found):
        task = undo_all.undo_later(found.pk, chosen)
        found.refresh_from_db()
        begun: dict[str, Any] = {"act": act(found), "by_act": None, "back": 0, "left": [], "job": task.pk}
        return render.answer(begun, 202, {"Location": f"/api/v1/jobs/{task.pk}"})
    done = undo.undo(found.pk, chosen)
    left = [
        {"record": pk, "fields": done.kept.get(pk, []), "refused": done.refused.get(pk, "")}
        for pk in sorted(done.kept.keys() | done.refused.keys())
    ]
    found.refresh_from_db()
    made = done.change_set.pk if done.change_set is not None else None
    return render.answer({"act": act(found), "by_act": made, "back": done.back, "left": left, "job": None})


def _also(sent: Mapping[str, Any]) -> set[tuple[UUID, str]]:
    """What is to go back although it was changed since; raises Wrong for what is no such list."""
    wrong: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in sent if name != _ALSO}
    given, chosen = sent.get(_ALSO, []), set()
    for one in given if isinstance(given, list) else [None]:
        record = as_uuid(one.get("record")) if isinstance(one, dict) and isinstance(one.get("record"), str) else None
        if record is None or not isinstance(one, dict) or not isinstance(one.get("field"), str):
            wrong[_ALSO] = [_t("Give a list of objects with “record”, an id, and “field”, a name.")]
            break
        chosen.add((record, one["field"]))
    if wrong:
        raise Wrong(fields=wrong)
    return chosen


@operation(
    _("Read a change of many records"),
    name="read_bulk_change",
    scope="read",
    tag="bulk_changes",
    params=(LIMIT,),
    answer="bulk_change",
)
def read_bulk_change(call: Call, id: UUID) -> HttpResponse:
    """How far it is, and which records it left as they were, with the reason."""
    found = many.run_of(id)
    done, refused = many.figures(found)
    return render.answer({
        "id": found.pk,
        "kind": found.kind,
        "op": "delete" if found.verb == many.DELETE else "change",
        "matched": found.records,
        "done": done,
        "refused": refused,
        "left": [{"record": pk, "refused": why} for pk, why in many.refusals(found, call.query["limit"])],
        "act": found.change_set_id,
        "job": found.task_id,
    })


def act(found: ChangeSet) -> dict[str, Any]:
    """An act as JSON."""
    return {
        "id": found.pk,
        "label": found.label,
        "at": render.moment(found.at),
        "by": found.by_id,
        "records": found.records,
        "state": state_of(found),
        "undoes": found.undoes_id,
        "undone_at": render.moment(found.undone_at),
        "undone_by": found.undone_by_id,
        "kept": found.kept,
        "job": found.task_id if found.task_id is not None else found.work_id,
    }


def state_of(found: ChangeSet) -> str:
    """Where an act stands, in one word."""
    if found.undone_at is not None:
        return "undone"
    if found.task is not None and not found.task.over:
        return "being_undone"
    return "being_done" if found.work is not None and not found.work.over else "done"


def of_run(run: BulkRun) -> dict[str, Any]:
    """What is answered where a change of many records goes on as a job."""
    return {"dry_run": False, "matched": run.records, "done": 0, "pending": 0, "refused": [], "sample": [], "act": None, "job": run.task_id}
