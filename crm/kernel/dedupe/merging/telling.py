"""Merges and their questions in words, for page and API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.merging.plans import Question
from crm.kernel.dedupe.merging.pointers import LINKS, Pointer, kinds_over, models_by_table, of_records
from crm.kernel.dedupe.merging.values import value
from crm.kernel.dedupe.models import Merge, MergeQuestion
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.records.kept import held
from crm.kernel.records.models import RecordLink, RecordRow
from crm.kernel.records.reading import kinds_of, names_of
from crm.kernel.tenancy.scope import current_actor


@dataclass(frozen=True, slots=True)
class Told:
    """One question. `what`: "value", "record", "file" or "link"; `label` says which field or kind, `title` what it is; of a value
    `before` the merge and `now`. `kind` and `id` of the record to look at, None where there is none or the actor may not see it."""

    key: str
    what: str
    label: str
    title: str
    before: str = ""
    now: str = ""
    kind: str | None = None
    id: UUID | None = None


def asked(entity: Entity[Any], questions: Sequence[Question]) -> list[Told]:
    """Questions as somebody reads them; those of fields that he may not see are left out."""
    hidden = policy_for(entity).hidden(current_actor())
    reading = Reading.of(current_actor())
    told = [_value(entity, one, reading) for one in questions if one.pointer is None and one.name not in hidden]
    by_pointer: dict[Pointer, list[Question]] = {}
    for one in questions:
        if one.pointer is not None:
            by_pointer.setdefault(one.pointer, []).append(one)
    for pointer, some in by_pointer.items():
        told += _rows(pointer, some)
    return told


def stored(questions: Sequence[MergeQuestion]) -> list[Question]:
    """Kept questions in the form of those that are still to be asked."""
    return [
        Question(one.field, Pointer(one.table_name, one.column_name) if one.table_name else None, one.row, one.facts.get("columns", {}))
        for one in questions
    ]


def _value(entity: Entity[Any], one: Question, reading: Reading) -> Told:
    field = entity.fields.get(one.name)
    label = str(field.label) if field is not None else one.name
    before, now = (_side(entity, field, one, side, reading) for side in (0, 1))
    return Told(one.key, "value", label, now or _("empty"), before, now)


def _side(entity: Entity[Any], field: Fact | None, one: Question, side: int, reading: Reading) -> str:
    if field is None:
        return ""
    if isinstance(field, Links):
        pair = one.columns.get(f"links.{one.name}", [[], []])
        return ", ".join(names_of(field.target, [pk for pk in map(as_uuid, pair[side]) if pk]).values())
    record = entity.model()
    for column, pair in one.columns.items():
        found = next((each for each in entity.model._meta.concrete_fields if each.column == column), None)
        if found is not None:
            setattr(record, found.attname, held(entity, column, pair[side]))
    if isinstance(field, Link):
        target = value(record, field)
        return names_of(field.target, [target]).get(target, _("Not shared with you")) if target else ""
    names = next((names for root, names in entity.roots if root.name == field.name), (field.name,))
    parts = [entity.fields[name] for name in names if name in entity.fields] if field.storage.kind == "computed" else [field]
    return " ".join(filter(None, (part.display(part.value(record), reading) for part in parts)))


def _rows(pointer: Pointer, some: Sequence[Question]) -> list[Told]:
    ids = [one.row for one in some if one.row is not None]
    if pointer.table == LINKS:
        links = list(RecordLink.objects.filter(pk__in=ids))
        return _records(some, {one.pk: one.source_id for one in links}, "link", {one.pk: one.field for one in links})
    if of_records(pointer.table):
        labels = {one.kind: str(one.label) for one in kinds_over(pointer.table)}
        return _records(some, {pk: pk for pk in ids}, "record", {pk: labels.get(kind, "") for pk, kind in kinds_of(ids).items()})
    model = models_by_table()[pointer.table]
    rows = {row.pk: row for row in model._default_manager.filter(pk__in=ids)}
    what = "file" if pointer.table == "file" else "row"
    return [Told(one.key, what, "", str(rows[one.row])) for one in some if one.row in rows]


def _records(some: Sequence[Question], about: dict[UUID, UUID], what: str, labels: dict[UUID, str]) -> list[Told]:
    names, kinds = names_of(RecordRow, about.values()), kinds_of(about.values())
    told = []
    for one in some:
        record = about.get(one.row) if one.row is not None else None
        if record is None or one.row is None:
            continue
        seen = record in names
        title = names[record] if seen else _("Not shared with you")
        kind, pk = (kinds.get(record), record) if seen else (None, None)
        told.append(Told(one.key, what, labels.get(one.row, ""), title, kind=kind, id=pk))
    return told


def names(merge: Merge) -> tuple[str, str]:
    """(what the survivor is called, what the one that went into it is called), for somebody who may see the survivor."""
    rows = {row.pk: row.name for row in RecordRow.objects.filter(pk__in=(merge.survivor_id, merge.loser_id))}
    return rows.get(merge.survivor_id, ""), rows.get(merge.loser_id, "")


def merges_into(record: UUID) -> list[Merge]:
    """The merges by which records went into this one, newest first, taken back or not."""
    return list(Merge.objects.filter(survivor_id=record).select_related("by", "undone_by").order_by("-at"))
