"""Edited workbooks: bring one back, read what differs, say what is taken, have it written."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.exchange.edited import actions
from crm.kernel.exchange.models import EditedBook, EditedCell, EditedRow
from crm.kernel.exchange.reading.limits import MAX_FILE_BYTES
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object, read_upload
from crm.kernel.rest.cursors import decode, encode
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CELL_STATE, CURSOR, LIMIT, ROW_STATE
from crm.kernel.tenancy.scope import current_actor

FACTS: dict[str, Any] = {"tag": "workbooks", "verb": "edit", "answer": "workbook"}
LOCATION = {"Location": _("Where the workbook can be followed.")}


@operation(
    _("List the edited workbooks you brought back"),
    name="list_workbooks", scope="read", verb="edit", tag="workbooks", params=(LIMIT,), answer="workbooks",
)
def list_workbooks(call: Call) -> HttpResponse:
    """The newest ones; administrators see all."""
    return render.page(map(workbook, actions.several(call.query["limit"])))


@operation(
    _("Bring an edited workbook back"),
    name="upload_workbook", scope="write", body="workbook", success=201, headers=LOCATION, **FACTS,
)
def upload(call: Call) -> HttpResponse:
    """Takes an export that was worked on and has it compared, as a job, with today's records. Nothing of them is written."""
    file, values = read_upload(call.request, MAX_FILE_BYTES)
    if values:
        raise Wrong(fields={name: [_t("There is no such field.")] for name in values})
    book = actions.bring_back(file.name or "", file.chunks())
    return render.answer(workbook(book), 201, {"Location": f"/api/v1/workbooks/{book.pk}"})


@operation(_("Read an edited workbook"), name="read_workbook", scope="read", **FACTS)
def read_workbook(call: Call, id: UUID) -> HttpResponse:
    """How far it is, and how much differs."""
    return render.answer(workbook(actions.one(id)))


@operation(
    _("Read the cells that differ"),
    name="cells_workbook", scope="read", verb="edit", tag="workbooks", params=(CELL_STATE, LIMIT, CURSOR), answer="workbook_cells",
)
def cells(call: Call, id: UUID) -> HttpResponse:
    """Cell by cell: what it was at the export, is today and holds in the workbook."""
    book, about = actions.one(id), f"workbook {id} {call.query['state']}"
    after = decode(call.query["cursor"], about) or ""
    found, following = actions.cells(book, [call.query["state"]], "", after, call.query["limit"])
    entity = registry.kind(book.kind)
    hidden = policy_for(entity).hidden(current_actor()) if entity is not None else set()
    return render.page((_cell(one) for one in found if one.field not in hidden), encode(following or None, about))


@operation(
    _("Read the rows that are new, missing or not recognised"),
    name="rows_workbook", scope="read", verb="edit", tag="workbooks", params=(ROW_STATE, LIMIT, CURSOR), answer="workbook_rows",
)
def rows(call: Call, id: UUID) -> HttpResponse:
    """Rows without a record, and records without a row."""
    book, about = actions.one(id), f"workbook {id} {call.query['state']}"
    after = decode(call.query["cursor"], about) or ""
    found, following = actions.rows(book, call.query["state"], after, call.query["limit"])
    return render.page(map(_row, found), encode(following or None, about))


@operation(_("Take or leave what differs"), name="choose_workbook", scope="write", body="choice", **FACTS)
def choose(call: Call, id: UUID) -> HttpResponse:
    """One cell, one row, one column, or all of a sort, is to be written or not."""
    sent = read_object(call.request)
    take = sent.pop("take", None)
    if not isinstance(take, bool):
        raise Wrong(fields={"take": [_t("Write true or false.")]})
    return render.answer(workbook(actions.choose(actions.one(id), take, sent)))


@operation(_("Write what is taken"), name="write_workbook", scope="write", success=202, headers=LOCATION, **FACTS)
def write(call: Call, id: UUID) -> HttpResponse:
    """Writes, as a job and as one act, what is taken; what is refused stays, with the reason."""
    book = actions.write(actions.one(id))
    return render.answer(workbook(book), 202, {"Location": f"/api/v1/workbooks/{book.pk}"})


@operation(_("Put an edited workbook away"), name="discard_workbook", scope="write", verb="edit", tag="workbooks", success=204)
def discard(call: Call, id: UUID) -> HttpResponse:
    """Forgets it; what was written of it stays."""
    actions.discard(actions.one(id))
    return HttpResponse(status=204)


def workbook(book: EditedBook) -> dict[str, Any]:
    """An edited workbook as JSON."""
    cells, rows, chosen = (book.counts.get(name, {}) for name in ("cells", "rows", "chosen"))
    return {
        "id": book.id,
        "kind": book.kind,
        "name": book.name,
        "size": book.size,
        "state": book.state,
        "exported_at": book.about.get("at"),
        "cells": {state: cells.get(state, 0) for state in ("mine", "conflict", "theirs", "refused")},
        "rows": {state: rows.get(state, 0) for state in ("new", "gone", "unknown")},
        "taken": {name: chosen.get(name, 0) for name in ("cells", "new", "gone")},
        "notes": book.notes,
        "written": book.written,
        "error": book.error,
        "job": book.task_id,
        "act": book.act_id,
        "created_at": render.moment(book.created_at),
    }


def _cell(one: EditedCell) -> dict[str, Any]:
    return {
        "id": one.id, "row": one.row_id, "record": one.row.record_id, "title": one.row.title, "sheet": one.row.sheet, "line": one.row.line,
        "field": one.field, "state": one.state, "was": one.was, "now": one.now, "mine": one.mine, "reason": one.reason, "taken": one.chosen,
    }  # fmt: skip


def _row(one: EditedRow) -> dict[str, Any]:
    return {
        "id": one.id, "record": one.record_id, "title": one.title, "sheet": one.sheet, "line": one.line, "state": one.what,
        "values": one.values, "reason": one.reason, "taken": one.chosen,
    }  # fmt: skip
