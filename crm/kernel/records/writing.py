"""Create, change, remove, restore: the only functions that write records.

All of them act for the ambient actor, raise a `Refusal` with what is right, and take raw values (texts from a form, cells of
a spreadsheet, JSON) as well as Python ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override as untranslated

from crm.kernel.access.delegated import sign_for_the_absent
from crm.kernel.access.policy import policy_for, rows_for
from crm.kernel.audit.models import AuditEntry
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Conflict, NotAllowed, NotFound, Refusal, Wrong
from crm.kernel.base.text import sort_key
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import Reading, chosen_reading
from crm.kernel.identity.actor import Actor
from crm.kernel.outbox.publishing import publish_many
from crm.kernel.records import pipeline, standing
from crm.kernel.records.events import RecordChanged, RecordCreated, RecordRemoved, RecordRestored
from crm.kernel.records.models import RecordLink, RecordRow
from crm.kernel.records.pipeline import CHANGE, CREATE, REMOVE, RESTORE, Write
from crm.kernel.records.reading import LINKS_TABLE, links_of, value_of
from crm.kernel.tenancy import bulk
from crm.kernel.tenancy.scope import current_actor


def _actor() -> Actor:
    found: Actor = current_actor()
    return found


def create(entity: Entity[Any], values: Mapping[str, Any]) -> Any:
    """Makes one record; raises Wrong with a message per field."""
    return _one(create_many(entity, [values]))


def create_many(entity: Entity[Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Makes many records in one go; answers, row by row, the record or the Refusal that kept it out."""
    writes = prepare(entity, rows)
    _insert(entity, [write for write in writes if write.ok])
    return [write.record if write.ok else write.failure() for write in writes]


def simulate(entity: Entity[Any], rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What `create_many` would answer, without writing: row by row the record as it would be, or the Refusal."""
    return [write.record if write.ok else write.failure() for write in prepare(entity, rows)]


def prepare(entity: Entity[Any], rows: Sequence[Mapping[str, Any]]) -> list[Write]:
    """New records, normalised, checked, guarded and derived, not yet written."""
    actor = _actor()
    if not policy_for(entity).may(actor, "create"):
        raise NotAllowed(_("Your roles do not allow you to create %(kinds)s.") % {"kinds": entity.labels})
    reading, closed = _reading(actor), pipeline.closed(entity, actor)
    writes = []
    for row in rows:
        write = Write(entity, actor, CREATE, record=pipeline.new_record(entity), given=row)
        pipeline.normalise(write, reading, closed)
        _own(write)
        writes.append(write)
    pipeline.make_ready(writes)
    for write in writes:
        pipeline.run("default", write)
    pipeline.check(writes)
    for write in writes:
        if write.ok:
            pipeline.run("guard", write)
        if write.ok:
            _apply(write)
    return writes


def _reading(actor: Actor) -> Reading:
    """The reading that an import or form has set, else the actor's own habits."""
    return chosen_reading() or Reading.of(actor)


def _own(write: Write) -> None:
    """A new record belongs to whoever makes it, and to their team, unless it says otherwise."""
    if write.actor.id and "owner_id" not in write.values:
        write.values["owner_id"] = write.actor.id
    if write.actor.team_id and "team_id" not in write.values:
        write.values["team_id"] = write.actor.team_id


def _apply(write: Write) -> None:
    """Values onto the record, companions derived, who and when noted."""
    for name, value in write.values.items():
        if not isinstance(write.entity.fields.get(name), Links):
            setattr(write.record, name, value)
    # In a new record an empty field has empty companions already.
    filled = {name for name, value in write.record.__dict__.items() if value} if write.op == CREATE else write.values.keys()
    for field, names in write.entity.derived:
        if not filled.isdisjoint(names):
            field.derive(write.record)
    pipeline.run("derive", write)
    stamp = now()
    write.record.updated_at, write.record.updated_by_id = stamp, write.actor.id
    if write.op == CREATE:
        write.record.created_by_id = write.actor.id
        write.record.created_at = write.values.get("created_at") or stamp
    else:
        write.record.version += 1
    write.entity.work_out(write.record)


def _rows(entity: Entity[Any], records: Iterable[Any]) -> list[RecordRow]:
    """The records' rows in the record table; their titles are stored in no reader's language."""
    with untranslated(None):
        return [_row(entity, record) for record in records]


def _row(entity: Entity[Any], record: Any) -> RecordRow:
    title = entity.name_of(record)[:400]
    row = bulk.new(
        RecordRow, id=record.pk, kind=entity.kind, title=title, sort_key=sort_key(title), owner_id=record.owner_id,
        team_id=record.team_id, updated_at=record.updated_at, deleted_at=record.deleted_at,
    )  # fmt: skip
    pipeline.fill_row(entity, record, row)
    return row


#: Rows of a statement while the next one is put together.
_AHEAD = 250


def _insert(entity: Entity[Any], writes: list[Write]) -> None:
    if not writes:
        return
    records = [write.record for write in writes]
    with bulk.ahead():
        for start in range(0, len(records), _AHEAD):
            part = records[start : start + _AHEAD]
            # The key to the record table is looked at as the transaction ends, so the kind's own row may go first: its
            # words and duplicate keys are worked out while the database takes it in.
            bulk.insert(entity.model, part)
            bulk.insert(RecordRow, _rows(entity, part))
    _write_links(writes)
    standing.keep(writes)
    for write in writes:
        pipeline.run("after", write)
    pipeline.run_batches(writes)
    publish_many([RecordCreated(record=write.record.pk, kind=entity.kind, many=len(writes)) for write in writes])


def _write_links(writes: list[Write]) -> None:
    for write in writes:
        for field in write.entity.linked:
            name = field.name
            if isinstance(field, Links) and name in write.values:
                kept = set(write.values[name] or ())
                old = RecordLink.objects.filter(source_id=write.record.pk, field=name)
                old.exclude(target_id__in=kept).delete()
                there = set(old.values_list("target_id", flat=True))
                RecordLink.objects.bulk_create(
                    [RecordLink(source_id=write.record.pk, field=name, target_id=one) for one in kept - there]
                )


def _one(results: list[Any]) -> Any:
    if isinstance(results[0], Refusal):
        raise results[0]
    return results[0]


def locked(entity: Entity[Any], ids: Iterable[UUID], verb: str, deleted: bool = False) -> list[Any]:
    """The records, locked in the order of their ids; NotFound where one may not be seen, NotAllowed where only the verb
    is missing."""
    wanted = list(dict.fromkeys(ids))
    actor, manager = _actor(), entity.model._default_manager
    live = Q(deleted_at__isnull=not deleted)
    sign_for_the_absent(actor)
    allowed = set(manager.filter(rows_for(entity, actor, verb), live, pk__in=wanted).values_list("pk", flat=True))
    missing = [pk for pk in wanted if pk not in allowed]
    if missing:
        seen = manager.filter(rows_for(entity, actor), live, pk__in=missing).count()
        raise NotAllowed if seen == len(missing) else NotFound
    return list(manager.filter(pk__in=wanted).order_by("pk").select_for_update())


def change(entity: Entity[Any], record_id: UUID, values: Mapping[str, Any], version: int | None = None) -> Any:
    """Changes the given fields of one record. With `version`, fields that somebody changed since raise Conflict."""
    record = locked(entity, [record_id], "edit")[0]
    if version is not None and version != record.version:
        _refuse_overwriting(entity, record, values, version)
    return _one(_change(entity, [record], values))


def change_many(entity: Entity[Any], ids: Sequence[UUID], values: Mapping[str, Any]) -> list[Any]:
    """The same change to many records; answers the record or the Refusal for each, in the order of ids."""
    return _change(entity, locked(entity, ids, "edit"), values)


def change_each(
    entity: Entity[Any], rows: Mapping[UUID, Mapping[str, Any]], records: Sequence[Any] | None = None
) -> dict[UUID, Any]:
    """Different changes to many records: {id: values} → {id: record or Refusal}.

    `records`: what `locked` has answered for them in this transaction, where the caller needs the old values, too.
    """
    records = locked(entity, rows, "edit") if records is None else records
    changed = _change_pairs(entity, [(record, rows[record.pk]) for record in records])
    return {record.pk: done for record, done in zip(records, changed, strict=True)}


def check_values(entity: Entity[Any], record: Any, values: Mapping[str, Any]) -> None:
    """Raises Wrong for values that no record of the kind can take; `record` is any one of those that shall get them."""
    actor = _actor()
    write = Write(entity, actor, CHANGE, record=record, given=values, old=stored(entity, record, values))
    pipeline.normalise(write, _reading(actor), pipeline.closed(entity, actor))
    if write.ok:
        pipeline.check_values(write)
    if not write.ok:
        raise write.failure()


def _change(entity: Entity[Any], records: list[Any], values: Mapping[str, Any]) -> list[Any]:
    return _change_pairs(entity, [(record, values) for record in records])


def _change_pairs(entity: Entity[Any], pairs: list[tuple[Any, Mapping[str, Any]]]) -> list[Any]:
    writes = _prepared_changes(entity, pairs)
    _update(entity, [write for write in writes if write.ok and write.moves])
    pipeline.keep([write for write in writes if write.ok and write.held])
    return [write.record if write.ok else write.failure() for write in writes]


def _prepared_changes(entity: Entity[Any], pairs: list[tuple[Any, Mapping[str, Any]]]) -> list[Write]:
    actor = _actor()
    reading, closed = _reading(actor), pipeline.closed(entity, actor)
    writes = []
    for record, values in pairs:
        write = Write(entity, actor, CHANGE, record=record, given=values, old=stored(entity, record, values))
        pipeline.normalise(write, reading, closed)
        write.values = {name: value for name, value in write.values.items() if not _same(entity, name, value, write.old.get(name))}
        writes.append(write)
    standing.without_same(writes)
    asked = [write for write in writes if write.moves or write.errors]
    pipeline.make_ready(asked)
    pipeline.check(asked)
    pipeline.hold([write for write in asked if write.ok and write.values])
    for write in writes:
        if write.ok and write.moves:
            pipeline.run("guard", write)
        if write.ok and write.moves:
            _apply(write)
    return writes


def _same(entity: Entity[Any], name: str, value: Any, old: Any) -> bool:
    """Whether a write changes nothing; the order of links means nothing."""
    return set(value or ()) == set(old or ()) if isinstance(entity.field(name), Links) else bool(value == old)


def stored(entity: Entity[Any], record: Any, links: Iterable[str] = ()) -> dict[str, Any]:
    """{column: stored value} of a record, as `Write.values` names them; of many-links fields those named in `links`."""
    found: dict[str, Any] = {}
    for name, field in entity.fields.items():
        if isinstance(field, Links):
            if name in links:
                found[name] = links_of(record.pk, name)
            continue
        if isinstance(field, Link):
            found[field.attname] = getattr(record, field.attname)
        elif field.storage.kind != "computed":
            found[name] = field.storage.read(record)
    return found


#: What the record table repeats of a record.
_ROW_ATTRIBUTES = ("title", "sort_key", "owner_id", "team_id", "updated_at", "deleted_at", "search", "duplicate_keys")


def _update(entity: Entity[Any], writes: list[Write]) -> None:
    if not writes:
        return
    fixed = {"id", "workspace_id", "created_at", "created_by_id"}
    names = {f.attname for f in entity.model._meta.concrete_fields} - fixed
    records = [write.record for write in writes]
    with bulk.ahead():
        for start in range(0, len(records), _AHEAD):
            part = records[start : start + _AHEAD]
            bulk.update(entity.model, part, names)
            bulk.update(RecordRow, _rows(entity, part), _ROW_ATTRIBUTES)
    _write_links(writes)
    standing.keep(writes)
    for write in writes:
        pipeline.run("after", write)
    pipeline.run_batches(writes)
    changes = [write for write in writes if write.op == CHANGE]
    told = [(write.record.pk, tuple(sorted({*write.values, *write.missing}))) for write in changes]
    publish_many(RecordChanged(record=pk, kind=entity.kind, fields=fields, many=len(changes)) for pk, fields in told)


def complete(entity: Entity[Any], records: Sequence[Any], attributes: Iterable[str]) -> None:
    """Writes attributes that follow from a creation, in its own transaction (who a new record goes to): part of the
    creation, so no new version and no news of a change; the audit log has it with its reason."""
    bulk.update(RecordRow, _rows(entity, follow(entity, records, attributes)), _ROW_ATTRIBUTES)


def follow(entity: Entity[Any], records: Sequence[Any], attributes: Iterable[str]) -> Sequence[Any]:
    """Writes attributes that follow from other facts (a score), and what formulas make of them: no new version, no news. Answers
    the records as they are now. Those given may be of the shipped model, without the workspace's own fields."""
    names = list(attributes)
    rows = records
    if entity.worked:
        whole = entity.model._default_manager.in_bulk([record.pk for record in records])
        for record in records:
            for name in names:
                setattr(whole[record.pk], name, getattr(record, name))
            entity.work_out(whole[record.pk])
        rows = list(whole.values())
        names += [name for field in entity.worked for name in field.held_in()]
    bulk.update(entity.model, rows, names)
    return rows


def _refuse_overwriting(entity: Entity[Any], record: Any, values: Mapping[str, Any], version: int) -> None:
    """Raises Conflict where a given field was changed by somebody else after `version`; other fields may go in."""
    theirs = touched_since(entity, record, version)
    clashes: dict[str, dict[str, Any]] = {}
    reading, old = _reading(_actor()), stored(entity, record, values)
    for name, raw in values.items():
        field: Fact | None = entity.field(name) or entity.field(name.removesuffix("_id"))
        if field is None or not theirs.intersection([*field.names(), *field.columns()]):
            continue
        try:
            mine = field.normalise({name: raw}, record, reading)
        except FieldError:
            continue  # the write itself will say what is wrong with it
        if any(not _same(entity, column, mine[column], old.get(column)) for column in mine):
            clashes[name] = {"mine": raw, "theirs": field.to_json(value_of(record, field))}
    if clashes:
        raise Conflict(values=clashes, version=record.version)


def touched_since(entity: Entity[Any], record: Any, version: int) -> set[str]:
    """Columns and many-links fields which were written after that version of the record."""
    tables = [entity.model._meta.db_table, LINKS_TABLE]
    found = list(AuditEntry.objects.filter(record=record.pk, table_name__in=tables).order_by("-at")[:200])
    late = {entry.txid for entry in found if ((entry.changes.get("version") or [None, None])[1] or 0) > version}
    touched: set[str] = set()
    for entry in found:
        if entry.txid in late:
            linked = entry.table_name == LINKS_TABLE
            touched.update([one for one in entry.changes["field"] if one] if linked else entity.named(entry.changes))
    return touched


def remove(entity: Entity[Any], record_id: UUID) -> Any:
    """Puts one record into the bin."""
    return remove_many(entity, [record_id])[0]


def remove_many(entity: Entity[Any], ids: Sequence[UUID]) -> list[Any]:
    """Puts records into the bin; they can be restored from there."""
    return _bin(entity, locked(entity, ids, "delete"), REMOVE)


def restore(entity: Entity[Any], record_id: UUID) -> Any:
    """Takes one record out of the bin."""
    return restore_many(entity, [record_id])[0]


def restore_many(entity: Entity[Any], ids: Sequence[UUID]) -> list[Any]:
    """Takes records out of the bin. Raises Wrong for one that went into another: it comes back by splitting the two again."""
    if RecordRow.objects.filter(pk__in=ids, merged_into__isnull=False).exists():
        raise Wrong(_("This record was merged into another one. Split the two again instead."))
    return _bin(entity, locked(entity, ids, "delete", deleted=True), RESTORE)


def _bin(entity: Entity[Any], records: list[Any], op: str) -> list[Any]:
    actor, stamp = _actor(), now()
    writes = [Write(entity, actor, op, record=record, old=stored(entity, record)) for record in records]
    for write in writes:
        pipeline.run("guard", write)
        if not write.ok:
            raise write.failure()
        write.record.deleted_at = stamp if op == REMOVE else None
        write.record.updated_at, write.record.updated_by_id = stamp, actor.id
        write.record.version += 1
        entity.work_out(write.record)
    _update(entity, writes)
    ids = [record.pk for record in records]
    RecordRow.objects.filter(pk__in=ids).update(deleted_by_id=actor.id if op == REMOVE else None)
    event = RecordRemoved if op == REMOVE else RecordRestored
    publish_many([event(record=pk, kind=entity.kind) for pk in ids])
    return records
