"""Exports: any list as a CSV or XLSX file, written by a job."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Wrong
from crm.kernel.entity.filter import both
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import actions, queries
from crm.kernel.exchange.models import ExportRun
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import LIMIT
from crm.kernel.rest.queries import read_filter, read_sort, read_view, view_fields, view_sort

_KNOWN = {"kind", "format", "filter", "sort", "fields", "view", "reasons", "sheets_by"}


@operation(
    _("List your exports"),
    name="list_exports",
    scope="read",
    verb="export",
    tag="exports",
    params=(LIMIT,),
    answer="exports",
)
def list_exports(call: Call) -> HttpResponse:
    """Your newest exports; administrators see all."""
    return render.page(map(export_run, queries.exports(call.query["limit"])))


@operation(
    _("Start an export"),
    name="start_export",
    scope="read",
    verb="export",
    tag="exports",
    body="export",
    answer="export",
    success=202,
    headers={"Location": _("Where the export can be followed.")},
)
def create_export(call: Call) -> HttpResponse:
    """Writes a list into a file as a job."""
    sent = _checked(read_object(call.request))
    entity = registry.kind(sent["kind"])
    if entity is None:
        raise Wrong(fields={"kind": [_t("There is no record kind of this name.")]})
    view = read_view(entity, sent.get("view"))
    node = both(read_filter(view.filter) if view else None, read_filter(sent.get("filter")))
    sort = view_sort(entity, view, call.actor) if view and not sent.get("sort") else read_sort(entity, sent.get("sort"), call.actor)
    names = sent.get("fields") or (view_fields(entity, view) if view else [])
    form, by = sent.get("format") or "xlsx", sent.get("sheets_by") or ""
    called = view.name if view else ""
    run = actions.start_export(entity, node, sort, names, form, sent.get("reasons") is True, sheets_by=by, view=called)
    return render.answer(export_run(run), 202, {"Location": f"/api/v1/exports/{run.pk}"})


@operation(_("Read an export"), name="read_export", scope="read", tag="exports", verb="export", answer="export")
def read_export(call: Call, id: UUID) -> HttpResponse:
    """How far one export is."""
    return render.answer(export_run(queries.export_run(id)))


@operation(
    _("Fetch the file of an export"),
    name="download_export",
    scope="read",
    verb="export",
    tag="exports",
    answer="bytes",
    media="application/octet-stream",
)
def download_export(call: Call, id: UUID) -> FileResponse:
    """The finished file; 404 while there is none."""
    run = queries.export_run(id)
    path = queries.export_file(run)
    name = f"{run.name}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")


def _checked(sent: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, list[Any]] = {name: [_t("There is no such field.")] for name in sent if name not in _KNOWN}
    for name in ("kind", "format", "sort", "view", "sheets_by"):
        if not isinstance(sent.get(name), str | None):
            wrong[name] = [_t("A text is needed here.")]
    if not isinstance(sent.get("kind"), str):
        wrong["kind"] = [_t("Say which kind of records.")]
    if not isinstance(sent.get("filter"), dict | str | None):
        wrong["filter"] = [_t("An object or a text is needed here.")]
    if not isinstance(sent.get("reasons"), bool | None):
        wrong["reasons"] = [_t("Write true or false.")]
    fields = sent.get("fields")
    if fields is not None and not (isinstance(fields, list) and all(isinstance(name, str) for name in fields)):
        wrong["fields"] = [_t("A list of names is needed here.")]
    if wrong:
        raise Wrong(fields=wrong)
    return sent


def export_run(run: ExportRun) -> dict[str, Any]:
    """An export as JSON."""
    return {
        "id": run.id,
        "kind": run.kind,
        "name": run.name,
        "format": run.format,
        "state": run.state,
        "sheets_by": run.sheets_by or None,
        "sheets": run.sheets,
        "books": run.books,
        "rows": run.rows,
        "size": run.size,
        "error": run.error,
        "job": run.task_id,
        "file": f"/api/v1/exports/{run.id}/file" if run.state == ExportRun.DONE else None,
        "created_at": render.moment(run.created_at),
        "finished_at": render.moment(run.finished_at),
    }
