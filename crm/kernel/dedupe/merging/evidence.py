"""What tells whose a later row is: a mail address, a number, somebody who came with one of the two."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.kernel.dedupe.merging.moving import run
from crm.kernel.dedupe.merging.pointers import LINKS, Pointer, column_of, kinds_over, models_by_table, of_records, pointing
from crm.kernel.dedupe.models import Merge, MergeQuestion, MergeStep
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Link, Links
from crm.kernel.entity.registry import registry
from crm.kernel.records.models import RecordLink, RecordRow

#: Types of fields by which somebody is reached, and those whose text may name such a mark.
_REACHED = frozenset({"phone", "email", "handle", "url", "tax_id"})
_TEXTS = frozenset({"text", "long_text", *_REACHED})
#: So many records of each half are read for marks.
_MOST = 500
_NUMBER = re.compile(r"\+?\d[\d \-()]{5,}\d")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
Told = Callable[[Entity[Any], Sequence[UUID]], dict[UUID, Iterable[str]]]
_TELLERS: list[Told] = []


def tells(step: Told) -> Told:
    """Adds `(kind, ids) → {id: texts}`: addresses and numbers that a part keeps beside records of a kind."""
    _TELLERS.append(step)
    return step


def marks_in(text: str) -> set[str]:
    """The mail addresses and numbers in a text, in one form; of a number its last eight digits count."""
    mails = {one.lower() for one in _MAIL.findall(text)}
    digits = {re.sub(r"\D", "", one)[-8:] for one in _NUMBER.findall(_MAIL.sub(" ", text))}
    return mails | {one for one in digits if len(one) >= 7}


@dataclass(slots=True)
class Halves:
    """What belongs to the loser and to the survivor for certain: `records` that came with each, and the `marks` of these.

    A mark that both have tells nothing."""

    loser: set[str] = field(default_factory=set)
    survivor: set[str] = field(default_factory=set)
    lost: set[UUID] = field(default_factory=set)
    stayed: set[UUID] = field(default_factory=set)

    @classmethod
    def of(cls, merge: Merge, entity: Entity[Any], holder: UUID) -> "Halves":
        made = cls()
        steps = MergeStep.objects.filter(merge_id=merge.pk, verb=MergeStep.MOVED).values_list("table_name", "rows")
        came = {pk for table, rows in steps if of_records(table) for pk in rows}
        made.lost = came
        made.stayed = _before(entity, holder, merge) - came
        lost = _marks(entity, [merge.loser_id]) | _marks_of(list(came)[:_MOST])
        stayed = _marks(entity, [merge.survivor_id], merge) | _marks_of(list(made.stayed)[:_MOST])
        made.loser, made.survivor = lost - stayed, stayed - lost
        return made

    def side(self, linked: Collection[UUID], marks: Collection[str]) -> str:
        """SURVIVOR or LOSER; "" where nothing or both are told of."""
        loser = not self.lost.isdisjoint(linked) or not self.loser.isdisjoint(marks)
        survivor = not self.stayed.isdisjoint(linked) or not self.survivor.isdisjoint(marks)
        return "" if loser == survivor else MergeQuestion.LOSER if loser else MergeQuestion.SURVIVOR


def _before(entity: Entity[Any], holder: UUID, merge: Merge) -> set[UUID]:
    """Records that pointed to the survivor before the merge."""
    found: set[UUID] = set()
    for pointer in pointing(entity.model._meta.db_table, holder):
        if of_records(pointer.table):
            given = {"holder": holder, "at": merge.at, "most": _MOST}
            rows = run("SELECT id FROM {t} WHERE {c} = %(holder)s AND created_at < %(at)s LIMIT %(most)s", pointer.names, given)
            found |= {pk for (pk,) in rows}
    return found


def _marks_of(ids: Sequence[UUID]) -> set[str]:
    kinds: dict[str, list[UUID]] = {}
    for pk, kind in RecordRow.objects.filter(pk__in=ids).values_list("pk", "kind"):
        kinds.setdefault(kind, []).append(pk)
    known = [(registry.kind(kind), some) for kind, some in kinds.items()]
    return set().union(*(_marks(entity, some) for entity, some in known if entity is not None))


def _marks(entity: Entity[Any], ids: Sequence[UUID], merge: Merge | None = None) -> set[str]:
    """Of fields by which somebody is reached, and of titles that are an address or a number. With `merge`: of the values before it."""
    names = [one.name for one in entity.fields.values() if one.type in _REACHED and one.storage.kind == "column"]
    names += [entity.title] if entity.title_field.storage.kind == "column" and not entity.menu else []
    if not names:
        return set()
    columns = [column_of(entity, name) for name in names]
    found: set[str] = set()
    for row in entity.model._default_manager.filter(pk__in=ids).values_list(*names):
        for column, value in zip(columns, row, strict=True):
            was = merge.columns[column][0] if merge is not None and column in merge.columns else value
            found |= marks_in(str(was or ""))
    return found


def sides(pointer: Pointer, ids: Sequence[UUID], halves: Halves) -> dict[UUID, str]:
    """{row: SURVIVOR or LOSER} of those rows of which something tells it."""
    if pointer.table == LINKS:
        sources = dict(RecordLink.objects.filter(pk__in=ids).values_list("pk", "source_id"))
        found = {pk: halves.side([source], ()) for pk, source in sources.items()}
    elif not of_records(pointer.table):
        found = _texts_of(pointer.table, ids, halves)
    else:
        found = {}
        for entity in kinds_over(pointer.table):
            found |= _of_records(entity, pointer, ids, halves)
    return {pk: side for pk, side in found.items() if side}


def _texts_of(table: str, ids: Sequence[UUID], halves: Halves) -> dict[UUID, str]:
    """Rows that are no records (files) tell by their names."""
    rows = models_by_table()[table]._default_manager.filter(pk__in=ids)
    return {row.pk: halves.side((), marks_in(str(row))) for row in rows}


def _of_records(entity: Entity[Any], pointer: Pointer, ids: Sequence[UUID], halves: Halves) -> dict[UUID, str]:
    names = [one.name for one in entity.fields.values() if one.type in _TEXTS and one.storage.kind == "column"]
    links = [one.columns()[0] for one in entity.fields.values() if isinstance(one, Link)]
    records = list(entity.model._default_manager.filter(pk__in=ids))
    linked: dict[UUID, set[UUID]] = {record.pk: {getattr(record, name) for name in links} | {record.pk} for record in records}
    if any(isinstance(one, Links) for one in entity.fields.values()):
        for source, target in RecordLink.objects.filter(source_id__in=linked).values_list("source_id", "target_id"):
            linked[source].add(target)
    texts = {record.pk: " \n ".join(str(getattr(record, name) or "") for name in names) for record in records}
    for teller in _TELLERS:
        for pk, said in teller(entity, list(linked)).items():
            texts[pk] += " \n " + " \n ".join(said)
    return {pk: halves.side(linked[pk] - {None}, marks_in(texts[pk])) for pk in linked}
