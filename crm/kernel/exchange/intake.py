"""From a row of the file to the values of a record: cells, links, the record it belongs to, and what is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.kernel.base.errors import Refusal
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, FieldError, Link, Links
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.reasons import Reason
from crm.kernel.entity.registry import registry, same_model
from crm.kernel.exchange.absent import explainable, meaning, words
from crm.kernel.exchange.columns import checked, importable
from crm.kernel.exchange.linking import Found, Resolver, found_by, key_of, target_of
from crm.kernel.exchange.mapping import order_of
from crm.kernel.exchange.mapping.match import RECORD_ID
from crm.kernel.exchange.models import ImportRun
from crm.kernel.exchange.options import Options
from crm.kernel.exchange.reading import Row
from crm.kernel.records.standing import MISSING
from crm.kernel.tenancy.scope import current_actor

_PLACE = re.compile(r"\{([^{}]+)\}")
_PARTS = re.compile(r"[;；|]")
_MOST_KEYS = 10_000


@dataclass(slots=True)
class Candidate:
    """One row on its way. `record_id` is the record it changes, None: it makes a new one.

    `later`: links to rows of this file which may not be written yet, {field: text}. `make`: the records to be made for
    links first. `filled`: fields whose value is no cell's. `made`: the new record, which a dry run does not write.
    """

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    record_id: UUID | None = None
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    make: list[tuple[Fact, str]] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)
    made: Any = None

    @property
    def ok(self) -> bool:
        return not self.reasons

    def refuse(self, refusal: Refusal, entity: Entity[Any]) -> None:
        """Note the reasons of a refused write, field by field with its label."""
        for name, messages in refusal.fields.items():
            known = entity.fields.get(name) or entity.fields.get(name.removesuffix("_id"))
            label = str(known.label) if known else name
            self.reasons += [f"{label}: {message}" for message in messages]
        if not refusal.fields:
            self.reasons.append(str(refusal.message))


class Intake:
    """Turns batches of rows into candidates by mapping and options."""

    def __init__(self, entity: Entity[Any], run: ImportRun) -> None:
        self.entity = entity
        self.options = Options.from_json(run.options)
        self.shape = run.file_shape
        self.fields = importable(entity)
        mapping = checked(entity, self.shape.columns, run.mapping)
        place = {column: index for index, column in enumerate(self.shape.columns)}
        self.columns = [(place[column], name) for column, name in mapping.items()]
        self.by_name = {name: index for index, name in self.columns}
        self.place = place
        self.dates = self._date_readings(run, mapping)
        self.absent = explainable(self.fields, mapping, self.options.literal)
        self.no_values = words()
        self.reading = self.options.reading(current_actor())
        self.links = Resolver()
        key = self.options.key
        self.key = key if key == RECORD_ID or key in self.fields else None
        self.seen: dict[Any, int] = {}
        self._keys: dict[tuple[str, str], Any] = {}
        self.titles: set[Any] = set()
        self.unique = [name for name, one in self.fields.items() if one.unique_value and name in self.by_name]

    def _date_readings(self, run: ImportRun, mapping: dict[str, str]) -> dict[str, Reading]:
        """{field: how its dates are read} where a column's values, or the person, decide the order of day and month."""
        found = {match["column"]: match.get("dates") for match in run.matches}
        usual = self.options.reading(current_actor())
        readings: dict[str, Reading] = {}
        for column, name in mapping.items():
            if name in self.fields and self.fields[name].type in ("date", "datetime"):
                order = order_of(column, found.get(column), self.options.date_orders, self.options.date_order)
                if order is not None:
                    readings[name] = replace(usual, date_order=order)
        return readings

    def look_ahead(self, rows: Any, up_to: int) -> None:
        """Read the file once for what one row must know of the others: keys of the rows done, names that come later."""
        wants_titles = any(self.self_link(name) for name in self.by_name) and self.entity.title in self.by_name
        if not (wants_titles or up_to):
            return
        for row in rows:
            if wants_titles:
                self.titles.add(key_of(self.entity.title_field, row.cells[self.by_name[self.entity.title]].strip()))
            if row.number <= up_to:
                self._claim(Candidate(row))
            elif not wants_titles:
                return

    def self_link(self, name: str) -> bool:
        """Whether a field links to records of the same kind."""
        one = self.fields.get(name)
        return isinstance(one, Link) and same_model(one.target, self.entity.model)

    def batch(self, rows: Sequence[Row]) -> list[Candidate]:
        """The candidates of a batch, links and existing records found with a few queries."""
        self._keys.clear()
        found = [Candidate(row, reasons=[row.problem] if row.problem else []) for row in rows]
        sound = [candidate for candidate in found if candidate.ok]
        for candidate in sound:
            candidate.values = self._values(candidate)
            self._claim(candidate)
        sound = [candidate for candidate in sound if candidate.ok]
        self._learn(sound)
        self._find_existing(sound)
        for candidate in sound:
            self._link(candidate)
        return found

    def _values(self, candidate: Candidate) -> dict[str, Any]:
        row = candidate.row
        values: dict[str, Any] = {}
        for index, name in self.columns:
            cell = row.cells[index].strip()
            text = self.options.values.get(name, {}).get(cell, cell)
            if text in self.no_values and (code := self._absent(name, text)):
                self._explained(candidate, values, name, code)
                text = ""
            if text or self.options.overwrite_empty:
                values[name] = self._day(candidate, name, text) if text and name in self.dates else text
        for name, template in self.options.fill.items():
            if name in self.fields and not values.get(name):
                values[name] = self._filled(template, row)
                candidate.filled.add(name)
        values.pop(RECORD_ID, None)
        return values

    def _absent(self, name: str, text: str) -> str:
        """Why there is no value, where that is what a cell says."""
        return meaning(self.absent[name], text, self.reading) if text in self.no_values and name in self.absent else ""

    def _explained(self, candidate: Candidate, values: dict[str, Any], name: str, code: str) -> None:
        values.setdefault(MISSING, {})[name] = code
        facts = {"label": self.fields[name].label, "reason": Reason(code).label}
        candidate.notes.append(_("%(label)s is left empty, with the reason “%(reason)s”") % facts)

    def _day(self, candidate: Candidate, name: str, text: str) -> Any:
        try:
            return self.fields[name].clean(text, self.dates[name])
        except FieldError as error:
            candidate.reasons.append(f"{self.fields[name].label}: {error.message}")
            return None

    def _filled(self, template: str, row: Row) -> str:
        def cell(match: re.Match[str]) -> str:
            index = self.place.get(match[1])
            return row.cells[index].strip() if index is not None else match[0]

        return _PLACE.sub(cell, template).strip()

    def _key(self, name: str, text: str) -> Any:
        """The compared value of a cell, worked out once a batch."""
        place = (name, text)
        if place not in self._keys:
            if len(self._keys) >= _MOST_KEYS:
                self._keys.clear()
            self._keys[place] = key_of(self.fields[name], text)
        return self._keys[place]

    def _claim(self, candidate: Candidate) -> None:
        """The first row with a key has it; a later one is refused by the number of the first."""
        for name in dict.fromkeys([*([self.key] if self.key else []), *self.unique]):
            index = self.by_name.get(name)
            text = candidate.row.cells[index].strip() if index is not None and index < len(candidate.row.cells) else ""
            if not text or self._absent(name, text):
                continue
            key = (name, text.casefold() if name == RECORD_ID else self._key(name, text))
            if key[1] is None:
                continue
            first = self.seen.setdefault(key, candidate.row.number)
            if first != candidate.row.number:
                label = "id" if name == RECORD_ID else str(self.fields[name].label)
                candidate.reasons.append(
                    _("%(label)s: “%(text)s” stands in row “%(row)d” of this file too.") % {"label": label, "row": first, "text": text[:60]}
                )

    def _find_existing(self, candidates: list[Candidate]) -> None:
        if self.key is None or self.key not in self.by_name:
            if self.options.only == "update":
                for candidate in candidates:
                    candidate.reasons.append(_("To change records, choose the column by which they are found."))
            return
        index = self.by_name[self.key]
        texts = {text for candidate in candidates if (text := candidate.row.cells[index].strip())}
        found = self._by_id(texts) if self.key == RECORD_ID else self._by_key(self.key, texts)
        for candidate in candidates:
            text = candidate.row.cells[index].strip()
            self._decide(candidate, text, found.get(text))

    def _by_key(self, name: str, texts: set[str]) -> dict[str, Found]:
        return found_by(self.entity, self.fields[name], {text: self._key(name, text) for text in texts})

    def _by_id(self, texts: set[str]) -> dict[str, Found]:
        class_link = Link(self.entity.model)
        class_link.name = RECORD_ID
        known = {text: key_of(class_link, text) for text in texts}
        there = set(self.entity.model._default_manager.filter(pk__in=[pk for pk in known.values() if pk]).values_list("pk", flat=True))
        return {text: Found((pk,)) for text, pk in known.items() if pk in there}

    def _decide(self, candidate: Candidate, text: str, found: Found | None) -> None:
        if found is not None and found.several:
            candidate.reasons.append(_("Several records have “%(text)s”; give the id of the one that is meant.") % {"text": text[:60]})
        elif found is not None:
            candidate.record_id = found.one
            if self.options.only == "create":
                candidate.reasons.append(_("There is a record with “%(text)s” already.") % {"text": text[:60]})
        elif self.options.only == "update" or (self.key == RECORD_ID and text):
            candidate.reasons.append(
                _("There is no record with “%(text)s” that you may see.") % {"text": text[:60]}
                if text
                else _("The cell by which the record is found is empty.")
            )

    def _linked(self) -> list[tuple[str, Fact]]:
        return [(name, one) for name, one in self.fields.items() if isinstance(one, (Link, Links))]

    def _learn(self, candidates: list[Candidate]) -> None:
        wanted: dict[str, tuple[Fact, set[str]]] = {}
        for name, one in self._linked():
            texts = {part for candidate in candidates for part in _texts(one, candidate.values.get(name))}
            if texts:
                wanted[name] = (one, texts)
        self.links.learn(wanted)

    def _link(self, candidate: Candidate) -> None:
        for name, one in self._linked():
            if not candidate.values.get(name):
                continue
            ids = [pk for part in _texts(one, candidate.values[name]) if (pk := self._resolve(candidate, one, part))]
            if isinstance(one, Links):
                candidate.values[name] = ids
            elif ids:
                candidate.values[name] = ids[0]
            else:
                del candidate.values[name]

    def _resolve(self, candidate: Candidate, one: Fact, text: str) -> UUID | None:
        found = self.links.find(one, text)
        if found.one is not None:
            return found.one
        if found.several:
            candidate.reasons.append(
                _("%(label)s: several are called “%(text)s”; give the e-mail address or the id.") % {"label": one.label, "text": text[:60]}
            )
            return None
        if self.self_link(one.name) and key_of(self.entity.title_field, text) in self.titles:
            candidate.later[one.name] = text
            return None
        self._missing(candidate, one, text)
        return None

    def _missing(self, candidate: Candidate, one: Fact, text: str) -> None:
        target = registry.of(target_of(one))
        what = self.options.missing.get(one.name, "empty" if one.name in ("owner", "team") else "reject")
        if what == "create" and target is not None:
            candidate.make.append((one, text))
        elif what == "empty":
            mine = one.name == "owner" and candidate.record_id is None
            said = _("%(label)s is not known: the new records are yours") if mine else _("%(label)s is not known and left out")
            candidate.notes.append(said % {"label": one.label})
        else:
            kind = target.label if target is not None else one.label
            said = _("%(label)s: there is no %(kind)s called “%(text)s”.") % {"label": one.label, "kind": kind, "text": text[:60]}
            like = self.links.near(one, text)
            more = _("“%(name)s” differs in spaces, points or case only: read it so under Columns.") % {"name": like} if like else ""
            candidate.reasons.append(f"{said} {more}".strip())


def _texts(one: Fact, value: Any) -> list[str]:
    if not value or not isinstance(value, str):
        return []
    return [part.strip() for part in _PARTS.split(value) if part.strip()] if isinstance(one, Links) else [value]
