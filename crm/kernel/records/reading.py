"""Reading single records and the names of what they link to."""

from collections.abc import Iterable
from copy import copy
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet

from crm.kernel.access import lasting
from crm.kernel.access.policy import policy_for, rows_for, visible
from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.moment import today
from crm.kernel.base.errors import NotAllowed, NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordLink, RecordRow
from crm.kernel.tenancy.backend import lasting as kept
from crm.kernel.tenancy.scope import current_actor


def fetch(entity: Entity[Any], record_id: UUID | str, verb: str = "view") -> Any:
    """The live record. NotFound where it is not visible, NotAllowed where it is and only the verb is missing."""
    pk = as_uuid(record_id)
    rows = lasting.lasting(("record", entity.kind), lambda one: visible(entity).filter(pk=one), pk) if pk else ()
    record = next(iter(rows), None)
    if record is None:
        raise NotFound
    if verb != "view" and not policy_for(entity).may(current_actor(), verb, record):
        raise NotAllowed
    return record


def fetch_any(record_id: UUID | str, verb: str = "view") -> tuple[Entity[Any], Any]:
    """(kind, record) of a record whose kind is not known."""
    pk = as_uuid(record_id)
    kind = RecordRow.objects.filter(pk=pk).values_list("kind", flat=True).first() if pk else None
    entity = registry.kind(kind) if kind else None
    if entity is None:
        raise NotFound
    return entity, fetch(entity, pk, verb)  # type: ignore[arg-type]


def stands_for(record_id: UUID) -> UUID | None:
    """The record of the same kind that a merged one went into, through as many merges as there were; None where it went into none.
    Without asking who may see it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE way (id, kind, further) AS (SELECT id, kind, merged_into_id FROM record WHERE id = %s UNION "
            "SELECT r.id, r.kind, r.merged_into_id FROM way JOIN record r ON r.id = way.further AND r.kind = way.kind) "
            "SELECT id FROM way WHERE further IS NULL AND id <> %s",
            [record_id, record_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def links_of(record_id: UUID, field: str) -> list[UUID]:
    """Targets of a many-links field, oldest first."""
    return list(
        RecordLink.objects.filter(source_id=record_id, field=field).order_by("id").values_list("target_id", flat=True)
    )


def value_of(record: models.Model, field: Fact) -> Any:
    """The value of one field of a record at hand, many-links too."""
    return links_of(record.pk, field.name) if isinstance(field, Links) else field.value(record)


LINKS_TABLE = RecordLink._meta.db_table


def acts(entries: Iterable[AuditEntry], entity: Entity[Any] | None = None) -> list[AuditEntry]:
    """Entries of records as acts: what one transaction did to its many-links stands in its entry of the record, as
    `{field: [[ids taken away], [ids added]]}`, and what changed nothing that is told is left out. With `entity`, whose records
    they are, spare columns are called by the fields that they hold."""
    found: list[AuditEntry] = []
    own: dict[tuple[int, UUID], AuditEntry] = {}
    for entry in sorted(entries, key=lambda one: one.table_name == LINKS_TABLE):
        if entry.table_name != LINKS_TABLE:
            entry.changes = entity.named(entry.changes) if entity is not None else entry.changes
            found.append(entry)
            own.setdefault((entry.txid, entry.record), entry)
            continue
        home = own.get((entry.txid, entry.record))
        if home is None:
            home = own[entry.txid, entry.record] = copy(entry)
            home.op, home.changes = AuditEntry.UPDATED, {}
            found.append(home)
        side = 1 if entry.op == AuditEntry.INSERTED else 0
        pair = home.changes.setdefault(entry.changes["field"][side], [[], []])
        pair[side].append(entry.changes["target_id"][side])
    return sorted(found, key=lambda one: (one.at, one.pk), reverse=True)


def visible_ids(target: type[models.Model], ids: Iterable[UUID], binned: bool = False) -> set[UUID]:
    """Those of the ids that are there for the actor, of records of one kind or of any, of users or of teams.

    `binned` counts what lies in the bin, too.
    """
    wanted = {one for one in ids if one}
    live = {} if binned else {"deleted_at": None}
    if target is RecordRow:
        kinds: dict[str, set[UUID]] = {}
        for pk, kind in RecordRow.objects.filter(pk__in=wanted, **live).values_list("pk", "kind"):
            kinds.setdefault(kind, set()).add(pk)
        known = [(registry.kind(kind), of_kind) for kind, of_kind in kinds.items()]
        return set().union(*(visible_ids(one.model, of_kind, binned) for one, of_kind in known if one is not None))
    entity = registry.of(target)

    def rows(some: list[UUID]) -> Any:
        found = target._default_manager.filter(pk__among=some)
        found = found.filter(rows_for(entity, current_actor()), **live) if entity is not None else found
        return found.values_list("pk", flat=True)

    return set(lasting.lasting(("ids", target, binned), rows, list(wanted)))


def names_of(target: type[models.Model] | None, ids: Iterable[UUID]) -> dict[UUID, str]:
    """{id: name} of linked records, users or teams that the actor may see, as they are called today; others are left out."""
    wanted = {one for one in ids if one}
    if target is None or not wanted:
        return {}
    with today():
        return _names_of(target, wanted)


def _names_of(target: type[models.Model], wanted: set[UUID]) -> dict[UUID, str]:
    entity = registry.of(target)
    if entity is not None and _by_columns(entity) is not None:
        # Owner and team stand on the record table, too: who sees the record by these sees its name there, by one question.
        return _titles(lasting.lasting(("titles of", target), lambda some: _named(some).filter(_by_columns(entity)), list(wanted)))
    if target is RecordRow:
        return _of_any_kind(wanted)
    if entity is not None:
        return titles_of(visible_ids(target, wanted, binned=True))
    people = target._default_manager
    return dict(kept.lasting(("names", target), lambda some: people.filter(pk__among=some).values_list("pk", "name"), list(wanted)))


def _of_any_kind(wanted: set[UUID]) -> dict[UUID, str]:
    """Titles and kinds are asked for at once, and who may see them kind by kind."""
    found = list(kept.lasting(("titles",), _named, list(wanted)))
    kinds: dict[str, set[UUID]] = {}
    for pk, kind, _title in found:
        kinds.setdefault(kind, set()).add(pk)
    known = [(registry.kind(kind), some) for kind, some in kinds.items()]
    seen = set().union(*(visible_ids(one.model, some, binned=True) for one, some in known if one is not None))
    return _titles(row for row in found if row[0] in seen)


def titles_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """{id: title in the reader's language} of records of any kind, without asking who may see them."""
    return _titles(kept.lasting(("titles",), _named, list(set(ids))))


def _by_columns(entity: Entity[Any]) -> Q | None:
    """The rows of a kind that the actor sees, where owner, team and shares decide it or nothing is hidden; else None."""
    reach = policy_for(entity).reach(current_actor())
    seen = reach.q() if reach is not None else rows_for(entity, current_actor())
    return seen if reach is not None or not seen else None


def _named(some: list[UUID]) -> QuerySet[Any]:
    return RecordRow.objects.filter(pk__among=some).values_list("pk", "kind", "title")


def _titles(rows: Iterable[tuple[UUID, str, str]]) -> dict[UUID, str]:
    return {pk: registry.called(kind, title) for pk, kind, title in rows}


def called(record: models.Model) -> str:
    """What a record at hand is called, in the reader's language."""
    entity = registry.of(type(record))
    return entity.name_of(record) if entity is not None else str(record)


def kinds_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """{id: kind} of records, without asking who may see them: for building addresses of names already shown."""
    return dict(RecordRow.objects.filter(pk__in=set(ids)).values_list("pk", "kind"))


def find(target: type[models.Model], raw: str) -> list[UUID]:
    """Ids of what a person may mean by a text: an id, else whatever the kind is matched by, name first.

    Users and teams are found by name or e-mail, records by the entity's `match` fields and their title. At most 3.
    """
    pk, text = as_uuid(raw.strip()), raw.strip()
    entity = registry.of(target)
    rows = visible(entity) if entity is not None else target._default_manager.all()
    if pk is not None:
        return list(rows.filter(pk=pk).values_list("pk", flat=True))
    if entity is None:
        for lookup in ("email__iexact", "name__iexact"):
            if lookup.split("__")[0] in {field.name for field in target._meta.fields}:
                found = list(rows.filter(**{lookup: text}).values_list("pk", flat=True)[:3])
                if found:
                    return found
        return []
    for name in dict.fromkeys([entity.title, *entity.match]):
        field = entity.fields[name]
        if field.filterable and not isinstance(field, (Link, Links)):
            found = list(rows.filter(**{field.filter_ref(): field.compared(text)}).values_list("pk", flat=True)[:3])
            if found:
                return found
    return []
