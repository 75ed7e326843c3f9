"""Reads of customers: one timeline over everything, the next step, who knows whom."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.customers.models import Activity, Relationship
from crm.kernel.access.lasting import lasting
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.audit.models import AuditEntry
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link
from crm.kernel.entity.filter.periods import today
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.entity.shipped import told
from crm.kernel.files.models import FileRef
from crm.kernel.records.kept import in_words
from crm.kernel.records.models import RecordLink, RecordRow
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor, once

#: Of so many contacts and deals a customer's timeline takes in what happened.
WIDEST = 400
#: Columns whose change tells a reader nothing.
QUIET = frozenset(
    {
        "version",
        "updated_at",
        "updated_by_id",
        "created_at",
        "created_by_id",
        "workspace_id",
        "id",
        "stage_since",
        "deleted_by_id",
    }
)


def talked_about(entity: Entity[Any]) -> bool:
    """Whether one speaks with or about its records: accounts, contacts, and what belongs to an account."""
    if entity.parent is not None or entity.kind == "relationship":
        return False
    return entity.kind in ("account", "contact") or isinstance(entity.fields.get("account"), Link)


@dataclass(slots=True)
class Change:
    """One field that changed: its label, and the values before and after as people read them."""

    label: str
    before: str
    after: str


@dataclass(slots=True)
class Moment:
    """One entry of a timeline: what it is (activity, change, file), when, by whom, and on which record it happened."""

    kind: str
    at: datetime.datetime
    id: UUID
    who: str = ""
    record: UUID | None = None
    record_kind: str = ""
    record_title: str = ""
    activity: Activity | None = None
    file: FileRef | None = None
    op: str = ""
    changes: list[Change] = field(default_factory=list)


def _entity(kind: str) -> Entity[Any]:
    found = registry.kind(kind)
    assert found is not None, kind
    return found


def circle_of(record: Any) -> dict[UUID, str]:
    """{id: kind} of the record and of those that belong to it: an account's contacts and deals, a contact's deals.

    What belongs is found by the declarations: a record of any kind whose link is called like the record's kind.
    """
    return once(("circle", record.pk), lambda: _circle_of(record))


def _circle_of(record: Any) -> dict[UUID, str]:
    entity = registry.of(type(record))
    assert entity is not None
    found: dict[UUID, str] = {record.pk: entity.kind}
    for other, link in registry.links_to(entity):
        if link.name != entity.kind or other.parent is not None or other.kind == "activity":
            continue
        found |= dict.fromkeys(_belonging(other, link.name, record.pk), other.kind)
    return found


def _belonging(other: Entity[Any], link: str, pk: UUID) -> QuerySet[Any, UUID]:
    def rows(one: UUID) -> QuerySet[Any, UUID]:
        return visible(other).filter(**{f"{link}_id": one}).order_by("-updated_at").values_list("pk", flat=True)[:WIDEST]

    return lasting(("belonging", other.kind, link), rows, pk)


def _with(contact: UUID) -> list[UUID]:
    """The latest activities in which a contact took part, whatever they are about."""

    def rows(one: UUID) -> QuerySet[Any, UUID]:
        links = RecordLink.objects.filter(target_id=one, field="people", source__kind="activity").order_by("-id")
        return links.values_list("source_id", flat=True)[:WIDEST]

    return once(("with", contact), lambda: list(kept.lasting(("with",), rows, contact)))


def activities_of(record: Any, name: str, chosen: Callable[..., QuerySet[Any]], *given: Any) -> list[Activity]:
    """Activities on a record and on what belongs to it, as far as the actor may see them: those that `chosen(rows, *given)`
    leaves. `name` stands for `chosen` among the statements that are kept."""
    kind, around = registry.of(type(record)), list(circle_of(record))
    whole, person = kind is _entity("account"), kind is _entity("contact")

    def rows(circle: list[UUID], *values: Any) -> QuerySet[Any]:
        about, rest = Q(record_id__among=circle), list(values)
        if person:
            about |= Q(pk__among=rest.pop(0))
        if whole:
            about |= Q(account_id=rest.pop(0))
        return chosen(visible(_entity("activity")).filter(about), *rest)

    own = [_with(record.pk)] if person else [record.pk] if whole else []
    return list(lasting(("activities", name, whole, person), rows, around, *own, *given))


def next_steps(record: Any, limit: int = 5) -> list[Activity]:
    """What is still to be done there, the most urgent first."""

    def chosen(rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(done_at=None).order_by("due", "id").select_related("owner", "record")[:limit]

    return activities_of(record, f"next {limit}", chosen)


def timeline(record: Any, before: datetime.datetime | None = None, limit: int = 30, kinds: Iterable[str] = ()) -> list[Moment]:
    """What happened with a record and all that belongs to it, newest first: activities that are done, changes, files.

    `before`: the time of the last moment already shown. `kinds`: some of activity, change, file; empty means all.
    """
    circle = circle_of(record)
    wanted = set(kinds) or {"activity", "change", "file"}
    found: list[Moment] = []
    if "activity" in wanted:
        found += _activities(record, before, limit)
    if "change" in wanted:
        found += _changes(circle, before, limit)
    if "file" in wanted:
        found += _files(circle, before, limit)
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    return _titled(found[:limit], circle)


def _past(column: str, until: tuple[datetime.datetime, ...]) -> dict[str, datetime.datetime]:
    return {f"{column}__lt": until[0]} if until else {}


def _activities(record: Any, before: datetime.datetime | None, limit: int) -> list[Moment]:
    def chosen(rows: QuerySet[Any], *until: datetime.datetime) -> QuerySet[Any]:
        rows = rows.filter(done_at__isnull=False, **_past("done_at", until))
        return rows.order_by("-done_at", "-id").select_related("owner")[:limit]

    given = [before] if before else []
    return [
        Moment("activity", one.done_at, one.pk, who=one.owner.name if one.owner else "", record=one.record_id, activity=one)
        for one in activities_of(record, f"done {limit} {bool(before)}", chosen, *given)
    ]


def _changes(circle: dict[UUID, str], before: datetime.datetime | None, limit: int) -> list[Moment]:
    """From the audit log: only of the kinds' own tables, and without what nobody wants to read."""
    tables = {_entity(kind).model._meta.db_table for kind in set(circle.values())}

    def entries(around: list[UUID], *until: datetime.datetime) -> QuerySet[AuditEntry]:
        rows = AuditEntry.objects.filter(record__among=around, table_name__in=sorted(tables), op=AuditEntry.UPDATED)
        return rows.filter(**_past("at", until)).order_by("-at", "-id")[: limit * 2]

    given = [before] if before else []
    found = _added(circle, before, limit)
    for entry in kept.lasting(("changes", limit, bool(before), *sorted(tables)), entries, list(circle), *given):
        entity = _entity(circle[entry.record])
        entry.changes = entity.named(entry.changes)
        record = entity.model._default_manager.filter(pk=entry.record).first()
        changes = _readable(entity, entry, record) if record is not None else []
        if changes:
            found.append(Moment("change", entry.at, entry.id, who=entry.actor_label, record=entry.record, op=entry.op, changes=changes))
    return found


def _added(circle: dict[UUID, str], before: datetime.datetime | None, limit: int) -> list[Moment]:
    """When the records came in: by their own date, which an import from another system may carry over."""
    found = []
    for kind in set(circle.values()):

        def rows(some: list[UUID], *until: datetime.datetime, kind: str = kind) -> QuerySet[Any, Any]:
            everything = _entity(kind).model._default_manager.filter(pk__among=some, **_past("created_at", until))
            return everything.order_by("-created_at", "-id").values_list("pk", "created_at", "created_by__name")[:limit]

        given = [[pk for pk, one in circle.items() if one == kind], *([before] if before else [])]
        for pk, at, who in kept.lasting(("added", kind, limit, bool(before)), rows, *given):
            found.append(Moment("change", at, pk, who=who or "", record=pk, op=AuditEntry.INSERTED))
    return found


def _readable(entity: Entity[Any], entry: AuditEntry, record: Any) -> list[Change]:
    hidden = policy_for(entity).hidden(current_actor())
    reading = Reading.of(current_actor())
    found = []
    for name, seen in entity.fields.items():
        column = f"{name}_id" if isinstance(seen, Link) else name
        if column not in entry.changes or column in QUIET or not seen.tracked or name in hidden or seen.part_of in hidden:
            continue
        if isinstance(seen, Link):
            before, after = (_name(seen, raw) for raw in entry.changes[column])
        else:
            before, after = (in_words(entity, seen, entry.changes, side, record, reading)[:200] or "–" for side in (0, 1))
        found.append(Change(str(seen.label), before, after))
    return found


def _name(link: Link, raw: Any) -> str:
    return next(iter(names_of(link.target, [UUID(str(raw))]).values()), "–") if raw else "–"


def _files(circle: dict[UUID, str], before: datetime.datetime | None, limit: int) -> list[Moment]:
    def rows(around: list[UUID], *until: datetime.datetime) -> QuerySet[FileRef]:
        files = FileRef.objects.filter(record_id__among=around, **_past("created_at", until))
        return files.order_by("-created_at", "-id").select_related("by")[:limit]

    given = [list(circle), *([before] if before else [])]
    return [
        Moment("file", one.created_at, one.pk, who=one.by.name if one.by else "", record=one.record_id, file=one)
        for one in kept.lasting(("files", limit, bool(before)), rows, *given)
    ]


def _titled(moments: list[Moment], circle: dict[UUID, str]) -> list[Moment]:
    wanted = list({one.record for one in moments if one.record})
    rows = kept.lasting(("records",), lambda some: RecordRow.objects.filter(pk__among=some), wanted)
    titles = {row.pk: (row.kind, row.name) for row in rows}
    for one in moments:
        if one.record in titles:
            one.record_kind, one.record_title = titles[one.record]
    return moments


# ── who knows whom ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Tie:
    """One line of the list: how the record in view stands to another, as read from its side."""

    id: UUID | None
    other: UUID
    other_kind: str
    other_title: str
    words: str
    role: str = ""
    strength: int = 0
    personal: bool = False
    since: datetime.date | None = None
    until: datetime.date | None = None
    source: str = ""
    over: bool = False


def ties_of(record: Any, limit: int = 60) -> list[Tie]:
    """The relationships of a record, strongest first, then those that are over; from its own side of each."""

    def rows(first: UUID, second: UUID) -> QuerySet[Relationship]:
        ends = Q(first_id=first) | Q(second_id=second)
        found = visible(_entity("relationship")).filter(ends).select_related("type", "first", "second")
        return found.order_by("-strength", "id")[:limit]

    day = current_day()
    found = []
    for one in lasting(("ties", limit), rows, record.pk, record.pk):
        mine = one.first_id == record.pk
        other: RecordRow = one.second if mine else one.first
        found.append(
            Tie(
                one.pk,
                other.pk,
                other.kind,
                other.name,
                told(one.type.name if mine else one.type.reverse_name),
                one.role or "",
                one.strength or 0,
                bool(one.type.personal),
                one.since,
                one.until,
                one.source or "",
                bool(one.until and one.until < day),
            )
        )
    return sorted(found, key=lambda tie: (tie.over, -tie.strength))


def between(ids: Iterable[UUID], limit: int = 60) -> list[Relationship]:
    """Relationships among the given records: the lines at the rim of the picture."""
    wanted = list(ids)
    if len(wanted) < 2:
        return []

    def rows(first: list[UUID], second: list[UUID]) -> QuerySet[Relationship]:
        found = visible(_entity("relationship")).filter(first_id__among=first, second_id__among=second)
        return found.select_related("type")[:limit]

    return list(lasting(("between", limit), rows, wanted, wanted))


def current_day() -> datetime.date:
    """Today where the actor is."""
    return today(Reading.of(current_actor()))
