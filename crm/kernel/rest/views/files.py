"""Files of records: versions, text, public links, what is kept apart."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Words, Wrong
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.files import actions, links, queries, quota
from crm.kernel.files.models import FileLink, FileRef, FileText
from crm.kernel.records.reading import fetch
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object, read_upload
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import CURSOR, LIMIT
from crm.kernel.rest.problems import BadRequest


@operation(_("List the files: %(label)s"), name="files", scope="read", verb="view", params=(LIMIT, CURSOR), answer="files")
def list_files(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """The files of one record in their current versions, newest first."""
    before = as_uuid(call.query["cursor"]) if call.query["cursor"] else None
    if call.query["cursor"] and before is None:
        raise BadRequest(_t("This cursor is none of ours."), fields={"cursor": [_t("Use “next” of the page before.")]})
    most = call.query["limit"]
    rows = queries.files_of(fetch(entity, id).pk, before, most + 1)
    return render.page(_files(rows[:most]), str(rows[most - 1].pk) if len(rows) > most else None)


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
    upload, _values = read_upload(call.request, quota.MOST)
    return _made(actions.attach(record.pk, upload))


@operation(
    _("Fetch a file"), name="download_file", scope="read", tag="files", answer="bytes", media="application/octet-stream"
)
def download_file(call: Call, id: UUID) -> FileResponse:
    """The contents, always as an attachment; 403 “kept-apart” for a file in quarantine."""
    row, contents = queries.open_file(id)
    answer = FileResponse(contents, as_attachment=True, filename=row.name, content_type="application/octet-stream")
    answer.headers["Content-Length"] = str(row.size)
    return answer


@operation(_("Delete a file"), name="delete_file", scope="write", verb="edit", tag="files", success=204)
def remove_file(call: Call, id: UUID) -> HttpResponse:
    """Puts a file with all its versions into the bin for 30 days."""
    queries.file(id)
    actions.remove(id)
    return HttpResponse(status=204)


@operation(_("Bring a file back"), name="restore_file", scope="write", verb="edit", tag="files", answer="file")
def restore_file(call: Call, id: UUID) -> HttpResponse:
    """Takes a file out of the bin."""
    actions.restore(id)
    return _one(id)


@operation(_("Read what is known of a file"), name="file_facts", scope="read", tag="files", answer="file")
def read_facts(call: Call, id: UUID) -> HttpResponse:
    """Name, type, version, why it is kept apart, and whether its text was read."""
    return _one(id)


@operation(_("Read the text in a file"), name="file_text", scope="read", tag="files", answer="file_text")
def read_text(call: Call, id: UUID) -> HttpResponse:
    """The text by which the file is found, at most 200,000 characters."""
    row = queries.file(id)
    text = queries.text_of(row)
    if row.held:
        raise queries.KeptApart(queries.why_held(row))
    return render.answer({"state": text.state if text else FileText.State.EMPTY.value, "text": text.body if text else ""})


@operation(_("List the versions of a file"), name="file_versions", scope="read", tag="files", answer="files")
def list_versions(call: Call, id: UUID) -> HttpResponse:
    """Every version, newest first."""
    return render.page(_files(queries.versions_of(queries.file(id))))


@operation(
    _("Upload a new version of a file"),
    name="add_version",
    scope="write",
    verb="edit",
    tag="files",
    body="file",
    answer="file",
    success=201,
    headers={"Location": _("Where the file can be fetched.")},
)
def add_version(call: Call, id: UUID) -> HttpResponse:
    """The part named `file` of a multipart body becomes the current version; the earlier ones stay."""
    queries.file(id, "edit")
    upload, _values = read_upload(call.request, quota.MOST)
    return _made(actions.new_version(id, upload))


@operation(_("Make a version the current one"), name="make_current", scope="write", verb="edit", tag="files", answer="file")
def make_current(call: Call, id: UUID) -> HttpResponse:
    """The version of this id is the one that lists, search and preview show."""
    actions.make_current(id)
    return _one(id)


@operation(_("List the public links of a file"), name="file_links", scope="read", verb="edit", tag="files", answer="file_links")
def list_links(call: Call, id: UUID) -> HttpResponse:
    """The links of all its versions, newest first, for those who may change its record."""
    return render.page(map(_link, queries.links_of(queries.file(id, "edit"))))


@operation(
    _("Make a public link to a file"),
    name="make_file_link",
    scope="write",
    verb="edit",
    tag="files",
    body="file_link",
    body_optional=True,
    answer="file_link",
    success=201,
)
def make_link(call: Call, id: UUID) -> HttpResponse:
    """Anybody with the address fetches this version, for `hours`, at most `most` times."""
    body = read_object(call.request, optional=True)
    wrong: dict[str, list[Words]] = {name: [_t("There is no such field.")] for name in body.keys() - {"hours", "most"}}
    for name in ("hours", "most"):
        value = body.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            wrong[name] = [_t("Write a whole number.")]
    if wrong:
        raise Wrong(fields=wrong)
    hours = body.get("hours")
    return render.answer(_link(links.make(id, 168 if hours is None else hours, body.get("most"))), 201)


@operation(_("End a public link to a file"), name="revoke_file_link", scope="write", verb="edit", tag="files", success=204)
def revoke_link(call: Call, id: UUID) -> HttpResponse:
    """The link works no longer."""
    links.revoke(id)
    return HttpResponse(status=204)


@operation(_("List the files that are kept apart"), name="held_files", scope="read", tag="files", answer="files")
def list_held(call: Call) -> HttpResponse:
    """The newest hundred, for those who may release them."""
    return render.page(_files(queries.held_files()))


@operation(_("Release a file that is kept apart"), name="release_file", scope="write", tag="files", answer="file")
def release_file(call: Call, id: UUID) -> HttpResponse:
    """Gives it free. Needs the right “Files and public links”."""
    return render.answer(next(iter(_files([actions.release(id)]))))


@operation(_("Delete a file that is kept apart"), name="discard_file", scope="write", tag="files", success=204)
def discard_file(call: Call, id: UUID) -> HttpResponse:
    """Removes it for good. Needs the right “Files and public links”."""
    actions.discard(id)
    return HttpResponse(status=204)


@operation(_("Read how much room files have"), name="file_room", scope="read", tag="files", answer="file_room")
def read_room(call: Call) -> HttpResponse:
    """Bytes that the files of all records take, the quota and the largest single file."""
    room = quota.room()
    return render.answer({"used": room.used, "quota": room.quota, "left": room.left, "largest": room.largest})


def _one(file_id: UUID) -> HttpResponse:
    return render.answer(next(iter(_files([queries.file(file_id)]))))


def _made(row: FileRef) -> HttpResponse:
    made = next(iter(_files([row])))
    return render.answer(made, 201, {"Location": made["url"]})


def _files(rows: Iterable[FileRef]) -> list[dict[str, Any]]:
    found = list(rows)
    states = dict(FileText.objects.filter(file_id__in=[row.pk for row in found]).values_list("file_id", "state"))
    return [
        {
            "id": row.id,
            "name": row.name,
            "size": row.size,
            "mime": row.mime,
            "sha256": row.sha256,
            "by": row.by_id,
            "created_at": render.moment(row.created_at),
            "url": f"/api/v1/files/{row.id}",
            "document": row.document,
            "version": row.number,
            "current": row.current,
            "held": row.held,
            "why_held": queries.why_held(row),
            "text": states.get(row.pk, FileText.State.EMPTY.value),
        }
        for row in found
    ]


def _link(link: FileLink) -> dict[str, Any]:
    return {
        "id": link.pk,
        "file": link.file_id,
        "by": link.by_id,
        "created_at": render.moment(link.created_at),
        "expires_at": render.moment(link.expires_at),
        "most": link.most,
        "used": link.used,
        "revoked_at": render.moment(link.revoked_at),
        "url": links.url_of(link),
    }
