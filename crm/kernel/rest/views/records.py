"""Records of any kind: list, create, read, change, delete, restore."""

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.errors import Conflict, NotFound
from crm.kernel.dedupe.actions import keep_apart
from crm.kernel.dedupe.queries import check
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import both
from crm.kernel.records import listing, writing
from crm.kernel.records.past import as_of
from crm.kernel.records.reading import fetch, stands_for, value_of
from crm.kernel.rest import cursors, render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import AS_OF, CHECK, CURSOR, DIFFERENT, FIELDS, FILTER, LIMIT, SORT, VIEW
from crm.kernel.rest.problems import LooksTheSame, Stale
from crm.kernel.rest.queries import of_the_address, read_fields, read_filter, read_sort, read_view, view_fields, view_sort
from crm.kernel.rest.values import expected_version, record_values
from crm.kernel.rest.views.duplicates import described

ETAG = {"ETag": _("The version of the record, for If-Match.")}


@operation(
    _("List %(labels)s"),
    name="list",
    scope="read",
    verb="view",
    params=(FILTER, SORT, FIELDS, LIMIT, CURSOR, VIEW, AS_OF),
    answer="records",
)
def list_records(call: Call, entity: Entity[Any]) -> HttpResponse:
    """One page of the records that the actor may see, as they are or as they stood."""
    query = call.query
    view = read_view(entity, query["view"])
    names = view_fields(entity, view) if view and query["fields"] is None else read_fields(entity, query["fields"], call.actor)
    sort = view_sort(entity, view, call.actor) if view and not query["sort"] else read_sort(entity, query["sort"], call.actor)
    about = f"{entity.kind}:{sort}:{call.request.GET['as_of']}" if query["as_of"] else f"{entity.kind}:{sort}"
    node = both(read_filter(view.filter) if view else None, read_filter(query["filter"]))
    cursor = cursors.decode(query["cursor"], about)
    with of_the_address(), _as_of(query["as_of"]):
        found = listing.page(entity, node, sort, cursor, query["limit"], names)
        items = render.rows(entity, found.items)
    return render.page(items, cursors.encode(found.next, about))


@operation(
    _("Create: %(label)s"),
    name="create",
    scope="write",
    verb="create",
    body="new",
    answer="record",
    success=201,
    params=(CHECK, DIFFERENT),
    headers={
        **ETAG,
        "Location": _("Where the new record lives."),
        "Kith-Similar": _("How many records look like it, where “check” asked for them."),
    },
)
def create_record(call: Call, entity: Entity[Any]) -> HttpResponse:
    """A new record."""
    values = record_values(entity, read_object(call.request), call.actor)
    apart = call.query["different"] or []
    similar = check(entity, values, apart=apart) if call.query["check"] else []
    if any(one.sure for one in similar):
        raise LooksTheSame(described(similar))
    record = writing.create(entity, values)
    if apart:
        keep_apart(record.pk, apart)
    answer = render.record_answer(entity, record, call.actor, 201)
    if call.query["check"]:
        answer.headers["Kith-Similar"] = str(len(similar))
    return answer


@operation(_("Read: %(label)s"), name="read", scope="read", verb="view", params=(AS_OF,), answer="record", headers=ETAG)
def read_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """One record, as it is or as it stood; 404 for a moment at which it was not there. The id of a record that was merged answers the
    one that it went into, with that one's own id and address (Content-Location)."""
    with _as_of(call.query["as_of"]):
        try:
            return render.record_answer(entity, fetch(entity, id), call.actor)
        except NotFound:
            there = stands_for(id) if call.query["as_of"] is None else None
            if there is None:
                raise
        answer = render.record_answer(entity, fetch(entity, there), call.actor)
        answer.headers["Content-Location"] = f"/api/v1/{entity.plural}/{there}"
        return answer


def _as_of(when: datetime.datetime | None) -> AbstractContextManager[None]:
    return nullcontext() if when is None else as_of(when)


@operation(
    _("Change: %(label)s"),
    name="change",
    scope="write",
    verb="edit",
    body="change",
    answer="record",
    if_match=True,
    headers=ETAG,
)
def change_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Changes the fields that are sent. A stale If-Match is answered with both values."""
    record = fetch(entity, id, "edit")
    values = record_values(entity, read_object(call.request), call.actor)
    version = expected_version(call.request)
    if version not in (None, record.version):
        raise Stale(values=_both(entity, record, values))
    try:
        changed = writing.change(entity, id, values, version)
    except Conflict as conflict:
        raise Stale(conflict.message, conflict.values) from conflict
    return render.record_answer(entity, changed, call.actor)


@operation(_("Delete: %(label)s"), name="delete", scope="write", verb="delete", success=204)
def delete_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Puts a record into the bin."""
    writing.remove(entity, id)
    return HttpResponse(status=204)


@operation(
    _("Take from the bin: %(label)s"), name="restore", scope="write", verb="delete", answer="record", headers=ETAG
)
def restore_record(call: Call, entity: Entity[Any], id: UUID) -> HttpResponse:
    """Takes a record out of the bin."""
    return render.record_answer(entity, writing.restore(entity, id), call.actor)


def _both(entity: Entity[Any], record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: mine for name, mine in values.items() if name in entity.fields}
    theirs = {name: entity.fields[name].to_json(value_of(record, entity.fields[name])) for name in known}
    return {name: {"mine": mine, "theirs": theirs[name]} for name, mine in known.items()}
