"""Looks for records that are the same as one that is being typed, taken in or stored already."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.dedupe.indexing import compared, side_of
from crm.kernel.dedupe.keys import exact_keys, keys
from crm.kernel.dedupe.models import DuplicateDecision
from crm.kernel.dedupe.reasons import sentences
from crm.kernel.dedupe.rules import ASK, SURE
from crm.kernel.dedupe.scoring import Score, score
from crm.kernel.dedupe.sides import Side
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import FieldError, Link
from crm.kernel.entity.forms.reading import Reading, chosen_reading
from crm.kernel.identity.models.people import Team, User
from crm.kernel.records.models import RecordRow
from crm.kernel.records.reading import visible_ids
from crm.kernel.tenancy.scope import current_actor

#: A key that more records share says nothing; so many candidates are scored; so many are shown.
COMMON, SCORED, SHOWN = 250, 60, 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be the same. Where the actor may not see it, it is `masked`: no id, no reasons, and the title says
    whom to ask. `reasons` are plain sentences."""

    id: UUID | None
    title: str
    probability: float
    reasons: tuple[str, ...] = ()
    masked: bool = False

    @property
    def sure(self) -> bool:
        return self.probability >= SURE


@dataclass(frozen=True, slots=True)
class _Found:
    id: UUID
    score: Score
    owner: UUID | None
    team: UUID | None


def check(
    entity: Entity[Any], given: Mapping[str, Any], of: UUID | None = None, apart: Collection[UUID] = (), most: int = SHOWN
) -> list[Candidate]:
    """Records that may be the one whose raw values are `given`, the likeliest first.

    `of` is the record that these values belong to already: its other values count with them, it is never its own duplicate,
    and pairs decided for it stay out. `apart` are others that the person has called different. What the actor may not see
    is only said of if it is surely the same; fields hidden from the actor are not compared.
    """
    if not entity.duplicates:
        return []
    hidden = policy_for(entity).hidden(current_actor())
    kept = _held(entity, [of]).get(of, {}) if of else {}
    asked = side_of(entity, {**kept, **stored_form(entity, given)}, hidden)
    found = _scored(entity, asked, hidden, {*apart, *decided(of), *([of] if of else [])})
    return _shown(entity, found, most)


def stored_form(entity: Entity[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """{attribute: value} as a write would keep it. Half-typed values that are no phone or address yet are left out."""
    actor = current_actor()
    reading = chosen_reading() or Reading.of(actor)
    held: dict[str, Any] = {}
    for name, _parts in compared(entity):
        field = entity.fields[name]
        try:
            held.update(field.normalise(given, None, reading))
        except FieldError:
            continue
    for name, value in given.items():
        field_ = entity.fields.get(name)
        if isinstance(field_, Link) and value:
            held.setdefault(field_.attname, value)
    return held


def decided(record: UUID | None) -> set[UUID]:
    """Records that somebody has called different from this one."""
    if record is None:
        return set()
    pairs = DuplicateDecision.objects.filter(Q(first_id=record) | Q(second_id=record)).values_list("first_id", "second_id")
    return {one for pair in pairs for one in pair} - {record}


def sharing(wanted: Sequence[int], without: Collection[UUID] = (), most: int = SCORED) -> list[UUID]:
    """Ids of records that share keys, those first which share many and rare ones. Keys that are too common are left out."""
    statement = """
        SELECT record FROM (
            SELECT f.record, count(*) OVER (PARTITION BY k.key) AS many FROM unnest(%s::integer[]) AS k(key),
              LATERAL (SELECT record FROM duplicate_key d WHERE d.key = k.key LIMIT %s) f) shared
         WHERE many <= %s GROUP BY record ORDER BY sum(1.0 / (2 + many)) DESC, record LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(wanted), COMMON + 1, COMMON, most + len(without)])
        return [pk for (pk,) in cursor.fetchall() if pk not in without][:most]


def _scored(entity: Entity[Any], asked: Side, hidden: frozenset[str], without: Collection[UUID]) -> list[_Found]:
    ids = sharing(keys(entity.kind, asked), without)
    found = []
    for pk, held in _held(entity, ids).items():
        said = score(entity.duplicates, asked, side_of(entity, held, hidden))
        if said.probability >= ASK:
            found.append(_Found(pk, said, held["owner_id"], held["team_id"]))
    return sorted(found, key=lambda one: (-one.score.probability, one.id))


def _held(entity: Entity[Any], ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """{id: {attribute: value}} of what is compared, of live records."""
    names = ["pk", "owner_id", "team_id", *(part for _name, parts in compared(entity) for part in parts)]
    rows = entity.model._default_manager.filter(pk__in=list(ids), deleted_at=None).values_list(*names)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _shown(entity: Entity[Any], found: Sequence[_Found], most: int) -> list[Candidate]:
    likely = found[: most * 4]
    seen = visible_ids(entity.model, [one.id for one in likely])
    titles = dict(RecordRow.objects.filter(pk__in=seen).values_list("pk", "title"))
    shown: list[Candidate] = []
    labels = {name: field.label for name, field in entity.fields.items()}
    for one in likely:
        probability = round(one.score.probability, 2)
        if one.id in seen:
            shown.append(Candidate(one.id, titles[one.id], probability, tuple(map(str, sentences(one.score.evidence, labels)))))
        elif one.score.probability >= SURE:
            shown.append(Candidate(None, masked_title(one.owner, one.team), SURE, masked=True))
    return shown[:most]


def masked_title(owner: UUID | None, team: UUID | None) -> str:
    """What may be said of a record that the actor may not see: whose it is."""
    name = User.objects.filter(pk=owner).values_list("name", flat=True).first() if owner else None
    if name:
        return _("A record of %(name)s looks the same. Ask %(name)s.") % {"name": name}
    group = Team.objects.filter(pk=team).values_list("name", flat=True).first() if team else None
    if group:
        return _("A record of the team %(team)s looks the same. Ask there.") % {"team": group}
    return _("A record that is not shared with you looks the same. Ask an administrator.")


def exact(entity: Entity[Any], rows: Sequence[Mapping[str, Any]], without: Collection[UUID] = ()) -> list[Candidate | None]:
    """For many new rows at once, each {attribute: stored value}: one record with the same tax number, mail, phone or name,
    if there is any but those that are left out (the rows themselves, where they are written already).

    Only exact keys are asked, with one statement for all rows: a fuzzy look costs more for one row than the rest of an import.
    """
    hidden = policy_for(entity).hidden(current_actor())
    asked = [side_of(entity, row, hidden) for row in rows]
    wanted = [exact_keys(entity.kind, one) for one in asked]
    by_key = _with_keys({key for several in wanted for key in several})
    apart = set(map(str, without))
    held = _in_text(entity, {pk for several in by_key.values() for pk in several} - apart)
    best = [
        _likeliest(entity, one, dict.fromkeys(pk for key in several for pk in by_key.get(key, ())), held, hidden)
        for one, several in zip(asked, wanted, strict=True)
    ]
    whose = _held(entity, {UUID(pk) for pk, _score in filter(None, best)})
    shown: dict[str, list[Candidate]] = {}
    for pk, said in filter(None, best):
        there = whose.get(UUID(pk))
        if there is not None:
            shown[pk] = _shown(entity, [_Found(UUID(pk), said, there["owner_id"], there["team_id"])], 1)
    return [next(iter(shown.get(one[0], ())), None) if one is not None else None for one in best]


def _with_keys(wanted: Collection[int]) -> dict[int, list[str]]:
    """{key: a few ids}, as text: of tens of thousands most are dropped again."""
    statement = """
        SELECT k.key, ARRAY(SELECT record::text FROM duplicate_key d WHERE d.key = k.key LIMIT 5)
          FROM unnest(%s::integer[]) AS k(key)"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(wanted)])
        return {key: found for key, found in cursor.fetchall() if found}


def _in_text(entity: Entity[Any], ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """`_held` with ids and links as text."""
    names = [part for _name, parts in compared(entity) for part in parts]
    linked = {field.attname for field in entity.linked if isinstance(field, Link)}
    columns = [Cast(name, TextField()) if name in linked else F(name) for name in names]
    wanted = RawSQL("SELECT unnest(%s::uuid[])", [list(ids)])
    rows = entity.model._default_manager.filter(pk__in=wanted, deleted_at=None).values_list(Cast("pk", TextField()), *columns)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def _likeliest(
    entity: Entity[Any], asked: Side, ids: Iterable[str], held: Mapping[str, Any], hidden: frozenset[str]
) -> tuple[str, Score] | None:
    """The best of those that share an exact key; a hash that only happens to be the same scores nothing and is left out."""
    best: tuple[str, Score] | None = None
    for pk in ids:
        if pk in held:
            said = score(entity.duplicates, asked, side_of(entity, held[pk], hidden))
            if said.probability >= ASK and (best is None or said.probability > best[1].probability):
                best = (pk, said)
    return best
