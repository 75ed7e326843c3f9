"""Handing files out: to people who are signed in, and to whoever has a public link."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm.kernel.base.errors import NotFound
from crm.kernel.files import links, storage
from crm.kernel.files.kind import PDF, SHOWN
from crm.kernel.files.models import FileRef
from crm.kernel.files.queries import contents_of, file, open_file, why_held
from crm.kernel.files.reading.guard import Unreadable
from crm.kernel.files.reading.texts import page_of
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models.people import Language
from crm.kernel.identity.origin import origin_of
from crm.kernel.tenancy.models import Workspace
from crm.kernel.tenancy.scope import current_workspace_id, scope

#: Pixels of a page's picture: in the preview, and as a thumbnail.
WIDE, SMALL = 1_240, 96
#: Contents under one id never change; rights do.
_FOR_A_WHILE = "private, max-age=3600"


@require_safe
def download(request: HttpRequest, file_id: UUID) -> FileResponse:
    """The contents; `?show=1` shows pictures in place, everything else is always downloaded.

    The type is the one read off the contents, the browser may not guess another, and no script in it runs.
    """
    row, contents = open_file(file_id)
    in_place = row.mime in SHOWN and request.GET.get("show") == "1" and not row.held
    answer = _handed_out(row, contents, in_place)
    answer.headers["Cache-Control"] = _FOR_A_WHILE if in_place else "private, no-store"
    return answer


def _handed_out(row: FileRef, contents: object, in_place: bool = False) -> FileResponse:
    answer = FileResponse(contents, as_attachment=not in_place, filename=row.name, content_type=row.mime)
    answer.headers["Content-Length"] = str(row.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_safe
def page(request: HttpRequest, file_id: UUID, number: int) -> HttpResponse:
    """One page of a PDF as a picture; `?small=1` a thumbnail. The PDF itself never gets into the browser's viewer."""
    row = file(file_id)
    if row.mime != PDF or row.held:
        raise NotFound(why_held(row) or None)
    try:
        drawn = page_of(storage.place(current_workspace_id(), row.id), number, SMALL if request.GET.get("small") else WIDE)
    except Unreadable:
        raise NotFound from None
    answer = HttpResponse(drawn, content_type="image/png")
    answer.headers["Cache-Control"] = _FOR_A_WHILE
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def public(request: HttpRequest, token: str) -> HttpResponseBase:
    """Behind a public link: GET says what it is, POST fetches it and counts. So a look by a mail program uses nothing up.

    404: no such link was ever made here; 410: it has ended.
    """
    address = links.read(token)
    if address is None:
        return _said(request, 404, {})
    with scope(address.workspace_id, system_actor(address.workspace_id)):
        taking = request.method == "POST"
        link = links.take(address.link_id, origin_of(request).address) if taking else links.opened(address.link_id)
        if link is None:
            return _said(request, 410, {})
        if taking:
            return _handed_out(link.file, contents_of(link.file))
        company = Workspace.objects.get(pk=address.workspace_id)
        with timezone.override(ZoneInfo(company.time_zone)):
            return _said(request, 200, {"link": link, "company": company.name})


def _said(request: HttpRequest, status: int, words: dict[str, object]) -> HttpResponse:
    frame = {"languages": Language.choices, "language_code": get_language(), "host": request.get_host()}
    answer = render(request, "files/public.jinja", frame | words, status=status)
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
