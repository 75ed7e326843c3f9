"""The files of a record, and one file: preview, versions, public links."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.kernel.access.policy import policy_for
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Refusal
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.files import links, queries, quota
from crm.kernel.files.kind import PDF, SHOWN
from crm.kernel.files.models import FileLink, FileRef, FileText
from crm.kernel.files.preview import Preview, preview
from crm.kernel.pages.cells import record_url
from crm.kernel.records.reading import fetch_any
from crm.kernel.tenancy.scope import current_actor

#: Pictures up to this many bytes are their own thumbnail.
THUMBNAIL = 2 * 2**20
#: How long a link may be chosen to last, hours.
HOURS = (1, 24, 7 * 24, 30 * 24)


@dataclass(frozen=True, slots=True)
class Line:
    """One file in a list; `thumb` is the address of a small picture of it, "" for none."""

    row: FileRef
    thumb: str
    why_held: str
    versions: bool


def panel(entity: Entity[Any], record: Any, before: str = "") -> dict[str, Any]:
    """What the tab of a record's files needs; `before`: the files that follow this one."""
    rows = queries.files_of(record.pk, as_uuid(before) if before else None, queries.AT_ONCE + 1)
    shown = rows[: queries.AT_ONCE]
    several = queries.versions_among(shown)
    may = policy_for(entity).may(current_actor(), "edit", record)
    return {
        "files": [Line(row, thumb(row), queries.why_held(row), row.document in several) for row in shown],
        "following": shown[-1].pk if len(rows) > len(shown) else None,
        "first": not before,
        "many": 0 if before else queries.count_of(record.pk),
        "removed": queries.removed_of(record.pk) if may and not before else [],
        "may_edit": may,
        "may_release": current_actor().may(queries.RIGHT),
        "room": quota.room(),
    }


def thumb(row: FileRef) -> str:
    """The address of a small picture; "" where there is none."""
    if row.held:
        return ""
    if row.mime in SHOWN and row.size <= THUMBNAIL:
        return f"/files/{row.pk}?show=1"
    return f"/files/{row.pk}/page/1?small=1" if row.mime == PDF else ""


@dataclass(slots=True)
class Screen:
    """One file as its dialog and its page show it; `made` is the link that was just made."""

    row: FileRef
    entity: Entity[Any]
    record: Any
    preview: Preview
    text: FileText | None
    versions: list[FileRef]
    links: list[tuple[FileLink, str]]
    may_edit: bool
    may_release: bool
    why_held: str
    problem: str = ""
    made: str = ""

    @property
    def url(self) -> str:
        return record_url(self.entity, self.record.pk)

    @property
    def title(self) -> str:
        return self.entity.name_of(self.record)


def screen(file_id: UUID) -> Screen:
    """Everything about one attached file. Raises NotFound."""
    row = queries.file(file_id)
    if row.record_id is None:
        raise NotFound
    entity, record = fetch_any(row.record_id)
    text = queries.text_of(row)
    actor = current_actor()
    may = policy_for(entity).may(actor, "edit", record)
    at = now()
    known = [(one, links.url_of(one) if one.is_open(at) else "") for one in queries.links_of(row)] if may else []
    return Screen(
        row, entity, record, preview(row, text), text, queries.versions_of(row), known, may, actor.may(queries.RIGHT), queries.why_held(row)
    )


def said(refusal: Refusal) -> str:
    """A refusal as one text."""
    return " ".join(str(text) for one in refusal.fields.values() for text in one) or str(refusal.message)
