"""Every address of the API, in one table: the URLs and the OpenAPI document are both written from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm.kernel.rest.operation import Handler
from crm.kernel.rest.views import (
    access,
    acts,
    bulk,
    duplicates,
    exports,
    files,
    history,
    imports,
    jobs,
    kinds,
    merges,
    pending,
    perform,
    records,
    search,
    shaping,
    shares,
    standing,
    views,
    workbooks,
)

BASE = "/api/v1"


@dataclass(frozen=True)
class Route:
    """An address with `{plural}`, `{action}` and ids to fill in, and a handler for each method."""

    template: str
    methods: Mapping[str, Handler]


def _route(template: str, **methods: Handler) -> Route:
    return Route(BASE + template, methods)


ROUTES: list[Route] = [
    _route("/me", GET=kinds.me),
    _route("/kinds", GET=kinds.kinds, POST=shaping.make_kind),
    _route("/kinds/{kind}", PATCH=shaping.change_kind, DELETE=shaping.retire_kind),
    _route("/kinds/{kind}/layout", GET=shaping.kind_layout, PATCH=shaping.change_layout),
    _route("/kinds/{kind}/restore", POST=shaping.bring_kind_back),
    _route("/kinds/{kind}/fields", GET=shaping.own_fields, POST=shaping.make_field),
    _route("/kinds/{kind}/fields/{field}", PATCH=shaping.change_field, DELETE=shaping.retire_field),
    _route("/kinds/{kind}/fields/{field}/restore", POST=shaping.bring_field_back),
    _route("/acts", GET=acts.list_acts),
    _route("/acts/{id}", GET=acts.read_act),
    _route("/acts/{id}/changes", GET=acts.read_changes),
    _route("/acts/{id}/since", GET=acts.read_since),
    _route("/acts/{id}/undo", POST=acts.undo_act),
    _route("/acts/{id}/redo", POST=acts.redo_act),
    _route("/merges/{id}", GET=merges.read_merge),
    _route("/merges/{id}/undo", POST=merges.undo_merge),
    _route("/merges/{id}/settle", POST=merges.settle_merge),
    _route("/bulk-changes/{id}", GET=acts.read_bulk_change),
    _route("/jobs", GET=jobs.list_jobs),
    _route("/search", GET=search.find),
    _route("/jobs/{id}", GET=jobs.read_job),
    _route("/jobs/{id}/cancel", POST=jobs.cancel_job),
    _route("/jobs/{id}/retry", POST=jobs.retry_job),
    _route("/imports", GET=imports.list_imports, POST=imports.upload),
    _route("/imports/{id}", GET=imports.read_import, PATCH=imports.map_columns, DELETE=imports.discard),
    _route("/imports/{id}/dry-run", POST=imports.dry_run),
    _route("/imports/{id}/run", POST=imports.run),
    _route("/imports/{id}/result", GET=imports.result),
    _route("/imports/{id}/rejects", GET=imports.rejects),
    _route("/imports/{id}/undo", POST=imports.undo),
    _route("/exports", GET=exports.list_exports, POST=exports.create_export),
    _route("/exports/{id}", GET=exports.read_export),
    _route("/exports/{id}/file", GET=exports.download_export),
    _route("/workbooks", GET=workbooks.list_workbooks, POST=workbooks.upload),
    _route("/workbooks/{id}", GET=workbooks.read_workbook, DELETE=workbooks.discard),
    _route("/workbooks/{id}/cells", GET=workbooks.cells),
    _route("/workbooks/{id}/rows", GET=workbooks.rows),
    _route("/workbooks/{id}/choose", POST=workbooks.choose),
    _route("/workbooks/{id}/write", POST=workbooks.write),
    _route("/files/{id}", GET=files.download_file, DELETE=files.remove_file),
    _route("/files/{id}/facts", GET=files.read_facts),
    _route("/files/{id}/text", GET=files.read_text),
    _route("/files/{id}/restore", POST=files.restore_file),
    _route("/files/{id}/versions", GET=files.list_versions, POST=files.add_version),
    _route("/files/{id}/current", POST=files.make_current),
    _route("/files/{id}/links", GET=files.list_links, POST=files.make_link),
    _route("/files/{id}/release", POST=files.release_file),
    _route("/files/{id}/discard", POST=files.discard_file),
    _route("/file-links/{id}", DELETE=files.revoke_link),
    _route("/pending-changes", GET=pending.list_pending),
    _route("/pending-changes/{id}", GET=pending.read_pending),
    _route("/pending-changes/{id}/approve", POST=pending.approve),
    _route("/pending-changes/{id}/refuse", POST=pending.refuse),
    _route("/pending-changes/{id}/withdraw", POST=pending.withdraw),
    _route("/pending-changes/{id}/override", POST=pending.override),
    _route("/pending-changes/{id}/ask", POST=pending.ask),
    _route("/pending-changes/{id}/confirm", POST=pending.confirm),
    _route("/held-files", GET=files.list_held),
    _route("/file-room", GET=files.read_room),
    _route("/{plural}", GET=records.list_records, POST=records.create_record),
    _route("/{plural}/schema", GET=kinds.schema),
    _route("/{plural}/duplicates", POST=duplicates.find_duplicates),
    _route("/{plural}/views", GET=views.list_views),
    _route("/{plural}/bulk/change", POST=bulk.change_records),
    _route("/{plural}/bulk/delete", POST=bulk.delete_records),
    _route(
        "/{plural}/{id}", GET=records.read_record, PATCH=records.change_record, DELETE=records.delete_record
    ),
    _route("/{plural}/{id}/same", POST=duplicates.add_what_is_known),
    _route("/{plural}/{id}/merge", POST=merges.merge_records),
    _route("/{plural}/{id}/different", POST=duplicates.remember_different),
    _route("/{plural}/{id}/verify", POST=standing.verify_values),
    _route("/{plural}/{id}/unverify", POST=standing.unverify_values),
    _route("/{plural}/{id}/restore", POST=records.restore_record),
    _route("/{plural}/{id}/history", GET=history.read_history),
    _route("/{plural}/{id}/pending", GET=pending.of_record),
    _route("/{plural}/{id}/files", GET=files.list_files, POST=files.attach_file),
    _route("/{plural}/{id}/access", GET=access.explain),
    _route("/{plural}/{id}/shares", GET=shares.list_shares, POST=shares.share_record),
    _route("/{plural}/{id}/shares/{share}", DELETE=shares.remove_share),
    _route("/{plural}/{id}/actions/{action}", POST=perform.perform_action),
]


def add_route(template: str, **methods: Handler) -> None:
    """Adds an address of a part above the kernel: `add_route("/{plural}/{id}/mails", POST=take_mail)`.

    A part does so in its module `api`, which is read as the program starts.
    """
    made = _route(template, **methods)
    ROUTES.insert(len(ROUTES) if "{plural}" in template else 0, made)
