"""Handing files out."""

from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from crm.kernel.files.kind import SHOWN
from crm.kernel.files.queries import open_file


@require_safe
def download(request: HttpRequest, file_id: UUID) -> FileResponse:
    """The contents; `?show=1` shows pictures and PDF in place, everything else is always downloaded.

    The type is the one read off the contents, the browser may not guess another, and no script in it runs.
    """
    row, contents = open_file(file_id)
    in_place = row.mime in SHOWN and request.GET.get("show") == "1"
    answer = FileResponse(contents, as_attachment=not in_place, filename=row.name, content_type=row.mime)
    answer.headers["Content-Length"] = str(row.size)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
