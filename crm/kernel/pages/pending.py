"""Changes that wait for approval, ready for their templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.approval import asking, values, words
from crm.kernel.approval.models import Approver, PendingChange, Trace
from crm.kernel.approval.queries import approvers_of, asked_by, complete, mine, protected_still, to_decide, turn, visible, waiting_on
from crm.kernel.base.errors import NotFound
from crm.kernel.base.newest import newest
from crm.kernel.entity.custom.protection import CUSTOMER
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.pages.cells import record_url
from crm.kernel.pages.timeline import Item, source
from crm.kernel.tenancy.scope import current_actor

PAGE = 30
#: What the page lists, by the word in its address.
MINE, ASKED, ALL = "", "asked", "all"


@dataclass(frozen=True, slots=True)
class Box:
    """One change: the value in force, the new one, whom it waits for. `stale`: another value is in force than when it was asked for."""

    change: PendingChange
    label: str
    now: str
    new: str
    waits: str
    mine: bool
    stale: bool = False
    sent: Approver | None = None
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail."""

    at: Any
    text: str
    comment: str


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything about one change, for its dialog: what the reader may do, and the trail."""

    box: Box
    entity: Entity[Any]
    record: Any
    approvers: list[tuple[Approver, str]]
    trail: list[Line]
    may: Mapping[str, bool]
    recipients: list[asking.Recipient] = field(default_factory=list)


def of_record(entity: Entity[Any], record: Any) -> dict[str, list[Box]]:
    """{field: what waits for it} of a record at hand."""
    found: dict[str, list[Box]] = {}
    for change in waiting_on(entity, record.pk) if entity.protected else ():
        found.setdefault(change.field, []).append(_box(entity, record, change, approvers_of(change)))
    return found


def _box(entity: Entity[Any], record: Any, change: PendingChange, rows: list[Approver]) -> Box:
    reading, actor = Reading.of(current_actor()), current_actor()
    here = values.present(entity, record, change.field)
    now, new = (values.shown(entity, change.field, kept, reading) for kept in (here if change.waiting else change.old, change.new))
    sent = next((one for one in turn(change, rows) if one.who == CUSTOMER and one.sent_at is not None), None)
    stale = change.waiting and not values.same(here, change.old)
    waits = words.waits_for(change, rows) if change.waiting else words.state(change)
    title, url = entity.name_of(record), record_url(entity, record.pk)
    asked = change.waiting and mine(change, rows, actor) is not None
    return Box(change, str(entity.fields[change.field].label), now or "–", new or "–", waits, asked, stale, sent, title, url)


def whole(change_id: UUID) -> Whole:
    """One change, decided or not. Raises NotFound where the ambient actor may not see it."""
    actor = current_actor()
    change = visible(actor).filter(pk=change_id).select_related("asked_by", "closed_by").first()
    entity = registry.kind(change.kind) if change is not None else None
    if change is None or entity is None:
        raise NotFound
    record = entity.model._default_manager.get(pk=change.record_id)
    rows = approvers_of(change)
    box = _box(entity, record, change, rows)
    edit = policy_for(entity).may(actor, "edit", record)
    customer = change.waiting and any(one.who == CUSTOMER for one in turn(change, rows))
    own = actor.id is not None and change.asked_by_id == actor.id
    free = edit and (not protected_still(entity, change.field) or complete(change, rows))
    may = {
        "decide": box.mine, "approve": change.waiting and (box.mine or free), "withdraw": change.waiting and (own or actor.is_admin),
        "ask": customer and (own or edit), "code": customer and edit and box.sent is not None,
        "override": change.waiting and actor.is_admin and bool(change.rule.get("override")),
    }  # fmt: skip
    people = asking.recipients(entity, record, change) if may["ask"] else []
    return Whole(box, entity, record, [(one, words.office(one.who)) for one in rows], _trail(change), may, people)


def _trail(change: PendingChange) -> list[Line]:
    rows = Trace.objects.filter(change_id=change.pk).select_related("by").order_by("id")
    return [Line(one.at, _told(one), one.facts.get("comment", "")) for one in rows]


def _told(one: Trace) -> str:
    return words.told(one.what, one.by.name if one.by is not None else "", one.facts)


def listed(which: str, before: str) -> tuple[list[Box], str]:
    """(a page of changes, newest first; the name of the last, "" where none follow)."""
    actor = current_actor()
    rows = {MINE: to_decide, ASKED: asked_by, ALL: visible}.get(which, to_decide)(actor)
    found, after = newest(rows.select_related("asked_by"), before, PAGE, "asked_at")
    approvers: dict[UUID, list[Approver]] = {}
    for one in Approver.objects.filter(change_id__in=[change.pk for change in found]).order_by("place"):
        approvers.setdefault(one.change_id, []).append(one)
    records = _records(found)
    boxes = []
    for change in found:
        entity = registry.kind(change.kind)
        if entity is not None and change.record_id in records:
            boxes.append(_box(entity, records[change.record_id], change, approvers.get(change.pk, [])))
    return boxes, after


def _records(found: Iterable[PendingChange]) -> dict[UUID, Any]:
    by_kind: dict[str, list[UUID]] = {}
    for change in found:
        by_kind.setdefault(change.kind, []).append(change.record_id)
    records: dict[UUID, Any] = {}
    for kind, ids in by_kind.items():
        entity = registry.kind(kind)
        if entity is not None:
            records |= entity.model._default_manager.in_bulk(ids)
    return records


@source("*")
def _happened(record: Any, actor: Any, before: Any, limit: int) -> Iterable[Item]:
    """What happened to changes of verified values, on the timeline of their record."""
    entity = registry.of(type(record))
    if entity is None or not entity.protected:
        return []
    seen = [name for name in entity.protected if name in policy_for(entity).fields(actor)]
    rows = Trace.objects.filter(change__record_id=record.pk, change__field__in=seen).select_related("by", "change")
    rows = rows.filter(at__lt=before) if before is not None else rows
    return [
        Item(
            one.at, "shield", _("%(field)s, change: %(what)s") % {"field": entity.fields[one.change.field].label, "what": _told(one)},
            body=one.facts.get("comment", ""), tone="wait", key=str(one.pk),
        )
        for one in rows.order_by("-at")[:limit]
    ]  # fmt: skip
