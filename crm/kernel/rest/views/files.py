"""Files of a record."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.entity import Entity
from crm.kernel.files import actions, queries
from crm.kernel.files.models import FileRef
from crm.kernel.records.reading import fetch
from crm.kernel.rest import render
from crm.kernel.rest.body import read_upload
from crm.kernel.rest.operation import Call, operation


@operation(_("List the files: %(label)s"), name="files", scope="read", verb="view", answer="files")
def list_files(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The files of one record, newest first."""
    return render.page(map(_file, queries.files_of(fetch(entity, id).pk)))


@operation(
    _("Attach a file: %(label)s"),
    name="attach",
    scope="write",
    verb="edit",
    body="file",
    answer="file",
    success=201,
    headers={"Location": _("Where the file can be fetched.")},
)
def attach_file(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Attaches the part named `file` of a multipart body."""
    record = fetch(entity, id, "edit")
    upload, _values = read_upload(call.request, actions.MOST)
    made = _file(actions.attach(record.pk, upload))
    return render.answer(made, 201, {"Location": made["url"]})


@operation(
    _("Fetch a file"), name="download_file", scope="read", tag="files", answer="bytes", media="application/octet-stream"
)
def download_file(call: Call, id: UUID) -> FileResponse:
    """The contents, always as an attachment."""
    row, contents = queries.open_file(id)
    answer = FileResponse(contents, as_attachment=True, filename=row.name, content_type="application/octet-stream")
    answer.headers["Content-Length"] = str(row.size)
    return answer


@operation(_("Delete a file"), name="delete_file", scope="write", verb="edit", tag="files", success=204)
def remove_file(call: Call, id: UUID) -> HttpResponse:
    """Removes a file for good."""
    queries.file(id)
    actions.remove(id)
    return HttpResponse(status=204)


def _file(row: FileRef) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "size": row.size,
        "mime": row.mime,
        "sha256": row.sha256,
        "by": row.by_id,
        "created_at": render.moment(row.created_at),
        "url": f"/api/v1/files/{row.id}",
    }
