"""Compares a batch of rows of an edited workbook with what left and with what is here today."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.kernel.access.policy import policy_for, visible
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Fact, Link, Links
from crm.kernel.entity.registry import registry
from crm.kernel.exchange import seals
from crm.kernel.exchange.absent import words
from crm.kernel.exchange.columns import importable
from crm.kernel.exchange.edited.opening import Line
from crm.kernel.exchange.edited.texts import as_exported, text_of, texts_of
from crm.kernel.exchange.edited.values import Raw, Values
from crm.kernel.exchange.exporting import ID
from crm.kernel.exchange.models import EditedCell, EditedRow
from crm.kernel.records import listing
from crm.kernel.records.past import as_of
from crm.kernel.tenancy.scope import current_actor


@dataclass(slots=True)
class Told:
    """A row that differs and its cells."""

    row: EditedRow
    cells: list[EditedCell] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """A record as it left and as it is: the texts of both, and its version today. `left` None: how it left cannot be told."""

    version: int
    here: dict[str, str]
    left: dict[str, str] | None
    links: dict[str, Any]


class Comparison:
    """Goes through a workbook batch by batch; `seen`: the records whose rows were there."""

    def __init__(self, entity: Entity[Any], facts: Mapping[str, Any]) -> None:
        self.entity, self.facts = entity, facts
        self.seen: set[UUID] = set()
        self.unworked = 0
        self._number = 0
        self._language = current_actor().language
        shown = policy_for(entity).fields(current_actor())
        self.names = [name for name, _head in facts["columns"] if name == ID or name in shown]
        self.fields: dict[str, Fact] = {name: shown[name] for name in self.names if name != ID}
        self.open = {name for name in importable(entity) if name in self.fields and name != "created_at"}

    def batch(self, lines: Sequence[Line]) -> list[Told]:
        """The rows of a batch that differ. Inside a scope."""
        keyed, new, told = self._sorted(lines)
        found = self._known(keyed)
        values = Values(self.fields)
        with as_exported(self.facts):
            values.learn(
                (name, text) for pk, _version, line in keyed if pk in found for name, text in line.cells.items()
                if text != found[pk].here.get(name)
            )  # fmt: skip
        for pk, _version, line in keyed:
            if pk in found:
                one = self._changed(pk, line, found[pk], values)
                if one is not None:
                    told.append(one)
            else:
                told.append(self._unknown(line, _("This record is not there any more, or it is not shared with you.")))
        told += [self._new(line) for line in new]
        return told

    def _sorted(self, lines: Sequence[Line]) -> tuple[list[tuple[UUID, int, Line]], list[Line], list[Told]]:
        keyed: list[tuple[UUID, int, Line]] = []
        new: list[Line] = []
        told: list[Told] = []
        for line in lines:
            found = seals.read_key(self.entity.kind, line.key) if line.key else None
            if line.key and found is None:
                told.append(self._unknown(line, _("What Kith put into this row was changed, so it cannot tell which record this is.")))
            elif found is None or found[0] in self.seen:
                new.append(line)  # a row that was copied has the key of the one it was copied from
            else:
                self.seen.add(found[0])
                keyed.append((*found, line))
        return keyed, new, told

    def _row(self, what: str, line: Line, **more: Any) -> EditedRow:
        self._number += 1
        title = line.cells.get(self.entity.title, "")[:200]
        return EditedRow(number=self._number, what=what, sheet=line.sheet, line=line.number, **{"title": title, **more})

    def _unknown(self, line: Line, why: str) -> Told:
        return Told(self._row(EditedRow.UNKNOWN, line, reason=why))

    def _new(self, line: Line) -> Told:
        values = {name: text for name, text in line.cells.items() if text.strip() and name in self.open}
        copied = _("Copied from another row.") if line.key else ""
        return Told(self._row(EditedRow.NEW, line, values=values, reason=copied))

    def _known(self, keyed: Sequence[tuple[UUID, int, Line]]) -> dict[UUID, Known]:
        entity, wanted = self.entity, {pk: version for pk, version, _line in keyed}
        there = list(visible(entity).filter(pk__in=list(wanted)).values_list("pk", flat=True))
        names = [name for name in self.names if name != ID]
        rows = listing.load(entity, there, names)
        with as_exported(self.facts):
            here = texts_of(entity, names, rows)
        stale = [row.id for row in rows if row.version != wanted[row.id]]
        left, links = self._as_left({pk: wanted[pk] for pk in stale}, names)
        found = {}
        for row in rows:
            linked = row.values if row.version == wanted[row.id] else links.get(row.id, {})
            was = here[row.id] if row.version == wanted[row.id] else left.get(row.id)
            found[row.id] = Known(row.version, here[row.id], was, linked)
        return found

    def _as_left(self, stale: Mapping[UUID, int], names: Sequence[str]) -> tuple[dict[UUID, dict[str, str]], dict[UUID, dict[str, Any]]]:
        """({record: {field: text}}, {record: values}) of those that changed since, as they were when they left: at the beginning of the
        export, or at its end where that is the version that the workbook has."""
        texts: dict[UUID, dict[str, str]] = {}
        values: dict[UUID, dict[str, Any]] = {}
        for moment in ("at", "until"):
            wanted = [pk for pk in stale if pk not in texts]
            if not wanted:
                break
            with as_of(datetime.datetime.fromisoformat(self.facts[moment])):
                rows = [row for row in listing.load(self.entity, wanted, names) if row.version == stale[row.id]]
                with as_exported(self.facts):
                    texts |= texts_of(self.entity, names, rows)
            values |= {row.id: row.values for row in rows}
        return texts, values

    def _changed(self, pk: UUID, line: Line, known: Known, values: Values) -> Told | None:
        cells: list[EditedCell] = []
        for place, (name, text) in enumerate(line.cells.items()):
            cell = self._cell(name, text, line, known, values) if name in self.fields else None
            if cell is not None:
                cell.field, cell.place = name, place
                cells.append(cell)
        if not cells:
            return None
        row = self._row(EditedRow.CHANGED, line, record_id=pk, version=known.version)
        row.title = (known.here.get(self.entity.title) or row.title)[:200]
        for cell in cells:
            cell.number = row.number
        return Told(row, cells)

    def _cell(self, name: str, text: str, line: Line, known: Known, values: Values) -> EditedCell | None:
        here = known.here[name]
        was = known.left.get(name, "") if known.left is not None else None
        if name in line.errors:
            said = _("The cell holds an error.")
            return EditedCell(state=EditedCell.REFUSED, was=was or "", now=here, mine=line.errors[name], reason=said)
        if not was and self.facts.get("reasons") and text in words():
            text = ""  # the workbook says in words why there is no value
        if not text and name in line.formulas:
            self.unworked += 1
            return None
        if text == was:
            return None if here == was else EditedCell(state=EditedCell.THEIRS, was=was, now=here, mine=text)
        if text == here:
            return None
        cell = EditedCell(state=EditedCell.MINE if was == here else EditedCell.CONFLICT, was=was or "", now=here, mine=text)
        one = self.fields[name]
        if isinstance(one, (Link, Links)) and was is not None and self._renamed(one, known.links.get(name), text):
            return None
        if name not in self.open:
            cell.state, cell.reason = EditedCell.REFUSED, self._closed(one)
            return cell
        with as_exported(self.facts):
            found = values.read(one, text)
            with override(self._language):
                return self._judged(cell, one, found, known, was)

    def _judged(self, cell: EditedCell, one: Fact, found: Raw, known: Known, was: str | None) -> EditedCell | None:
        """What was typed in another way and means the same is no change."""
        if found.reason:
            cell.state, cell.reason = EditedCell.REFUSED, found.reason
            return cell
        shown = text_of(found.shown) if found.shown is not None else ""
        if shown and shown in (cell.now, was) and not isinstance(one, (Link, Links)):
            theirs = EditedCell(state=EditedCell.THEIRS, was=cell.was, now=cell.now, mine=shown)
            return None if cell.now in (shown, was) else theirs
        if was is None:
            cell.reason = _("What it was at the export cannot be told.")
        cell.value, cell.chosen = found.value, cell.state == EditedCell.MINE
        return cell

    def _closed(self, one: Fact) -> str:
        if one.type in ("computed", "address") or one.worked:
            return _("This is worked out from other fields.")
        return _("This field is not yours to change.")

    def _renamed(self, one: Fact, linked: Any, text: str) -> bool:
        """Whether the text is what the linked record was called when the workbook left."""
        target = registry.of(one.target) if one.target is not None else None
        ids = list(linked) if isinstance(linked, (list, tuple)) else [linked] if linked else []
        if target is None or not ids:
            return False
        with as_of(datetime.datetime.fromisoformat(self.facts["at"])):
            rows = {row.id: row for row in listing.load(target, ids, [target.title])}
        names = [str(rows[pk].values[target.title]) if pk in rows else "" for pk in ids]
        return "; ".join(names) == text


def gone(comparison: Comparison, ids: Iterable[UUID], number: int) -> list[EditedRow]:
    """The records that left in the workbook and have no row there any more, where the actor still sees them."""
    entity = comparison.entity
    missing = [pk for pk in ids if pk not in comparison.seen]
    there = set(visible(entity).filter(pk__in=missing).values_list("pk", flat=True)) if missing else set()
    rows = listing.load(entity, [pk for pk in missing if pk in there], [entity.title])
    return [
        EditedRow(number=number + turn, what=EditedRow.GONE, record_id=row.id, version=row.version,
                  title=str(row.values.get(entity.title) or "")[:200])
        for turn, row in enumerate(rows, 1)
    ]  # fmt: skip
