"""Finds the field of each column."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError
from crm.kernel.entity.forms.address import parse_country
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.exchange.mapping.dates import is_dated
from crm.kernel.exchange.mapping.synonyms import concepts_of, plain, says

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE)
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"[+(]?\d[\d\s().\-/]{5,22}\d")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TAX = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}")
_PLAIN = Reading()
LANGUAGES = ("en", "zh-hans", "zh-hant")
_CONTENT = {"email": _EMAIL, "url": _URL, "phone": _PHONE, "tax_id": _TAX}

RECORD_ID = "id"
"""The pseudo field that names the record itself, for updates."""


@dataclass(frozen=True)
class Match:
    """A column, the field it was matched to (None: not imported), and why. `sure` is False where a look is needed."""

    column: str
    field: str | None
    reason: str
    sure: bool = True

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Candidate:
    score: int
    order: int
    column: str
    field: str
    reason: str


def suggest(entity: Entity[Any], fields: Mapping[str, Fact], columns: Sequence[str], samples: Sequence[Sequence[str]] = ()) -> list[Match]:
    """One match for each column. A field is given to the column that fits it best; the others stay unmatched.

    `fields` are the fields that may be written; `samples` are the first rows of the file, cells in column order.
    """
    known = _known_names(entity, fields)
    whole = entity.title != "" and any(says("full_title", plain(column)) for column in columns)
    found: list[_Candidate] = []
    for order, column in enumerate(columns):
        cells = [row[order] for row in samples if order < len(row) and row[order].strip()]
        found += _candidates(column, order, known, cells)
        if whole:
            found += _beside_whole_name(entity, column, order, known)
    taken: dict[str, _Candidate] = {}
    given: dict[str, _Candidate] = {}
    for candidate in sorted(found, key=lambda one: (-one.score, one.order)):
        if candidate.field not in taken and candidate.column not in given:
            taken[candidate.field] = candidate
            given[candidate.column] = candidate
    return [_match(column, given.get(column)) for column in columns]


def _match(column: str, candidate: _Candidate | None) -> Match:
    if candidate is None:
        return Match(column, None, _("No field has this name; choose one, or leave the column out."), sure=False)
    return Match(column, candidate.field, candidate.reason, sure=candidate.score >= 60)


@dataclass(frozen=True)
class _Known:
    field: Fact
    exact: frozenset[str]
    concepts: tuple[str, ...]
    #: What the kind is called, for the field that names its records: lists put that over the column.
    kind: frozenset[str] = frozenset()


def _fits_country(field: Fact, cells: list[str]) -> int:
    """A column whose values are countries is no city, whatever its name: `office location`."""
    tried = cells[:60]
    share = sum(1 for cell in tried if _is_country(cell.strip())) / len(tried) if tried else 0
    if share <= 0.8:
        return 0
    return 5 if field.type == "country" else -70


def _is_country(cell: str) -> bool:
    try:
        return (len(cell) > 3 or not cell.isascii()) and bool(parse_country(cell, _PLAIN))
    except FieldError:
        return False


def _known_names(entity: Entity[Any], fields: Mapping[str, Fact]) -> list[_Known]:
    is_person = "family_name" in entity.fields
    labels = _labels(entity, fields.values())
    called = frozenset(plain(name) for name in _called(entity))
    return [
        _Known(
            field,
            labels[name],
            concepts_of(name, field.type, name == entity.title, is_person),
            called if name == entity.title else frozenset(),
        )
        for name, field in fields.items()
    ]


def _called(entity: Entity[Any]) -> Iterator[str]:
    for language in LANGUAGES:
        with override(language):
            yield str(entity.label)


def _labels(entity: Entity[Any], fields: Iterable[Fact]) -> dict[str, frozenset[str]]:
    """{field: its plain names}: name, label in each language, synonyms, "<kind> <label>", "<whole> <part>"."""
    names: dict[str, set[str]] = {}
    listed = list(fields)
    for language in LANGUAGES:
        with override(language):
            kind = plain(str(entity.label))
            for field in listed:
                label = plain(str(field.label))
                known = names.setdefault(field.name, {plain(field.name), *map(plain, field.synonyms)})
                whole = entity.fields.get(field.part_of or "")
                if whole is not None and label:
                    over = plain(str(whole.label))
                    known |= {f"{over} {label}", f"{over}{label}"}
                    if field.type != "currency":
                        known.add(label)
                elif label:
                    known |= {label, f"{kind} {label}", f"{kind}{label}"}
    return {name: frozenset(known) for name, known in names.items()}


def _candidates(column: str, order: int, known: list[_Known], cells: list[str]) -> list[_Candidate]:
    name = plain(column)
    found: list[_Candidate] = []
    if name in ("id", "kith id", "record id") and cells and all(_UUID.fullmatch(cell) for cell in cells):
        found.append(_Candidate(100, order, column, RECORD_ID, _("Holds the ids of Kith's records")))
    for one in known:
        fit = _fits(one.field, cells)
        if name in one.exact:
            found.append(_Candidate(95 + fit, order, column, one.field.name, _("Same name")))
            continue
        if name in one.kind:
            found.append(_Candidate(90 + fit, order, column, one.field.name, _("Same name")))
            continue
        place = next((index for index, concept in enumerate(one.concepts) if says(concept, name)), None)
        if place is not None:
            reason = _("“%(column)s” usually means “%(field)s”") % {"column": column, "field": one.field.label}
            found.append(_Candidate(80 - 5 * place + fit, order, column, one.field.name, reason))
        elif fit > 0:
            reason = _("The values look like “%(field)s”") % {"field": one.field.label}
            found.append(_Candidate(40 + fit - _foreign(name), order, column, one.field.name, reason))
    return found


def _beside_whole_name(entity: Entity[Any], column: str, order: int, known: list[_Known]) -> list[_Candidate]:
    """Where a company's whole name has a column of its own, that is the name, and a column `name` is the short one."""
    name = plain(column)
    if "family_name" in entity.fields:
        return []
    if says("full_title", name) and any(one.field.name == entity.title for one in known):
        return [_Candidate(110, order, column, entity.title, _("The whole name"))]
    short = next((one.field for one in known if "short_name" in one.concepts), None)
    if short is not None and (says("name", name) or says("organisation", name)):
        return [_Candidate(50, order, column, short.name, _("The whole name is in another column"))]
    return []


def _foreign(name: str) -> int:
    """A column named as another thing than its content is a weaker guess: `Fax` holds phone numbers."""
    return 30 if says("fax", name) else 0


def _fits(field: Fact, cells: list[str]) -> int:
    """How the content speaks: 5 for, −20 against, 0 nothing."""
    if field.type == "country" or field.name.endswith("_city"):
        return _fits_country(field, cells)
    pattern = _CONTENT.get(field.type)
    if pattern is None or not cells:
        return 0
    share = sum(1 for cell in cells if pattern.fullmatch(cell.strip())) / len(cells)
    if field.type == "phone" and any(is_dated(cell) for cell in cells[:20]):
        share = min(share, 0.5)
    if share > 0.8:
        return 5
    return -20 if share < 0.1 else 0
