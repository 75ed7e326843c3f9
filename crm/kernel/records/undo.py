"""Undo of what one transaction did: values go back unless somebody changed them since; those are listed and left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from crm.kernel.audit.models import AuditEntry
from crm.kernel.audit.queries import of_transaction
from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import FieldError
from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.records.kept import held
from crm.kernel.records.models import ChangeSet, Record, RecordRow
from crm.kernel.records.reading import LINKS_TABLE, acts, links_of
from crm.kernel.tenancy.scope import because, current, current_actor

#: How the reason of an undo begins in the audit log.
UNDOING = "undo: "


@dataclass(slots=True)
class Undone:
    """`records` are as before; `kept`: {record id: columns that were changed since and left alone}."""

    records: set[UUID] = field(default_factory=set)
    kept: dict[UUID, list[str]] = field(default_factory=dict)

    @property
    def back(self) -> int:
        return len(self.records)


def note(label: str, records: int) -> ChangeSet:
    """Remembers that the present transaction can be undone; call it once, in the transaction, after the writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint, transaction_timestamp(), clock_timestamp()")
        txid, began, at = cursor.fetchone()
    made = ChangeSet(txid=txid, began_at=began, at=at, label=label[:200], by_id=current_actor().id, records=records)
    made.save(force_insert=True)
    return made


def _entity_of(entry: AuditEntry) -> Entity[Any] | None:
    """The kind of the record which an entry is about. Kinds of a workspace's own share a table: there the record tells."""
    for model in apps.get_models():
        if model._meta.db_table == entry.table_name and issubclass(model, Record):
            if model is registry.base_of_own:
                row = RecordRow.objects.filter(pk=entry.record).first()
                return registry.kind(row.kind) if row is not None else None
            return registry.of(model)
    return None


def undo(change_set: UUID) -> Undone:
    """Takes back what the set did. Only whoever did it, or an administrator, may; and only once."""
    actor = current_actor()
    found = ChangeSet.objects.select_for_update().filter(pk=change_set, undone_at=None).first()
    if found is None or (found.by_id != actor.id and not actor.is_admin):
        raise NotFound
    done = Undone()
    entries = of_transaction(found.txid, found.began_at, found.at)
    made = _made(entries)
    with because(f"{UNDOING}{found.label}"):
        for entry in reversed(entries):
            entity = _entity_of(entry)
            if entity is not None and (entry.op == AuditEntry.INSERTED or entry.record not in made):
                _take_back(entity, entry, done, made)
        linked = [entry for entry in entries if entry.table_name == LINKS_TABLE and entry.record not in made]
        for act in acts(linked):
            _unlink(act, done)
    found.undone_at = now()
    found.save(update_fields=["undone_at"])
    return done


def _made(entries: Iterable[AuditEntry]) -> dict[UUID, int]:
    """{record: the version it had in the end} of those that the transaction made; what it changed of them goes with them."""
    found: dict[UUID, int] = {}
    for entry in entries:
        if entry.table_name != LINKS_TABLE and (entry.op == AuditEntry.INSERTED or entry.record in found):
            found[entry.record] = (entry.changes.get("version") or [None, found.get(entry.record, 1)])[1]
    return found


def undoing() -> bool:
    """Whether what is written now takes something back: rules about single changes then give way to what was."""
    return current().reason.startswith(UNDOING)


def _take_back(entity: Entity[Any], entry: AuditEntry, done: Undone, made: Mapping[UUID, int]) -> None:
    record: Any = entity.model._default_manager.filter(pk=entry.record).first()
    if record is None:
        return
    if entry.op == AuditEntry.INSERTED:
        if record.version == made.get(record.pk) and record.deleted_at is None:
            writing.remove(entity, record.pk)
            done.records.add(record.pk)
        else:
            done.kept[record.pk] = ["version"]
        return
    if "deleted_at" in entry.changes:
        (writing.remove if record.deleted_at is None else writing.restore)(entity, record.pk)
        done.records.add(record.pk)
        return
    values, kept = _former(entity, record, entry)
    if values:
        writing.change(entity, record.pk, values)
        done.records.add(record.pk)
    if kept:
        done.kept[record.pk] = kept


def _unlink(act: AuditEntry, done: Undone) -> None:
    """Takes back what was done to the many-links of one record: {field: [[ids taken away], [ids added]]}."""
    row = RecordRow.objects.filter(pk=act.record).first()
    entity = registry.kind(row.kind) if row is not None else None
    if entity is None:
        return
    values: dict[str, list[str]] = {}
    for name, (taken, added) in act.changes.items():
        here = {str(one) for one in links_of(act.record, name)}
        if name not in entity.fields or here.intersection(taken) or not here.issuperset(added):
            done.kept.setdefault(act.record, []).append(name)
        else:
            values[name] = [*(here - set(added)), *taken]
    if values:
        writing.change(entity, act.record, values)
        done.records.add(act.record)


def _former(entity: Entity[Any], record: Any, entry: AuditEntry) -> tuple[dict[str, Any], list[str]]:
    """The field values to set back, and the columns that have been changed since."""
    values: dict[str, Any] = {}
    kept: list[str] = []
    columns = {str(f.column): f for f in entity.model._meta.concrete_fields}
    for name, one in entity.fields.items():
        mine = {c: entry.changes[columns_of] for c in one.columns() for columns_of in [_column(columns, c)] if columns_of in entry.changes}
        if not mine or one.readonly:
            continue
        if any(_plain(getattr(record, c)) != _plain(held(entity, c, now_)) for c, (_before, now_) in mine.items()):
            kept.append(name)
            continue
        before = {c: held(entity, c, pair[0]) for c, pair in mine.items()}
        raw = [before.get(c, getattr(record, c)) for c in one.columns()]
        try:
            values[name] = one.from_row(*raw)
        except FieldError:
            kept.append(name)
    return {name: value for name, value in values.items() if entity.fields[name].storage.kind != "computed"}, kept


def _column(columns: dict[str, Any], name: str) -> str:
    for column, model_field in columns.items():
        if name in (model_field.name, model_field.attname):
            return column
    return name


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
