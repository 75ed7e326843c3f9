"""Imports: upload a file, match its columns, try, run, look at the result, take it back."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ImportRow, ImportRun
from crm.kernel.exchange.reading.limits import MAX_FILE_BYTES
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object, read_upload
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import LIMIT, REJECTS_FORMAT

_READING: dict[str, type | tuple[type, ...]] = {
    "sheet": str, "header_row": int, "encoding": str, "delimiter": str
}  # fmt: skip
LOCATION = {"Location": _("Where the import can be followed.")}
FACTS: dict[str, Any] = {"tag": "imports", "verb": "import", "answer": "import"}


@operation(
    _("List your imports"),
    name="list_imports",
    scope="read",
    verb="import",
    tag="imports",
    params=(LIMIT,),
    answer="imports",
)
def list_imports(call: Call) -> HttpResponse:
    """Your newest imports; administrators see all."""
    return render.page(map(import_run, queries.imports(call.query["limit"])))


@operation(
    _("Upload a file to import"),
    name="upload_import",
    scope="write",
    body="upload",
    success=201,
    headers=LOCATION,
    **FACTS,
)
def upload(call: Call) -> HttpResponse:
    """Keeps the file, finds out how it is read and suggests a field for each column."""
    file, values = read_upload(call.request, MAX_FILE_BYTES)
    unknown: dict[str, list[Words]] = {
        name: [_t("There is no such field.")] for name in values if name != "kind"
    }
    entity = registry.kind(values.get("kind", ""))
    if entity is None:
        unknown["kind"] = [_t("Say which kind of records the file holds.")]
    if unknown or entity is None:
        raise Wrong(fields=unknown)
    run = actions.start_import(entity, file.name or "", file.chunks())
    return render.answer(import_run(run), 201, {"Location": f"/api/v1/imports/{run.pk}"})


@operation(_("Read an import"), name="read_import", scope="read", **FACTS)
def read_import(call: Call, id: UUID) -> HttpResponse:
    """How far one import is."""
    return render.answer(import_run(queries.import_run(id)))


@operation(_("Match the columns of an import"), name="map_import", scope="write", body="mapping", **FACTS)
def map_columns(call: Call, id: UUID) -> HttpResponse:
    """Says how the file is read, which column fills which field, and how rows find their records."""
    run = queries.import_run(id)
    sent = _checked(read_object(call.request))
    reading = {name: sent[name] for name in _READING if name in sent}
    if reading:
        run = actions.read_again(run, **reading)
    if "mapping" in sent or "options" in sent:
        run = actions.map_columns(run, sent.get("mapping", run.mapping), sent.get("options"))
    return render.answer(import_run(run))


@operation(
    _("Remove an import that has written nothing"),
    name="discard_import",
    scope="write",
    verb="import",
    tag="imports",
    success=204,
)
def discard(call: Call, id: UUID) -> HttpResponse:
    """Removes an import and its file."""
    actions.discard(queries.import_run(id))
    return HttpResponse(status=204)


@operation(_("Try an import"), name="dry_run_import", scope="write", success=202, **FACTS)
def dry_run(call: Call, id: UUID) -> HttpResponse:
    """Counts, as a job, what would be created, changed and rejected. Nothing is written."""
    return _started(actions.dry_run(queries.import_run(id)))


@operation(_("Run an import"), name="run_import", scope="write", success=202, **FACTS)
def run(call: Call, id: UUID) -> HttpResponse:
    """Imports, as a job."""
    return _started(actions.run_import(queries.import_run(id)))


@operation(_("Take an import back"), name="undo_import", scope="write", success=202, **FACTS)
def undo(call: Call, id: UUID) -> HttpResponse:
    """Takes back, as a job, all that the import wrote; records changed since are listed and left."""
    return _started(actions.undo_import(queries.import_run(id)))


@operation(
    _("Read the result of an import"),
    name="result_import",
    scope="read",
    verb="import",
    tag="imports",
    params=(LIMIT,),
    answer="result",
)
def result(call: Call, id: UUID) -> HttpResponse:
    """The figures, the rejected rows with their reasons, and what an undo left alone."""
    found, limit = queries.import_run(id), call.query["limit"]
    rejected, kept = queries.rejected(found, limit), queries.kept(found, limit)
    return render.answer({**import_run(found), "rejected": [*map(_row, rejected)], "kept": [*map(_row, kept)]})


@operation(
    _("Fetch the rejected rows as a file"),
    name="rejects_import",
    scope="read",
    tag="imports",
    verb="import",
    params=(REJECTS_FORMAT,),
    answer="bytes",
    media="application/octet-stream",
)
def rejects(call: Call, id: UUID) -> FileResponse:
    """The rejected rows as they were, with the reason behind each, to mend and import again."""
    found, form = queries.import_run(id), call.query["format"]
    path = actions.rejects_file(found, form)
    name = f"{found.name.rpartition('.')[0] or found.name}-rejected.{form}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _started(run: ImportRun) -> HttpResponse:
    return render.answer(import_run(run), 202, {"Location": f"/api/v1/imports/{run.pk}"})


def _checked(sent: dict[str, Any]) -> dict[str, Any]:
    """The body of a mapping, or Wrong naming what has no place or another type."""
    wrong: dict[str, list[Any]] = {}
    for name, value in sent.items():
        kind = _READING.get(name, dict if name in ("mapping", "options") else None)
        if kind is None:
            wrong[name] = [_t("There is no such field.")]
        elif not isinstance(value, kind) or isinstance(value, bool):
            wrong[name] = [_t("This has another type than it should.")]
    mapping = sent.get("mapping")
    if isinstance(mapping, dict) and not all(field is None or isinstance(field, str) for field in mapping.values()):
        wrong["mapping"] = [_t("Give a field's name, or null, for each column.")]
    if wrong:
        raise Wrong(fields=wrong)
    return sent


def import_run(run: ImportRun) -> dict[str, Any]:
    """An import as JSON."""
    shape = run.shape
    return {
        "id": run.id,
        "kind": run.kind,
        "name": run.name,
        "size": run.size,
        "state": run.state,
        "reading": {name: shape.get(name) for name in (*_READING, "sheets", "rows")},
        "columns": [
            {name: match.get(name) for name in ("column", "field", "reason", "examples", "dates", "absent")} for match in run.matches
        ],
        "mapping": run.mapping,
        "remembered": run.remembered_id,
        "options": run.options,
        "counts": run.counts,
        "notes": run.notes,
        "undone": run.undo_counts,
        "error": run.error,
        "job": run.task_id,
        "created_at": render.moment(run.created_at),
        "finished_at": render.moment(run.finished_at),
    }


def _row(row: ImportRow) -> dict[str, Any]:
    return {"row": row.number, "record": row.record_id, "cells": row.cells, "reasons": row.reasons}
