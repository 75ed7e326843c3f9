"""The workbench of imports, and exports, in the browser."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.base.ids import uuid7
from crm.kernel.base.text import plain_number
from crm.kernel.entity.custom.laid import layout_for
from crm.kernel.entity.filter import Node, both, parse_text
from crm.kernel.exchange import actions, exporting, queries, screens, sheets, store
from crm.kernel.exchange.columns import importable
from crm.kernel.exchange.models import ExportRun, ImportRun
from crm.kernel.exchange.reading import Unreadable
from crm.kernel.exchange.writing import XlsxWriter
from crm.kernel.records import listing
from crm.kernel.search.listed import looked_for
from crm.kernel.tenancy.scope import current_actor

_MIME = {
    ".csv": "text/csv; charset=utf-8",
    ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The drop zone, and what was imported lately; POST takes a file."""
    kinds = screens.importable_kinds()
    if not kinds:
        raise NotAllowed(_("Your roles do not allow you to import records."))
    given = request.POST.get("kind") or request.GET.get("kind")
    entity = screens.kind_of(given) if given else kinds[0]
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Wrong(_("Choose a file first."))
            run = actions.start_import(entity, upload.name or "", upload.chunks())
            return redirect("exchange:run", run_id=run.pk)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            problem = " ".join(map(str, refusal.fields.get("file", ()))) or str(refusal.message)
    facts = {"entity": entity, "kinds": kinds, "runs": queries.imports(20), "problem": problem, "step": "file"}
    return render(request, "exchange/start.jinja", facts, status=422 if problem else 200)


@require_GET
def template(request: HttpRequest) -> FileResponse:
    """An empty sheet with the columns of a kind."""
    entity = screens.kind_of(request.GET.get("kind"))
    names = [name for name, one in importable(entity).items() if one.type != "address"]
    path = store.place(uuid7(), "xlsx")
    writer = XlsxWriter(path, exporting.headings(entity, names), str(entity.labels))
    writer.close()
    return _download(path, f"{entity.labels}.xlsx", once=True)


def _download(path: Path, name: str, once: bool = False) -> FileResponse:
    file = path.open("rb")
    if once:
        path.unlink()
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=_MIME[path.suffix])
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@require_GET
def show(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """A run at its present step."""
    run = queries.import_run(run_id)
    return _page(request, run, screens.step_of(run, request.GET.get("step")))


def _page(request: HttpRequest, run: ImportRun, step: str, refusal: Refusal | None = None) -> HttpResponse:
    facts = screens.run_facts(run) | {"step": step, "problem": ""}
    if refusal is not None:
        facts["problem"] = str(refusal.message)
    if step == "map":
        wrong = {name: " ".join(map(str, said)) for name, said in refusal.fields.items()} if refusal else {}
        facts["screen"] = screens.map_screen(run, wrong)
    return render(request, f"exchange/{step}.jinja", facts, status=refusal.status if refusal else 200)


@require_POST
def read_again(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Another sheet, header row, encoding or delimiter."""
    run = queries.import_run(run_id)
    row = request.POST.get("header_row", "")
    delimiter = {"tab": "\t"}.get(request.POST.get("delimiter", ""), request.POST.get("delimiter") or None)
    try:
        actions.read_again(
            run,
            sheet=request.POST.get("sheet") or None,
            header_row=plain_number(row),
            encoding=request.POST.get("encoding") or None,
            delimiter=delimiter,
        )
    except (Wrong, Unreadable) as refusal:
        return _page(request, queries.import_run(run_id), "map", refusal)
    return redirect("exchange:run", run_id=run.pk)


@require_POST
def guess_again(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Back to the guess from the columns of an earlier import."""
    actions.guess_again(queries.import_run(run_id))
    return redirect("exchange:run", run_id=run_id)


@require_POST
def map_columns(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Keep the mapping and begin the dry run."""
    run = queries.import_run(run_id)
    columns = zip(request.POST.getlist("column"), request.POST.getlist("field"), strict=False)
    try:
        run = actions.map_columns(run, dict(columns), screens.chosen_options(request.POST, run))
        if request.POST.get("then") != "stay":
            actions.dry_run(run)
    except Wrong as refusal:
        return _page(request, run, "map", refusal)
    step = "?step=map" if request.POST.get("then") == "stay" else ""
    return redirect(reverse("exchange:run", kwargs={"run_id": run.pk}) + step)


@require_POST
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Import for good."""
    actions.run_import(queries.import_run(run_id))
    return redirect("exchange:run", run_id=run_id)


@require_POST
def undo(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Take the import back; where something was changed since that is shown first."""
    found = queries.import_run(run_id)
    act = actions.in_the_way(found)
    if act is not None:
        return redirect("pages.undo_look", change_set=act.pk)
    actions.undo_import(found)
    return redirect("exchange:run", run_id=run_id)


@require_POST
def discard(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Give the import up before anything was written."""
    found = queries.import_run(run_id)
    actions.discard(found)
    return redirect(f"{reverse('exchange:start')}?kind={found.kind}")


@require_GET
def progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The moving part of a run; once the job is over, the page is asked to load anew."""
    found = queries.import_run(run_id)
    if not found.busy:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exchange/progress.jinja", screens.run_facts(found))


@require_GET
def rejects(request: HttpRequest, run_id: UUID) -> FileResponse:
    """The rejected rows as a file, `?format=xlsx` or csv."""
    found = queries.import_run(run_id)
    form = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    stem = found.name.rsplit(".", 1)[0]
    name = _("%(name)s – rejected rows") % {"name": stem}
    return _download(actions.rejects_file(found, form), f"{name}.{form}", once=True)


def _node(entity: Any, given: Any) -> Node | None:
    """The filter of the view that is exported: `filter` as text and `q`, letters looked for."""
    text, words = given.get("filter", "").strip(), given.get("q", "").strip()
    return both(parse_text(text) if text else None, looked_for(entity, words))


@require_http_methods(["GET", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Choose columns and format of a list; POST begins the export."""
    given = request.POST if request.method == "POST" else request.GET
    entity = exporting.entity_of(screens.kind_of(given.get("kind")).kind)
    node = _node(entity, given)
    if request.method == "POST":
        columns = [name for name in given.getlist("columns") if name]
        form, by, view = given.get("format", "xlsx"), given.get("sheets_by", ""), given.get("view", "")
        by, reasons = by if form == "xlsx" else "", given.get("reasons") == "on"
        made = actions.start_export(entity, node, given.get("sort", ""), columns, form, reasons, sheets_by=by, view=view)
        return redirect("exchange:export_run", run_id=made.pk)
    many, exact = listing.count(entity, node)
    names = exporting.columns_of(entity, ())
    facts = {
        "entity": entity,
        "many": many,
        "exact": exact,
        "given": given,
        "runs": queries.exports(10),
        "columns": list(zip(names, exporting.headings(entity, names), strict=True)),
        "sheets": list(sheets.fields_for_sheets(entity).values()),
        "may_edit": policy_for(entity).may(current_actor(), "edit"),
        "chosen": {exporting.ID, entity.title, *(given.getlist("columns") or layout_for(entity, current_actor()).columns)},
    }
    return render(request, "exchange/export.jinja", facts)


@require_GET
def export_sheets(request: HttpRequest) -> HttpResponse:
    """How many sheets, and how many workbooks, a field would give."""
    entity = exporting.entity_of(screens.kind_of(request.GET.get("kind")).kind)
    name = request.GET.get("sheets_by", "")
    many = sheets.how_many(entity, _node(entity, request.GET), sheets.field_for_sheets(entity, name)) if name else 0
    facts = {"many": many, "most": sheets.MOST_SHEETS, "too_many": many > sheets.MOST_GROUPS, "limit": sheets.MOST_GROUPS}
    return render(request, "exchange/export_sheets.jinja", facts)


def _export_facts(found: ExportRun) -> dict[str, Any]:
    waiting = found.state == ExportRun.WAITING
    return {
        "run": found,
        "entity": screens.kind_of(found.kind),
        "pace": screens.pace(queries.task_of(found)) if waiting else None,
    }


@require_GET
def export_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One export: how far it is, then the file."""
    return render(request, "exchange/export_run.jinja", _export_facts(queries.export_run(run_id)))


@require_GET
def export_progress(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The moving part of an export."""
    found = queries.export_run(run_id)
    if found.state != ExportRun.WAITING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exchange/progress.jinja", _export_facts(found))


@require_GET
def export_file(request: HttpRequest, run_id: UUID) -> FileResponse:
    """The finished file."""
    found = queries.export_run(run_id)
    path = queries.export_file(found)
    return _download(path, f"{found.name} {now():%Y-%m-%d}{path.suffix}")
