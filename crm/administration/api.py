"""The configuration by the API: out, compared, in; and archives of the whole company."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.administration.actions import configuration
from crm.administration.actions.configuration import Difference
from crm.administration.queries import FieldUse, fields_of
from crm.kernel.archive import actions as archives
from crm.kernel.archive.handing import handed_out
from crm.kernel.archive.models import ArchiveRun
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.entity.custom import actions as kinds
from crm.kernel.entity.custom import layouts
from crm.kernel.entity.custom.actions import kind_of
from crm.kernel.identity.actions.guards import need
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.routes import add_route


@operation(
    _("Read the configuration"), name="read_configuration", scope="read", needs=configuration.RIGHT, answer="document",
    media="application/yaml", tag="kinds",
)  # fmt: skip
def read_configuration(call: Call) -> HttpResponse:
    """Kinds, fields, layouts, rules, pipelines, roles and common views, as a document that can be kept and brought in elsewhere."""
    return HttpResponse(configuration.document(), content_type="application/yaml; charset=utf-8")


@operation(
    _("Bring a configuration in"), name="bring_configuration_in", scope="write", needs=configuration.RIGHT, body="configuration",
    answer="differences", tag="kinds",
)  # fmt: skip
def bring_configuration_in(call: Call) -> HttpResponse:
    """Changes what the document says otherwise, all of it or nothing; with `dry_run` it only tells what that would be."""
    sent = read_object(call.request)
    text, why = str(sent.get("document") or ""), str(sent.get("why") or "")
    found = configuration.differences(text) if sent.get("dry_run") else configuration.bring_in(text, why)[0]
    return render.page(map(_told, found))


def _told(one: Difference) -> dict[str, object]:
    changes = {name: [was, becomes] for name, was, becomes in one.changed}
    return {"section": one.section, "key": one.key, "new": one.old is None, "changes": changes}


add_route("/configuration", GET=read_configuration, POST=bring_configuration_in)


@operation(
    _("List the archives"), name="list_archives", scope="read", needs=archives.RIGHT, answer="archives", tag="archives",
)  # fmt: skip
def list_archives(call: Call) -> HttpResponse:
    """Archives of the whole company, the newest first; an inward one is what the workspace was made from."""
    return render.page(map(_archive, archives.all_runs()))


@operation(
    _("Ask for an archive"), name="start_archive", scope="write", needs=archives.RIGHT, body="archive", answer="archive", tag="archives",
    success=202, errors=(409,), headers={"Location": _("Where the archive can be followed.")},
)  # fmt: skip
def start_archive(call: Call) -> HttpResponse:
    """A job writes everything of the workspace into one file; only administrators may ask."""
    sent = read_object(call.request)
    wrong: dict[str, list[Any]] = {name: [_t("There is no such field.")] for name in sent if name != "why"}
    why = sent.get("why")
    if not isinstance(why, str):
        wrong["why"] = [_t("A text is needed here.")]
    if wrong or not isinstance(why, str):
        raise Wrong(fields=wrong)
    run = archives.start(why)
    return render.answer(_archive(run), 202, {"Location": f"/api/v1/archives/{run.pk}"})


@operation(_("Read an archive's state"), name="read_archive", scope="read", needs=archives.RIGHT, answer="archive", tag="archives")
def read_archive(call: Call, id: UUID) -> HttpResponse:
    """How far one archive is, and what is inside."""
    return render.answer(_archive(archives.one(id)))


@operation(
    _("Fetch an archive"), name="download_archive", scope="read", needs=archives.RIGHT, answer="bytes", tag="archives",
    media="application/zip",
)  # fmt: skip
def download_archive(call: Call, id: UUID) -> HttpResponseBase:
    """The file; 404 while there is none, and seven days later."""
    return handed_out(*archives.fetched(id))


def _archive(run: ArchiveRun) -> dict[str, object]:
    moments = {name: render.moment(getattr(run, name)) for name in ("created_at", "finished_at", "expires_at")}
    facts = {name: getattr(run, name) for name in ("id", "inward", "why", "state", "rows", "files", "size", "sha256", "error")}
    there = run.state == ArchiveRun.DONE and not run.inward
    return {**facts, "job": run.task_id, "file": f"/api/v1/archives/{run.pk}/file" if there else None, **moments}


add_route("/archives", GET=list_archives, POST=start_archive)
add_route("/archives/{id}", GET=read_archive)
add_route("/archives/{id}/file", GET=download_archive)


@operation(
    _("See what fields are used for"), name="list_field_uses", scope="read", needs=kinds.RIGHT, answer="field_uses", tag="kinds",
)  # fmt: skip
def list_field_uses(call: Call, kind: str) -> HttpResponse:
    """Of each field of a kind: why it is there, how many records have it, when it was last written, who uses it, and why it could go
    ("" where nothing speaks for that). `filled` is null before the first count, which is made every night."""
    need(kinds.RIGHT)
    return render.page(map(_field_use, fields_of(kind_of(kind))))


@operation(
    _("Say what a field is for"), name="explain_field", scope="write", needs=kinds.RIGHT, body="field_purpose", answer="field_use",
    tag="kinds",
)  # fmt: skip
def explain_field(call: Call, kind: str, field: str) -> HttpResponse:
    """One sentence, at most 300 characters; "" takes it away. A field with a purpose is never proposed to go."""
    sent = read_object(call.request)
    wrong: dict[str, list[Any]] = {name: [_t("There is no such field.")] for name in sent if name != "purpose"}
    purpose = sent.get("purpose")
    if not isinstance(purpose, str):
        wrong["purpose"] = [_t("A text is needed here.")]
    if wrong or not isinstance(purpose, str):
        raise Wrong(fields=wrong)
    layouts.explain_field(kind, field, purpose)
    found = next((one for one in fields_of(kind_of(kind)) if one.fact.name == field), None)
    if found is None:
        raise NotFound(_t("There is no such field."))
    return render.answer(_field_use(found))


def _field_use(one: FieldUse) -> dict[str, object]:
    uses = [{"what": str(use.what), "name": use.name, "at": render.moment(use.at), "times": use.times} for use in one.uses]
    return {
        "field": one.fact.name, "label": str(one.fact.label), "purpose": one.purpose, "own": one.made is not None, "filled": one.filled,
        "total": one.total, "counted_at": render.moment(one.counted_at), "written_at": render.moment(one.written), "used_by": uses,
        "proposed": str(one.proposed),
    }  # fmt: skip


add_route("/kinds/{kind}/use", GET=list_field_uses)
add_route("/kinds/{kind}/use/{field}", PATCH=explain_field)
