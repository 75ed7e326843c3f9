"""Records side by side on their way into one, and merges on their way back, ready for their templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.kernel.base.errors import NotFound
from crm.kernel.base.ids import as_uuid
from crm.kernel.dedupe.merging.acts import proposal_for
from crm.kernel.dedupe.merging.plans import Plan
from crm.kernel.dedupe.merging.proposals import TOGETHER, Row
from crm.kernel.dedupe.merging.telling import Told, asked, names, stored
from crm.kernel.dedupe.models import Merge, MergeQuestion
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.pages.cells import cell, record_url
from crm.kernel.records import listing
from crm.kernel.records.reading import names_of
from crm.kernel.tenancy.scope import current_actor

#: Longer texts are compared as wholes.
_COMPARED = 2_000
#: Values less alike than that are two different things: marks everywhere would say nothing.
_ALIKE = 0.55


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a value; `differs` from the value that it is compared with."""

    text: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One record's value of a field, or all values together. `value` is what the form sends."""

    value: str
    pieces: tuple[Piece, ...]
    chosen: bool
    verified: bool = False

    @property
    def empty(self) -> bool:
        return not any(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Line:
    """One field: what each record has, in the order of the records, then what they have together where that can be."""

    field: Fact
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """One of the records."""

    id: UUID
    title: str
    url: str
    version: int
    owner: str
    changed: Any
    stays: bool


@dataclass(frozen=True, slots=True)
class Screen:
    """`lines` differ, `equal` are [(label, value)] of the fields in which all are the same."""

    entity: Entity[Any]
    parties: list[Party]
    lines: list[Line]
    equal: list[tuple[Any, str]]

    @property
    def survivor(self) -> Party:
        return next(one for one in self.parties if one.stays)


def screen(entity: Entity[Any], ids: Sequence[UUID], given: Mapping[str, str]) -> Screen:
    """The page on which a merge is decided. `given`: what the form says already ("survivor", "v-<field>")."""
    found, records = proposal_for(entity, ids, as_uuid(given.get("survivor", "")))
    reading = Reading.of(current_actor())
    shown = {row.id: row for row in listing.load(entity, [record.pk for record in records])}
    owners = names_of(entity.fields["owner"].target, [record.owner_id for record in records]) if "owner" in entity.fields else {}
    parties = [
        Party(record.pk, entity.name_of(record), record_url(entity, record.pk), record.version, owners.get(record.owner_id, ""),
              record.updated_at, record.pk == found.survivor)
        for record in records
    ]  # fmt: skip
    lines, equal = [], []
    for row in found.rows:
        if all(side.empty for side in row.sides):
            continue
        texts = [_text(row.field, shown[side.record], reading) for side in row.sides]
        if row.equal:
            equal.append((row.field.label, texts[0]))
        elif row.open:
            lines.append(_line(row, texts, given.get(f"v-{row.field.name}", "")))
    return Screen(entity, parties, lines, equal)


def _text(field: Fact, row: listing.Row, reading: Reading) -> str:
    found = cell(field, row.values.get(field.name), row.names.get(field.name, ""), reading)
    return found.text or ", ".join(str(part) for part in getattr(found, "parts", ()) or ())


def _line(row: Row, texts: Sequence[str], given: str) -> Line:
    chosen = given or str(row.proposed)
    base = next((text for text, side in zip(texts, row.sides, strict=True) if str(side.record) == str(row.proposed) and text), "")
    base = base or next((text for text in texts if text), "")
    other = next((text for text in texts if text and text != base), "")
    made = [
        Choice(str(side.record), compared(text, other if text == base else base), chosen == str(side.record), side.verified)
        for side, text in zip(row.sides, texts, strict=True)
    ]
    if row.many and not any(side.empty for side in row.sides[:1]) or row.proposed == TOGETHER:
        made.append(Choice(TOGETHER, (Piece(_("All of them")),), chosen == TOGETHER))
    return Line(row.field, tuple(made))


def compared(text: str, other: str) -> tuple[Piece, ...]:
    """The text in pieces: what of it the other does not have in that place differs."""
    if not text or not other or text == other or max(len(text), len(other)) > _COMPARED:
        return (Piece(text),)
    matched = SequenceMatcher(None, other, text, autojunk=False)
    alike = max(matched.ratio(), SequenceMatcher(None, text, other, autojunk=False).ratio())
    if alike < _ALIKE:
        return (Piece(text),)
    return tuple(Piece(text[start:end], tag != "equal") for tag, _a, _b, start, end in matched.get_opcodes() if end > start)


def read(given: QueryDict) -> tuple[UUID, list[UUID], dict[str, Any], dict[UUID, int]]:
    """(survivor, the others, values, versions) as the form says."""
    ids = [pk for pk in map(as_uuid, given.getlist("ids")) if pk]
    survivor = as_uuid(given.get("survivor", ""))
    if survivor is None or survivor not in ids:
        raise NotFound
    values: dict[str, Any] = {}
    for name, raw in given.items():
        if name.startswith("v-"):
            values[name.removeprefix("v-")] = as_uuid(raw) or TOGETHER
    versions = {pk: int(number) for pk in ids if (number := str(given.get(f"n-{pk}", ""))).isdecimal() and len(number) < 10}
    return survivor, [pk for pk in dict.fromkeys(ids) if pk != survivor], values, versions


@dataclass(frozen=True, slots=True)
class Standing:
    """One merge: `open` is what came since and nobody can tell the side of; `told` how many new rows something tells it of."""

    merge: Merge
    entity: Entity[Any]
    survivor: str
    loser: str
    url: str
    open: list[Told]
    told: int


def standing(merge: Merge, entity: Entity[Any], planned: Plan | None) -> Standing:
    """A merge for its own page; without a plan it is taken back already."""
    survivor, loser = names(merge)
    left = MergeQuestion.objects.filter(merge_id=merge.pk, side="").order_by("id") if planned is None else ()
    questions = planned.questions if planned is not None else stored(list(left))
    told = sum(len(rows) for rows in planned.told.values()) if planned is not None else 0
    here = planned.holder if planned is not None else merge.survivor_id
    return Standing(merge, entity, survivor, loser, record_url(entity, here), asked(entity, questions), told)


def choices(given: QueryDict) -> dict[str, str]:
    """{key of a question: side} as the form says; what is left open is left out."""
    return {name.removeprefix("q-"): str(side) for name, side in given.items() if name.startswith("q-") and side}
