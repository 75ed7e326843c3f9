"""Edited workbooks in the browser: bring one back, look at what differs cell by cell, take what shall be written."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.exchange import screens
from crm.kernel.exchange.edited import actions
from crm.kernel.exchange.edited.working import entity_of
from crm.kernel.exchange.models import EditedBook, EditedCell, EditedRow
from crm.kernel.identity.models import User
from crm.kernel.queue.models import Task
from crm.kernel.tenancy.scope import current_actor

_CELLS = (EditedCell.MINE, EditedCell.CONFLICT, EditedCell.REFUSED, EditedCell.THEIRS)
_ROWS = (EditedRow.NEW, EditedRow.GONE, EditedRow.UNKNOWN)


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """The drop zone, and what was brought back lately; POST takes a workbook."""
    given = request.GET.get("kind")
    entity = screens.kind_of(given) if given else None
    problem = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Wrong(_("Choose a file first."))
            book = actions.bring_back(upload.name or "", upload.chunks())
            return redirect("exchange:edited", book_id=book.pk)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            problem = " ".join(map(str, refusal.fields.get("file", ()))) or str(refusal.message)
    facts = {"entity": entity, "books": actions.several(), "problem": problem}
    return render(request, "exchange/edited_start.jinja", facts, status=422 if problem else 200)


@require_GET
def show(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """What differs, a page of one sort of it."""
    book = actions.one(book_id)
    return render(request, "exchange/edited.jinja", _facts(book) | (_grid(request, book) if not book.busy else {}))


def _facts(book: EditedBook) -> dict[str, Any]:
    entity = entity_of(book.kind)
    about = book.about
    task = Task.objects.filter(pk=book.task_id).first() if book.task_id else None
    return {
        "book": book, "entity": entity, "run": book, "pace": screens.pace(task) if book.busy else None,
        "exported_at": parse_datetime(about["at"]), "exported_by": User.objects.filter(pk=about["by"]).first(),
        "taken": book.counts.get("chosen", {}),
    }  # fmt: skip


def _grid(request: HttpRequest, book: EditedBook) -> dict[str, Any]:
    tabs = [(state, *one) for state, one in _tabs(book).items() if one[1]]
    wanted = request.GET.get("show", "")
    shown = wanted if any(wanted == state for state, *_more in tabs) else tabs[0][0] if tabs else ""
    entity = entity_of(book.kind)
    hidden = policy_for(entity).hidden(current_actor())
    heads = {**dict(book.about["columns"]), **_labels(entity)}
    columns = [(name, head) for name, head in heads.items() if name in book.counts.get("columns", {}) and name not in hidden]
    column, after = request.GET.get("column", ""), request.GET.get("after", "")
    column = column if column in dict(columns) and shown in _CELLS else ""
    cells: list[EditedCell] = []
    rows: list[EditedRow] = []
    following = ""
    if shown in _CELLS:
        cells, following = actions.cells(book, [shown], column, after)
        cells = [one for one in cells if one.field not in hidden]
    elif shown:
        rows, following = actions.rows(book, shown, after)
    return {
        "tabs": [(state, label, many, _link(book, show=state)) for state, label, many in tabs],
        "shown": shown, "cells": cells, "rows": rows, "columns": columns, "column": column, "after": after,
        "heads": heads,
        "previous": _link(book, show=shown, column=column) if after else "",
        "following": _link(book, show=shown, column=column, after=following) if following else "",
    }  # fmt: skip


def _labels(entity: Entity[Any]) -> dict[str, str]:
    return {name: str(one.label) for name, one in entity.fields.items() if not one.part_of}


def _tabs(book: EditedBook) -> dict[str, tuple[str, int]]:
    cells, rows = book.counts.get("cells", {}), book.counts.get("rows", {})
    labels = {
        EditedCell.MINE: _("Changed in the workbook"), EditedCell.CONFLICT: _("Changed in both"), EditedRow.NEW: _("New rows"),
        EditedRow.GONE: _("Rows taken out"), EditedCell.REFUSED: _("Not possible"), EditedRow.UNKNOWN: _("Not recognised"),
        EditedCell.THEIRS: _("Changed here alone"),
    }  # fmt: skip
    return {state: (label, cells.get(state, 0) if state in _CELLS else rows.get(state, 0)) for state, label in labels.items()}


def _link(book: EditedBook, **given: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in given.items() if value)
    return reverse("exchange:edited", kwargs={"book_id": book.pk}) + (f"?{query}" if query else "")


@require_POST
def choose(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Take or leave a cell, a row, a column or all of a sort. A single tick gets the sum alone; the rest the page."""
    what = {name: request.POST[name] for name in ("cell", "row", "column", "all") if request.POST.get(name)}
    book = actions.choose(actions.one(book_id), request.POST.get("take") == "yes", what)
    if "HX-Request" in request.headers:
        return render(request, "exchange/edited_taken.jinja", _facts(book))
    back = {name: request.POST.get(f"at_{name}", "") for name in ("show", "column", "after")}
    plain = all(text.replace("_", "").replace(".", "").isalnum() or not text for text in back.values())
    return redirect(_link(book, **back) if plain else _link(book))


@require_POST
def write(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Write what is taken."""
    book = actions.one(book_id)
    actions.write(book)
    return redirect("exchange:edited", book_id=book.pk)


@require_POST
def discard(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """Forget the workbook."""
    book = actions.one(book_id)
    actions.discard(book)
    return redirect(f"{reverse('exchange:edited_start')}?kind={book.kind}")


@require_GET
def progress(request: HttpRequest, book_id: UUID) -> HttpResponse:
    """The moving part; once the job is over, the page is asked to load anew."""
    book = actions.one(book_id)
    if not book.busy:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exchange/progress.jinja", _facts(book))
