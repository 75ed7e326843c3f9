"""An archive as the answer to a request."""

from pathlib import Path

from django.http import FileResponse

from crm.kernel.archive.models import ArchiveRun


def handed_out(run: ArchiveRun, path: Path) -> FileResponse:
    """The file under a name that says of which day it is."""
    name = f"kith-{run.created_at:%Y-%m-%d}-{run.pk.hex[-6:]}.zip"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
