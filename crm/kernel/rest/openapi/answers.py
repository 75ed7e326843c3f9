"""What is answered: the schemas of all answers that are not a record of some kind."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.kernel.approval.models import State
from crm.kernel.entity.reasons import Reason
from crm.kernel.quality.codes import Method
from crm.kernel.rest.openapi import shapes
from crm.kernel.rest.openapi.bodies import About
from crm.kernel.rest.openapi.shapes import Schema, page_of, ref

_TEXT: Schema = {"type": "string"}
_NULL_TEXT: Schema = {"type": ["string", "null"]}
_ID: Schema = {"type": "string", "format": "uuid"}
_NULL_ID: Schema = {"type": ["string", "null"], "format": "uuid"}
_TIME: Schema = {"type": "string", "format": "date-time"}
_NULL_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXT_STATE: Schema = {"type": "string", "enum": ["waiting", "read", "empty", "unreadable"]}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_FIELD = _object(
    name=_TEXT,
    label=_TEXT,
    type=_TEXT,
    required={"type": "boolean"},
    readonly={"type": "boolean"},
    multiple={"type": "boolean"},
    sortable={"type": "boolean"},
    operators=_list(_TEXT),
    choices=_list(_object(value=_TEXT, label=_TEXT)),
    target=_NULL_TEXT,
    part_of=_NULL_TEXT,
    schema={"type": "object"},
)

_CLAUSE = _object(name=_TEXT, text=_TEXT, about=_NULL_TEXT, id=_NULL_ID)
_MAP: Schema = {"type": "object"}
_NAMES: Schema = {"type": "object", "additionalProperties": _TEXT}
_MERGE: dict[str, Schema] = {
    "id": _ID, "kind": _TEXT, "survivor": _ID, "loser": _ID, "reason": _TEXT, "by": _NULL_ID, "at": _TIME, "undone_at": _NULL_TIME,
}  # fmt: skip
_OPEN = _object(key=_TEXT, what=_TEXT, label=_TEXT, title=_TEXT, before=_TEXT, now=_TEXT, kind=_NULL_TEXT, id=_NULL_ID)
_IMPORT: dict[str, Schema] = {
    "id": _ID,
    "kind": _TEXT,
    "name": _TEXT,
    "size": _COUNT,
    "state": {
        "type": "string",
        "enum": ["uploaded", "mapped", "checking", "checked", "running", "done", "failed", "stopped", "undoing", "undone"],
    },
    "reading": _MAP,
    "columns": _list(
        _object(
            column=_TEXT,
            field=_NULL_TEXT,
            reason=_NULL_TEXT,
            examples={"type": ["array", "null"], "items": _TEXT},
            dates={"type": ["string", "null"], "enum": ["dmy", "mdy", "open", "mixed", None]},
            absent={"type": ["array", "null"], "items": _TEXT},
        )
    ),
    "mapping": {"type": "object", "additionalProperties": _NULL_TEXT},
    "remembered": _NULL_ID,
    "options": _MAP,
    "counts": _MAP,
    "notes": _MAP,
    "undone": _MAP,
    "error": _TEXT,
    "job": _NULL_ID,
    "created_at": _TIME,
    "finished_at": _NULL_TIME,
}
_ROW = _object(
    row={"type": "integer"}, record=_NULL_ID, cells={"type": ["array", "null"], "items": _TEXT}, reasons=_list(_TEXT)
)

_PENDING: dict[str, Schema] = {
    "id": _ID,
    "kind": _TEXT,
    "record": _ID,
    "field": _TEXT,
    "old": {},
    "new": {},
    "state": {"type": "string", "enum": list(State.values)},
    "by": _NULL_ID,
    "asked_at": _TIME,
    "expires_at": _TIME,
    "closed_at": _NULL_TIME,
    "closed_by": _NULL_ID,
    "comment": _TEXT,
}

COMPONENTS: dict[str, Schema] = {
    "Missing": _object(reason={"type": "string", "enum": Reason.values}, at=_TIME, by=_NULL_ID),
    "Verified": _object(
        method={"type": "string", "enum": Method.values}, note=_TEXT, at=_TIME, by=_NULL_ID, until=_NULL_TIME, holds={"type": "boolean"}
    ),
    "Import": _object(**_IMPORT),
    "ImportResult": _object(**_IMPORT, rejected=_list(_ROW), kept=_list(_ROW)),
    "Export": _object(
        id=_ID,
        kind=_TEXT,
        name=_TEXT,
        format={"type": "string", "enum": ["xlsx", "csv", "csv-gbk"]},
        state={"type": "string", "enum": ["waiting", "done", "failed"]},
        sheets_by=_NULL_TEXT,
        sheets=_COUNT,
        books=_COUNT,
        rows=_COUNT,
        size=_COUNT,
        error=_TEXT,
        job=_NULL_ID,
        file=_NULL_TEXT,
        created_at=_TIME,
        finished_at=_NULL_TIME,
    ),
    "Workbook": _object(
        id=_ID,
        kind=_TEXT,
        name=_TEXT,
        size=_COUNT,
        state={"type": "string", "enum": ["reading", "ready", "writing", "failed"]},
        exported_at=_NULL_TIME,
        cells=_object(mine=_COUNT, conflict=_COUNT, theirs=_COUNT, refused=_COUNT),
        rows=_object(new=_COUNT, gone=_COUNT, unknown=_COUNT),
        taken=_object(cells=_COUNT, new=_COUNT, gone=_COUNT),
        notes=_list(_TEXT),
        written=_COUNT,
        error=_TEXT,
        job=_NULL_ID,
        act=_NULL_ID,
        created_at=_TIME,
    ),
    "WorkbookCell": _object(
        id=_ID,
        row=_ID,
        record=_NULL_ID,
        title=_TEXT,
        sheet=_TEXT,
        line={"type": ["integer", "null"]},
        field=_TEXT,
        state={"type": "string", "enum": ["mine", "conflict", "theirs", "refused"]},
        was=_TEXT,
        now=_TEXT,
        mine=_TEXT,
        reason=_TEXT,
        taken={"type": "boolean"},
    ),
    "WorkbookRow": _object(
        id=_ID,
        record=_NULL_ID,
        title=_TEXT,
        sheet=_TEXT,
        line={"type": ["integer", "null"]},
        state={"type": "string", "enum": ["new", "gone", "unknown"]},
        values=_NAMES,
        reason=_TEXT,
        taken={"type": "boolean"},
    ),
    "Archive": _object(
        id=_ID,
        inward={"type": "boolean"},
        why=_TEXT,
        state={"type": "string", "enum": ["waiting", "done", "failed", "stopped", "gone"]},
        rows=_COUNT,
        files=_COUNT,
        size=_COUNT,
        sha256=_TEXT,
        error=_TEXT,
        job=_NULL_ID,
        file=_NULL_TEXT,
        created_at=_TIME,
        finished_at=_NULL_TIME,
        expires_at=_NULL_TIME,
    ),
    "Me": _object(
        id=_ID,
        name=_TEXT,
        email=_TEXT,
        workspace=_object(id=_ID, slug=_TEXT, name=_TEXT),
        team=_NULL_ID,
        language=_TEXT,
        time_zone=_TEXT,
        currency=_TEXT,
        country=_TEXT,
        scopes={"type": ["array", "null"], "items": _TEXT},
    ),
    "Kind": _object(
        kind=_TEXT,
        plural=_TEXT,
        label=_TEXT,
        labels=_TEXT,
        title=_TEXT,
        icon=_TEXT,
        verbs=_list(_TEXT),
        actions=_list(_object(name=_TEXT, label=_TEXT)),
        url=_TEXT,
    ),
    "OwnKind": _object(
        kind=_TEXT, plural=_TEXT, labels=_NAMES, plurals=_NAMES, icon=_TEXT, own={"type": "boolean"}, retired={"type": "boolean"},
        url=_TEXT, approval=_MAP,
    ),  # fmt: skip
    "OwnField": _object(
        kind=_TEXT, name=_TEXT, type=_TEXT, labels=_NAMES, helps=_NAMES, facts=_MAP, place={"type": "integer"}, retired={"type": "boolean"}
    ),
    "Difference": _object(
        section=_TEXT, key=_TEXT, new={"type": "boolean"},
        changes={"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2}},
    ),  # fmt: skip
    "Hit": _object(
        id=_ID,
        kind=_TEXT,
        title=_TEXT,
        note=_TEXT,
        url=_TEXT,
        file={"anyOf": [_object(id=_ID, name=_TEXT, excerpt=_TEXT, url=_TEXT), {"type": "null"}]},
    ),
    "Field": _FIELD,
    "KindSchema": _object(kind=_TEXT, plural=_TEXT, label=_TEXT, labels=_TEXT, title=_TEXT, fields=_list(ref("Field"))),
    "Bulk": _object(
        dry_run={"type": "boolean"},
        matched=_COUNT,
        done=_COUNT,
        pending=_COUNT,
        refused=_list(_object(id=_ID, code=_TEXT, detail=_TEXT, fields={"type": "object"})),
        sample=_list(_object(id=_ID, title=_TEXT)),
        act=_NULL_ID,
        job=_NULL_ID,
    ),
    "BulkChange": _object(
        id=_ID,
        kind=_TEXT,
        op={"type": "string", "enum": ["change", "delete"]},
        matched=_COUNT,
        done=_COUNT,
        refused=_COUNT,
        left=_list(_object(record=_ID, refused=_TEXT)),
        act=_NULL_ID,
        job=_NULL_ID,
    ),
    "FieldUse": _object(
        field=_TEXT,
        label=_TEXT,
        purpose=_TEXT,
        own={"type": "boolean"},
        filled={"type": ["integer", "null"]},
        total=_COUNT,
        counted_at=_NULL_TIME,
        written_at=_NULL_TIME,
        used_by=_list(_object(what=_TEXT, name=_TEXT, at=_NULL_TIME, times=_COUNT)),
        proposed=_TEXT,
    ),
    "Merge": {
        **_object(**_MERGE, open=_list(_OPEN)),
        "properties": {**_MERGE, "open": _list(_OPEN), "back": _COUNT, "left": _COUNT, "told": _COUNT},
    },
    "Act": _object(
        id=_ID,
        label=_TEXT,
        at=_TIME,
        by=_NULL_ID,
        records=_COUNT,
        state={"type": "string", "enum": ["being_done", "done", "being_undone", "undone"]},
        undoes=_NULL_ID,
        undone_at=_NULL_TIME,
        undone_by=_NULL_ID,
        kept=_COUNT,
        job=_NULL_ID,
    ),
    "Deed": _object(
        record=_ID,
        kind=_TEXT,
        op={"type": "string", "enum": ["create", "change", "delete", "restore"]},
        changes={"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2}},
    ),
    "Since": _object(record=_ID, kind=_TEXT, fields=_list(_TEXT), refused=_TEXT, by=_NULL_ID, at=_NULL_TIME),
    "Undone": _object(
        act=ref("Act"),
        by_act=_NULL_ID,
        back=_COUNT,
        left=_list(_object(record=_ID, fields=_list(_TEXT), refused=_TEXT)),
        job=_NULL_ID,
    ),
    "Job": _object(
        id=_ID,
        name=_TEXT,
        label=_TEXT,
        state={"type": "string", "enum": ["waiting", "running", "done", "failed", "cancelled"]},
        stopping={"type": "boolean"},
        by=_NULL_ID,
        done=_COUNT,
        total={"type": ["integer", "null"]},
        message=_TEXT,
        result={},
        error=_TEXT,
        created_at=_TIME,
        started_at=_NULL_TIME,
        finished_at=_NULL_TIME,
    ),
    "Duplicate": _object(
        id=_NULL_ID,
        title=_TEXT,
        probability={"type": "number", "minimum": 0, "maximum": 1},
        reasons=_list(_TEXT),
        masked={"type": "boolean"},
    ),
    "File": _object(
        id=_ID,
        name=_TEXT,
        size=_COUNT,
        mime=_TEXT,
        sha256=_TEXT,
        by=_NULL_ID,
        created_at=_TIME,
        url=_TEXT,
        document=_ID,
        version={"type": "integer", "minimum": 1},
        current={"type": "boolean"},
        held={"type": "string", "enum": ["", "waiting", "unchecked", "disguised", "infected"]},
        why_held=_TEXT,
        text=_TEXT_STATE,
    ),
    "FileText": _object(state=_TEXT_STATE, text=_TEXT),
    "FileLink": _object(
        id=_ID,
        file=_ID,
        by=_NULL_ID,
        created_at=_TIME,
        expires_at=_TIME,
        most={"type": ["integer", "null"]},
        used=_COUNT,
        revoked_at=_NULL_TIME,
        url=_TEXT,
    ),
    "FileRoom": _object(
        used=_COUNT, quota={"type": ["integer", "null"]}, left={"type": ["integer", "null"]}, largest=_COUNT
    ),
    "MailTaken": _object(
        id=_ID,
        subject=_TEXT,
        known={"type": "boolean"},
        people=_list(_ID),
        unknown=_list(_object(name=_TEXT, address=_TEXT)),
        url=_TEXT,
    ),
    "Share": _object(
        id=_ID,
        user=_NULL_ID,
        team=_NULL_ID,
        name=_TEXT,
        edit={"type": "boolean"},
        until=_NULL_TIME,
        by=_NULL_ID,
        created_at=_TIME,
    ),
    "PendingChange": _object(**_PENDING),
    "PendingTrail": _object(
        **_PENDING,
        approvers=_list(
            _object(
                **{"who": _TEXT, "name": _TEXT, "address": _TEXT, "answer": _TEXT, "by": _NULL_ID, "for": _NULL_ID, "how": _TEXT},
                at=_NULL_TIME,
                comment=_TEXT,
            )
        ),
        trail=_list(_object(at=_TIME, by=_NULL_ID, what=_TEXT, text=_TEXT, comment=_TEXT)),
    ),
    "Access": _object(
        user=_ID,
        verb=_TEXT,
        field=_NULL_TEXT,
        at=_NULL_TIME,
        may={"type": "boolean"},
        text=_TEXT,
        because=_list(_CLAUSE),
        against=_list(_CLAUSE),
        remedies=_list(_CLAUSE),
        notes=_list(_TEXT),
    ),
    "View": _object(
        id=_ID,
        name=_TEXT,
        form={"type": "string", "enum": ["table", "board", "calendar"]},
        columns=_list(_TEXT),
        filter=_TEXT,
        sort=_TEXT,
        group=_TEXT,
        by=_ID,
        user=_NULL_ID,
        team=_NULL_ID,
        everybody={"type": "boolean"},
        pinned={"type": "boolean"},
        usual={"type": "boolean"},
        url=_TEXT,
        changed_at=_TIME,
    ),
    "Change": _object(
        id=_ID,
        at=_TIME,
        by=_NULL_ID,
        by_name=_TEXT,
        reason=_TEXT,
        op={"type": "string", "enum": ["create", "change", "delete", "share", "standing"]},
        changes={"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2}},
    ),
}


def _record(about: About) -> Schema:
    return ref(shapes.component(about.kind))


def _records(about: About) -> Schema:
    return ref(f"{shapes.component(about.kind)}Page")


def _named(name: str) -> Callable[[About], Schema]:
    return lambda _about: ref(name)


def _page(name: str) -> Callable[[About], Schema]:
    return lambda _about: page_of(ref(name))


def _bytes(_about: About) -> Schema:
    return {"type": "string", "format": "binary"}


ANSWERS: dict[str, Callable[[About], Schema]] = {
    "record": _record,
    "records": _records,
    "me": _named("Me"),
    "kinds": _page("Kind"),
    "own_kind": _named("OwnKind"),
    "differences": _page("Difference"),
    "document": lambda _about: {"type": "object"},
    "layout": lambda _about: {"type": "object"},
    "own_field": _named("OwnField"),
    "own_fields": _page("OwnField"),
    "hits": _page("Hit"),
    "schema": _named("KindSchema"),
    "bulk": _named("Bulk"),
    "bulk_change": _named("BulkChange"),
    "act": _named("Act"),
    "acts": _page("Act"),
    "deeds": _page("Deed"),
    "since": lambda _about: _object(items=_list(ref("Since")), more={"type": "boolean"}),
    "undone": _named("Undone"),
    "job": _named("Job"),
    "jobs": _page("Job"),
    "file": _named("File"),
    "mail": _named("MailTaken"),
    "files": _page("File"),
    "file_text": _named("FileText"),
    "file_link": _named("FileLink"),
    "file_links": _page("FileLink"),
    "file_room": _named("FileRoom"),
    "pending_change": _named("PendingChange"),
    "pending_changes": _page("PendingChange"),
    "pending_trail": _named("PendingTrail"),
    "share": _named("Share"),
    "shares": _page("Share"),
    "access": _named("Access"),
    "duplicates": lambda _about: _object(items=_list(ref("Duplicate"))),
    "merge": _named("Merge"),
    "merged": lambda _about: _object(survivor=_ID, act=_NULL_ID, merges=_list(_object(**_MERGE))),
    "different": lambda _about: _object(remembered={"type": "integer"}),
    "views": _page("View"),
    "history": _page("Change"),
    "import": _named("Import"),
    "imports": _page("Import"),
    "result": _named("ImportResult"),
    "export": _named("Export"),
    "exports": _page("Export"),
    "field_uses": _page("FieldUse"),
    "field_use": _named("FieldUse"),
    "workbook": _named("Workbook"),
    "workbooks": _page("Workbook"),
    "workbook_cells": _page("WorkbookCell"),
    "workbook_rows": _page("WorkbookRow"),
    "archive": _named("Archive"),
    "archives": _page("Archive"),
    "bytes": _bytes,
}

TAGS: dict[str, Any] = {
    "workspace": _("You and your workspace"),
    "kinds": _("Kinds and fields"),
    "imports": _("Imports"),
    "exports": _("Exports"),
    "workbooks": _("Edited workbooks"),
    "archives": _("Archives of the whole company"),
    "files": _("Files"),
    "jobs": _("Jobs"),
    "acts": _("Acts and undo"),
    "merges": _("Records that became one, and how they are split again"),
    "bulk_changes": _("Changes of many records"),
    "pending_changes": _("Changes that wait for approval"),
}
