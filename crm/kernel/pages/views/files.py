"""One file: its preview beside the record, versions, public links."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.base.text import plain_number
from crm.kernel.files import actions, links, queries
from crm.kernel.pages import files_screen, toasts


@require_GET
def view(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A dialog over the record, or a page of its own where one comes from elsewhere."""
    words = _words(files_screen.screen(file_id))
    return render(request, "pages/file.jinja" if request.headers.get("HX-Request") else "pages/file_page.jinja", words)


def _words(screen: files_screen.Screen) -> dict[str, Any]:
    return {"screen": screen, "file": screen.row, "entity": screen.entity, "here": screen.entity.plural, "hours": files_screen.HOURS}


def _again(request: HttpRequest, file_id: UUID, problem: str = "", made: str = "") -> HttpResponse:
    """What the dialog or the page shows now; the list of files behind it is told that something changed."""
    screen = files_screen.screen(file_id)
    screen.problem, screen.made = problem, made
    answer = render(request, "pages/file_body.jinja", _words(screen), status=422 if problem else 200)
    return answer if problem else toasts.trigger(answer, fileschanged=True)  # type: ignore[return-value]


@require_POST
def version(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A new version; the toast's undo makes the one before current again."""
    upload = request.FILES.get("file")
    if upload is None:
        return _again(request, file_id, _("Choose a file first."))
    before = queries.file(file_id, "edit")
    try:
        made = actions.new_version(file_id, upload)
    except Wrong as refusal:
        return _again(request, file_id, files_screen.said(refusal))
    text = _("Version %(number)s is the current one.") % {"number": made.number}
    return toasts.toast(_again(request, made.id), text, undo=_back(before.id))  # type: ignore[return-value]


@require_POST
def current(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Makes an earlier version the current one."""
    before = actions.make_current(file_id)
    row = queries.file(file_id)
    text = _("Version %(number)s is the current one.") % {"number": row.number}
    return toasts.toast(_again(request, file_id), text, undo=_back(before.id))  # type: ignore[return-value]


@require_POST
def keep(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Says that no rule removes the file, or that rules count for it again."""
    wanted = bool(request.POST.get("keep"))
    actions.keep(file_id, wanted)
    text = _("No rule removes this file.") if wanted else _("Rules count for this file again.")
    return toasts.toast(_again(request, file_id), text)  # type: ignore[return-value]


def _back(file_id: UUID) -> str:
    return reverse("pages.file_back", kwargs={"file_id": file_id})


@require_POST
def bring_back(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Undo: a removed file is there again, an earlier version is the current one again."""
    if queries.file(file_id, "edit", removed=True).removed_at is not None:
        actions.restore(file_id)
        text = _("The file is back.")
    else:
        actions.make_current(file_id)
        text = _("Undone.")
    answer = HttpResponse(status=204)
    toasts.trigger(answer, fileschanged=True, closelayer=True)
    return toasts.toast(answer, text)  # type: ignore[return-value]


@require_POST
def link(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Makes a public link: `hours` it lasts, `most` times it works ("" for any number)."""
    given = request.POST.get("most", "").strip()
    most = plain_number(given) if given else None
    try:
        if given and most is None:
            raise Wrong(fields={"most": [_("A whole number from 1 to %(most)s.") % {"most": links.OFTENEST}]})
        made = links.make(file_id, plain_number(request.POST.get("hours", "")) or 0, most)
    except Refusal as refusal:
        return _again(request, file_id, files_screen.said(refusal))
    return _again(request, file_id, made=links.url_of(made))


@require_POST
def unlink(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Ends a public link."""
    ended = links.revoke(link_id)
    return toasts.toast(_again(request, ended.file_id), _("The link no longer works."))  # type: ignore[return-value]
